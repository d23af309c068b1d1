// The door of one listener: counts, asks access, does the implicit TLS handshake, and hands over to a session.
import type { EventBody } from '../contract/event.ts';
import type { FlowCount, SessionFacts, TlsFacts } from '../contract/facts.ts';
import type { Verdict } from '../contract/verdict.ts';
import { evaluateAccess } from '../policy/access.ts';
import type { PolicyContext } from '../policy/check.ts';
import { decide } from '../policy/decide.ts';
import type { Connection } from '../world/connection.ts';
import type { Accepted } from '../world/world.ts';
import { type Arrival, arrive, beginRecord, type GateOptions, type Incoming, proxyTimeout } from './arrival.ts';
import { handshakeStopped } from './handshake.ts';
import { newSession } from './dialogue.ts';
import { octetsEvent } from './octets.ts';
import { relativeStack } from './stack.ts';
import { awaitProxyHeader } from './proxyReader.ts';
import { shakeHands } from './upgrade.ts';
import { nobody } from './inquiry.ts';

/** What a session begins with. */
interface Ready {
  readonly socket: Connection;
  readonly greeting: Verdict;
  readonly tls?: TlsFacts;
}

const noIdentity = () => Promise.reject(new Error('there is no identity to ask about before EHLO'));

export class Gate {
  readonly #options: GateOptions;
  /** What ends each connection that waits for its PROXY header or for its implicit TLS handshake. */
  readonly #waiting = new Set<() => void>();
  #open = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Connections that have come and not gone, handshakes included. */
  get open(): number {
    return this.#open;
  }

  /** Takes a new connection; bound to `this`, for the world to call. */
  readonly accept = (accepted: Accepted): void => {
    // From the first moment on: a client that resets at once must not end the process.
    accepted.socket.on('error', () => undefined);
    const begun = this.#options.world.elapsed();
    const seconds = proxyTimeout(this.#options.current(), accepted.peer.address);
    if (seconds === undefined) return this.#take({ accepted, begun });
    this.#awaitProxy({ accepted, begun }, seconds);
  };

  #take(incoming: Incoming): void {
    const { accepted } = incoming;
    let arrival: Arrival | undefined;
    try {
      const here = (arrival = this.#arrive(incoming));
      if (!here) {
        accepted.socket.destroy();
        return this.#options.changed();
      }
      const verdict = this.#decide(here);
      if (!(verdict instanceof Promise)) return this.#enter(here, verdict);
      verdict.then((late) => this.#enter(here, late)).catch((error: unknown) => this.#fault(here, error));
    } catch (error) {
      if (arrival) this.#fault(arrival, error);
      // Not even its record could be opened.
      else accepted.socket.destroy();
    }
  }

  /** Before anything is counted or judged: what counts is the address in the header (HAProxy, The PROXY protocol, section 2). */
  #awaitProxy({ accepted, begun }: Incoming, seconds: number): void {
    const { socket, peer, local } = accepted;
    this.#open += 1;
    const over = () => {
      this.#open -= 1;
      this.#waiting.delete(stop);
    };
    const stop = awaitProxyHeader(socket, {
      world: this.#options.world,
      seconds,
      done: (header, bytes) => {
        over();
        const { source = peer, destination = local, version, command } = header;
        const proxied = { facts: { version, command, through: peer }, bytes };
        this.#take({
          accepted: { socket, peer: source, local: destination },
          begun,
          proxied,
        });
      },
      failed: (end, bytes) => {
        over();
        socket.destroy();
        const begin = beginRecord(this.#options, { accepted, begun });
        if (bytes.length > 0) begin?.record(octetsEvent('proxy', bytes));
        begin?.record({ kind: 'close', ...end });
        begin?.log.end();
        this.#options.changed();
      },
    });
    this.#waiting.add(stop);
    this.#options.changed();
  }

  /** Ends what has not become a session. */
  stop(): void {
    for (const end of [...this.#waiting]) end();
  }

  #arrive(incoming: Incoming): Arrival | undefined {
    const arrival = arrive(this.#options, incoming, () => {
      this.#open -= 1;
      this.#options.changed();
    });
    if (!arrival) return undefined;
    this.#open += 1;
    this.#options.changed();
    return arrival;
  }

  /** The one place that asks stage `connect`; an allow rule's own limits are counted once it is known to apply, if those further out are kept. */
  #decide(arrival: Arrival): Verdict | Promise<Verdict> {
    const { current, connection, visit } = arrival;
    const { settings, listenerIndex } = current;
    const count = visit.rule(() => evaluateAccess(settings, listenerIndex, connection.peer.address));
    if (count) (connection.flow as FlowCount[]).push(count);
    return decide('connect', this.#context(arrival, newSession()));
  }

  #context({ current, connection, visit }: Arrival, session: SessionFacts): PolicyContext {
    return {
      settings: current.settings,
      facts: { connection, session },
      elapsed: () => this.#options.world.elapsed(),
      pause: (ms) => new Promise((resolve) => this.#options.world.after(ms, () => resolve())),
      stress: () => visit.stress(),
      spf: noIdentity,
      inquiry: nobody,
    };
  }

  #enter(arrival: Arrival, verdict: Verdict): void {
    const { implicit } = this.#options;
    if (verdict.action !== 'accept') arrival.visit.refused();
    // Text in front of an implicit TLS handshake is no SMTP, so every refusal is silent there.
    if (implicit && verdict.action !== 'accept') return this.#turnAway(arrival, { ...verdict, closes: 'silent' });
    if (verdict.closes === 'silent') return this.#turnAway(arrival, verdict);
    if (implicit) return this.#mayShake(arrival, verdict);
    this.#begin(arrival, {
      socket: arrival.accepted.socket,
      greeting: verdict,
    });
  }

  #turnAway(arrival: Arrival, verdict: Verdict): void {
    arrival.record({ kind: 'verdict', verdict });
    this.#end(arrival, {
      kind: 'close',
      by: 'us',
      reason: 'drop',
      detail: verdict.because,
    });
    arrival.accepted.socket.destroy();
  }

  #end(arrival: Arrival, body: EventBody & { kind: 'close' }): void {
    arrival.record(body);
    arrival.log.end();
    arrival.over();
  }

  #fault(arrival: Arrival, error: unknown): void {
    const { message, stack } = relativeStack(error);
    arrival.record({ kind: 'fault', stage: 'connect', error: message, stack });
    this.#end(arrival, {
      kind: 'close',
      by: 'us',
      reason: 'fault',
      detail: 'a bug in the receiver, see the fault event',
    });
    arrival.accepted.socket.destroy();
  }

  /** Asks stage `tls` before the handshake where these are limited; a refusal is silent. */
  #mayShake(arrival: Arrival, greeting: Verdict): void {
    const handshakes = arrival.visit.handshakes();
    if (handshakes === undefined) return this.#handshake(arrival, greeting);
    this.#askTls(arrival, { handshakes }, (verdict) => {
      if (verdict.action === 'accept') return this.#handshake(arrival, greeting);
      this.#turnAway(arrival, { ...verdict, closes: 'silent' });
    });
  }

  /** RFC 8314 section 3.3: TLS first, the greeting after it, unless policy has something against what the handshake showed. */
  #handshake(arrival: Arrival, greeting: Verdict): void {
    const { world, listener } = this.#options;
    const { connection, record, current } = arrival;
    const { tls } = listener;
    if (!tls) throw new Error(`listener ${connection.listener.name} has implicit TLS and no certificate`);
    const handshake = shakeHands(arrival.accepted.socket, {
      world,
      tls,
      settings: current.settings,
      seconds: connection.listener.handshakeTimeout,
      begun: arrival.begun,
      visit: arrival.visit,
      place: 'implicit',
      discarded: 0,
      record,
      up: (socket, facts) => {
        this.#waiting.delete(stop);
        this.#judge(arrival, { socket, greeting, tls: facts });
      },
      failed: (end) => {
        this.#waiting.delete(stop);
        this.#end(arrival, { kind: 'close', ...end });
      },
    });
    const stop = () => handshake.stop(handshakeStopped);
    this.#waiting.add(stop);
  }

  /** Asks stage `tls`; a refusal is spoken in place of the greeting. */
  #judge(arrival: Arrival, ready: Ready & { readonly tls: TlsFacts }): void {
    const judged = (verdict: Verdict) => {
      if (verdict.closes === 'silent') {
        ready.socket.destroy();
        return this.#turnAway(arrival, verdict);
      }
      if (verdict.action === 'accept' && verdict.findings.length > 0) arrival.record({ kind: 'verdict', verdict });
      this.#begin(arrival, verdict.action === 'accept' ? ready : { ...ready, greeting: verdict });
    };
    this.#askTls(arrival, { tls: ready.tls }, judged);
  }

  #askTls(arrival: Arrival, known: Partial<SessionFacts>, then: (verdict: Verdict) => void): void {
    try {
      const verdict = decide('tls', this.#context(arrival, { ...newSession(), ...known }));
      if (!(verdict instanceof Promise)) return then(verdict);
      verdict.then(then).catch((error: unknown) => this.#fault(arrival, error));
    } catch (error) {
      this.#fault(arrival, error);
    }
  }

  #begin(arrival: Arrival, ready: Ready): void {
    const { world, users, kerberos, spf, inquiry, workers, protection, listener } = this.#options;
    const { log, begun, connection, visit, current, effective, over } = arrival;
    const { settings, generation } = current;
    const { socket, ...rest } = ready;
    listener.connect(socket, {
      id: log.id,
      remoteAddress: connection.peer.address,
      remotePort: connection.peer.port,
      localAddress: connection.local.address,
      localPort: connection.local.port,
      opening: {
        settings,
        effective,
        generation,
        world,
        log,
        begun,
        connection,
        visit,
        protection,
        users,
        ...(kerberos && { kerberos }),
        spf,
        inquiry,
        workers,
        over,
        ...rest,
      },
    });
  }
}
