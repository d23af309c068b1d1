// What the random logins are tried on: mechanisms by name, with one user whose secrets come from the seed, and a made-up Kerberos.
import type { MechanismName } from '../../core/contract/mechanisms.ts';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { cramSecret, digestSecret, scramSecret } from '../../core/sasl/derive.ts';
import type { Kerberos, KerberosClient, KerberosContext } from '../../core/sasl/kerberos.ts';
import type { ExchangeContext, Mechanism } from '../../core/sasl/mechanism.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import type { SecretAnswer, SecretKind, Secrets, UserSource } from '../../core/sasl/userSource.ts';
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';
import type { ClientChannel, ClientExchange } from '../../core/simulate/login/mechanism.ts';
import { type Random, seeded } from './wireCase.ts';

/** The mechanisms under trial. */
export type Subject = ReadonlyMap<string, Mechanism>;

export const ours: Subject = mechanisms;

export const user = 'test';
const host = 'gate.example';
const binding = Buffer.alloc(32, 7);
const salt = Buffer.from('salt of the trial');

export interface Person {
  readonly password: string;
  readonly token: string;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

let last: { readonly seed: number; readonly one: Person } | undefined;

/** Words of 16 to 31 letters: nothing else that is said has them by chance. 64 cases share one, for what is derived of it. */
export function person(ofCase: number): Person {
  const seed = ofCase >>> 6;
  if (last?.seed === seed) return last.one;
  // Another row than that of the case, whose nonces are words too.
  const random = seeded(seed ^ 0x5bd1e995);
  const word = () => Array.from({ length: 16 + random(16) }, () => letters[random(letters.length)]).join('');
  last = { seed, one: { password: word(), token: word() } };
  return last.one;
}

const sources = new WeakMap<Person, UserSource>();

export function sourceOf(one: Person): UserSource {
  let made = sources.get(one);
  if (!made) sources.set(one, (made = tableOf(one)));
  return made;
}

/** The table of one user; SCRAM's work is as little as it can be. */
function tableOf({ password, token }: Person): UserSource {
  const kept = new Map<string, unknown>();
  const cost = { salt, iterations: 1 };
  const made: { readonly [K in SecretKind]: (realm: string) => Secrets[K] } = {
    'scram-sha-1': () => scramSecret(password, { ...cost, hash: 'sha1' }),
    'scram-sha-256': () => scramSecret(password, { ...cost, hash: 'sha256' }),
    'cram-md5': () => cramSecret(password),
    'digest-md5': (realm) => digestSecret(user, realm, password),
  };
  return {
    verify: (name, word) => (name !== user ? 'unknown-user' : word === password ? 'ok' : 'wrong-password'),
    secret: <K extends SecretKind>(name: string, kind: K, realm: string): SecretAnswer<K> => ({
      secret: (kept.get(kind + realm) ?? kept.set(kind + realm, made[kind](realm)).get(kind + realm)) as Secrets[K],
      ...(name !== user && { denied: 'unknown-user' }),
    }),
    find: (name) => (name === user ? 'ok' : 'unknown-user'),
    token: (word) => (word === token ? { user } : 'wrong-password'),
    account: (name) => (name === user ? { name, aliases: [], quota: null } : undefined),
  };
}

const ticket = Buffer.from('a ticket');
const seal = Buffer.from('sealed ');

/** Takes one ticket, and seals by writing so: what the mechanism makes of the library's answers is at stake, not the library. */
export const kerberosFor = (principal: string, realm: string): Kerberos => ({
  problem: () => Promise.resolve(undefined),
  open: (): KerberosContext => ({
    accept: (token) =>
      Promise.resolve(
        ticket.equals(token)
          ? { token: Buffer.from('a token'), done: true, principal, realm }
          : { failed: 'Invalid token was supplied' },
      ),
    wrap: (bytes) => Promise.resolve(Buffer.concat([seal, bytes])),
    unwrap: (bytes) =>
      Promise.resolve(
        seal.equals(bytes.subarray(0, seal.length))
          ? bytes.subarray(seal.length)
          : { failed: 'Token had invalid Integrity Check (MIC)' },
      ),
    close: () => undefined,
  }),
});

export const kerberosOfTrial = kerberosFor(`${user}@REALM.EXAMPLE`, 'REALM.EXAMPLE');

const settings = settingsSchema.parse({ authentication: { certificateName: 'common-name' } }).authentication;

export function context(mechanism: MechanismName, one: Person, random: Random): ExchangeContext {
  return {
    users: sourceOf(one),
    settings,
    host,
    nonce: () => `${random(1e9)}.${random(1e9)}`,
    now: () => Date.UTC(2026, 0, 1),
    offered: [mechanism],
    channel: {
      binding: () => binding,
      certificate: {
        ...{ subject: `CN=${user}`, issuer: 'CN=ca', fingerprint: '00', depth: 1, trusted: true, commonName: user },
        ...{ validFrom: 0, validTo: Date.UTC(2100, 0, 1) },
      },
    },
    kerberos: kerberosOfTrial,
  };
}

/** The client's side of it. */
export const tickets: KerberosClient = {
  problem: () => Promise.resolve(undefined),
  begin: () => {
    const { wrap, unwrap, close } = kerberosOfTrial.open({ keytab: '', service: 'smtp' });
    const initiate = (token: Uint8Array) =>
      Promise.resolve(token.length === 0 ? { token: ticket, done: false } : { token: Buffer.alloc(0), done: true });
    return { initiate, wrap, unwrap, close };
  },
};

/** Without a channel, that of the trial. */
interface Chance {
  readonly random: Random;
  readonly channel?: ClientChannel | undefined;
}

/** A client that does everything right. */
export function rightClient(
  mechanism: MechanismName,
  { password, token }: Person,
  { random, channel = { binding: () => binding } }: Chance,
): ClientExchange {
  const nonce = () => Array.from({ length: 24 }, () => letters[random(letters.length)]).join('');
  const login = { user, password, token };
  return clientMechanisms[mechanism].start({ login, host, nonce, channel, kerberos: tickets });
}
