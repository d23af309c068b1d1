// The door of one listener: counts, asks access, does the implicit TLS handshake, and hands over to a session.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { EventBody } from '../contract/event.ts';
import type { ConnectionFacts, FlowCount, TlsFacts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Verdict } from '../contract/verdict.ts';
import type { Journal, SessionLog } from '../journal/journal.ts';
import { evaluateAccess } from '../policy/access.ts';
import { decide } from '../policy/decide.ts';
import { effectiveSettings } from '../policy/effective.ts';
import type { FlowCounters, FlowVisit } from '../policy/flow.ts';
import type { UserLookup } from '../sasl/users.ts';
import type { Accepted, World } from '../world/world.ts';
import type { Listener } from './listener.ts';
import {
  handshakeError,
  type HandshakeEnd,
  handshakeLeft,
  handshakeStopped,
  handshakeTooLong,
  tlsFacts,
} from './handshake.ts';
import { newSession } from './dialogue.ts';
import { relativeStack } from './stack.ts';
import type { AskSpf } from './spfQuestion.ts';

/** The settings in force for a new connection. */
export interface Current {
  readonly settings: Settings;
  readonly generation: number;
  readonly listenerIndex: number;
}

export interface GateOptions {
  readonly world: World;
  readonly journal: Journal;
  readonly users: UserLookup;
  readonly flow: FlowCounters;
  readonly listener: Listener;
  readonly implicit: boolean;
  readonly current: () => Current;
  readonly spf: AskSpf;
  /** A session began or ended. */
  readonly changed: () => void;
}

/** One connection on its way to a session. */
interface Arrival {
  readonly accepted: Accepted;
  readonly current: Current;
  readonly log: SessionLog;
  readonly begun: number;
  readonly connection: ConnectionFacts;
  readonly visit: FlowVisit;
  readonly record: (body: EventBody) => void;
  readonly over: () => void;
}

export class Gate {
  readonly #options: GateOptions;
  /** Sockets in their implicit TLS handshake, and what ends each. */
  readonly #handshakes = new Set<() => void>();
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
    let arrival: Arrival | undefined;
    try {
      const here = (arrival = this.#arrive(accepted));
      if (!here) return void accepted.socket.destroy();
      const verdict = this.#decide(here);
      if (!(verdict instanceof Promise)) return this.#enter(here, verdict);
      verdict.then((late) => this.#enter(here, late)).catch((error: unknown) => this.#fault(here, error));
    } catch (error) {
      if (arrival) this.#fault(arrival, error);
      // Not even its record could be opened.
      else accepted.socket.destroy();
    }
  };

  /** Ends handshakes that have not become sessions. */
  stop(): void {
    for (const end of [...this.#handshakes]) end();
  }

  /** Undefined when the listener was taken out of the settings while the connection came. */
  #arrive(accepted: Accepted): Arrival | undefined {
    const { world, journal, flow, implicit } = this.#options;
    const current = this.#options.current();
    const { listenerIndex, generation } = current;
    if (!current.settings.listeners[listenerIndex]) return undefined;
    const { settings, exempt } = effectiveSettings(current.settings, listenerIndex, accepted.peer.address);
    const listener = settings.listeners[listenerIndex];
    if (!listener) return undefined;
    const log = journal.session();
    const begun = world.elapsed();
    const { peer, local } = accepted;
    const record = (body: EventBody) => void log.append(body, Math.round((world.elapsed() - begun) * 1000) / 1000);
    record({
      kind: 'connect',
      listener: listener.name,
      role: listener.role,
      production: listener.address,
      local,
      peer,
      secured: implicit,
      generation,
      at: world.now(),
    });
    const visit = flow.enter({ settings, listenerIndex, address: peer.address });
    const connection = {
      id: log.id,
      listener,
      listenerIndex,
      peer,
      local,
      flow: [...visit.counts],
      ...(exempt.length > 0 && { exempt }),
    };
    this.#open += 1;
    const over = () => {
      this.#open -= 1;
      visit.leave();
      this.#options.changed();
    };
    this.#options.changed();
    return { accepted, current: { ...current, settings }, log, begun, connection, visit, record, over };
  }

  /** The one place that asks stage `connect`; an allow rule's own limits are counted once it is known to apply. */
  #decide({ current, connection, visit }: Arrival): Verdict | Promise<Verdict> {
    const { settings, listenerIndex } = current;
    const access = evaluateAccess(settings, listenerIndex, connection.peer.address);
    if (access.allowed && access.flow)
      (connection.flow as FlowCount[]).push(visit.rule(access.flow.path, access.flow.limits));
    return decide('connect', {
      settings,
      facts: { connection, session: newSession() },
      elapsed: () => this.#options.world.elapsed(),
      spf: () => Promise.reject(new Error('there is no identity to ask about before EHLO')),
    });
  }

  #enter(arrival: Arrival, verdict: Verdict): void {
    const { implicit } = this.#options;
    if (verdict.action !== 'accept') arrival.visit.refused();
    // Text in front of an implicit TLS handshake is no SMTP, so every refusal is silent there.
    if (implicit && verdict.action !== 'accept') return this.#turnAway(arrival, { ...verdict, closes: 'silent' });
    if (verdict.closes === 'silent') return this.#turnAway(arrival, verdict);
    if (implicit) return this.#handshake(arrival, verdict);
    this.#begin(arrival, { socket: arrival.accepted.socket, greeting: verdict });
  }

  #turnAway(arrival: Arrival, verdict: Verdict): void {
    arrival.record({ kind: 'verdict', verdict });
    this.#end(arrival, { kind: 'close', by: 'us', reason: 'drop', detail: verdict.because });
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

  /** RFC 8314 section 3.3: TLS first, the greeting after it. */
  #handshake(arrival: Arrival, greeting: Verdict): void {
    const { world, listener } = this.#options;
    const { connection, record } = arrival;
    const from = world.elapsed();
    record({ kind: 'tls', state: 'starting', discarded: 0 });
    const { context } = listener;
    const socket = new TLSSocket(arrival.accepted.socket, {
      isServer: true,
      ...(context && { secureContext: context }),
    });
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      timer.cancel();
      this.#handshakes.delete(stopped);
      return true;
    };
    const fail = (end: HandshakeEnd) => {
      if (!settle()) return;
      record({ kind: 'tls', state: 'failed', error: end.detail });
      this.#end(arrival, { kind: 'close', ...end });
      socket.destroy();
    };
    const stopped = () => fail(handshakeStopped);
    const failed = (error: Error) => fail(handshakeError(error));
    const left = () => fail(handshakeLeft);
    const seconds = connection.listener.handshakeTimeout;
    const timer = world.after(seconds * 1000, () => fail(handshakeTooLong(seconds)));
    this.#handshakes.add(stopped);
    socket.on('error', failed);
    // Where Node reports what a client did wrong in a handshake that no tls.Server watches.
    socket.on('_tlsError', failed);
    socket.once('end', left);
    socket.once('close', left);
    socket.once('secure', () => {
      if (!settle()) return;
      const tls = tlsFacts(socket);
      record({ kind: 'tls', state: 'up', facts: tls, ms: world.elapsed() - from });
      this.#begin(arrival, { socket, greeting, tls });
    });
  }

  #begin(
    arrival: Arrival,
    ready: { readonly socket: Socket; readonly greeting: Verdict; readonly tls?: TlsFacts },
  ): void {
    const { world, users, spf, listener } = this.#options;
    const { log, begun, connection, current, over } = arrival;
    const { settings, generation } = current;
    const { socket, ...rest } = ready;
    listener.connect(socket, {
      id: log.id,
      remoteAddress: connection.peer.address,
      remotePort: connection.peer.port,
      localAddress: connection.local.address,
      localPort: connection.local.port,
      opening: { settings, generation, world, log, begun, connection, users, spf, over, ...rest },
    });
  }
}
