// Counts connections at once and within windows, per listener, service and allow rule, in all and per peer.
import type { FlowCount, HandshakeCount, Stress } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { AccessDecision } from './access.ts';
import { Counters, type Counting, type Place } from './counters.ts';
import { exceeded } from './flowLimit.ts';
import { peerOf } from './peerOf.ts';
import { type Peer, type PeerCount, Peers } from './peers.ts';

/** One connection's stay; `leave` must be called when it closes, however it closes. */
export interface FlowVisit {
  /**
   * This connection included. The listener is the outer bound: what it refuses is not put before the service, and is not
   * counted there (assumed: the help of the settings says what is documented).
   */
  readonly counts: readonly FlowCount[];
  /** Counts this connection under the limits of the allow rule that let it in as well; undefined where there are none, or a limit further out is exceeded. */
  rule(access: () => Pick<AccessDecision, 'rule' | 'flow'>): FlowCount | undefined;
  /** The connection was refused: it leaves the windows again unless `flow.countRefused` is on. */
  refused(): void;
  /** What the next TLS handshake of the peer is counted as; undefined where there is no limit. */
  handshakes(): HandshakeCount | undefined;
  /** A TLS handshake begins; to be called when it has turned out to resume a session, which does not count. */
  handshake(): () => void;
  /** Undefined while fewer connections are open than `errors.stress.at` says. */
  stress(): Stress | undefined;
  /** The connection has closed. */
  leave(): void;
}

/** All flow counters of a receiver. They outlive changes of the settings; limits are read from the settings of each visit. */
export class FlowCounters {
  readonly #elapsed: () => number;
  /** By what the settings call each set of limits: a listener by its name, an allow rule by its addresses. */
  readonly #sets = new Map<string, Counters>();
  readonly #peers = new Peers();
  #listeners: Settings['listeners'] = [];
  #access: Settings['access'] | undefined;
  /** In the order of the listeners. */
  #places: readonly (Place & { readonly counters: Counters })[] = [];
  readonly #service = new Counters();

  /** `elapsed` is a monotonic clock, ms. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Counts a new connection; decides nothing. */
  enter(o: { readonly settings: Settings; readonly listenerIndex: number; readonly address: string }): FlowVisit {
    const { settings } = o;
    if (settings.listeners !== this.#listeners || settings.access !== this.#access) this.#follow(settings);
    const place = this.#places[o.listenerIndex];
    if (place === undefined) throw new Error(`there is no listener ${o.listenerIndex}`);
    return new Visit(o, {
      now: this.#elapsed(),
      elapsed: this.#elapsed,
      peers: this.#peers,
      place,
      service: this.#service,
      set: this.#set,
    });
  }

  /** Counts of peers remembered over all sets of limits, of handshakes as well: what memory grows with. */
  get remembered(): number {
    return this.#peers.size;
  }

  readonly #set = (name: string): Counters => {
    let counters = this.#sets.get(name);
    if (counters === undefined) this.#sets.set(name, (counters = new Counters()));
    return counters;
  };

  /** Lets go of what the settings no longer name, unless connections are still open there. */
  #follow({ listeners, access }: Settings): void {
    this.#listeners = listeners;
    this.#access = access;
    const named = new Set([lastRule]);
    for (const { name, access: own } of listeners) {
      named.add(listenerSet(name));
      for (const { ipSet } of own.allow) named.add(ruleSet(ipSet, name));
    }
    for (const { ipSet } of access.allow) named.add(ruleSet(ipSet));
    for (const [name, { open }] of this.#sets) if (open === 0 && !named.has(name)) this.#sets.delete(name);
    this.#places = listeners.map(({ name, flow }, index) => ({
      scope: 'listener',
      path: `listeners.${index}.flow`,
      limits: flow,
      counters: this.#set(listenerSet(name)),
    }));
  }
}

const lastRule = 'last rule';
const listenerSet = (name: string) => `listener ${name}`;
/** AXIGEN keys a rule by its addresses (CLI help, Access Rules): of two with the same only the better is ever in force. */
const ruleSet = (ipSet: string, listener?: string) =>
  listener === undefined ? `rule ${ipSet}` : `rule ${ipSet} of ${listener}`;

/** One connection in one set of limits. */
interface Entry {
  readonly counters: Counters;
  readonly peer: PeerCount;
}

/** Under this are handshakes counted. */
const handshakes = {};

/** What a visit knows of the counters. */
interface Visited {
  readonly now: number;
  readonly elapsed: () => number;
  readonly peers: Peers;
  readonly place: Place & { readonly counters: Counters };
  readonly service: Counters;
  readonly set: (name: string) => Counters;
}

class Visit implements FlowVisit {
  readonly counts: readonly FlowCount[];
  readonly #settings: Settings;
  readonly #visited: Visited;
  readonly #peer: Peer;
  readonly #listener: string;
  readonly #entries: Entry[] = [];
  readonly #counting: Counting;
  #isExceeded = false;
  #isRefused = false;
  #isGone = false;

  constructor(
    o: { readonly settings: Settings; readonly listenerIndex: number; readonly address: string },
    visited: Visited,
  ) {
    const { settings, listenerIndex, address } = o;
    this.#settings = settings;
    this.#visited = visited;
    this.#listener = settings.listeners[listenerIndex]?.name ?? '';
    const key = peerOf(address, settings.flow);
    const { now, peers } = visited;
    this.#peer = peers.enter(key, now);
    const network = key.includes('/') ? key : undefined;
    this.#counting = { now, network, countRefused: settings.flow.countRefused };
    const counts = [this.#count(visited.place.counters, visited.place)];
    if (!this.#isExceeded) counts.push(this.#count(visited.service, servicePlace(settings)));
    this.counts = counts;
  }

  rule(access: () => Pick<AccessDecision, 'rule' | 'flow'>): FlowCount | undefined {
    if (this.#isExceeded) return undefined;
    const { rule, flow } = access();
    if (flow === undefined) return undefined;
    const { layer, ipSet } = rule;
    const name =
      ipSet === undefined ? lastRule : layer === 'listener' ? ruleSet(ipSet, this.#listener) : ruleSet(ipSet);
    return this.#count(this.#visited.set(name), { scope: 'rule', ...flow });
  }

  refused(): void {
    if (this.#isRefused || this.#counting.countRefused) return;
    this.#isRefused = true;
    for (const { counters, peer } of this.#entries) counters.uncount(peer, this.#counting.now);
  }

  handshakes(): HandshakeCount | undefined {
    const limit = this.#settings.flow.tls.peerMaxIntervalHandshakes;
    if (limit === 0) return undefined;
    const { recent, interval } = this.#handshakes();
    const { network } = this.#counting;
    const now = this.#visited.elapsed();
    const before = recent.size(now, interval);
    // A handshake that is refused never begins, and does not count.
    const relief = before < limit ? undefined : { relief: recent.relief(now, { interval, left: limit - 1 }) };
    return { count: before + 1, ...(network !== undefined && { network }), ...relief };
  }

  /** Counted before it costs anything, so that many at once are many. */
  handshake(): () => void {
    if (this.#settings.flow.tls.peerMaxIntervalHandshakes === 0) return () => undefined;
    const { recent, interval } = this.#handshakes();
    const now = this.#visited.elapsed();
    recent.add(now, interval);
    return () => recent.remove(now);
  }

  stress(): Stress | undefined {
    const { errors, flow } = this.#settings;
    const { at } = errors.stress;
    const limit = flow.service.maxConnections;
    if (at === 'unlimited' || limit === 0) return undefined;
    const connections = this.#visited.service.open;
    return connections * 100 < limit * at ? undefined : { connections, limit };
  }

  leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const { counters, peer } of this.#entries) counters.leave(peer);
    this.#visited.peers.leave(this.#peer, this.#visited.elapsed());
  }

  #handshakes(): PeerCount {
    const { window: kind, tls } = this.#settings.flow;
    return this.#visited.peers.count(this.#peer, handshakes, { kind, interval: tls.peerTimeInterval * 1000 });
  }

  #count(counters: Counters, place: Place): FlowCount {
    const kind = this.#settings.flow.window;
    const interval = place.limits.peerTimeInterval * 1000;
    const peer = this.#visited.peers.count(this.#peer, counters, { kind, interval });
    this.#entries.push({ counters, peer });
    const count = counters.enter(peer, place, this.#counting);
    if (exceeded(count) !== undefined) this.#isExceeded = true;
    return count;
  }
}

const servicePlace = ({ flow }: Settings): Place => ({ scope: 'service', path: 'flow.service', limits: flow.service });
