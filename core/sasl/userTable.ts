// The users as mechanisms see them: a name that is unknown, disabled or without a secret is answered as any other, at the same cost.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MadeUp } from './madeUp.ts';
import { passwordMatches } from './passwordHash.ts';
import { tokenHash, type User, type UserSecrets } from './users.ts';
import type { Account, Denial, ScramSecret, SecretAnswer, SecretKind, Secrets, UserSource } from './userSource.ts';

export interface UserTableOptions {
  /**
   * 32 random octets or more. What is made up for a name follows from them, so a workspace keeps them: else the salts of
   * names nobody has would change with each start, and those of users would not.
   */
  readonly key: Uint8Array;
}

/**
 * The last successful password of each user is remembered as an HMAC, so a client that logs in again and again costs one
 * hash; failures always cost a whole check, known or unknown, remembered or not.
 */
export class UserTable implements UserSource {
  readonly #users: ReadonlyMap<string, User>;
  readonly #all: readonly User[];
  readonly #tokens: ReadonlyMap<string, User>;
  readonly #remembered = new Map<string, Buffer>();
  readonly #key: Buffer;
  readonly #madeUp: MadeUp;
  /** Compared with where nothing is remembered. */
  readonly #nothing: Buffer;

  /** @throws {RangeError} when two users have one name, or the key is short */
  constructor(users: readonly User[], { key }: UserTableOptions) {
    if (key.length < 32) throw new RangeError('the key of a user table needs 32 octets');
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#all = users;
    if (this.#users.size !== users.length) throw new RangeError('two users have one name');
    this.#tokens = new Map(users.flatMap((user) => user.tokens.map(({ hash }) => [hash.toString('hex'), user])));
    this.#key = Buffer.from(key);
    this.#madeUp = new MadeUp(this.#key, users);
    this.#nothing = this.#mac('', 'nothing');
  }

  verify(name: string, password: string): 'ok' | Denial {
    const user = this.#users.get(name);
    const mac = this.#mac(name, password);
    const remembered = this.#remembered.get(name) ?? this.#nothing;
    const madeUp = this.#madeUp.hash(name);
    if (timingSafeEqual(remembered, mac)) return 'ok';
    const matches = passwordMatches(unlocked(user)?.password ?? madeUp, password);
    const denied = denial(user) ?? (matches ? undefined : 'wrong-password');
    if (denied !== undefined) return denied;
    this.#remembered.set(name, mac);
    return 'ok';
  }

  secret<K extends SecretKind>(name: string, kind: K, realm: string): SecretAnswer<K> {
    const user = this.#users.get(name);
    const standIn = this.#standIn(name);
    // Somebody's secret is fetched and copied for a name that nobody has, too: memory that was not looked at lately is
    // slow, and what comes after should not meet any.
    const kept = keptFor(unlocked(user ?? standIn), kind, realm);
    const madeUp = this.#madeUp.secret(kind, name);
    const answers = [copies[kind](kept ?? madeUp), copies[kind](madeUp)] as const;
    const denied = denial(user) ?? (kept ? undefined : 'no-secret');
    const secret = answers[user ? 0 : 1];
    return denied === undefined ? { secret } : { secret, denied };
  }

  find(name: string): 'ok' | Denial {
    const user = this.#users.get(name);
    if (!user) return 'unknown-user';
    return user.enabled ? 'ok' : 'disabled';
  }

  token(token: string): { readonly user: string } | Denial {
    const user = this.#tokens.get(tokenHash(token).toString('hex'));
    if (!user) return 'unknown-user';
    return user.enabled ? { user: user.name } : 'disabled';
  }

  account(name: string): Account | undefined {
    const user = this.#users.get(name);
    return user && { name, aliases: user.aliases, quota: user.quota };
  }

  /** A user, always the same for a name. Asked for names that exist too, so that it costs nothing to exist. */
  #standIn(name: string): User | undefined {
    return this.#all[this.#mac(name, 'stand-in').readUInt32BE(0) % this.#all.length];
  }

  #mac(name: string, password: string): Buffer {
    const length = Buffer.byteLength(name);
    return createHmac('sha256', this.#key).update(`${length}:${name}${password}`).digest();
  }
}

const scramCopy = ({ salt, iterations, storedKey, serverKey }: ScramSecret): ScramSecret => ({
  salt: Buffer.from(salt),
  iterations,
  storedKey: Buffer.from(storedKey),
  serverKey: Buffer.from(serverKey),
});
const copies: { readonly [K in SecretKind]: (secret: Secrets[K]) => Secrets[K] } = {
  'scram-sha-1': scramCopy,
  'scram-sha-256': scramCopy,
  'cram-md5': ({ inner, outer }) => ({ inner: Buffer.from(inner), outer: Buffer.from(outer) }),
  'digest-md5': ({ hash }) => ({ hash: Buffer.from(hash) }),
};

/** Why nobody can log in under the name, whatever is proved. */
function denial(user: User | undefined): Denial | undefined {
  if (!user) return 'unknown-user';
  if (!user.enabled) return 'disabled';
  return 'sealed' in user.secrets ? 'sealed' : undefined;
}

function unlocked(user: User | undefined): UserSecrets | undefined {
  return user && !('sealed' in user.secrets) ? user.secrets : undefined;
}

function keptFor<K extends SecretKind>(
  secrets: UserSecrets | undefined,
  kind: K,
  realm: string,
): Secrets[K] | undefined {
  const kept = secrets?.[kind];
  if (kept && 'realm' in kept && kept.realm !== realm) return undefined;
  return kept as Secrets[K] | undefined;
}
