// The users who may log in, and what is kept of a password: for each mechanism what it needs, and never the password.
import { createHash } from 'node:crypto';
import type { MechanismName } from '../contract/mechanisms.ts';
import { cramSecret, digestSecret, scramSecret, type ScramHash } from './derive.ts';
import { hashPassword, type PasswordHash, saltLength } from './passwordHash.ts';
import { prepared } from './prepare.ts';
import { aliasProblem, nameProblem, passwordProblem, quotaProblem } from './userFields.ts';
import type { CramSecret, DigestSecret, ScramSecret, SecretKind } from './userSource.ts';

/** What is kept of a password. What is absent was not asked for, or could not be derived. */
export interface UserSecrets {
  /** PLAIN and LOGIN. */
  readonly password: PasswordHash;
  readonly 'scram-sha-1'?: ScramSecret;
  readonly 'scram-sha-256'?: ScramSecret;
  /** Whoever has it can log in with CRAM-MD5. */
  readonly 'cram-md5'?: CramSecret;
  /** Whoever has it can log in with DIGEST-MD5; it holds for one realm (RFC 2831 section 2.1.2.1). */
  readonly 'digest-md5'?: DigestSecret & { readonly realm: string };
  /** The password itself as version 1 of the table had it sealed, until a host can unseal it and derive the others; base64. */
  readonly waiting?: string;
}

/** Secrets that this host cannot unseal: kept as they are, for one that can. */
export interface Locked {
  /** Base64. */
  readonly sealed: string;
  readonly why: string;
}

/** An opaque token that was given out. */
export interface GivenToken {
  /** Tells tokens apart for people; 1 to 64 letters and digits. */
  readonly id: string;
  readonly label: string;
  /** Wall clock, ms since 1970. */
  readonly created: number;
  /** SHA-256: enough to know the token again, and 256 random bits are not guessed from it. */
  readonly hash: Buffer;
}

export interface User {
  /** 1 to 255 octets of UTF-8 without control characters (RFC 4616 section 2); compared exactly. */
  readonly name: string;
  /** Wall clock, ms since 1970. */
  readonly created: number;
  readonly enabled: boolean;
  /** Addresses, `@domains` and names of users, beside its own name. */
  readonly aliases: readonly string[];
  /** Failed logins before it is held off; null: as `protection.failedLogins.account` says. */
  readonly quota: number | null;
  readonly tokens: readonly GivenToken[];
  readonly secrets: UserSecrets | Locked;
}

/** Which secret a mechanism computes with. */
export const secretKinds: Readonly<Partial<Record<MechanismName, SecretKind>>> = {
  'SCRAM-SHA-256-PLUS': 'scram-sha-256',
  'SCRAM-SHA-1-PLUS': 'scram-sha-1',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-1': 'scram-sha-1',
  'CRAM-MD5': 'cram-md5',
  'DIGEST-MD5': 'digest-md5',
};

/** With what secrets are derived. */
export interface Deriving {
  /** Realm of DIGEST-MD5. */
  readonly realm: string;
  readonly iterations: number;
  /** Only what these need is derived; all unless said. */
  readonly mechanisms?: readonly string[];
}

export interface NewUser {
  readonly name: string;
  /** 1 to 1024 octets of UTF-8 without NUL. */
  readonly password: string;
  readonly created: number;
  readonly enabled?: boolean | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly quota?: number | null | undefined;
  /** Opaque tokens. */
  readonly tokens?: readonly string[] | undefined;
}

export type Random = (octets: number) => Uint8Array;

/**
 * Makes a user.
 * @throws {RangeError} for a name or password that no mechanism could send, an alias or quota that can be none; the message
 * holds no password
 */
export function createUser(input: NewUser, random: Random, deriving: Deriving = { realm: '', iterations: 4096 }): User {
  const { name, password, created, enabled = true, aliases = [], quota = null, tokens = [] } = input;
  const problem =
    nameProblem(name) ??
    passwordProblem(password) ??
    quotaProblem(quota) ??
    aliases.map((alias) => aliasProblem(alias)).find((one) => one !== null) ??
    null;
  if (problem !== null) throw new RangeError(problem);
  return {
    name,
    created,
    enabled,
    aliases,
    quota,
    tokens: tokens.map((token, index) => ({ id: `${index + 1}`, label: '', created, hash: tokenHash(token) })),
    secrets: { password: hashPassword(password, Buffer.from(random(saltLength))), ...derived(input, random, deriving) },
  };
}

/** What mechanisms that compute need of a password. */
export function derived(
  { name, password }: Pick<NewUser, 'name' | 'password'>,
  random: Random,
  { realm, iterations, mechanisms }: Deriving,
): Omit<UserSecrets, 'password'> {
  const kinds = mechanisms && new Set(mechanisms.map((mechanism) => secretKinds[mechanism as MechanismName]));
  const wants = (kind: SecretKind) => kinds?.has(kind) ?? true;
  // RFC 5802 section 2.2: a password that SASLprep refuses can have no SCRAM keys.
  const ready = prepared(password);
  const scram = (kind: SecretKind, hash: ScramHash) =>
    ready !== undefined && wants(kind)
      ? { [kind]: scramSecret(ready, { hash, salt: Buffer.from(random(saltLength)), iterations }) }
      : {};
  return {
    ...scram('scram-sha-1', 'sha1'),
    ...scram('scram-sha-256', 'sha256'),
    ...(wants('cram-md5') && { 'cram-md5': cramSecret(password) }),
    ...(wants('digest-md5') && { 'digest-md5': { realm, ...digestSecret(name, realm, password) } }),
  };
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
