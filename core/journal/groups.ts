// Groups: what came through the ring is made durable in groups, one write and one sync each; the database follows in its own time.
import { type Told, toldOf } from './batches.ts';
import type { Envelope } from './journal.ts';
import { type Failure, type Kept, record } from './protocol.ts';
import { failureOf, type Messages, type Receiving } from './receiving.ts';
import { readRedo, Redo, type RedoRecord, Staged } from './redo.ts';
import type { Extent, Segments } from './segments.ts';
import type { Commit, KeptMessage, Store } from './store.ts';

export interface Outcome {
  readonly stored: [message: number, size: number][];
  readonly failed: [message: number, failure: Failure][];
}

/** In the redo log only: message, session; JSON of a {@link LoggedMessage}. Its bytes are the record's next. */
const KEPT = 32;

interface LoggedMessage {
  readonly envelope: Envelope;
  readonly size: number;
  readonly extents: readonly Extent[];
  /** Octets of it in the record: all, or 0 when they were in their segment, and synced, before. */
  readonly logged: number;
}

/** Bytes of a message up to this go into the log; larger ones are written once, to their segment, and synced there. */
const SMALL = 16 * 1024;
/** The redo log is written anew from its start when it has this many octets. */
const FULL = 32 * 1024 * 1024;

type Taken = { readonly commit: Commit; readonly message: Receiving };

interface Operation {
  readonly type: number;
  readonly session: number;
  readonly told: Told;
}

/**
 * What a 250 waits for is one record of the redo log: all events so far, the message's row and its bytes. The database
 * and the segments are written without waiting for the disk, and synced before the log is written anew; after a crash
 * the log is replayed. Where the disk has no room for the log, each group goes to segments and database with two syncs.
 */
export class Groups {
  readonly #store: Store;
  readonly #segments: Segments;
  readonly #messages: Messages;
  readonly #redo: Redo;
  /** Taken but not folded into the store yet. */
  #operations: Operation[] = [];
  /** Taken but not in the log yet. */
  readonly #staged = new Staged();
  /** In the log but not in the database. */
  #kept: KeptMessage[] = [];
  #sequence: number;
  #waiting = 0;

  constructor(o: { store: Store; segments: Segments; messages: Messages; file: string; sequence: number }) {
    this.#store = o.store;
    this.#segments = o.segments;
    this.#messages = o.messages;
    this.#sequence = o.sequence;
    this.#recover(readRedo(o.file));
    this.#redo = new Redo(o.file);
  }

  /** Characters and octets that the database does not have yet. */
  get waiting(): number {
    return this.#waiting + this.#store.waiting;
  }

  /** Whether there are messages the database does not have yet. */
  get isBehind(): boolean {
    return this.#kept.length > 0;
  }

  get isDirty(): boolean {
    return this.#store.isDirty || this.#operations.length > 0 || this.isBehind;
  }

  /** Events, an end or a run of a session. */
  take(type: number, session: number, what: Told): void {
    this.#staged.add(type, session, what.first, what.text);
    this.#queue({ type, session, told: what });
    this.#store.grown('sessions');
  }

  #queue(operation: Operation): void {
    this.#operations.push(operation);
    this.#waiting += operation.told.text.length;
  }

  /** Folds what was taken into the summaries, at most so many pieces of it; nothing is written. Returns whether there is more. */
  fold(most = Infinity): boolean {
    const operations = most < this.#operations.length ? this.#operations.splice(0, most) : this.#operations;
    if (operations === this.#operations) this.#operations = [];
    for (const { type, session, told } of operations) {
      this.#waiting -= told.text.length;
      if (type === record.events) this.#store.events(session, told);
      else if (type === record.end) this.#store.end(session);
      else this.#store.run(session, told.text);
    }
    return this.#operations.length > 0;
  }

  /** Makes these messages and everything before them durable, or says which could not be. */
  commit(commits: readonly Commit[]): Outcome {
    const outcome: Outcome = { stored: [], failed: [] };
    const taken = commits.map((commit) => ({ commit, message: this.#messages.take(commit.number) }));
    const sound = taken.filter(({ commit, message }) => {
      if (message.failure) this.#fail({ commit, message }, message.failure, outcome);
      return message.failure === undefined;
    });
    if (sound.length === 0 || this.#log(sound, outcome)) return outcome;
    const failure = this.#group(sound, outcome);
    if (failure === undefined) return outcome;
    // One message too large for the disk must not take the others down with it.
    for (const one of sound) {
      const alone = sound.length > 1 ? this.#group([one], outcome) : failure;
      if (alone) this.#fail(one, alone, outcome);
    }
    return outcome;
  }

  #fail({ commit, message }: Taken, failure: Failure, outcome: Outcome): void {
    this.#messages.forget(message);
    outcome.failed.push([commit.number, failure]);
  }

  /** The usual way: one record of the log, one sync. False when it cannot be, and then nothing has happened. */
  #log(group: readonly Taken[], outcome: Outcome): boolean {
    if (!this.#redo.isSound || (this.#redo.size > FULL && !this.#renewed())) return false;
    const mark = this.#segments.mark();
    const [from, staged] = [this.#redo.size, this.#staged.octets];
    let appended: Extent[] = [];
    try {
      const bodies = group.flatMap(({ message }) => this.#messages.bytesOf(message));
      if (bodies.length > 0) appended = this.#segments.append(bodies);
      // What was spilled while it came, and what is large, is not part of the record.
      if (group.some(({ message }) => !isLogged(message))) this.#segments.sync();
      const rows = this.#rows(group, appended);
      for (const { commit, size, extents, logged } of rows) {
        const { number, session, envelope, promise } = commit;
        if (promise) this.#staged.add(record.events, session, promise.first, promise.text);
        const text = JSON.stringify({ envelope, size, extents, logged } satisfies LoggedMessage);
        this.#staged.add(KEPT, number, session, text);
      }
      const logged = group.flatMap(({ message }) => (isLogged(message) ? this.#messages.bytesOf(message) : []));
      this.#redo.append(this.#sequence + 1, this.#staged.bytes(), logged);
      this.#redo.sync();
      this.#acknowledge(group, rows, outcome);
      return true;
    } catch (error) {
      this.#staged.cut(staged);
      this.#segments.cut(mark, appended);
      if (!this.#redo.isSound) this.#redo.spoil(from);
      this.#distrust(group, error);
      return false;
    }
  }

  #acknowledge(group: readonly Taken[], rows: readonly KeptMessage[], outcome: Outcome): void {
    this.#sequence += 1;
    this.#staged.cut();
    for (const { commit, size } of rows) {
      const { number, session, promise } = commit;
      if (promise) this.#queue({ type: record.events, session, told: promise });
      outcome.stored.push([number, size]);
    }
    for (const { message } of group) this.#messages.done(message);
    for (const row of rows) this.#kept.push({ ...row, revision: this.#store.grown('messages') });
  }

  #rows(group: readonly Taken[], appended: readonly Extent[]): (KeptMessage & { readonly logged: number })[] {
    let at = 0;
    return group.map(({ commit, message }) => {
      const own = appended.slice(at, (at += this.#messages.bytesOf(message).length));
      const logged = isLogged(message) ? message.size : 0;
      return { commit, size: message.size, extents: [...message.extents, ...own], revision: 0, logged };
    });
  }

  /** Without the log: bytes synced in their segment, then everything in one durable transaction. */
  #group(group: readonly Taken[], outcome: Outcome): Failure | undefined {
    const distrusted = group.find(({ message }) => message.failure);
    if (distrusted) return distrusted.message.failure;
    const mark = this.#segments.mark();
    let appended: Extent[] = [];
    const undo: (() => void)[] = [];
    try {
      this.fold();
      const bodies = group.flatMap(({ message }) => this.#messages.bytesOf(message));
      if (bodies.length > 0) appended = this.#segments.append(bodies);
      this.#segments.sync();
      const rows = this.#rows(group, appended);
      for (const { commit } of rows) undo.push(this.#store.promised(commit));
      this.#write(
        rows.map((row) => ({ ...row, revision: this.#store.grown('messages') })),
        true,
      );
      for (const { message } of group) this.#messages.done(message);
      for (const { commit, size } of rows) outcome.stored.push([commit.number, size]);
      return undefined;
    } catch (error) {
      this.#segments.cut(mark, appended);
      for (const each of undo.reverse()) each();
      this.#distrust(group, error);
      return failureOf(error);
    }
  }

  /** A segment that could not be synced may have lost anything since its last sync: what was spilled into it fails. */
  #distrust(group: readonly Taken[], error: unknown): void {
    if (!this.#segments.isDistrusted) return;
    // What is in the log stays there, for the next start to put back.
    this.#redo.giveUp();
    const failure = failureOf(error);
    for (const { message } of group) if (message.extents.length > 0) message.failure ??= failure;
    this.#messages.distrust(failure);
    this.#segments.abandon();
  }

  /**
   * Brings the database up to date; `durable`: it is on disk when this returns. Otherwise the log has it, or will have
   * it before anything that follows. Throws what the disk says.
   */
  settle(durable: boolean): void {
    if (!durable && this.#redo.isSound && this.#redo.size > FULL && this.#renewed()) return;
    this.fold();
    this.#write([], durable || !this.#logged());
  }

  /** Whether all that was taken is in the log; it is not synced: the next record's sync comes before anybody relies on it. */
  #logged(): boolean {
    if (this.#redo.isSound && this.#staged.octets > 0) {
      try {
        this.#redo.append(this.#sequence + 1, this.#staged.bytes());
        this.#sequence += 1;
        this.#staged.cut();
      } catch {
        // The database takes it without the log.
      }
    }
    return this.#redo.isSound;
  }

  #write(rows: readonly KeptMessage[], durable: boolean): void {
    // A record that failed may still be read after a crash: its number must have passed by then.
    if (!this.#redo.isSound) this.#sequence += 1;
    this.#store.write([...this.#kept, ...rows], { sequence: this.#sequence, durable });
    this.#kept = [];
    if (durable) this.#staged.cut();
  }

  /** Whether everything in the log could be made durable elsewhere, so that the log begins anew. */
  #renewed(): boolean {
    try {
      this.settle(true);
      this.#segments.sync();
      this.#redo.reset();
      return true;
    } catch (error) {
      this.#distrust([], error);
      return false;
    }
  }

  /** Removes all messages, or all sessions that have ended, also from the log; returns how many. */
  clear(kind: Kept): number {
    this.settle(false);
    const count = this.#store.clear(kind);
    if (this.#redo.isSound && this.#renewed()) this.#redo.empty();
    if (kind === 'messages') this.#segments.forgetSpare();
    return count;
  }

  /** Gives up events the disk has refused for too long; returns whether it had to. */
  giveUp(): boolean {
    const isOver = this.#store.giveUp();
    if (isOver) this.#staged.cut();
    return isOver;
  }

  /** Replays what an earlier process left: its database may have lost what was not synced, its segments as well. */
  #recover(records: readonly RedoRecord[]): void {
    if (records.length === 0) return;
    const pieces: { extents: readonly Extent[]; bytes: Buffer }[] = [];
    for (const { sequence, entries, bodies } of records) {
      const isNew = sequence > this.#sequence;
      let at = 0;
      for (const { type, a, b, payload } of entries) {
        if (type !== KEPT) {
          if (isNew) this.#queue({ type, session: a, told: toldOf(b, payload.toString()) });
          continue;
        }
        const { envelope, size, extents, logged } = JSON.parse(payload.toString()) as LoggedMessage;
        const bytes = bodies.subarray(at, (at += logged));
        const commit = { number: a, session: b, envelope, promise: undefined };
        if (logged > 0 && (isNew || this.#store.holds(a, extents))) pieces.push({ extents, bytes });
        if (isNew) this.#kept.push({ commit, size, extents, revision: this.#store.grown('messages') });
      }
      this.#sequence = Math.max(this.#sequence, sequence);
    }
    this.#segments.restore(pieces);
    this.fold();
    this.#store.write(this.#kept, { sequence: this.#sequence, durable: true });
    this.#kept = [];
  }

  /** After the last write: nothing is wanted of the log any more. */
  close(): void {
    this.#redo.close();
  }
}

/** Whether the message's bytes go into its record of the log. */
const isLogged = ({ size, extents }: Receiving) => size <= SMALL && extents.length === 0;
