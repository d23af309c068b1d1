// What mechanisms ask of whoever knows the users: every answer about a name costs the same whether the user exists or not.
import type { Later } from './later.ts';

/** Why a login is denied; the client hears the same for all but the last. `sealed`: the secrets cannot be unsealed here. */
export type Denial = 'unknown-user' | 'wrong-password' | 'no-secret' | 'disabled' | 'sealed' | 'unavailable';

/** What is kept of a password for SCRAM (RFC 5802 section 3): salted, it checks a login and makes none. */
export interface ScramSecret {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** The state of MD5 after the first block of the inner and of the outer hash (RFC 2195 section 3 keeps just that): 16 octets each. */
export interface CramSecret {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** H(user:realm:password) of RFC 2831 section 2.1.2.1, 16 octets. */
export interface DigestSecret {
  readonly hash: Buffer;
}

/** What a mechanism computes with, by the kind of it. */
export interface Secrets {
  readonly 'scram-sha-1': ScramSecret;
  readonly 'scram-sha-256': ScramSecret;
  readonly 'cram-md5': CramSecret;
  readonly 'digest-md5': DigestSecret;
}
export type SecretKind = keyof Secrets;

/**
 * A secret to compute with. Where `denied` is set it may be a made-up one of the same shape, always the same for the same
 * name: the mechanism computes all the same, and fails in the end whatever comes out. It may come to be set during the
 * exchange: what counts is what it is when the proof has been checked.
 */
export interface SecretAnswer<K extends SecretKind> {
  readonly secret: Secrets[K];
  readonly denied?: Denial | undefined;
}

/** What is known of a user that helps nobody to log in. */
export interface Account {
  readonly name: string;
  /** Addresses and `@domains` it may send as, beside its own name. */
  readonly aliases: readonly string[];
  /** Failed logins before it is held off, in place of `protection.failedLogins.account.maxRetry`; null for that. */
  readonly quota: number | null;
}

export interface UserSource {
  /** PLAIN and LOGIN. */
  verify(name: string, password: string): Later<'ok' | Denial>;
  /** CRAM-MD5, DIGEST-MD5 and SCRAM. `realm` is DIGEST-MD5's. */
  secret<K extends SecretKind>(name: string, kind: K, realm: string): Later<SecretAnswer<K>>;
  /** For logins proved elsewhere (certificate, ticket, signed token): whether the name is one of ours and may log in. */
  find(name: string): Later<'ok' | Denial>;
  /** Whose opaque token of the list this is. */
  token(token: string): Later<{ readonly user: string } | Denial>;
  /** Undefined for a name that nobody has. Known at once, wherever passwords are checked. */
  account(name: string): Account | undefined;
}
