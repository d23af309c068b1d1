// What the main thread and the writer thread say to each other: records through the ring, questions and answers through a port.
import type { MessageRow } from '../contract/calls.ts';
import type { EventBody } from '../contract/event.ts';
import type { Envelope } from './journal.ts';
import type { RingMemory } from './ring.ts';

/** Types of the records in the ring, and their two numbers. */
export const record = {
  /** Session, number of the batch's first event; a batch as `batches.ts` writes it. */
  events: 1,
  /** Session: no event will follow. */
  end: 2,
  /** Session; the scenario run it belongs to. */
  run: 3,
  /** Message, 0; bytes. */
  chunk: 4,
  /** Message, session; JSON of an Envelope. */
  commit: 5,
  /** Message. */
  abort: 6,
  /** Message, number of the batch's first event; a batch that is true only if the message is kept. Before its commit. */
  promise: 8,
  /** Write what is waiting: a second has passed. */
  sync: 7,
  /** Number; JSON of the event it stands for in batches from now on. */
  know: 9,
  /** No number stands for an event any more. */
  forget: 10,
} as const;

/** Added to a type when further parts of the same payload follow. */
export const MORE = 128;

/** Consecutive events of one session: their times and their bodies. The first has the number the record carries. */
export interface Batch {
  readonly t: readonly number[];
  readonly e: readonly EventBody[];
}

/** A chunk as stored: batches in order, one JSON text a line. */
export interface StoredChunk {
  readonly first: number;
  readonly text: string;
}

/** How far back a page reaches and what it holds. */
export interface Page {
  readonly after: number;
  readonly limit: number;
}

export interface PageOf<T> {
  readonly rows: readonly T[];
  /** Ids that are gone since `after`. */
  readonly removed: readonly string[];
  /** Ask for what comes after this next. */
  readonly revision: number;
  readonly total: number;
  /** A list that ends before this revision is void: drop it, then take these rows. */
  readonly cleared: number;
}

export type Kept = 'sessions' | 'messages';

/** A question and its answer, by name. */
export interface Asks {
  sessions: { in: Page; out: PageOf<string> };
  events: {
    in: { session: number; after: number };
    out: { chunks: readonly StoredChunk[]; ended: boolean } | undefined;
  };
  messages: { in: Page; out: PageOf<string> };
  message: {
    in: number;
    out: { row: MessageRow; trace: string; bytes: Uint8Array; removed?: NonNullable<Envelope['removed']> } | undefined;
  };
  clear: { in: Kept; out: number };
  /** How many to keep; 0 = all. */
  retain: { in: Readonly<Record<Kept, number>>; out: null };
  read: { in: string; out: string | undefined };
  write: { in: { key: string; value: string }; out: null };
  users: { in: null; out: readonly string[] };
  saveUsers: { in: readonly { name: string; json: string }[]; out: null };
  runs: { in: number; out: readonly string[] };
  saveRun: { in: { id: string; started: number; json: string }; out: null };
  /** The numbers not given out yet. */
  close: { in: Readonly<Record<Kept, number>>; out: null };
}
export type AskName = keyof Asks;

export type Question = {
  [K in AskName]: { readonly id: number; readonly ask: K; readonly input: Asks[K]['in'] };
}[AskName];

/** A failure that crossed a thread. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Why a folder could not be opened as a workspace: what, where, how to fix it. Nothing in it was changed. */
export interface WorkspaceRefusal {
  readonly kind: 'corrupt' | 'newer' | 'not-a-workspace' | 'read-only' | 'in-use' | 'environment';
  readonly what: string;
  readonly where: string;
  readonly fix: string;
}

/** What the writer starts with. */
export interface WriterStart {
  readonly folder: string;
  readonly ring: RingMemory;
  readonly keep: Readonly<Record<Kept, number>>;
}

export interface Revisions {
  readonly sessions: number;
  readonly messages: number;
}

/** What the writer says. */
export type Said =
  | { readonly said: 'refused'; readonly refusal: WorkspaceRefusal }
  | {
      readonly said: 'opened';
      /** The first numbers to give out. */
      readonly next: Readonly<Record<Kept, number>>;
      readonly revisions: Revisions;
      /** What is damaged but does not keep the workspace from being used. */
      readonly problems: readonly string[];
    }
  | {
      readonly said: 'news';
      /** Committed messages with their size. */
      readonly stored: readonly (readonly [message: number, size: number])[];
      readonly failed: readonly (readonly [message: number, failure: Failure])[];
      readonly revisions?: Revisions;
      readonly room: boolean;
    }
  | { readonly said: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly said: 'failure'; readonly id: number; readonly failure: Failure }
  /** The disk refuses what is not a message: it is kept in memory and tried again. `''` = it works again. */
  | { readonly said: 'problem'; readonly problem: string };
