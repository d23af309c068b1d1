// Users from a file: what each line would come to, and the table as it is then. Lines that cannot be taken stop nothing.
import type { Output, Parsed } from '../contract/calls.ts';
import { HostError } from '../contract/rpc.ts';
import { readHtpasswd } from '../formats/htpasswd.ts';
import { readUserCsv } from '../formats/userCsv.ts';
import type { FileRow, FileUser } from '../formats/userRow.ts';
import { bareHash, importedProblem } from '../sasl/importedHash.ts';
import { passwordMatches } from '../sasl/passwordHash.ts';
import { prepared } from '../sasl/prepare.ts';
import { aliasProblem, nameProblem, newNameProblem, passwordProblem, quotaProblem } from '../sasl/userFields.ts';
import type { User } from '../sasl/users.ts';
import type { World } from '../world/world.ts';
import { changedUser, type Making } from './userChange.ts';

type Row = Output<'users.import'>['rows'][number];

/** Lines with a user that one import may have: each costs some 10 ms of the thread that serves sessions, a few at a time. */
export const mostLines = 20_000;

export interface ImportMaking extends Making {
  readonly world: Pick<World, 'random' | 'now' | 'after'>;
}

/**
 * Goes through the file; without `apply` nothing is derived and `users` stays as it was.
 * @throws {HostError} `bad-input` where the file as a whole cannot be read, with the line
 */
export async function importUsers(
  { format, text, apply }: Parsed<'users.import'>,
  all: readonly User[],
  making: ImportMaking,
): Promise<{ readonly rows: readonly Row[]; readonly users: readonly User[] }> {
  const users = new Map(all.map((user) => [user.name, user]));
  const rows: Row[] = [];
  for (const [index, row] of read(format, text).entries()) {
    // Sessions are served in between.
    if (index % 4 === 3) await new Promise<void>((fire) => void making.world.after(0, fire));
    const { line, name } = row;
    const old = users.get(name);
    const problem = problemOf(row, old);
    if (problem !== null || 'why' in row) {
      rows.push({ line, name: shown(name), what: 'skipped', note: problem ?? '' });
      continue;
    }
    const { what, note } = told(row, old, making);
    rows.push({ line, name, what, note });
    if (apply && what !== 'same') users.set(name, taken(row, old, making));
  }
  return { rows, users: apply ? [...users.values()] : all };
}

/** What is no name may hold whole lines, passwords and all, where a quotation mark is missing. */
function shown(name: string): string {
  return nameProblem(name) === null ? name : (/^[^\p{Cc},;:]{0,60}/u.exec(name)?.[0] ?? '');
}

function read(format: Parsed<'users.import'>['format'], text: string): readonly FileRow[] {
  const rows = format === 'htpasswd' ? readHtpasswd(text) : csvRows(text);
  if (rows.length > mostLines)
    throw new HostError('bad-input', `the file has ${rows.length} users; split it: ${mostLines} at most in one import`);
  return rows;
}

function csvRows(text: string): readonly FileRow[] {
  const result = readUserCsv(text);
  if ('mistake' in result) throw new HostError('bad-input', `line ${result.mistake.line}: ${result.mistake.message}`);
  return result.rows;
}

function problemOf(row: FileRow, old: User | undefined): string | null {
  if ('why' in row) return row.why;
  const { name, secret, aliases = [], quota = null } = row;
  return (
    (old ? nameProblem(name) : newNameProblem(name)) ??
    ('hash' in secret ? importedProblem(bareHash(secret.hash)) : passwordProblem(secret.password)) ??
    quotaProblem(quota) ??
    aliases.map(aliasProblem).find((one) => one !== null) ??
    null
  );
}

function told(row: FileUser, old: User | undefined, { deriving }: Making): Pick<Row, 'what' | 'note'> {
  const what = old ? (isSame(row, old, deriving.realm) ? 'same' : 'changed') : 'new';
  if ('hash' in row.secret) {
    const losing = what === 'changed' && old && 'password' in old.secrets && !('imported' in old.secrets.password);
    return { what, note: `imported hash: only PLAIN and LOGIN${losing ? ', what other mechanisms had is lost' : ''}` };
  }
  const hasScram = prepared(row.secret.password) !== undefined;
  return { what, note: hasScram ? '' : 'SCRAM will not work: SASLprep does not take its password (RFC 4013)' };
}

function isSame({ secret, aliases, enabled, quota }: FileUser, old: User, realm: string): boolean {
  if ('sealed' in old.secrets) return false;
  const { password } = old.secrets;
  const sameSecret =
    'hash' in secret
      ? 'imported' in password && password.imported === bareHash(secret.hash)
      : !('imported' in password) &&
        // What cannot be used any more is worth deriving again.
        old.secrets['digest-md5']?.realm === realm &&
        passwordMatches(password, secret.password);
  return (
    sameSecret &&
    (enabled ?? old.enabled) === old.enabled &&
    (quota === undefined || quota === old.quota) &&
    (aliases === undefined || JSON.stringify(aliases) === JSON.stringify(old.aliases))
  );
}

function taken({ name, secret, aliases, enabled, quota }: FileUser, old: User | undefined, making: Making): User {
  const change = {
    name,
    ...(aliases && { aliases: [...aliases] }),
    ...(enabled !== undefined && { enabled }),
    ...(quota !== undefined && { quota }),
  };
  if ('password' in secret) return changedUser(old, { ...change, password: secret.password }, making);
  const secrets = { password: { imported: bareHash(secret.hash) } };
  const kept = old ?? {
    name,
    created: making.world.now(),
    enabled: true,
    aliases: [],
    quota: null,
    tokens: [],
    secrets,
  };
  return { ...changedUser(kept, change, making), secrets };
}
