// Users as JSON text and back: every field checked, every problem named with its path and never with its value.
import { decodeBase64 } from './base64.ts';
import { maxScryptOctets, nameProblem, type User } from './users.ts';

/** What is wrong with a record; `path` as in `users.0.password.salt`. */
export interface UserProblem {
  readonly path: string;
  readonly message: string;
}

export type UsersRead =
  | { readonly ok: true; readonly users: readonly User[] }
  | { readonly ok: false; readonly problems: readonly UserProblem[] };

/** Version of the text below; a newer one is refused. */
const version = 1;

/** Users as text. It holds secrets: it belongs into the workspace, not into exports, snapshots or logs. */
export function writeUsers(users: readonly User[]): string {
  return `${JSON.stringify({ version, users }, null, 2)}\n`;
}

/** Reads what {@link writeUsers} wrote. */
export function parseUsers(text: string): UsersRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // JSON.parse quotes the text around the mistake, which may be a password.
    return { ok: false, problems: [{ path: '', message: 'is not JSON' }] };
  }
  if (!isRecord(value))
    return { ok: false, problems: [{ path: '', message: 'must be an object with version and users' }] };
  if (value.version !== version) {
    return {
      ok: false,
      problems: [{ path: 'version', message: `must be ${version}; a newer Gatehouse may have written it` }],
    };
  }
  return readUsers(value.users);
}

/** Checks user records that are already parsed, as a database hands them over. */
export function readUsers(value: unknown): UsersRead {
  if (!Array.isArray(value)) return { ok: false, problems: [{ path: 'users', message: 'must be a list' }] };
  const problems: UserProblem[] = [];
  const names = new Set<string>();
  value.forEach((row: unknown, index) => {
    const path = `users.${index}`;
    const found = problemsOf(row).map((problem) => ({
      ...problem,
      path: problem.path ? `${path}.${problem.path}` : path,
    }));
    problems.push(...found);
    if (found.length > 0) return;
    const { name } = row as User;
    if (names.has(name)) problems.push({ path: `${path}.name`, message: 'is the name of an earlier user' });
    names.add(name);
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, users: value as User[] };
}

function problemsOf(row: unknown): UserProblem[] {
  if (!isRecord(row)) return [{ path: '', message: 'must be an object' }];
  const problems = strangers(row, ['name', 'created', 'password', 'secret'], '');
  const need = (holds: boolean, path: string, message: string) => {
    if (!holds) problems.push({ path, message });
  };
  const { name, created, password, secret } = row;
  need(
    typeof name === 'string' && nameProblem(name) === null,
    'name',
    'must be 1 to 255 octets without control characters',
  );
  need(Number.isSafeInteger(created) && Number(created) >= 0, 'created', 'must be milliseconds since 1970');
  if (isRecord(password)) {
    problems.push(...strangers(password, ['scrypt', 'salt', 'hash'], 'password.'));
    need(octetsOf(password.salt) >= 8, 'password.salt', 'must be 8 or more octets in base64');
    need(octetsOf(password.hash) === 32, 'password.hash', 'must be 32 octets in base64');
    need(
      isCost(password.scrypt),
      'password.scrypt',
      'must be cost (a power of two), block and parallel, 256 MiB together at most',
    );
  } else need(false, 'password', 'must be an object with scrypt, salt and hash');
  const sealed = isRecord(secret) && Object.keys(secret).length === 1 && octetsOf(secret.sealed) > 0;
  const plain = isRecord(secret) && Object.keys(secret).length === 1 && typeof secret.plain === 'string';
  need(secret === null || sealed || plain, 'secret', 'must be null, {"plain": text} or {"sealed": base64}');
  return problems;
}

function strangers(row: Record<string, unknown>, known: readonly string[], prefix: string): UserProblem[] {
  const unknown = Object.keys(row).filter((key) => !known.includes(key));
  return unknown.map((key) => ({ path: prefix + key, message: 'is not known here' }));
}

/** RFC 7914 section 2: cost is a power of two above 1; the product bounds memory and time. */
function isCost(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { cost, block, parallel } = value;
  const numbers = [cost, block, parallel].map((one) =>
    Number.isSafeInteger(one) && Number(one) >= 1 ? Number(one) : 0,
  );
  const [n, r, p] = numbers as [number, number, number];
  const octets = 128 * n * r * p;
  return n > 1 && Number.isInteger(Math.log2(n)) && octets > 0 && octets <= maxScryptOctets;
}

function octetsOf(value: unknown): number {
  return typeof value === 'string' ? (decodeBase64(value)?.length ?? -1) : -1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
