// The user source as the settings have it: the table itself, a directory that only checks passwords, slow or down.
import type { Settings } from '../contract/settings/settings.ts';
import type { World } from '../world/world.ts';
import { type Later, whenThere } from './later.ts';
import type { Denial, SecretAnswer, SecretKind, UserSource } from './userSource.ts';

/**
 * What mechanisms ask, in front of the table. `delay` is waited for at each question but `account`, which is no question to
 * the source; a source that is down, or slower than `deadline`, denies with `unavailable` once that is known: at the deadline
 * at the latest. Each question waits by itself, and nothing is asked of the table before its answer is due.
 */
export function userSource(
  table: UserSource,
  { kind, failing, delay, deadline }: Settings['authentication']['source'],
  world: Pick<World, 'after'>,
): UserSource {
  const asked = kind === 'bind' ? directory(table) : table;
  if (!failing && delay === 0) return asked;
  const wait = Math.min(delay, deadline);
  const due = <T>(answer: () => Later<T>): Later<T> =>
    wait === 0 ? answer() : new Promise<void>((fire) => void world.after(wait, fire)).then(answer);
  const source = failing || delay > deadline ? down(asked) : asked;
  return {
    verify: (name, password) => due(() => source.verify(name, password)),
    secret: (name, kind, realm) => due(() => source.secret(name, kind, realm)),
    find: (name) => due(() => source.find(name)),
    token: (token) => due(() => source.token(token)),
    account: (name) => source.account(name),
  };
}

/** A directory that is asked by binding: it knows the names and checks passwords, and gives nothing out. */
function directory(table: UserSource): UserSource {
  return {
    verify: (name, password) => table.verify(name, password),
    secret: (name, kind, realm) => denied(table.secret(name, kind, realm), 'no-secret'),
    find: (name) => table.find(name),
    token: () => 'no-secret',
    account: (name) => table.account(name),
  };
}

/** No question is answered; there is still a secret to compute with, as for anybody who is denied. */
function down(asked: UserSource): UserSource {
  return {
    verify: () => 'unavailable',
    secret: (name, kind, realm) => denied(asked.secret(name, kind, realm), 'unavailable'),
    find: () => 'unavailable',
    token: () => 'unavailable',
    account: (name) => asked.account(name),
  };
}

/** The same denial for every name: where one is denied for itself, that is not told. */
function denied<K extends SecretKind>(answer: Later<SecretAnswer<K>>, why: Denial): Later<SecretAnswer<K>> {
  return whenThere(answer, ({ secret }) => ({ secret, denied: why }));
}
