// The store of the writer thread: takes events and messages in, commits them in groups, and answers what is asked of them.
import type { MessageRow } from '../contract/calls.ts';
import { emptyRow, foldBatch, type SessionRow } from '../contract/summary.ts';
import { type Told, toldOf } from './batches.ts';
import { addUpTo, chunksOf } from './chunks.ts';
import type { Database } from './database.ts';
import type { Envelope } from './journal.ts';
import { Lists } from './lists.ts';
import { idOf } from './memory.ts';
import type { Asks, Batch, Kept, Page, PageOf, Revisions, StoredChunk } from './protocol.ts';
import type { Extent, Segments } from './segments.ts';

/** A message whose session waits for its 250. */
export interface Commit {
  readonly number: number;
  readonly session: number;
  readonly envelope: Envelope;
  /** What becomes true with the message. */
  readonly promise: Told | undefined;
}

/** A message as it is kept: where its bytes stand, and its place in the list. */
export interface KeptMessage {
  readonly commit: Commit;
  readonly size: number;
  readonly extents: readonly Extent[];
  readonly revision: number;
}

/** How far a write reaches: the number of the last redo record in it, and whether it is on disk at once. */
export interface Reach {
  readonly sequence: number;
  readonly durable: boolean;
}

/** A session that is open, or has something the database does not have yet. */
interface Live {
  row: SessionRow;
  revision: number;
  ended: boolean;
  /** Whether the database knows it at all. */
  known: boolean;
  place: number;
  /** Batches that are not in the database yet. */
  batches: StoredChunk[];
  /** Chunks the database was given of them, until it says that it has them. */
  written: number;
}

/** Ids are reserved this many ahead, so that none is given out twice after a crash. */
const RESERVE = 10_000;
/** Events the disk refuses are kept in memory up to this, characters; then the oldest are given up. */
const WAITING = 64_000_000;
/** How many are removed at a time, so that commits need not wait long. */
const REMOVED = 200;

export class Store {
  readonly #db: Database;
  readonly #segments: Segments;
  readonly #live = new Map<number, Live>();
  readonly #dirty = new Set<number>();
  readonly #lists: Lists;
  readonly #next: Record<Kept, number>;
  readonly #reserved: Record<Kept, number>;
  #keep: Readonly<Record<Kept, number>>;
  #waiting = 0;
  #synced: number;
  /** Of removed messages whose removal a crash could still take back. */
  #removed: Extent[] = [];

  constructor(o: { db: Database; segments: Segments; keep: Readonly<Record<Kept, number>> }) {
    this.#db = o.db;
    this.#segments = o.segments;
    this.#keep = o.keep;
    this.#synced = o.db.readNumber('synced', 0);
    const each = (of: (kind: Kept) => number): Record<Kept, number> => ({
      sessions: of('sessions'),
      messages: of('messages'),
    });
    this.#lists = new Lists(o.db);
    this.#reserved = each((kind) => o.db.readNumber(`reserved.${kind}`, 0));
    this.#next = each((kind) => Math.max(o.db.highest(kind), this.#reserved[kind]) + 1);
  }

  get next(): Readonly<Record<Kept, number>> {
    return this.#next;
  }

  get revisions(): Revisions {
    return { ...this.#lists.revision };
  }

  /** Characters of events that are not in the database yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether a durable write would change anything. */
  get isDirty(): boolean {
    return this.#dirty.size > 0 || this.#removed.length > 0;
  }

  /** Sessions that were open when the process ended get their end. */
  endWhatACrashLeftOpen(): void {
    for (const { number, row } of this.#db.unended()) {
      const { events, duration } = JSON.parse(row) as SessionRow;
      const body = {
        kind: 'close',
        by: 'us',
        reason: 'shutdown',
        detail: 'Gatehouse ended while the session was open',
      };
      const text = JSON.stringify({ t: [duration ?? this.#lastTime(number, events)], e: [body] });
      this.events(number, toldOf(events + 1, text));
      this.end(number);
    }
  }

  #lastTime(session: number, events: number): number {
    const { chunks } = this.#db.chunks(session, events - 1);
    const last = chunks.at(-1)?.text.split('\n').at(-1);
    return last === undefined ? 0 : ((JSON.parse(last) as Batch).t.at(-1) ?? 0);
  }

  /** Takes a batch of events over and folds it into the session's summary. */
  events(session: number, { first, text, batch }: Told): void {
    const live = this.#of(session, first > 1);
    live.row = foldBatch(live.row, first, batch());
    live.batches.push({ first, text });
    this.#waiting += text.length;
    this.#touch(session, live);
  }

  end(session: number): void {
    const live = this.#of(session, true);
    live.ended = true;
    if (live.known || live.row.events > 0) this.#touch(session, live);
    else this.#live.delete(session);
  }

  /** Names the scenario run a session belongs to. */
  run(session: number, run: string): void {
    const live = this.#of(session, true);
    live.row = { ...live.row, run };
    this.#touch(session, live);
  }

  #of(session: number, maybeKnown: boolean): Live {
    const found = this.#live.get(session);
    if (found) return found;
    const stored = maybeKnown ? this.#db.session(session) : undefined;
    const live: Live = {
      row: stored === undefined ? emptyRow(idOf(session)) : (JSON.parse(stored.row) as SessionRow),
      revision: stored?.revision ?? 0,
      ended: stored?.ended ?? false,
      known: stored !== undefined,
      place: stored === undefined ? 0 : this.#db.nextPlace(session),
      batches: [],
      written: 0,
    };
    if (!live.known) this.#lists.total.sessions += 1;
    this.#seen('sessions', session);
    this.#live.set(session, live);
    return live;
  }

  #touch(session: number, live: Live): void {
    live.revision = ++this.#lists.revision.sessions;
    this.#dirty.add(session);
  }

  #seen(kind: Kept, number: number): void {
    if (number >= this.#next[kind]) this.#next[kind] = number + 1;
  }

  /** Takes over what becomes true with a message; the function returned takes it back. */
  promised({ session, promise }: Commit): () => void {
    if (!promise) return () => undefined;
    const live = this.#of(session, true);
    const { row, batches } = live;
    const count = batches.length;
    const waiting = this.#waiting;
    this.events(session, promise);
    return () => {
      live.row = row;
      live.batches.length = count;
      this.#waiting = waiting;
    };
  }

  /** Tells windows that there is more, before the rows are made. */
  grown(kind: Kept): number {
    return ++this.#lists.revision[kind];
  }

  /** Puts all events so far and these messages into the database, in one transaction that says how far it reaches. */
  write(messages: readonly KeptMessage[], { sequence, durable }: Reach): void {
    this.#db.transaction(() => {
      for (const number of this.#dirty) this.#saveSession(number);
      for (const { commit, size, extents, revision } of messages) {
        const { number, envelope } = commit;
        this.#seen('messages', number);
        const row = JSON.stringify(messageRow(commit, size));
        const { trace, removed } = envelope;
        this.#db.addMessage({ number, revision, extents, row, trace, ...(removed && { removed }) });
      }
      for (const kind of ['sessions', 'messages'] as const) this.#reserve(kind);
      this.#db.write('redone', String(sequence));
      // What is durable always changes something: SQLite syncs nothing for a transaction that does not.
      if (durable) this.#db.write('synced', String((this.#synced += 1)));
    }, durable);
    this.#lists.total.messages += messages.length;
    for (const number of this.#dirty) this.#saved(number);
    this.#dirty.clear();
    this.#waiting = 0;
    // Not before nobody can come back for them: their room is used again.
    if (durable) this.#segments.release(this.#removed.splice(0));
  }

  #saveSession(number: number): void {
    const live = this.#live.get(number);
    if (live === undefined) return;
    const { revision, ended, row, batches } = live;
    this.#db.saveSession({ number, revision, ended, row: JSON.stringify(row) });
    const chunks = chunksOf(batches);
    for (const [index, chunk] of chunks.entries()) this.#db.addChunk(number, live.place + index, chunk);
    live.written = chunks.length;
  }

  #saved(number: number): void {
    const live = this.#live.get(number);
    if (live === undefined) return;
    if (live.ended) this.#live.delete(number);
    live.place += live.written;
    live.written = 0;
    live.batches = [];
    live.known = true;
  }

  #reserve(kind: Kept): void {
    if (this.#next[kind] + RESERVE / 2 < this.#reserved[kind]) return;
    const reserved = this.#next[kind] + RESERVE;
    this.#db.write(`reserved.${kind}`, String(reserved));
    this.#reserved[kind] = reserved;
  }

  /** Gives up events the disk has refused for too long; returns whether it had to. */
  giveUp(): boolean {
    if (this.#waiting < WAITING) return false;
    for (const live of this.#live.values()) live.batches = [];
    this.#waiting = 0;
    return true;
  }

  /** A page of session rows as JSON, those not on disk yet included. */
  sessions(page: Page): PageOf<string> {
    const { rows, last } = this.#db.page('sessions', page, (number) => this.#dirty.has(number));
    let revision = last;
    if (revision === undefined) {
      const fresh = [...this.#dirty].flatMap((number) => this.#live.get(number) ?? []);
      const after = fresh.filter((live) => live.revision > page.after).sort((a, b) => a.revision - b.revision);
      const taken = after.slice(0, page.limit - rows.length);
      rows.push(...taken.map((live) => JSON.stringify(live.row)));
      revision = taken.length < after.length ? (taken.at(-1)?.revision ?? page.after) : this.#lists.revision.sessions;
    }
    return this.#lists.page('sessions', page, { rows, revision });
  }

  messages(page: Page): PageOf<string> {
    const { rows, last } = this.#db.page('messages', page, () => false);
    return this.#lists.page('messages', page, { rows, revision: last ?? this.#lists.revision.messages });
  }

  /** Events of a session numbered above `after`, those not on disk yet included; undefined when there is no such session. */
  eventsOf(session: number, after: number): { chunks: StoredChunk[]; ended: boolean } | undefined {
    const live = this.#live.get(session);
    const stored = live === undefined || live.known ? this.#db.session(session) : undefined;
    if (live === undefined && stored === undefined) return undefined;
    const { chunks, cut } = this.#db.chunks(session, after);
    const isWhole = !cut && addUpTo(chunks, live?.batches ?? [], after);
    return { chunks, ended: isWhole && (live?.ended ?? stored?.ended ?? true) };
  }

  message(number: number): Asks['message']['out'] {
    const found = this.#db.message(number);
    if (found === undefined) return undefined;
    const { trace, removed } = found;
    const bytes = this.#segments.read(found.extents);
    return { row: JSON.parse(found.row) as MessageRow, trace, bytes, ...(removed && { removed }) };
  }

  /** Whether the message is kept, and its bytes stand there. */
  holds(number: number, extents: readonly Extent[]): boolean {
    const found = this.#db.message(number);
    return found !== undefined && JSON.stringify(found.extents) === JSON.stringify(extents);
  }

  retain(keep: Readonly<Record<Kept, number>>): void {
    this.#keep = keep;
  }

  /** Removes some of what is over the number kept; returns whether there is more to remove. */
  prune(): boolean {
    return (['sessions', 'messages'] as const).map((kind) => this.#prune(kind)).includes(true);
  }

  #prune(kind: Kept): boolean {
    const open = kind === 'sessions' ? this.#live.size : 0;
    const over = this.#lists.total[kind] - open - this.#keep[kind];
    if (this.#keep[kind] === 0 || over <= 0) return false;
    const oldest = this.#db.oldest(kind, Math.min(over, REMOVED));
    const numbers = kind === 'sessions' ? oldest.filter((number) => !this.#dirty.has(number)) : oldest;
    if (numbers.length === 0) return false;
    this.#removed.push(...this.#lists.remove(kind, numbers));
    if (kind === 'sessions') for (const number of numbers) this.#live.delete(number);
    const raised = this.#lists.forget(kind);
    if (kind === 'sessions') for (const live of this.#live.values()) live.revision += raised;
    return over > numbers.length;
  }

  /** Removes all messages, or all sessions that have ended; returns how many. */
  clear(kind: Kept): number {
    const { count, extents } = this.#lists.clear(kind);
    if (kind === 'sessions') for (const [number, live] of this.#live) this.#touch(number, live);
    this.#segments.release([...this.#removed.splice(0), ...extents]);
    return count;
  }

  /** The last write before the database is closed; `next` are the numbers not given out. */
  close(next: Readonly<Record<Kept, number>>): void {
    for (const kind of ['sessions', 'messages'] as const) this.#db.write(`reserved.${kind}`, String(next[kind] - 1));
  }
}

function messageRow({ number, session, envelope }: Commit, size: number): MessageRow {
  return {
    id: idOf(number),
    session: idOf(session),
    at: envelope.at,
    size,
    sender: envelope.sender.raw,
    recipients: envelope.recipients.map((recipient) => recipient.raw),
    subject: envelope.subject ?? '',
    messageId: envelope.messageId ?? '',
    from: envelope.from ?? '',
    remote: envelope.remote,
    ...(envelope.quarantine === undefined ? {} : { quarantine: envelope.quarantine }),
    ...(envelope.user === undefined ? {} : { user: envelope.user }),
  };
}
