// The counters of one set of flow limits: what is open, and what came within the interval, in all and per peer.
import type { FlowCount, FlowScope } from '../contract/facts.ts';
import type { FlowLimits } from '../contract/settings/flow.ts';
import { exceeded } from './flowLimit.ts';
import type { PeerCount } from './peers.ts';
import { type Window, windowOf } from './window.ts';

/** A set of limits and where it stands. */
export interface Place {
  readonly scope: FlowScope;
  readonly path: string;
  readonly limits: FlowLimits;
}

export interface Counting {
  readonly now: number;
  readonly network: string | undefined;
  readonly countRefused: boolean;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The counters of one set of limits. */
export class Counters {
  #open = 0;
  #recent: Window = windowOf('sliding');

  /** A new connection, `peer` being what is counted of its peer here. */
  enter(peer: PeerCount, place: Place, { now, network, countRefused }: Counting): FlowCount {
    const { limits } = place;
    const interval = limits.timeInterval * 1000;
    const window = peer.recent.kind;
    if (this.#recent.kind !== window) this.#recent = windowOf(window);
    this.#open += 1;
    peer.open += 1;
    const count: Writable<FlowCount> = {
      scope: place.scope,
      path: place.path,
      limits,
      window,
      connections: this.#open,
      peerConnections: peer.open,
      intervalConnections: this.#recent.add(now, interval),
      peerIntervalConnections: peer.recent.add(now, peer.interval),
    };
    if (network !== undefined) count.network = network;
    const { maxIntervalConnections: max, peerMaxIntervalConnections: peerMax } = limits;
    const isFull = max > 0 && count.intervalConnections >= max;
    const isPeerFull = peerMax > 0 && count.peerIntervalConnections >= peerMax;
    if (!isFull && !isPeerFull) return count;
    // A refused connection that does not count is itself no hindrance to the next.
    const own = countRefused || exceeded(count) === undefined ? 1 : 0;
    if (isFull) count.intervalRelief = this.#recent.relief(now, { interval, left: max - own });
    if (isPeerFull)
      count.peerIntervalRelief = peer.recent.relief(now, { interval: peer.interval, left: peerMax - own });
    return count;
  }

  /** Takes a connection out of the windows. */
  uncount(peer: PeerCount, at: number): void {
    this.#recent.remove(at);
    peer.recent.remove(at);
  }

  leave(peer: PeerCount): void {
    this.#open -= 1;
    peer.open -= 1;
  }

  get open(): number {
    return this.#open;
  }
}
