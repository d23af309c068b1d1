// Counts connections at once and within sliding windows, per listener, service and allow rule, in all and per peer.
import type { FlowCount, FlowScope, HandshakeCount, Stress } from '../contract/facts.ts';
import type { FlowLimits } from '../contract/settings/flow.ts';
import { networkOf, parseIp } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { SlidingWindow } from './window.ts';

/** One connection's stay; `leave` must be called when it closes, however it closes. */
export interface FlowVisit {
  /** Listener and service, this connection included. */
  readonly counts: readonly FlowCount[];
  /** Counts this connection under an allow rule's limits as well. */
  rule(path: string, limits: FlowLimits): FlowCount;
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

/** Most peers remembered for one set of limits; beyond it the one longest silent is forgotten. */
const mostPeers = 100_000;

interface Peer {
  open: number;
  readonly recent: SlidingWindow;
  /** Length of the peer window when last counted, ms. */
  interval: number;
}

type Intervals = Pick<FlowLimits, 'timeInterval' | 'peerTimeInterval'>;

/** The counters of one set of limits. */
class Counters {
  #open = 0;
  readonly #recent = new SlidingWindow();
  /** In order of last activity. */
  readonly #peers = new Map<string, Peer>();

  count(peerKey: string, limits: Intervals, now: number): Omit<FlowCount, 'scope' | 'path' | 'limits' | 'network'> {
    this.#forget(now);
    const interval = limits.timeInterval * 1000;
    const peerInterval = limits.peerTimeInterval * 1000;
    const peer = this.#peers.get(peerKey) ?? { open: 0, recent: new SlidingWindow(), interval: peerInterval };
    this.#peers.delete(peerKey);
    this.#peers.set(peerKey, peer);
    peer.interval = peerInterval;
    this.#open += 1;
    peer.open += 1;
    return {
      connections: this.#open,
      peerConnections: peer.open,
      intervalConnections: this.#recent.add(now, interval),
      peerIntervalConnections: peer.recent.add(now, peerInterval),
    };
  }

  uncount(peerKey: string, at: number): void {
    this.#recent.remove(at);
    this.#peers.get(peerKey)?.recent.remove(at);
  }

  leave(peerKey: string, now: number): void {
    this.#open -= 1;
    const peer = this.#peers.get(peerKey);
    if (peer === undefined) return;
    peer.open -= 1;
    if (peer.open === 0 && peer.recent.size(now, peer.interval) === 0) this.#peers.delete(peerKey);
  }

  get peers(): number {
    return this.#peers.size;
  }

  get open(): number {
    return this.#open;
  }

  /** How many of the peer are in its window. */
  recent(peerKey: string, now: number, interval: number): number {
    return this.#peers.get(peerKey)?.recent.size(now, interval) ?? 0;
  }

  /** Two steps for each new connection: what is forgotten keeps pace with what is remembered. */
  #forget(now: number): void {
    for (let step = 0; step < 2; step += 1) {
      const oldest = this.#peers.entries().next();
      if (oldest.done === true) return;
      const [key, peer] = oldest.value;
      const isFull = this.#peers.size >= mostPeers;
      if (peer.open === 0 && (isFull || peer.recent.size(now, peer.interval) === 0)) this.#peers.delete(key);
      else if (peer.open > 0) {
        this.#peers.delete(key);
        this.#peers.set(key, peer);
      } else return;
    }
  }
}

/** All flow counters of a receiver. They outlive changes of the settings; limits are read from the settings of each visit. */
export class FlowCounters {
  readonly #elapsed: () => number;
  readonly #counters = new Map<string, Counters>();
  /** Of TLS handshakes. */
  readonly #handshakes = new Counters();

  /** `elapsed` is a monotonic clock, ms. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Counts a new connection; decides nothing. */
  enter(o: { readonly settings: Settings; readonly listenerIndex: number; readonly address: string }): FlowVisit {
    const listener = o.settings.listeners[o.listenerIndex];
    if (listener === undefined) throw new Error(`there is no listener ${o.listenerIndex}`);
    const now = this.#elapsed();
    const peer = peerOf(o.address, o.settings.flow);
    const network = peer.includes('/') ? { network: peer } : {};
    const entered: Counters[] = [];
    const count = (
      key: string,
      scope: FlowScope,
      at: { readonly path: string; readonly limits: FlowLimits },
    ): FlowCount => {
      let counters = this.#counters.get(key);
      if (counters === undefined) this.#counters.set(key, (counters = new Counters()));
      entered.push(counters);
      return { scope, ...at, ...network, ...counters.count(peer, at.limits, now) };
    };
    const counts = [
      count(`listener ${listener.name}`, 'listener', {
        path: `listeners.${o.listenerIndex}.flow`,
        limits: listener.flow,
      }),
      count('service', 'service', { path: 'flow.service', limits: o.settings.flow.service }),
    ];
    let isRefused = false;
    let isGone = false;
    return {
      counts,
      rule: (path, limits) => count(`rule ${path.replace(/^listeners\.\d+/, listener.name)}`, 'rule', { path, limits }),
      refused: () => {
        if (isRefused || o.settings.flow.countRefused) return;
        isRefused = true;
        for (const counters of entered) counters.uncount(peer, now);
      },
      handshakes: () => {
        const { peerMaxIntervalHandshakes, peerTimeInterval } = o.settings.flow.tls;
        if (peerMaxIntervalHandshakes === 0) return undefined;
        return { count: this.#handshakes.recent(peer, this.#elapsed(), peerTimeInterval * 1000) + 1, ...network };
      },
      handshake: () => this.#handshake(peer, o.settings),
      stress: () => this.#stress(o.settings),
      leave: () => {
        if (isGone) return;
        isGone = true;
        const then = this.#elapsed();
        for (const counters of entered) counters.leave(peer, then);
      },
    };
  }

  /** Counted before it costs anything, so that many at once are many. */
  #handshake(peer: string, { flow: { tls } }: Settings): () => void {
    if (tls.peerMaxIntervalHandshakes === 0) return () => undefined;
    const at = this.#elapsed();
    const { peerTimeInterval } = tls;
    this.#handshakes.count(peer, { timeInterval: peerTimeInterval, peerTimeInterval }, at);
    this.#handshakes.leave(peer, at);
    return () => this.#handshakes.uncount(peer, at);
  }

  #stress({ errors, flow }: Settings): Stress | undefined {
    const { at } = errors.stress;
    const limit = flow.service.maxConnections;
    if (at === 'unlimited' || limit === 0) return undefined;
    const connections = this.#counters.get('service')?.open ?? 0;
    return connections * 100 < limit * at ? undefined : { connections, limit };
  }

  /** Peers remembered over all sets of limits: what memory grows with. */
  get remembered(): number {
    let { peers } = this.#handshakes;
    for (const counters of this.#counters.values()) peers += counters.peers;
    return peers;
  }
}

/** The peer that is counted: the address, or its network; the same however it is written. An IPv4-mapped address is its IPv4 address. */
function peerOf(address: string, { peerPrefix4, peerPrefix6 }: Settings['flow']): string {
  if (peerPrefix4 === 32 && /^\d+\.\d+\.\d+\.\d+$/.test(address)) return address;
  const ip = parseIp(address);
  if (ip === undefined) return address;
  return networkOf(ip, ip.family === 4 ? peerPrefix4 : peerPrefix6);
}
