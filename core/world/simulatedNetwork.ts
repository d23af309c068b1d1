// The simulated network: listeners and connections in memory, between any addresses, under any conditions.
import { ipText, parseIp } from '../contract/settings/network.ts';
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
  /** Of `::`: IPv4 as well, because nobody had it. */
  readonly isDual: boolean;
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

const isIpv6 = (host: string) => host.includes(':');
/** An address in one way of writing; IPv4 in IPv6 is IPv4 (RFC 4291 section 2.5.5.2). */
const plain = (address: string) => {
  const ip = isIpv6(address) ? parseIp(address) : undefined;
  return ip === undefined ? address : ipText(ip);
};

const all = { IPv4: '0.0.0.0', IPv6: '::' } as const;
type Family = keyof typeof all;
/** Whether a listener has an address of the family, and whether it has all of them. */
const has = ({ host, isDual }: Listening, family: Family) => isDual || isIpv6(host) === (family === 'IPv6');
const isAll = ({ host, isDual }: Listening, family: Family) => host === all[family] || (isDual && family === 'IPv4');

const turn = setImmediate;

/** What one end has of a connection: its way out, and the way back. */
class Ways implements Wire {
  readonly #out: Path;
  readonly #back: Path;
  readonly #clock: VirtualClock;

  constructor(out: Path, back: Path, clock: VirtualClock) {
    this.#out = out;
    this.#back = back;
    this.#clock = clock;
  }

  send(octets: Buffer, taken: () => void): void {
    this.#out.send(octets, taken);
  }
  finish(): void {
    this.#out.finish();
  }
  reset(): void {
    this.#out.reset();
  }
  read(octets: number): void {
    this.#back.read(octets);
  }
  after(ms: number, fire: () => void): Timer {
    return this.#clock.after(ms, fire);
  }
}

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

  /**
   * Binds any address. As with the system's sockets, the address of all (0.0.0.0, `::`) has every one of its family, and
   * `::` takes IPv4 too where nobody has it; rejects with EADDRINUSE when another listener has the address.
   */
  listen(at: { readonly host: string; readonly port: number }, accept: (accepted: Accepted) => void): Promise<Bound> {
    const host = plain(at.host);
    const port = at.port === 0 ? this.#freePort() : at.port;
    const there = this.#listening.filter((one) => one.port === port);
    const isTaken = (family: Family) =>
      there.some((one) => (one.host === host || isAll(one, family) || host === all[family]) && has(one, family));
    if (isTaken(isIpv6(host) ? 'IPv6' : 'IPv4'))
      return Promise.reject(systemError('EADDRINUSE', 'listen', at.host, port));
    const one: Listening = { host, port, isDual: host === '::' && !there.some((each) => has(each, 'IPv4')), accept };
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

  #freePort(): number {
    while (this.#listening.some(({ port }) => port === this.#nextPort)) this.#nextPort += 1;
    return this.#nextPort++;
  }

  /** Connects; rejects with ECONNREFUSED where nobody listens. The promise resolves when the call was taken (a round trip). */
  connect(call: Call): Promise<Connection> {
    const { from, to } = call;
    const conditions = call.conditions === undefined ? this.#conditions : { ...this.#conditions, ...call.conditions };
    const { latency = 0 } = conditions;
    return new Promise((resolve, reject) => {
      this.#deliver(latency, () => {
        const listening = this.#listenerFor(to.host, to.port);
        if (listening === undefined) {
          return this.#deliver(latency, () => reject(systemError('ECONNREFUSED', 'connect', to.host, to.port)));
        }
        const local = { address: to.host, port: to.port };
        const { client, server } = this.#pair({ from, local, conditions, ahead: call.ahead });
        this.#deliver(latency, () => resolve(client));
        listening.accept({ socket: server, peer: from, local });
      });
    });
  }

  #listenerFor(to: string, port: number): Listening | undefined {
    const host = plain(to);
    const family = isIpv6(host) ? 'IPv6' : 'IPv4';
    return this.#listening.find((one) => one.port === port && (one.host === host || isAll(one, family)));
  }

  #pair(o: {
    readonly from: Peer;
    readonly local: Peer;
    readonly conditions: Conditions;
    readonly ahead: Uint8Array | undefined;
  }) {
    const { conditions } = o;
    const { loss } = conditions;
    const broken = () => {
      if (loss?.how === 'reset') for (const path of [up, down]) path.reset();
      for (const path of [up, down]) path.cut();
    };
    const common = {
      conditions,
      deliver: this.#deliver,
      clock: this.#clock,
      broken,
    };
    const up = new Path(common, loss?.of === 'client' ? loss.after : Infinity);
    const down = new Path(common, loss?.of === 'server' ? loss.after : Infinity);
    const client = new SimulatedConnection(new Ways(up, down, this.#clock), { local: o.from, remote: o.local });
    const server = new SimulatedConnection(new Ways(down, up, this.#clock), { local: o.local, remote: o.from });
    up.to = server;
    down.to = client;
    if (o.ahead !== undefined && o.ahead.length > 0) up.bring(Buffer.from(o.ahead));
    return { client, server };
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
