// A connection as all of our code knows it: a stream of octets between two addresses, whichever world it is in.
import type { Duplex } from 'node:stream';

/** Who is at one end. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Half-open as TCP is (RFC 9293 section 3.6): each side ends its own direction. */
export interface Connection extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Octets that have come, and that were written. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Ends without a farewell: the other side hears ECONNRESET. */
  resetAndDestroy(): this;
  /** Ends once everything written has gone. */
  destroySoon(): void;
}
