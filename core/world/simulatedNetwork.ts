// The simulated network: listeners and connections in memory, between any addresses, under any conditions.
import type { Connection, Peer } from './connection.ts';
import { Heap } from './heap.ts';
import { SimulatedConnection, type Wire } from './simulatedConnection.ts';
import { type Conditions, Path } from './simulatedPath.ts';
import type { VirtualClock } from './virtualClock.ts';
import type { Accepted, Bound, Timer } from './world.ts';

/** A call to a listener. */
export interface Call {
  /** Who calls, from whatever address. */
  readonly from: Peer;
  readonly to: { readonly host: string; readonly port: number };
  /** Octets that come with the call, before anybody could greet it. */
  readonly ahead?: Uint8Array | undefined;
  readonly conditions?: Conditions | undefined;
}

interface Listening {
  readonly host: string;
  readonly port: number;
  readonly accept: (accepted: Accepted) => void;
}

/** What is under way. */
interface Flight {
  readonly at: number;
  readonly order: number;
  readonly happen: () => void;
}

/** The first port given to a listener that asked for any (RFC 6335 section 6). */
const DYNAMIC = 49_152;

const systemError = (code: string, syscall: string, host: string, port: number) =>
  Object.assign(new Error(`${syscall} ${code} ${host}:${port}`), { code, syscall, address: host, port });

const isAny = (host: string) => host === '0.0.0.0' || host === '::';
/** `::` takes IPv4 as well, where no other listener has it. */
const covers = (host: string, to: string) => host === to || host === '::' || (host === '0.0.0.0' && !to.includes(':'));

const turn = setImmediate;

export class SimulatedNetwork {
  readonly #clock: VirtualClock;
  readonly #conditions: Conditions;
  readonly #listening: Listening[] = [];
  #nextPort = DYNAMIC;
  #order = 0;
  /** By arrival, then by departure. */
  readonly #flights = new Heap<Flight>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));
  #timer: Timer | undefined;
  #now: (() => void)[] = [];

  /** `conditions` hold for every connection that brings none of its own. */
  constructor(clock: VirtualClock, conditions: Conditions = {}) {
    this.#clock = clock;
    this.#conditions = conditions;
  }

  /** Binds any address; rejects with EADDRINUSE when another listener has it. */
  listen(at: { readonly host: string; readonly port: number }, accept: (accepted: Accepted) => void): Promise<Bound> {
    const port = at.port === 0 ? this.#nextPort++ : at.port;
    const isTaken = this.#listening.some(
      (one) =>
        one.port === port && (one.host === at.host || (isAny(one.host) && isAny(at.host) && one.host === at.host)),
    );
    if (isTaken) return Promise.reject(systemError('EADDRINUSE', 'listen', at.host, port));
    const one: Listening = { host: at.host, port, accept };
    this.#listening.push(one);
    return Promise.resolve({
      address: at.host,
      port,
      close: () => {
        const index = this.#listening.indexOf(one);
        if (index >= 0) this.#listening.splice(index, 1);
        return Promise.resolve();
      },
    });
  }

  /** Connects; rejects with ECONNREFUSED where nobody listens. The promise resolves when the call was taken (a round trip). */
  connect(call: Call): Promise<Connection> {
    const { from, to } = call;
    const conditions = { ...this.#conditions, ...call.conditions };
    const { latency = 0 } = conditions;
    return new Promise((resolve, reject) => {
      this.#deliver(latency, () => {
        const listening = this.#listenerFor(to.host, to.port);
        if (listening === undefined) {
          return this.#deliver(latency, () => reject(systemError('ECONNREFUSED', 'connect', to.host, to.port)));
        }
        const local = { address: to.host, port: to.port };
        const { client, server } = this.#pair({ from, local, conditions });
        if (call.ahead !== undefined) server.arrive(Buffer.from(call.ahead));
        this.#deliver(latency, () => resolve(client));
        listening.accept({ socket: server, peer: from, local });
      });
    });
  }

  #listenerFor(host: string, port: number): Listening | undefined {
    const there = this.#listening.filter((one) => one.port === port && covers(one.host, host));
    return there.find((one) => one.host === host) ?? there.find((one) => one.host === '0.0.0.0') ?? there[0];
  }

  #pair(o: { readonly from: Peer; readonly local: Peer; readonly conditions: Conditions }) {
    const { conditions } = o;
    const { loss } = conditions;
    const broken = () => {
      if (loss?.how === 'reset') for (const path of [up, down]) path.reset();
      for (const path of [up, down]) path.cut();
    };
    const common = {
      conditions,
      deliver: this.#deliver,
      elapsed: () => this.#clock.elapsed(),
      broken,
    };
    const up = new Path({ ...common, breakAt: loss?.of === 'client' ? loss.after : Infinity });
    const down = new Path({ ...common, breakAt: loss?.of === 'server' ? loss.after : Infinity });
    const client = new SimulatedConnection(this.#wire(up, down), { local: o.from, remote: o.local });
    const server = new SimulatedConnection(this.#wire(down, up), { local: o.local, remote: o.from });
    up.to = server;
    down.to = client;
    return { client, server };
  }

  #wire(out: Path, back: Path): Wire {
    return {
      send: (octets, taken) => out.send(octets, taken),
      finish: () => out.finish(),
      reset: () => out.reset(),
      read: (octets) => back.read(octets),
      after: (ms, fire) => this.#clock.after(ms, fire),
    };
  }

  /** Lets something happen after so many ms; at the same moment in the order of asking. */
  readonly #deliver = (ms: number, happen: () => void): void => {
    if (ms <= 0) {
      if (this.#now.push(happen) === 1) turn(this.#land);
      return;
    }
    const flight = { at: this.#clock.elapsed() + ms, order: this.#order++, happen };
    this.#flights.push(flight);
    if (this.#flights.first === flight) this.#wait();
  };

  readonly #land = () => {
    const landing = this.#now;
    this.#now = [];
    for (const happen of landing) happen();
  };

  /** One timer, for whatever arrives first. */
  #wait(): void {
    const { first } = this.#flights;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (first === undefined) return;
    this.#timer = this.#clock.after(first.at - this.#clock.elapsed(), this.#arrive);
  }

  readonly #arrive = () => {
    const now = this.#clock.elapsed();
    this.#timer = undefined;
    for (let due = this.#flights.first; due !== undefined && due.at <= now; due = this.#flights.first) {
      this.#flights.pop();
      due.happen();
    }
    this.#wait();
  };
}
