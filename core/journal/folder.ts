// The folder of a workspace: whether it can be opened as one, and if not, what is wrong, where, and how to fix it.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventVersion } from '../contract/event.ts';
import { applicationId, Database, formatVersion } from './database.ts';
import type { WorkspaceRefusal } from './protocol.ts';

export const paths = (folder: string) => ({
  database: join(folder, 'workspace.sqlite'),
  mail: join(folder, 'mail'),
  /** What the database may not have yet; gone after a clean end. */
  redo: join(folder, 'redo.log'),
  /** Tells which process has the workspace open; what keeps others out is the lock on the database. */
  openBy: join(folder, 'open.json'),
});

/** What may be in a folder before its database is made. */
const early = new Set(['mail', 'log', 'tls', 'open.json', 'redo.log', 'workspace.sqlite-journal']);

/** A database larger than this is checked page by page only after a crash, octets. */
const CHECKED = 512 * 1024 * 1024;

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

class Refused extends Error {
  readonly refusal: WorkspaceRefusal;
  constructor(refusal: WorkspaceRefusal) {
    super(refusal.what);
    this.refusal = refusal;
  }
}

/** Opens the database of the folder, or makes both; a refusal leaves everything as it was. */
export function openFolder(folder: string): { readonly database: Database } | { readonly refusal: WorkspaceRefusal } {
  try {
    const create = isNew(folder);
    if (!create) examine(folder);
    const database = new Database(paths(folder).database, create);
    try {
      database.write('eventVersion', String(eventVersion));
      database.write('clean', '0');
      writeFileSync(paths(folder).openBy, JSON.stringify({ pid: process.pid }));
    } catch (error) {
      database.close();
      throw error;
    }
    return { database };
  } catch (error) {
    return { refusal: error instanceof Refused ? error.refusal : describe(folder, error) };
  }
}

export function leaveFolder(folder: string, database: Database): void {
  database.write('clean', '1');
  database.close();
  rmSync(paths(folder).openBy, { force: true });
}

/** Whether a workspace is to be made here; makes the folder. */
function isNew(folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) makeFolder(folder);
  else if (!stat.isDirectory())
    throw refused(
      'not-a-workspace',
      folder,
      'this is a file, not a folder',
      'name a folder, or one that does not exist yet',
    );
  accessSync(folder, constants.W_OK | constants.R_OK);
  const { database } = paths(folder);
  if (existsSync(database)) {
    accessSync(database, constants.W_OK | constants.R_OK);
    return statSync(database).size === 0;
  }
  const strange = readdirSync(folder).filter((name) => !early.has(name));
  if (strange.length === 0) return true;
  throw refused(
    'not-a-workspace',
    folder,
    `this folder is not a Gatehouse workspace: it holds ${strange.slice(0, 3).join(', ')} but no workspace.sqlite`,
    'name a workspace, an empty folder, or one that does not exist yet',
  );
}

/** Makes the folder and those it stands in; `mkdir` with `recursive` never returns where the system forbids it with ENOENT (/proc). */
function makeFolder(folder: string): void {
  const above = dirname(resolve(folder));
  if (!existsSync(above)) makeFolder(above);
  // Mail, transcripts and passwords are in it: nobody else on this machine may look.
  mkdirSync(folder, { mode: 0o700 });
}

/** Looks at the database without changing it, nor leaving files of its own beside it. */
function examine(folder: string): void {
  const { database: path } = paths(folder);
  const beside = [`${path}-shm`, `${path}-wal`].filter((file) => !existsSync(file));
  const database = new DatabaseSync(path, { readOnly: true });
  let isTheirs = false;
  try {
    const one = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0];
    if (one('PRAGMA application_id') !== applicationId)
      throw refused('not-a-workspace', path, 'this database was not made by Gatehouse', 'name another folder');
    const format = Number(one('PRAGMA user_version'));
    const events = format > formatVersion ? 0 : Number(one("SELECT value FROM meta WHERE key = 'eventVersion'"));
    if (format > formatVersion || events > eventVersion)
      throw refused(
        'newer',
        folder,
        `this workspace was written by a newer Gatehouse (format ${format}, events ${events}; this one knows ${formatVersion} and ${eventVersion})`,
        'open it with that version, or name another folder',
      );
    const clean = one("SELECT value FROM meta WHERE key = 'clean'") === '1';
    if (clean && statSync(path).size > CHECKED) return;
    const found = one('PRAGMA quick_check(1)');
    if (found !== 'ok') throw corrupt(path, String(found));
  } catch (error) {
    isTheirs = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;
    throw error;
  } finally {
    // While our lock is held nobody else can have made these files.
    if (!isTheirs) for (const file of beside) rmSync(file, { force: true });
    database.close();
  }
}

/** Why it cannot be opened, from the error that was thrown on the way. */
export function describe(folder: string, error: unknown): WorkspaceRefusal {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string };
  const { database } = paths(folder);
  switch (errcode === undefined ? undefined : errcode & 0xff) {
    case SQLITE_BUSY:
      return inUse(folder);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(database, message).refusal;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return readOnly(database, message);
    case undefined:
      break;
    default:
      // A table or column is missing: the file is a database of ours, but not whole.
      if (/no such (table|column)/.test(message)) return corrupt(database, message).refusal;
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return readOnly(folder, message);
  return refused(
    'environment',
    folder,
    `the workspace cannot be opened: ${message}`,
    'see whether the disk is full or failing, or name another folder',
  ).refusal;
}

function inUse(folder: string): WorkspaceRefusal {
  let by = 'another program';
  try {
    const { pid } = JSON.parse(readFileSync(paths(folder).openBy, 'utf8')) as { pid: number };
    by = pid === process.pid ? 'this very process' : `another Gatehouse (process ${pid})`;
  } catch {
    // Who has it open is only said better when it is known.
  }
  return refused('in-use', folder, `the workspace is already open in ${by}`, 'close it there, or name another folder')
    .refusal;
}

const readOnly = (where: string, message: string): WorkspaceRefusal =>
  refused(
    'read-only',
    where,
    `the workspace cannot be written: ${message}`,
    'give yourself write access to it, or name another folder',
  ).refusal;

const corrupt = (where: string, found: string): Refused =>
  refused(
    'corrupt',
    where,
    `the workspace is damaged (${found}); nothing in it was changed`,
    'name a new folder and keep this one: its mail folder still holds the bytes of every message',
  );

const refused = (kind: WorkspaceRefusal['kind'], where: string, what: string, fix: string): Refused =>
  new Refused({ kind, what, where, fix });
