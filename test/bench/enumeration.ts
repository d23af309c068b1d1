// Whether time tells users from names that nobody has: wrong passwords for both, and how well a classifier sorts them.
import type { ExchangeContext, Mechanism, Step } from '../../core/sasl/mechanism.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import { createUser, type Deriving, type User } from '../../core/sasl/users.ts';
import { UserTable } from '../../core/sasl/userTable.ts';
import { defaults } from '../../core/contract/settings/settings.ts';
import { realWorld } from '../../core/world/real.ts';

/** Area under the curve of the best classifier by time alone: 0.5 is guessing. Printed, asserted nowhere. */
export const enumerationTarget = 0.55;

const logins = 10_000;
/** Names that exist, and as many that do not: each is tried again and again, as a guesser would. */
const names = 250;

export interface EnumerationFigure {
  readonly mechanism: string;
  readonly table: 'equal' | 'mixed';
  readonly auc: number;
  /** Medians of the receiver's time for a failed login, µs. */
  readonly known: number;
  readonly unknown: number;
}

export const host = 'gate.example';
const random = (octets: number) => realWorld.random(octets);
const token = (octets: number, form: 'hex' | 'base64') => Buffer.from(random(octets)).toString(form);
const exported = Buffer.alloc(32, 9);

/** What a client with a wrong password says: first, and to each challenge. */
type Talk = (user: string) => { readonly first: Buffer | null; readonly answer: (challenge: string) => string };

const wrong = (user: string) => ({ first: Buffer.from(`\0${user}\0wrong ${token(6, 'hex')}`), answer: () => '' });

function scramTalk(hash: 20 | 32, bound: boolean): Talk {
  return (user) => {
    const nonce = token(12, 'hex');
    const header = bound ? 'p=tls-exporter,,' : 'n,,';
    const c = Buffer.concat([Buffer.from(header), bound ? exported : Buffer.alloc(0)]).toString('base64');
    return {
      first: Buffer.from(`${header}n=${user},r=${nonce}`),
      answer: (challenge) => `c=${c},${challenge.split(',')[0] ?? ''},p=${token(hash, 'base64')}`,
    };
  };
}

export const talks: Readonly<Record<string, Talk>> = {
  PLAIN: wrong,
  LOGIN: (user) => ({ first: Buffer.from(user), answer: () => `wrong ${token(6, 'hex')}` }),
  'CRAM-MD5': (user) => ({ first: null, answer: () => `${user} ${token(16, 'hex')}` }),
  'DIGEST-MD5': (user) => ({
    first: null,
    answer: (challenge) =>
      [
        'charset=utf-8',
        `username="${user}"`,
        `realm="${host}"`,
        `nonce="${/nonce="([^"]*)"/.exec(challenge)?.[1] ?? ''}"`,
        `nc=00000001,cnonce="${token(8, 'hex')}",qop=auth,digest-uri="smtp/${host}"`,
        `response=${token(16, 'hex')}`,
      ].join(','),
  }),
  'SCRAM-SHA-1': scramTalk(20, false),
  'SCRAM-SHA-256': scramTalk(32, false),
  'SCRAM-SHA-1-PLUS': scramTalk(20, true),
  'SCRAM-SHA-256-PLUS': scramTalk(32, true),
};

export function measureEnumeration(say: (text: string) => void): readonly EnumerationFigure[] {
  const people = Array.from({ length: names }, () => `user-${token(6, 'hex')}`);
  const equal = people.map((name) => person(name, {}));
  const figures = Object.keys(talks).map((mechanism) => {
    say(`enumeration: ${mechanism}`);
    return measure(mechanism, 'equal', equal);
  });
  const mixed = equal.map((user, index): User => {
    if (index % 3 === 0) return { ...user, secrets: { password: { imported: '$1$abcdEFgh$iVCpX05JTXXdkCoBypaZs1' } } };
    return index % 3 === 1 ? person(user.name, { iterations: 5000 }) : { ...user, enabled: false };
  });
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256']) figures.push(measure(mechanism, 'mixed', mixed));
  return figures;
}

function person(name: string, deriving: Partial<Deriving>): User {
  const how = { realm: host, iterations: 4096, ...deriving };
  return createUser({ name, password: `right ${name}`, created: 0 }, random, how);
}

function measure(name: string, table: EnumerationFigure['table'], users: readonly User[]): EnumerationFigure {
  const mechanism = mechanisms.get(name);
  const talk = talks[name];
  if (!mechanism || !talk) throw new Error(`there is no mechanism ${name}`);
  const source = new UserTable(users, { key: random(32) });
  // Half of the users have logged in before: their password is remembered.
  for (const [index, user] of users.entries()) if (index % 2 === 0) source.verify(user.name, `right ${user.name}`);
  const context = contextOf(source);
  const nobodies = users.map(() => `user-${token(6, 'hex')}`);
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = -200; n < logins; n++) {
    const side = (random(1)[0] ?? 0) & 1 ? 'known' : 'unknown';
    const from = side === 'known' ? users.map((user) => user.name) : nobodies;
    const user = from[Buffer.from(random(4)).readUInt32BE(0) % from.length] ?? '';
    const took = timed(mechanism, context, talk(user));
    // The first ones warm up.
    if (n >= 0) times[side].push(took);
  }
  return {
    mechanism: name,
    table,
    auc: areaUnder(times.known, times.unknown),
    known: middle(times.known),
    unknown: middle(times.unknown),
  };
}

export function contextOf(users: UserTable): ExchangeContext {
  return {
    users,
    settings: defaults.authentication,
    host,
    nonce: () => token(12, 'hex'),
    now: () => realWorld.now(),
    offered: Object.keys(talks),
    channel: { binding: () => exported },
  };
}

/** µs in the exchange until it fails; what the client does meanwhile is not counted. */
export function timed(mechanism: Mechanism, context: ExchangeContext, { first, answer }: ReturnType<Talk>): number {
  const exchange = mechanism.start(context);
  let input = first;
  let sum = 0;
  for (let moves = 0; moves < 5; moves++) {
    const before = process.hrtime.bigint();
    const step = exchange.next(input) as Step;
    sum += Number(process.hrtime.bigint() - before) / 1000;
    if ('ok' in step) throw new Error(`${mechanism.name}: a wrong password was taken`);
    if ('fail' in step) {
      if (step.fail !== 'credentials') throw new Error(`${mechanism.name}: ${step.detail}`);
      return sum;
    }
    input = Buffer.from(answer(step.challenge.toString()));
  }
  throw new Error(`${mechanism.name}: the exchange has no end`);
}

/** The rank statistic of Mann and Whitney as an area, whichever side is slower. */
export function areaUnder(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((time) => ({ time, isOne: true })), ...other.map((time) => ({ time, isOne: false }))];
  all.sort((a, b) => a.time - b.time);
  let ranks = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.time === all[from]?.time) to++;
    // Equal times share the mean of their ranks, counted from 1.
    for (let i = from; i < to; i++) if (all[i]?.isOne) ranks += (from + to + 1) / 2;
    from = to;
  }
  const area = (ranks - (one.length * (one.length + 1)) / 2) / (one.length * other.length);
  return Math.max(area, 1 - area);
}

function middle(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;
}

export function enumerationTable(figures: readonly EnumerationFigure[]): string {
  if (figures.length === 0) return '';
  const rows = figures.map(({ mechanism, table, auc, known, unknown }) =>
    [
      `${mechanism}${table === 'mixed' ? ', mixed costs' : ''}`.padEnd(32),
      auc.toFixed(3).padStart(7),
      known.toFixed(1).padStart(12),
      unknown.toFixed(1).padStart(12),
    ].join(''),
  );
  return [
    `Failed logins sorted by time: ${logins} a mechanism, half of them of names nobody has (goal: AUC ${enumerationTarget} at most)`,
    `${'mechanism'.padEnd(32)}${'AUC'.padStart(7)}${'known µs'.padStart(12)}${'unknown µs'.padStart(12)}`,
    ...rows,
  ].join('\n');
}
