// Random logins: a mechanism, the step at which the client says something else, and what; played against an exchange and judged.
import { type MechanismName, mechanismTable } from '../../core/contract/mechanisms.ts';
import type { Exchange, Step } from '../../core/sasl/mechanism.ts';
import { context, person, rightClient, type Subject, user } from './saslSubject.ts';
import { type Random, seeded } from './wireCase.ts';

/** `right` changes nothing: such a login must succeed. */
export type Change = 'right' | 'random' | 'mutated';

export interface Case {
  readonly mechanism: MechanismName;
  /** Everything that is chance comes of it. */
  readonly seed: number;
  /** The response that is changed, counted from 0. */
  readonly at: number;
  readonly change: Change;
}

/** What a case came to; `wrong` says what must not be. */
export interface Played {
  /** In order, e.g. `challenge`, `credentials`; the two after the end are left out. */
  readonly steps: readonly string[];
  readonly wrong?: string;
}

/** A mechanism that asks more than so often never ends. */
const mostMoves = 8;

/** Responses a right client says in the longest form of the exchange. */
export const responses: Readonly<Record<MechanismName, number>> = {
  'SCRAM-SHA-256-PLUS': 3,
  'SCRAM-SHA-1-PLUS': 3,
  'SCRAM-SHA-256': 3,
  'SCRAM-SHA-1': 3,
  GSSAPI: 3,
  EXTERNAL: 1,
  OAUTHBEARER: 1,
  XOAUTH2: 1,
  'CRAM-MD5': 1,
  'DIGEST-MD5': 2,
  PLAIN: 1,
  LOGIN: 2,
};

const interesting = [
  '\0',
  '\0\0',
  '\x01',
  ',',
  '=',
  '"',
  '\r\n',
  '\xff',
  'n,,',
  'a=',
  'p=',
  'y,,',
  'é',
  '%s',
  '\u0130',
];

/** Octets, or text, or words with a separator between them: a message that can be read. */
export function randomBytes(random: Random): Buffer {
  if (random(4) === 0) {
    const separator = interesting[random(3) * 2] ?? '';
    const words = Array.from({ length: 1 + random(4) }, () => (random(3) === 0 ? user : 'x'.repeat(random(12))));
    return Buffer.from(words.join(separator));
  }
  const length = random(50) === 0 ? random(20_000) : random(64);
  const isText = random(3) === 0;
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = isText ? 0x20 + random(0x5f) : random(256);
  return bytes;
}

/** One to three small changes. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let out = bytes;
  for (let times = 1 + random(3); times > 0; times -= 1) {
    const at = random(out.length + 1);
    const to = Math.min(out.length, at + 1 + random(8));
    const [before, middle, after] = [out.subarray(0, at), out.subarray(at, to), out.subarray(to)];
    const piece = Buffer.from(interesting[random(interesting.length)] ?? '');
    const changes = [
      () => [before, Buffer.from(middle.map((octet) => octet ^ (1 << random(8)))), after],
      () => [before, after],
      () => [before, piece, middle, after],
      () => [before, piece, after],
      () => [before, middle, middle, after],
      () => [before],
      () => [after, middle, before],
      () => [before, randomBytes(random), after],
    ];
    out = Buffer.concat(changes[random(changes.length)]?.() ?? []);
  }
  return out;
}

/** Every way to write a secret that would show it: as it is, in hex, and in base64 wherever it begins. */
export function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // What is at the ends depends on the neighbours.
    return text.slice(before === 0 ? 0 : 4, text.length - 4);
  });
  return [secret, bytes.toString('hex'), ...shifted];
}

/** PLAIN has nothing but its order to tell a name from a password: what a client sends in the place of the name is the name. */
const names = ['user', 'authzid', 'authcid'];

function textOf(step: Step, mechanism: MechanismName): string {
  if (mechanism !== 'PLAIN') return JSON.stringify(step);
  const isName = (value: unknown) => names.includes((value as { name?: string } | null)?.name ?? '');
  return JSON.stringify(step, (key, value: unknown) => (names.includes(key) || isName(value) ? undefined : value));
}

/** What is wrong with one step; undefined when nothing is. */
function fault(step: Step, mechanism: MechanismName, secrets: readonly string[]): string | undefined {
  const kinds = ['challenge', 'ok', 'fail'].filter((kind) => kind in step);
  if (kinds.length !== 1) return `a step that is no step: ${kinds.join(' and ') || 'nothing'}`;
  if ('challenge' in step && !Buffer.isBuffer(step.challenge)) return 'a challenge that is no octets';
  if ('fail' in step && !['credentials', 'malformed', 'cancelled', 'temporary'].includes(step.fail))
    return `an unknown failure: ${step.fail}`;
  if ('ok' in step && step.ok.user !== user) return `a login as ${step.ok.user}`;
  const text = textOf(step, mechanism);
  const challenge = 'challenge' in step ? step.challenge.toString('latin1') : '';
  const isTold = secrets.some((one) => text.includes(one) || challenge.includes(one));
  return isTold ? 'a secret is told' : undefined;
}

const nameOf = (step: Step) => ('fail' in step ? step.fail : 'ok' in step ? 'ok' : 'challenge');

/** Plays the case; never throws. */
export async function play(subject: Subject, one: Case): Promise<Played> {
  const steps: string[] = [];
  try {
    const wrong = await played(subject, one, steps);
    return { steps, ...(wrong !== undefined && { wrong }) };
  } catch (error) {
    return { steps, wrong: `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  }
}

async function played(subject: Subject, one: Case, steps: string[]): Promise<string | undefined> {
  const mechanism = subject.get(one.mechanism);
  if (!mechanism) return 'there is no such mechanism';
  const random = seeded(one.seed);
  const who = person(one.seed);
  const secrets = [who.password, who.token].flatMap(spellings);
  const exchange = mechanism.start(context(one.mechanism, who, random));
  const client = rightClient(one.mechanism, who, { random });
  const isServerFirst = 'serverFirst' in mechanismTable[one.mechanism];
  /** What the client says to a challenge; nothing more once it has said something else. */
  const answer = async (challenge: Buffer | null, at: number): Promise<Buffer> => {
    if (at > one.at && one.change !== 'right') return random(2) === 0 ? Buffer.alloc(0) : randomBytes(random);
    const move = await client.next(challenge);
    const right = 'response' in move ? move.response : Buffer.alloc(0);
    if (at < one.at || one.change === 'right') return right;
    return one.change === 'random' ? randomBytes(random) : mutated(right, random);
  };
  const speaksAtOnce = random(2) === 0;
  // Where the server speaks first, an initial response is nothing that can be right.
  const isTooEarly = isServerFirst && speaksAtOnce && one.change !== 'right' && one.at === 0;
  let at = 0;
  let said = isTooEarly ? randomBytes(random) : isServerFirst || !speaksAtOnce ? null : await answer(null, at++);
  for (let moves = 0; moves < mostMoves; moves += 1) {
    const later = exchange.next(said);
    const step = later instanceof Promise ? await later : later;
    steps.push(nameOf(step));
    const wrong =
      fault(step, one.mechanism, secrets) ?? (one.change === 'random' ? tooEasy(one, step, said) : undefined);
    if (wrong !== undefined) return wrong;
    if (!('challenge' in step)) {
      if (one.change === 'right' && !('ok' in step)) return `a right login is refused: ${step.detail}`;
      return afterwards(exchange, { mechanism: one.mechanism, secrets, random });
    }
    said = await answer(step.challenge, at++);
  }
  return `no end after ${mostMoves} moves`;
}

/** Octets that are chance prove nothing, but where nothing more is to be proved. */
function tooEasy({ mechanism, at }: Case, step: Step, said: Buffer | null): string | undefined {
  if (!('ok' in step)) return undefined;
  // Its proof is the certificate: the response says whom it wants to act for, or nothing.
  if (mechanism === 'EXTERNAL')
    return [undefined, user].includes(step.ok.authzid) && !['', user].includes(said?.toString() ?? '')
      ? 'whom it wants to act for is not heard'
      : undefined;
  const isEmpty = said === null || said.length === 0;
  const isProved = at === responses[mechanism] - 1 && responses[mechanism] > 1 && mechanism !== 'LOGIN';
  return isEmpty && isProved ? undefined : 'chance has logged in';
}

interface Afterwards {
  readonly mechanism: MechanismName;
  readonly secrets: readonly string[];
  readonly random: Random;
}

/** Whatever comes after the end is malformed, and an exchange can be given up then too. */
async function afterwards(exchange: Exchange, { mechanism, secrets, random }: Afterwards): Promise<string | undefined> {
  for (const more of [Buffer.alloc(0), randomBytes(random)]) {
    const step = await exchange.next(more);
    const wrong = fault(step, mechanism, secrets);
    if (wrong !== undefined) return `after the end: ${wrong}`;
    if (nameOf(step) !== 'malformed') return `after the end: ${nameOf(step)}`;
  }
  exchange.drop?.();
  return undefined;
}

export interface Found extends Case {
  readonly wrong: string;
  readonly steps: readonly string[];
}

export interface Batch {
  readonly mechanism: MechanismName;
  readonly at: number;
  /** Seed of the first case; the others follow it. */
  readonly seed: number;
  readonly cases: number;
  /** Hears of what each case came to. */
  readonly seen?: (played: Played, one: Case) => void;
}

/** One in 16 changes nothing, one in 4 changes a right response, the others are chance. */
const changeOf = (seed: number): Change => (seed % 16 === 0 ? 'right' : seed % 4 === 1 ? 'mutated' : 'random');

/** The first case in which something is wrong; null when there is none. */
export async function firstFailure(
  subject: Subject,
  { mechanism, at, seed, cases, seen }: Batch,
): Promise<Found | null> {
  for (let n = 0; n < cases; n += 1) {
    const one: Case = { mechanism, at, seed: seed + n, change: changeOf(seed + n) };
    const came = await play(subject, one);
    seen?.(came, one);
    if (came.wrong !== undefined) return { ...one, ...came, wrong: came.wrong };
  }
  return null;
}
