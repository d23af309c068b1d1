// The users who may log in: made, checked, listed without secrets, written and read; a table of its own, never a setting.
import { createHmac, scryptSync, timingSafeEqual } from 'node:crypto';
import { cramSecret } from './derive.ts';
import type { Account, SecretAnswer, SecretKind, UserSource } from './userSource.ts';

/**
 * What CRAM-MD5 and DIGEST-MD5 need and hashing cannot give: the password itself. `plain` is just that; `sealed` is the
 * password as a host's key store encrypted it (base64).
 */
export type SharedSecret = { readonly plain: string } | { readonly sealed: string };

/**
 * A user, as JSON keeps it. PLAIN and LOGIN are checked against a salted scrypt hash. CRAM-MD5 must know the password, so
 * `secret` holds it, in the clear unless the host seals it: whoever reads this table can log in as that user. A user with
 * `secret: null` can use PLAIN and LOGIN only.
 */
export interface User {
  /** 1 to 255 octets of UTF-8 without control characters (RFC 4616 section 2); compared exactly. */
  readonly name: string;
  /** Wall clock, ms since 1970. */
  readonly created: number;
  readonly password: ScryptHash;
  readonly secret: SharedSecret | null;
}

/** RFC 7914. Salt and hash in base64. */
export interface ScryptHash {
  readonly scrypt: { readonly cost: number; readonly block: number; readonly parallel: number };
  readonly salt: string;
  readonly hash: string;
}

/** A host's key store, e.g. Electron's safeStorage. */
export interface Seal {
  seal(text: string): Uint8Array;
  open(sealed: Uint8Array): string;
}

/**
 * 1 MiB and about 3 ms a check. OWASP's Password Storage Cheat Sheet asks for cost 2^17 (128 MiB, half a second), for
 * servers whose table may leak. Here each failed login of a simulated flood runs on the receiver's own thread, and most
 * rows hold the password beside the hash for CRAM-MD5; so the block and cost of RFC 7914 section 12's second test vector
 * stand, with parallel 1. A row names its own parameters, so a table may mix them.
 */
const standard = { cost: 1024, block: 8, parallel: 1 } as const;
/** Most memory and work a row may ask for: 128 * cost * block * parallel octets; twice OWASP's least. */
export const maxScryptOctets = 256 * 2 ** 20;
const saltLength = 16;
const hashLength = 32;

export interface NewUser {
  readonly name: string;
  /** 1 to 1024 octets of UTF-8 without NUL. */
  readonly password: string;
  readonly created: number;
  /** False: no shared secret is kept, CRAM-MD5 will not work. */
  readonly keepSecret?: boolean;
}

/**
 * Makes a user.
 * @throws {RangeError} for a name or password that no mechanism could send; the message holds no password
 */
export function createUser(input: NewUser, random: (octets: number) => Uint8Array, seal?: Seal): User {
  const problem = nameProblem(input.name) ?? passwordProblem(input.password);
  if (problem) throw new RangeError(problem);
  const salt = Buffer.from(random(saltLength));
  const hash = derive(input.password, { scrypt: standard, salt });
  const secret = seal
    ? { sealed: Buffer.from(seal.seal(input.password)).toString('base64') }
    : { plain: input.password };
  return {
    name: input.name,
    created: input.created,
    password: { scrypt: standard, salt: salt.toString('base64'), hash: hash.toString('base64') },
    secret: input.keepSecret === false ? null : secret,
  };
}

/** Crockford's base 32: no letter that looks like a digit; 32 of them, so every octet gives one without bias. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A password of 80 random bits that can be read out over the telephone, e.g. `k7mp-2qxz-9fwd-0hta`. */
export function generatePassword(random: (octets: number) => Uint8Array): string {
  const letters = Array.from(random(16), (octet) => alphabet[octet & 31]!).join('');
  return letters.match(/.{4}/g)!.join('-');
}

export interface UserTableOptions {
  /** Random octets of this process, 32 or more: keys the memory of successful logins and stands in for missing salts. */
  readonly key: Uint8Array;
  /** Needed when rows are sealed. */
  readonly seal?: Seal;
}

/**
 * The users as mechanisms see them. The last successful password of each user is remembered as an HMAC under a key that
 * never leaves the process, so a client that logs in again and again costs one hash; failures always cost a whole check.
 */
export class UserTable implements UserSource {
  readonly #users: ReadonlyMap<string, User>;
  readonly #remembered = new Map<string, Buffer>();
  readonly #key: Buffer;
  readonly #seal: Seal | undefined;
  readonly #nobody: User;

  /** @throws {RangeError} when two users have one name, or the key is short */
  constructor(users: readonly User[], { key, seal }: UserTableOptions) {
    if (key.length < 32) throw new RangeError('the key of a user table needs 32 octets');
    this.#users = new Map(users.map((user) => [user.name, user]));
    if (this.#users.size !== users.length) throw new RangeError('two users have one name');
    this.#key = Buffer.from(key);
    this.#seal = seal;
    const salt = this.#mac('nobody', 'salt').subarray(0, saltLength).toString('base64');
    const scrypt = users[0]?.password.scrypt ?? standard;
    this.#nobody = { name: '', created: 0, password: { scrypt, salt, hash: '' }, secret: null };
  }

  verify(name: string, password: string): 'ok' | 'unknown-user' | 'wrong-password' {
    const user = this.#users.get(name);
    const mac = this.#mac(name, password);
    const remembered = this.#remembered.get(name);
    if (remembered && timingSafeEqual(remembered, mac)) return 'ok';
    const matches = passwordMatches(user ?? this.#nobody, password);
    if (!user) return 'unknown-user';
    if (!matches) return 'wrong-password';
    this.#remembered.set(name, mac);
    return 'ok';
  }

  /** In transition: only CRAM-MD5 so far. */
  secret<K extends SecretKind>(name: string, kind: K): SecretAnswer<K> {
    const user = this.#users.get(name);
    const password = this.#password(user);
    const answer = { secret: cramSecret(password ?? 'nobody') } as unknown as SecretAnswer<K>;
    if (kind !== 'cram-md5') return { ...answer, denied: 'no-secret' };
    if (!user) return { ...answer, denied: 'unknown-user' };
    return password === undefined ? { ...answer, denied: 'no-secret' } : answer;
  }

  #password(user: User | undefined): string | undefined {
    if (!user?.secret) return undefined;
    if ('plain' in user.secret) return user.secret.plain;
    return this.#seal?.open(Buffer.from(user.secret.sealed, 'base64'));
  }

  find(name: string): 'ok' | 'unknown-user' {
    return this.#users.has(name) ? 'ok' : 'unknown-user';
  }

  token(): 'unknown-user' {
    return 'unknown-user';
  }

  account(name: string): Account | undefined {
    return this.#users.has(name) ? { name, aliases: [], quota: null } : undefined;
  }

  /** Names and nothing that helps to log in, by name. */
  list(): { readonly name: string; readonly created: number }[] {
    const rows = [...this.#users.values()].map(({ name, created }) => ({ name, created }));
    return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #mac(name: string, password: string): Buffer {
    const length = Buffer.byteLength(name);
    return createHmac('sha256', this.#key).update(`${length}:${name}${password}`).digest();
  }
}

/** Whether the password is the user's; always costs one scrypt. */
export function passwordMatches(user: User, password: string): boolean {
  const { scrypt, salt, hash } = user.password;
  const expected = Buffer.from(hash, 'base64');
  const actual = derive(password, { scrypt, salt: Buffer.from(salt, 'base64') });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function derive(password: string, { scrypt, salt }: { scrypt: ScryptHash['scrypt']; salt: Buffer }): Buffer {
  const { cost, block, parallel } = scrypt;
  return scryptSync(password, salt, hashLength, {
    cost,
    blockSize: block,
    parallelization: parallel,
    maxmem: 2 * maxScryptOctets,
  });
}

/** Why a name cannot be a user's; null when it can. */
export function nameProblem(name: string): string | null {
  const octets = Buffer.byteLength(name);
  if (octets < 1 || octets > 255) return 'a user name has 1 to 255 octets';
  return /\p{Cc}/u.test(name) ? 'a user name has no control characters' : null;
}

function passwordProblem(password: string): string | null {
  const octets = Buffer.byteLength(password);
  if (octets < 1 || octets > 1024) return 'a password has 1 to 1024 octets';
  return password.includes('\0') ? 'a password has no NUL' : null;
}
