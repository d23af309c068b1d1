// The database of a workspace: one SQLite file with summaries, event chunks, message rows, runs, users and the person's text.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { mostRead } from './chunks.ts';
import type { Envelope } from './journal.ts';
import { idOf } from './memory.ts';
import type { Kept, Page, StoredChunk } from './protocol.ts';
import type { Extent } from './segments.ts';

/** Marks a SQLite file as ours: "GATE". */
export const applicationId = 0x47415445;
/** Version of the tables below; a newer one is refused. */
export const formatVersion = 2;

const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE users (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (id TEXT PRIMARY KEY, started REAL NOT NULL, json TEXT NOT NULL);
CREATE TABLE sessions (number INTEGER PRIMARY KEY, revision INTEGER NOT NULL, ended INTEGER NOT NULL, row TEXT NOT NULL);
CREATE INDEX sessions_revision ON sessions (revision);
CREATE TABLE chunks (key INTEGER PRIMARY KEY, first INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE messages (number INTEGER PRIMARY KEY, revision INTEGER NOT NULL, extents TEXT NOT NULL, row TEXT NOT NULL, trace TEXT NOT NULL, removed TEXT);
CREATE INDEX messages_revision ON messages (revision);
CREATE TABLE removed (kind TEXT NOT NULL, revision INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (kind, revision)) WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};
`;

/** What a database of an older version lacks; it has 5 columns for a message. */
const upgrade = `BEGIN EXCLUSIVE; ALTER TABLE messages ADD COLUMN removed TEXT; PRAGMA user_version = ${formatVersion}; COMMIT;`;

/** A chunk's key: the session in the upper bits, the chunk's place within it in the lower 31. */
const keyOf = (session: number, place: number) => (BigInt(session) << 31n) | BigInt(place);

export interface SessionRecord {
  readonly number: number;
  readonly revision: number;
  readonly ended: boolean;
  readonly row: string;
}

export interface MessageRecord {
  readonly number: number;
  readonly revision: number;
  readonly extents: readonly Extent[];
  readonly row: string;
  readonly trace: string;
  /** Octets left out where it is handed on. */
  readonly removed?: Envelope['removed'];
}

export class Database {
  readonly #db: DatabaseSync;
  #isDurable = true;
  readonly #prepared = new Map<string, StatementSync>();

  /** Opens or makes the file; throws SQLite's error when it is locked, damaged or not a database. */
  constructor(path: string, create: boolean) {
    this.#db = new DatabaseSync(path);
    try {
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0;');
      if (create) this.#db.exec(`PRAGMA page_size = 8192; BEGIN EXCLUSIVE; ${schema} COMMIT;`);
      else if (Number(this.#db.prepare('PRAGMA user_version').get()?.['user_version']) < formatVersion)
        this.#db.exec(upgrade);
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #sql(text: string): StatementSync {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#prepared.set(text, statement);
    }
    return statement;
  }

  /**
   * Runs in one transaction: all of it is in the database when this returns, or none when it throws; on disk at once,
   * or, when it need not be `durable`, with the next one that is.
   */
  transaction(work: () => void, durable = true): void {
    if (durable !== this.#isDurable) this.#db.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#isDurable = durable;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  read(key: string): string | undefined {
    return this.#sql('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
  }

  readNumber(key: string, otherwise: number): number {
    return Number(this.read(key) ?? otherwise);
  }

  write(key: string, value: string): void {
    this.#sql('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
  }

  saveSession(session: SessionRecord): void {
    this.#sql(
      `INSERT INTO sessions VALUES (?, ?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET revision = excluded.revision, ended = excluded.ended, row = excluded.row`,
    ).run(session.number, session.revision, session.ended ? 1 : 0, session.row);
  }

  session(number: number): SessionRecord | undefined {
    const found = this.#sql('SELECT * FROM sessions WHERE number = ?').get(number);
    return found === undefined ? undefined : sessionOf(found);
  }

  /** Sessions that were open when the workspace was last left. */
  unended(): SessionRecord[] {
    return this.#sql('SELECT * FROM sessions WHERE ended = 0').all().map(sessionOf);
  }

  /** The place of the session's next chunk. */
  nextPlace(session: number): number {
    const last = this.#sql('SELECT max(key) - ? AS place FROM chunks WHERE key BETWEEN ? AND ?').get(
      keyOf(session, 0),
      keyOf(session, 0),
      keyOf(session, 0x7fffffff),
    );
    const place = last?.['place'];
    return typeof place === 'number' ? place + 1 : 0;
  }

  addChunk(session: number, place: number, chunk: StoredChunk): void {
    this.#sql('INSERT INTO chunks VALUES (?, ?, ?)').run(keyOf(session, place), chunk.first, chunk.text);
  }

  /** Chunks with events numbered above `after`, from the one that may hold the next; `cut` when there are more. */
  chunks(session: number, after: number): { chunks: StoredChunk[]; cut: boolean } {
    const [from, to] = [keyOf(session, 0), keyOf(session, 0x7fffffff)];
    const chunks: StoredChunk[] = [];
    let octets = 0;
    const rows = this.#sql(
      `SELECT first, text FROM chunks WHERE key <= ? AND key >= ifnull(
         (SELECT key FROM chunks WHERE key BETWEEN ? AND ? AND first <= ? ORDER BY key DESC LIMIT 1), ?) ORDER BY key`,
    ).iterate(to, from, to, after + 1, from);
    for (const row of rows) {
      if (octets > mostRead) return { chunks, cut: true };
      const text = String(row['text']);
      octets += text.length;
      chunks.push({ first: Number(row['first']), text });
    }
    return { chunks, cut: false };
  }

  addMessage(message: MessageRecord): void {
    this.#sql('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)').run(
      message.number,
      message.revision,
      JSON.stringify(message.extents),
      message.row,
      message.trace,
      message.removed === undefined ? null : JSON.stringify(message.removed),
    );
  }

  message(number: number): MessageRecord | undefined {
    const found = this.#sql('SELECT * FROM messages WHERE number = ?').get(number);
    if (found === undefined) return undefined;
    const removed = found['removed'];
    return {
      number,
      revision: Number(found['revision']),
      extents: JSON.parse(String(found['extents'])) as Extent[],
      row: String(found['row']),
      trace: String(found['trace']),
      ...(typeof removed === 'string' && { removed: JSON.parse(removed) as NonNullable<MessageRecord['removed']> }),
    };
  }

  *extents(): Generator<readonly Extent[]> {
    for (const row of this.#sql('SELECT extents FROM messages').iterate())
      yield JSON.parse(String(row['extents'])) as Extent[];
  }

  count(kind: Kept): number {
    return Number(this.#sql(`SELECT count(*) AS count FROM ${kind}`).get()?.['count'] ?? 0);
  }

  /** The highest number that was given out, as far as the rows tell. */
  highest(kind: Kept): number {
    return Number(this.#sql(`SELECT max(number) AS number FROM ${kind}`).get()?.['number'] ?? 0);
  }

  lastRevision(kind: Kept): number {
    const found = this.#sql(
      `SELECT max(ifnull((SELECT max(revision) FROM ${kind}), 0), ifnull((SELECT max(revision) FROM removed WHERE kind = ?), 0)) AS last`,
    ).get(kind);
    return Number(found?.['last'] ?? 0);
  }

  /** Removes all messages, or all sessions that have ended, and the notes of earlier removals. */
  clear(kind: Kept): void {
    if (kind === 'messages') this.#db.exec('DELETE FROM messages');
    else if (this.#sql('SELECT 1 FROM sessions WHERE ended = 0 LIMIT 1').get() === undefined)
      this.#db.exec('DELETE FROM chunks; DELETE FROM sessions');
    else
      this.#db.exec(
        `DELETE FROM chunks WHERE (key >> 31) NOT IN (SELECT number FROM sessions WHERE ended = 0);
         DELETE FROM sessions WHERE ended = 1`,
      );
    this.#sql('DELETE FROM removed WHERE kind = ?').run(kind);
  }

  /** A page of rows in the order of their last change, without those `newer` knows better. */
  page(kind: Kept, page: Page, newer: (number: number) => boolean): { rows: string[]; last?: number } {
    const rows: string[] = [];
    const found = this.#sql(`SELECT number, revision, row FROM ${kind} WHERE revision > ? ORDER BY revision`);
    for (const row of found.iterate(page.after)) {
      if (newer(Number(row['number']))) continue;
      rows.push(String(row['row']));
      if (rows.length >= page.limit) return { rows, last: Number(row['revision']) };
    }
    return { rows };
  }

  removedBetween(kind: Kept, after: number, to: number): string[] {
    return this.#sql('SELECT number FROM removed WHERE kind = ? AND revision > ? AND revision <= ?')
      .all(kind, after, to)
      .map((row) => idOf(Number(row['number'])));
  }

  /** Notes that these are gone, the first under the revision behind `after`, each under its own. */
  noteRemoved(kind: Kept, after: number, numbers: readonly number[]): void {
    const note = this.#sql('INSERT INTO removed VALUES (?, ?, ?)');
    for (const [index, number] of numbers.entries()) note.run(kind, after + 1 + index, number);
  }

  notes(kind: Kept): number {
    return Number(this.#sql('SELECT count(*) AS count FROM removed WHERE kind = ?').get(kind)?.['count'] ?? 0);
  }

  /** Numbers of the oldest that may go: sessions that have ended, messages. */
  oldest(kind: Kept, most: number): number[] {
    const where = kind === 'sessions' ? 'WHERE ended = 1' : '';
    return this.#sql(`SELECT number FROM ${kind} ${where} ORDER BY number LIMIT ?`)
      .all(most)
      .map((row) => Number(row['number']));
  }

  removeSession(number: number): void {
    this.#sql('DELETE FROM sessions WHERE number = ?').run(number);
    this.#sql('DELETE FROM chunks WHERE key BETWEEN ? AND ?').run(keyOf(number, 0), keyOf(number, 0x7fffffff));
  }

  /** Removes all messages up to that number; returns where their bytes stand. */
  removeMessages(last: number): Extent[] {
    const found = this.#sql('SELECT extents FROM messages WHERE number <= ?').all(last);
    this.#sql('DELETE FROM messages WHERE number <= ?').run(last);
    return found.flatMap((row) => JSON.parse(String(row['extents'])) as Extent[]);
  }

  /** The lowest revision of a row; 1 when there is none. */
  firstRevision(kind: Kept): number {
    return Number(this.#sql(`SELECT ifnull(min(revision), 1) AS first FROM ${kind}`).get()?.['first'] ?? 1);
  }

  /** Raises the revisions of all rows and forgets what was removed. */
  renumber(kind: Kept, by: number): void {
    this.#sql(`UPDATE ${kind} SET revision = revision + ?`).run(by);
    this.#sql('DELETE FROM removed WHERE kind = ?').run(kind);
  }

  users(): string[] {
    return this.#sql('SELECT json FROM users ORDER BY name')
      .all()
      .map((row) => String(row['json']));
  }

  /** A password that is nobody's any more leaves nothing behind: its bytes are overwritten, and the write-ahead log is emptied. */
  saveUsers(users: readonly { readonly name: string; readonly json: string }[]): void {
    this.#db.exec('PRAGMA secure_delete = ON');
    try {
      this.transaction(() => {
        this.#sql('DELETE FROM users').run();
        for (const user of users) this.#sql('INSERT INTO users VALUES (?, ?)').run(user.name, user.json);
      });
    } finally {
      this.#db.exec('PRAGMA secure_delete = OFF; PRAGMA wal_checkpoint(TRUNCATE)');
    }
  }

  /** The newest runs first. */
  runs(most: number): string[] {
    return this.#sql('SELECT json FROM runs ORDER BY started DESC, id DESC LIMIT ?')
      .all(most)
      .map((row) => String(row['json']));
  }

  /** Keeps the newest 200 runs. */
  saveRun(run: { readonly id: string; readonly started: number; readonly json: string }): void {
    this.#sql('INSERT OR REPLACE INTO runs VALUES (?, ?, ?)').run(run.id, run.started, run.json);
    this.#sql('DELETE FROM runs WHERE id NOT IN (SELECT id FROM runs ORDER BY started DESC, id DESC LIMIT 200)').run();
  }
}

const sessionOf = (found: Record<string, unknown>): SessionRecord => ({
  number: Number(found['number']),
  revision: Number(found['revision']),
  ended: found['ended'] === 1,
  row: String(found['row']),
});
