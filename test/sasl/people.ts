// Users as mechanisms ask for them, each kind of denial among them, with every question kept; and a player of exchanges.
import { createHash } from 'node:crypto';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { cramSecret, digestSecret, scramSecret } from '../../core/sasl/derive.ts';
import type { Later } from '../../core/sasl/later.ts';
import { begin, type ExchangeContext, type Mechanism, respond, type Step } from '../../core/sasl/mechanism.ts';
import type { Denial, SecretAnswer, SecretKind, Secrets, UserSource } from '../../core/sasl/userSource.ts';

export interface Person {
  readonly name: string;
  readonly password: string;
  readonly denied?: Denial;
  /** For SCRAM, in base64; one of its own without. */
  readonly salt?: string;
}

/** A source and what it was asked: the method, with the kind of secret. */
export interface Asked {
  readonly users: UserSource;
  readonly questions: readonly string[];
}

/** Answers from `people`; what is made up for nobody is always the same for the same name. */
export function source(people: readonly Person[]): Asked {
  const questions: string[] = [];
  const find = (name: string) => people.find((one) => one.name === name);
  const users: UserSource = {
    verify(name, password) {
      questions.push('verify');
      const person = find(name);
      if (!person) return 'unknown-user';
      return person.denied ?? (person.password === password ? 'ok' : 'wrong-password');
    },
    secret<K extends SecretKind>(name: string, kind: K, realm: string): SecretAnswer<K> {
      questions.push(`secret ${kind}`);
      const person = find(name);
      const secret = kept(person ?? { name, password: `nobody ${name}` }, kind, realm);
      const denied = person ? person.denied : 'unknown-user';
      return { secret, ...(denied && { denied }) };
    },
    find: (name) => (find(name) ? 'ok' : 'unknown-user'),
    token: () => 'unknown-user',
    account: (name) => (find(name) ? { name, aliases: [], quota: null } : undefined),
  };
  return { users, questions };
}

const derived = new Map<string, Secrets[SecretKind]>();

/** Derived once for all sources: SCRAM's secrets cost as much as they should. */
function kept<K extends SecretKind>(person: Person, kind: K, realm: string): Secrets[K] {
  const key = JSON.stringify([person, kind, realm]);
  const secret = derived.get(key) ?? secrets(person, realm)[kind]();
  derived.set(key, secret);
  return secret as Secrets[K];
}

function secrets(person: Person, realm: string): { readonly [K in SecretKind]: () => Secrets[K] } {
  const { name, password } = person;
  const salt = person.salt ? Buffer.from(person.salt, 'base64') : createHash('md5').update(name).digest();
  return {
    'scram-sha-1': () => scramSecret(password, { hash: 'sha1', salt, iterations: 4096 }),
    'scram-sha-256': () => scramSecret(password, { hash: 'sha256', salt, iterations: 4096 }),
    'cram-md5': () => cramSecret(password),
    'digest-md5': () => digestSecret(name, realm, password),
  };
}

export function contextOf(users: UserSource, over: Partial<ExchangeContext> = {}): ExchangeContext {
  return {
    users,
    settings: settingsSchema.parse({}).authentication,
    host: 'mail.example.com',
    nonce: () => '1896.697170952',
    now: () => 0,
    offered: [],
    ...over,
  };
}

export const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

/** All steps of one exchange: the initial response or null, then the client's lines, all in base64. */
export function play(mechanism: Mechanism, context: ExchangeContext, lines: readonly (string | null)[]): Step[] {
  const exchange = mechanism.start(context);
  const [initial = null, ...rest] = lines;
  return [there(begin(exchange, initial)), ...rest.map((line) => there(respond(exchange, line ?? '')))];
}

export function there(step: Later<Step>): Step {
  if (step instanceof Promise) throw new Error('this source answers at once');
  return step;
}

/** Steps without what is told to people. */
export function bare(step: Step): unknown {
  if ('challenge' in step) return step.challenge.toString();
  return 'ok' in step ? step.ok : { fail: step.fail, detail: step.detail, ...(step.user && { user: step.user }) };
}
