// A journal kept in memory: for tests, and for the private receivers that scenario cases are played against.
import type { Event, EventBody } from '../contract/event.ts';
import { emptyRow, foldSummary, type SessionRow } from '../contract/summary.ts';
import type { Envelope, Journal, MessageLog, SessionLog } from './journal.ts';

export interface MemoryOptions {
  /** Called for each event as it is appended. */
  readonly onEvent?: (session: string, event: Event) => void;
  /** Number of the first session and of the first message; 1 unless said. Ids are it, as 8 hex digits. */
  readonly firstId?: number;
  /** A system error code (ENOSPC, EIO) with which the commit of a message of that many bytes fails; undefined = it succeeds. */
  readonly failCommit?: ((size: number) => string | undefined) | undefined;
}

export interface MemorySession {
  readonly id: string;
  readonly events: readonly Event[];
  /** The summary, folded when it is asked for. */
  readonly row: SessionRow;
  readonly ended: boolean;
}

/** A committed message: exactly the client's bytes. */
export interface MemoryMessage {
  readonly id: string;
  readonly session: string;
  readonly bytes: Uint8Array;
  readonly envelope: Envelope;
}

export interface MemoryJournal extends Journal {
  /** In the order they were opened. */
  readonly sessions: readonly MemorySession[];
  /** In the order they were committed. */
  readonly messages: readonly MemoryMessage[];
  /** Resolves when no session is open any more; at once when none is. */
  settled(): Promise<void>;
}

/** A number as sessions and messages carry it: 8 hex digits in upper case, as AXIGEN's log has them. */
export function idOf(number: number): string {
  return (number >>> 0).toString(16).toUpperCase().padStart(8, '0');
}

export interface MemoryMessageOptions {
  readonly id: string;
  readonly session: string;
  readonly append: SessionLog['append'];
  /** Called with what was committed. */
  readonly stored: (message: MemoryMessage) => void;
  readonly failCommit: MemoryOptions['failCommit'];
}

/** A message that is put together in memory. */
export function memoryMessage({ id, session, append, stored, failCommit }: MemoryMessageOptions): MessageLog {
  let chunks: Uint8Array[] = [];
  return {
    id,
    write: (chunk) => {
      chunks.push(Uint8Array.from(chunk));
      return true;
    },
    drained: () => Promise.resolve(),
    commit: (envelope, truths = []) => {
      const bytes = joined(chunks);
      chunks = [];
      const code = failCommit?.(bytes.length);
      if (code !== undefined) return Promise.reject(storageError(code, 'the message was not stored'));
      stored({ id, session, bytes, envelope });
      for (const { body, t } of truths) append(body, t);
      return Promise.resolve({ size: bytes.length });
    },
    abort: () => void (chunks = []),
  };
}

export function memoryJournal(options: MemoryOptions = {}): MemoryJournal {
  const sessions: MemorySession[] = [];
  const messages: MemoryMessage[] = [];
  let nextSession = options.firstId ?? 1;
  let nextMessage = options.firstId ?? 1;
  let open = 0;
  let waiting: (() => void)[] = [];

  const stored = (message: MemoryMessage) => void messages.push(message);
  const message = (session: string, append: SessionLog['append']): MessageLog =>
    memoryMessage({ id: idOf(nextMessage++), session, append, stored, failCommit: options.failCommit });

  const session = (): SessionLog => {
    const id = idOf(nextSession++);
    const events: Event[] = [];
    let ended = false;
    open += 1;
    sessions.push({
      id,
      events,
      get row() {
        return events.reduce(foldSummary, emptyRow(id));
      },
      get ended() {
        return ended;
      },
    });
    const append = (body: EventBody, t: number) => {
      const n = events.length + 1;
      const event: Event = { ...body, n, t };
      events.push(event);
      options.onEvent?.(id, event);
      return n;
    };
    return {
      id,
      append,
      message: () => message(id, append),
      end: () => {
        if (ended) return;
        ended = true;
        open -= 1;
        if (open > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      },
    };
  };

  return {
    sessions,
    messages,
    session,
    settled: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
  };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** An error as Node's file functions throw it: the code says what the system refused. */
export function storageError(code: string, what: string): Error & { readonly code: string } {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
