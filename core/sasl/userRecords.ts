// Users as rows of JSON and back: every field checked, every problem named with its path and never with its value.
import type { z } from '../contract/schema.ts';
import { keySchema, oldRowSchema, rowSchema, rowVersion, secretsSchema } from './userRows.ts';
import type { Locked, User, UserSecrets } from './users.ts';

/** A host's key store, e.g. Electron's safeStorage. */
export interface Seal {
  seal(text: string): Uint8Array;
  /** Throws where it cannot: sealed on another machine, by another account, or damaged. */
  open(sealed: Uint8Array): string;
}

/** What is wrong with a row; `path` as in `users.0.secrets.plain.password.salt`. */
export interface UserProblem {
  readonly path: string;
  readonly message: string;
}

export type UsersRead =
  | {
      readonly ok: true;
      readonly users: readonly User[];
      /** Key of the table; absent in one that version 1 wrote. */
      readonly key?: Buffer;
      /** Passwords that version 1 kept, by user: what mechanisms need is to be derived, then they are to go. */
      readonly passwords: ReadonlyMap<string, string>;
      /** Something lies unsealed though there is a seal: the table is to be written again. */
      readonly isOpen: boolean;
    }
  | { readonly ok: false; readonly problems: readonly UserProblem[] };

/** The rows of users and of the table's key. They hold secrets: they belong into the workspace, nowhere else. */
export function rowsOf(users: readonly User[], key: Uint8Array, seal?: Seal): readonly { readonly name: string }[] {
  const own = { version: rowVersion, name: '', key: Buffer.from(key).toString('base64') };
  return [
    own,
    ...users.map(({ secrets, ...row }) => ({ version: rowVersion, ...asText(row), secrets: holder(secrets, seal) })),
  ];
}

function holder(secrets: UserSecrets | Locked, seal: Seal | undefined): object {
  if ('sealed' in secrets) return { sealed: secrets.sealed };
  // What another host sealed inside must stay within its reach.
  if (!seal || secrets.waiting !== undefined) return { plain: asText(secrets) };
  return { sealed: Buffer.from(seal.seal(JSON.stringify(asText(secrets)))).toString('base64') };
}

/** Buffers as base64, however deep. */
function asText<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => [key, textOf(one)] as const);
  return Object.fromEntries(entries) as T;
}
function textOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(textOf);
  return typeof value === 'object' && value !== null ? asText(value) : value;
}

/** Reads rows that are already parsed, as a database hands them over. */
export function readUsers(value: unknown, seal?: Seal): UsersRead {
  if (!Array.isArray(value)) return { ok: false, problems: [{ path: 'users', message: 'must be a list' }] };
  const reading = { users: [] as User[], passwords: new Map<string, string>(), isOpen: false, seal };
  const problems: UserProblem[] = [];
  let key: Buffer | undefined;
  const names = new Set<string>();
  value.forEach((row: unknown, index) => {
    const wrong = (path: string, message: string) => {
      problems.push({ path: `users.${index}${path && `.${path}`}`, message });
    };
    const keyRow = keySchema.safeParse(row);
    if (keyRow.success) {
      key = keyRow.data.key;
      return;
    }
    const user = readRow(row, reading, wrong);
    if (!user) return;
    if (names.has(user.name)) wrong('name', 'is the name of an earlier user');
    names.add(user.name);
    reading.users.push(user);
  });
  if (problems.length > 0) return { ok: false, problems };
  const { users, passwords, isOpen } = reading;
  return { ok: true, users, passwords, isOpen, ...(key && { key }) };
}

interface Reading {
  readonly passwords: Map<string, string>;
  isOpen: boolean;
  readonly seal: Seal | undefined;
}
type Wrong = (path: string, message: string) => void;

function readRow(row: unknown, reading: Reading, wrong: Wrong): User | undefined {
  const { version } = (typeof row === 'object' && row !== null ? row : {}) as { readonly version?: unknown };
  if (version === undefined) return readOld(row, reading, wrong);
  if (version !== rowVersion) {
    wrong('version', `must be ${rowVersion}; a newer Gatehouse may have written it`);
    return undefined;
  }
  const read = checked(rowSchema, row, wrong);
  if (!read) return undefined;
  const { version: _, secrets: held, ...user } = read;
  const secrets = held.sealed ? unsealed(held.sealed, reading, wrong) : checkedSecrets(held.plain, 'plain', wrong);
  if (!secrets) return undefined;
  if (!held.sealed && reading.seal && !('waiting' in secrets)) reading.isOpen = true;
  if ('sealed' in secrets || secrets.waiting === undefined || !reading.seal) return { ...user, secrets };
  const { waiting, ...others } = secrets;
  const password = opened(Buffer.from(waiting, 'base64'), reading.seal);
  if (typeof password !== 'string') return { ...user, secrets };
  reading.passwords.set(user.name, password);
  return { ...user, secrets: others };
}

/** Version 1: its hash goes on, its password is handed over to be derived from. */
function readOld(row: unknown, { passwords, seal }: Reading, wrong: Wrong): User | undefined {
  const read = checked(oldRowSchema, row, wrong);
  if (!read) return undefined;
  const { name, created, password, secret } = read;
  const user = { name, created, enabled: true, aliases: [], quota: null, tokens: [] };
  const kept = secret?.plain ?? (secret?.sealed && seal ? opened(secret.sealed, seal) : undefined);
  if (typeof kept === 'string') passwords.set(name, kept);
  const waits = secret?.sealed && typeof kept !== 'string' ? { waiting: secret.sealed.toString('base64') } : {};
  return { ...user, secrets: { password, ...waits } };
}

function unsealed(sealed: Buffer, { seal }: Reading, wrong: Wrong): UserSecrets | Locked | undefined {
  const locked = (why: string) => ({ sealed: sealed.toString('base64'), why });
  if (!seal) return locked('its secrets were sealed by the key store of the desktop program, which this host has not');
  const text = opened(sealed, seal);
  if (typeof text !== 'string') return locked('its secrets were sealed on another machine or by another account');
  try {
    return checkedSecrets(JSON.parse(text), 'sealed', wrong);
  } catch {
    // JSON.parse quotes the text around the mistake.
    wrong('secrets.sealed', 'holds no JSON');
    return undefined;
  }
}

/** What a key store says of its failures differs by system, and helps nobody. */
function opened(sealed: Buffer, seal: Seal): string | undefined {
  try {
    return seal.open(sealed);
  } catch {
    return undefined;
  }
}

function checkedSecrets(value: unknown, where: 'plain' | 'sealed', wrong: Wrong): UserSecrets | undefined {
  return checked(secretsSchema, value, (path, message) => {
    wrong(`secrets.${where}${path && `.${path}`}`, message);
  });
}

function checked<S extends z.ZodType>(schema: S, value: unknown, wrong: Wrong): z.output<S> | undefined {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  for (const issue of read.error.issues) {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') wrong(path.join('.'), issue.message);
    else for (const key of issue.keys) wrong([...path, key].join('.'), 'is not known here');
  }
  return undefined;
}
