// The world: clock, randomness and network as arguments, so that the receiver runs unchanged in a real and a simulated one.
import type { Connection, Peer } from './connection.ts';
import type { NameServers } from './nameServers.ts';

/** A connection as the receiver sees it: who it claims to be from may be the world's invention. */
export interface Accepted {
  readonly socket: Connection;
  readonly peer: Peer;
  readonly local: Peer;
}

/** A bound listening address. */
export interface Bound {
  readonly address: string;
  readonly port: number;
  /** Stops accepting; the port is free when the promise resolves. Open connections stay. */
  close(): Promise<void>;
}

export interface Timer {
  /** Does nothing when the timer has fired or was cancelled. */
  cancel(): void;
}

export interface World {
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Monotonic clock, ms with fractions. */
  elapsed(): number;
  /** Runs `fire` once after `ms`. Does not keep the process alive. */
  after(ms: number, fire: () => void): Timer;
  random(octets: number): Uint8Array;
  /** Binds; fails with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) when it cannot. */
  listen(at: { readonly host: string; readonly port: number }, accept: (accepted: Accepted) => void): Promise<Bound>;
  /** DNS servers outside; only the real world has them, and there only the receiver that is not private. */
  readonly nameServers?: NameServers;
}
