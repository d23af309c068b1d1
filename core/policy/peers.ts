// Remembers peers in bounded memory, and of each what was counted of it under every set of limits.
import type { WindowKind } from '../contract/settings/flow.ts';
import { Chain, type Link } from './chain.ts';
import { type Window, windowOf } from './window.ts';

/** Most peers without an open connection that are remembered; beyond it the one longest gone is forgotten. */
export const mostIdlePeers = 50_000;

/** What is counted of one peer under one set of limits. */
export interface PeerCount {
  /** Whose limits. */
  readonly of: object;
  open: number;
  recent: Window;
  /** Length of its window when last counted, ms. */
  interval: number;
  /** The same peer under other limits. */
  readonly next: PeerCount | undefined;
}

/** In a chain while it is idle. */
export interface Peer extends Link<Peer> {
  readonly key: string;
  /** Open connections. A peer that has one is never forgotten. */
  open: number;
  /** One after the other: a list would take more room than all that is in it. */
  counts: PeerCount | undefined;
}

/** Every step is O(1): the idle stand in a chain in the order in which they went, and who is forgotten first stands first. */
export class Peers {
  readonly #peers = new Map<string, Peer>();
  readonly #order = new Chain<Peer>();
  #idle = 0;
  #counts = 0;

  /** A connection of the peer opens. */
  enter(key: string, now: number): Peer {
    this.#forget(now);
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      peer = { key, open: 1, counts: undefined, before: undefined, after: undefined };
      this.#peers.set(key, peer);
      return peer;
    }
    if (peer.open === 0) this.#wake(peer);
    peer.open += 1;
    return peer;
  }

  /** What is counted of the peer under these limits; a window of another kind begins anew. `interval`: of the peer's window, ms. */
  count(
    peer: Peer,
    of: object,
    { kind, interval }: { readonly kind: WindowKind; readonly interval: number },
  ): PeerCount {
    for (let count = peer.counts; count !== undefined; count = count.next) {
      if (count.of !== of) continue;
      if (count.recent.kind !== kind) count.recent = windowOf(kind);
      count.interval = interval;
      return count;
    }
    this.#counts += 1;
    return (peer.counts = { of, open: 0, recent: windowOf(kind), interval, next: peer.counts });
  }

  /** A connection of the peer has closed. */
  leave(peer: Peer, now: number): void {
    peer.open -= 1;
    if (peer.open > 0) return;
    if (isSilent(peer, now)) this.#drop(peer);
    else {
      this.#order.append(peer);
      this.#idle += 1;
    }
  }

  /** Counts of peers that are remembered: what memory grows with. */
  get size(): number {
    return this.#counts;
  }

  /** Two steps for each that comes: what is forgotten keeps pace with what is remembered. */
  #forget(now: number): void {
    for (let step = 0; step < 2; step += 1) {
      const peer = this.#order.first;
      if (peer === undefined || (this.#idle < mostIdlePeers && !isSilent(peer, now))) return;
      this.#wake(peer);
      this.#drop(peer);
    }
  }

  #wake(peer: Peer): void {
    this.#order.remove(peer);
    this.#idle -= 1;
  }

  #drop(peer: Peer): void {
    for (let count = peer.counts; count !== undefined; count = count.next) this.#counts -= 1;
    this.#peers.delete(peer.key);
  }
}

function isSilent(peer: Peer, now: number): boolean {
  for (let count = peer.counts; count !== undefined; count = count.next)
    if (count.recent.size(now, count.interval) > 0) return false;
  return true;
}
