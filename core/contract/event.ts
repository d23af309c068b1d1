// Events: the numbered records of a session; the journal is made of nothing else.
import type {
  DataFacts,
  Endpoint,
  LoginFacts,
  Mailbox,
  ProxyFacts,
  RecipientDsn,
  Stage,
  TlsFacts,
  TransactionFacts,
  XclientFacts,
} from './facts.ts';
import type { PartFacts } from './senderAnswers.ts';
import { z } from './schema.ts';
import type { Verdict } from './verdict.ts';

/** Version of the event shapes below; a workspace with a newer one is refused, never guessed at. */
export const eventVersion = 4;

/** Why a session ended. */
export const closeReasons = [
  'quit',
  'policy',
  'limit',
  'idle',
  'handshake-timeout',
  'command-deadline',
  'data-deadline',
  'data-rate',
  'session-deadline',
  'slow-reader',
  'lookup-deadline',
  'message-limit',
  'command-limit',
  'junk-limit',
  'proxy-error',
  'peer-fin',
  'peer-rst',
  'tls-error',
  'shutdown',
  'drop',
  'server-fault',
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
      /** The connection came through a trusted proxy; `peer` and `local` are what it said. */
      readonly proxy?: ProxyFacts;
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
      /** ms between its first octet and its last, when they came apart. */
      readonly took?: number;
      readonly secret?: boolean;
    }
  /** Octets that were no line: a PROXY header, a TLS handshake where SMTP was expected. At most the first 536. */
  | { readonly kind: 'octets'; readonly what: 'proxy' | 'foreign'; readonly bytes: string; readonly length: number }
  /** A BDAT chunk has come (RFC 3030 section 2), or as much of it as there was when the connection ended. */
  | {
      readonly kind: 'chunk';
      readonly octets: number;
      readonly announced: number;
      readonly last: boolean;
      readonly segments: number;
      /** Swallowed: the command was refused. */
      readonly refused?: boolean;
    }
  /** One move of a login, decoded: what the client's response said, what the challenge to it says, and the end when it came to one. */
  | {
      readonly kind: 'sasl';
      readonly mechanism: string;
      /** From 1, anew for each AUTH. */
      readonly move: number;
      readonly heard?: SaslSaid;
      readonly asks?: SaslSaid;
      readonly ended?: {
        readonly result: Exclude<LoginFacts['result'], 'pending'>;
        readonly user?: string;
        readonly detail?: string;
      };
    }
  /** XCLIENT was accepted: from here on the session counts as coming from `peer`. */
  | { readonly kind: 'xclient'; readonly peer: Endpoint; readonly xclient: XclientFacts }
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
      /** A server-side fault (settings group `faults`) changed what was sent: `bytes` is what crossed, this is what was meant. */
      readonly fault?: ReplyFault;
    }
  /** A decision that said nothing: a silent close, or one on a check that only records. */
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'tls'; readonly state: 'starting'; readonly discarded: number }
  | { readonly kind: 'tls'; readonly state: 'up'; readonly facts: TlsFacts; readonly ms: number }
  /** `alert`: the TLS alert the client sent, e.g. `unknown ca`. */
  | { readonly kind: 'tls'; readonly state: 'failed'; readonly error: string; readonly alert?: string }
  | {
      readonly kind: 'stored';
      readonly message: string;
      readonly size: number;
      readonly sender: Mailbox;
      /** With what RCPT asked of delivery reports, where it did. */
      readonly recipients: readonly (Mailbox & { readonly dsn?: RecipientDsn })[];
      readonly messageId?: string;
      /** RFC 3461: RET and ENVID of MAIL. */
      readonly dsn?: TransactionFacts['dsn'];
      readonly remote: boolean;
      /** Kept apart from other mail: the check that said so. */
      readonly quarantine?: string;
      /** Where a worker had the message: its SHA-256 in hex, how many parts were read, and those with a name, at most 20. */
      readonly sha256?: string;
      readonly parts?: { readonly count: number; readonly more: boolean; readonly named: readonly PartFacts[] };
    }
  /** A message was answered 250, and is kept nowhere: a check's action is discard. */
  | {
      readonly kind: 'discarded';
      readonly message: string;
      readonly size: number;
      readonly sender: Mailbox;
      readonly recipients: readonly Mailbox[];
      readonly check: string;
    }
  | { readonly kind: 'close'; readonly by: 'us' | 'client'; readonly reason: CloseReason; readonly detail: string }
  /** A bug: the session answered 451 and went on, or closed. Paths in the stack are relative to the repository. */
  | { readonly kind: 'fault'; readonly stage?: Stage; readonly error: string; readonly stack: string };

/** What one side of a login said, decoded and without secrets. */
export interface SaslSaid {
  /** What the message is called in the mechanism's RFC, e.g. `client-first-message`, `password`. */
  readonly what: string;
  /** Of the message, before base64. */
  readonly octets: number;
  /** In the order in which they stand. A secret has its length in octets, never its value. */
  readonly fields: readonly ({ readonly name: string } & ({ readonly value: string } | { readonly secret: number }))[];
}

export interface ReplyFault {
  /** Name of the rule. */
  readonly rule: string;
  /** What was done, e.g. `dropped before the reply`. */
  readonly did: string;
  /** The reply that would have been sent. */
  readonly meant: string;
  /** Octets that crossed, when `bytes` has only the beginning of them. */
  readonly octets?: number;
}

/** Something unusual in the data phase, at an offset from the start of the message. */
export interface DataException {
  readonly offset: number;
  readonly kind: 'bare-lf' | 'bare-cr' | 'nul' | 'long-line';
}

/** An event as the journal keeps it: `n` counts from 1 within its session, `t` is ms since the session's connect. */
export type Event = EventBody & { readonly n: number; readonly t: number };

const known = [
  'connect',
  'line',
  'octets',
  'chunk',
  'sasl',
  'xclient',
  'data',
  'reply',
  'verdict',
  'tls',
  'stored',
  'discarded',
  'close',
  'fault',
] as const;

/** Checks the frame of an event read from a file; the members of each kind are ours and versioned by {@link eventVersion}. */
export const eventSchema = z.looseObject({ n: z.number().int().min(1), t: z.number().min(0), kind: z.enum(known) });

/** What stands for a redacted octet. */
export const redacted = '\u25ae';
