// The journal: what the receiver writes events and messages to, whether it keeps them on disk or in memory.
import type { EventBody } from '../contract/event.ts';
import type { Mailbox } from '../contract/facts.ts';

export interface Journal {
  /** Opens the record of one session; ids are 8 hex digits, unique in the workspace, as AXIGEN's session ids are. */
  session(): SessionLog;
}

/** The record of one session. Appending never waits and never fails the session: a broken journal shows as a workbench problem. */
export interface SessionLog {
  readonly id: string;
  /** Appends an event at `t` ms since the session's connect; returns its number. */
  append(body: EventBody, t: number): number;
  /** Opens the file of one message; chunks are taken over in order and may be reused by the caller after `write` returns. */
  message(): MessageLog;
  /** Says that no event will follow. */
  end(): void;
}

export interface Envelope {
  readonly sender: Mailbox;
  readonly recipients: readonly Mailbox[];
  readonly user?: string;
  /** ms since 1970. */
  readonly at: number;
  readonly messageId?: string;
  readonly subject?: string;
  readonly from?: string;
  /** Some recipient's domain is not local: held and shown, never sent. */
  readonly remote: boolean;
  /** Trace header fields we would add, as text with CRLF line ends: kept apart from the client's bytes. */
  readonly trace: string;
  /** Kept apart from other mail, and the check that said so. */
  readonly quarantine?: string;
  /** Octets of the message, from and to, that are left out where it is handed on; never of what is kept. */
  readonly removed?: readonly { readonly start: number; readonly end: number }[];
}

/** An event that is true only once a message is stored: that it is, and the 250 that says so. */
export interface Truth {
  readonly body: EventBody;
  /** ms since the session's connect. */
  readonly t: number;
}

export interface MessageLog {
  readonly id: string;
  /** False when the writer is behind: wait for `drained` before reading more from the client. */
  write(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  /**
   * Resolves when the message's bytes, row and all events of its session so far are synced to disk (group commit).
   * Rejects with a code ENOSPC, EIO ... when they are not: the caller answers 452 and nothing is kept.
   * `truths` become the session's next events with the message, or not at all: what is acknowledged has its why on disk.
   */
  commit(envelope: Envelope, truths?: readonly Truth[]): Promise<{ readonly size: number }>;
  /** Forgets what was written. */
  abort(): void;
}
