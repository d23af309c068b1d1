// Events: the numbered records of a session; the journal is made of nothing else.
import type { DataFacts, Endpoint, Mailbox, Stage, TlsFacts } from './facts.ts';
import { z } from './schema.ts';
import type { Verdict } from './verdict.ts';

/** Version of the event shapes below; a workspace with a newer one is refused, never guessed at. */
export const eventVersion = 1;

/** Why a session ended. */
export const closeReasons = [
  'quit',
  'policy',
  'limit',
  'idle',
  'handshake-timeout',
  'peer-fin',
  'peer-rst',
  'tls-error',
  'shutdown',
  'drop',
  'fault',
] as const;
export type CloseReason = (typeof closeReasons)[number];

/**
 * What happened, without number and time. Bytes are strings of one character per octet (latin1), exactly as they crossed;
 * a redacted octet is the character U+25AE.
 */
export type EventBody =
  | {
      readonly kind: 'connect';
      readonly listener: string;
      readonly role: 'mx' | 'submission' | 'submissions';
      readonly production: string;
      readonly local: Endpoint;
      readonly peer: Endpoint;
      readonly secured: boolean;
      /** Settings generation the session keeps to its end. */
      readonly generation: number;
      /** Wall clock, ms since 1970. */
      readonly at: number;
    }
  | {
      readonly kind: 'line';
      readonly bytes: string;
      readonly end: 'crlf' | 'lf' | 'cr' | 'none';
      /** Octets that had already arrived behind this line. */
      readonly behind: number;
      /** Segments (reads) the line was spread over, when more than one. */
      readonly segments?: number;
      readonly secret?: boolean;
    }
  | {
      readonly kind: 'data';
      readonly facts: DataFacts;
      readonly segments: number;
      readonly exceptions: readonly DataException[];
      /** Line ends around the final dot, `crlf.crlf` as it should be; any other is SMTP smuggling's open door. Absent when no end came. */
      readonly ended?: string;
    }
  | {
      readonly kind: 'reply';
      readonly bytes: string;
      readonly code: number;
      readonly enhanced?: string;
      readonly verdict: Verdict;
      /** Left in the same write as the reply before it. */
      readonly joined?: boolean;
    }
  /** A decision that said nothing: a silent close, or one on a check that only records. */
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'tls'; readonly state: 'starting'; readonly discarded: number }
  | { readonly kind: 'tls'; readonly state: 'up'; readonly facts: TlsFacts; readonly ms: number }
  | { readonly kind: 'tls'; readonly state: 'failed'; readonly error: string }
  | {
      readonly kind: 'stored';
      readonly message: string;
      readonly size: number;
      readonly sender: Mailbox;
      readonly recipients: readonly Mailbox[];
      readonly messageId?: string;
      readonly remote: boolean;
    }
  | { readonly kind: 'close'; readonly by: 'us' | 'client'; readonly reason: CloseReason; readonly detail: string }
  /** A bug: the session answered 451 and went on, or closed. Paths in the stack are relative to the repository. */
  | { readonly kind: 'fault'; readonly stage?: Stage; readonly error: string; readonly stack: string };

/** Something unusual in the data phase, at an offset from the start of the message. */
export interface DataException {
  readonly offset: number;
  readonly kind: 'bare-lf' | 'bare-cr' | 'nul' | 'long-line';
}

/** An event as the journal keeps it: `n` counts from 1 within its session, `t` is ms since the session's connect. */
export type Event = EventBody & { readonly n: number; readonly t: number };

const known = ['connect', 'line', 'data', 'reply', 'verdict', 'tls', 'stored', 'close', 'fault'] as const;

/** Checks the frame of an event read from a file; the members of each kind are ours and versioned by {@link eventVersion}. */
export const eventSchema = z.looseObject({ n: z.number().int().min(1), t: z.number().min(0), kind: z.enum(known) });

/** What stands for a redacted octet. */
export const redacted = '\u25ae';
