// No enumeration: whoever fails to log in, every primitive is called as often, in the same order.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { UserSecrets } from '../../core/sasl/users.ts';

const calls = vi.hoisted(() => ({ made: [] as string[] }));

vi.mock('node:crypto', async (original) => {
  const crypto = await original<
    Record<'scryptSync' | 'pbkdf2Sync' | 'createHmac' | 'createHash', (...args: unknown[]) => unknown> & {
      timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean;
    }
  >();
  const told =
    (name: string, work: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      calls.made.push(name);
      return work(...args);
    };
  return {
    ...crypto,
    scryptSync: told('scrypt', crypto.scryptSync),
    pbkdf2Sync: told('pbkdf2', crypto.pbkdf2Sync),
    createHmac: told('hmac', crypto.createHmac),
    createHash: told('hash', crypto.createHash),
    timingSafeEqual: (one: Uint8Array, other: Uint8Array) => {
      calls.made.push(`equal ${one.length}`);
      return crypto.timingSafeEqual(one, other);
    },
  };
});

const { mechanisms } = await import('../../core/sasl/registry.ts');
const { createUser } = await import('../../core/sasl/users.ts');
const { UserTable } = await import('../../core/sasl/userTable.ts');
const { contextOf, host, talks, timed } = await import('../bench/enumeration.ts');

const random = (octets: number) => Uint8Array.from({ length: octets }, (_, index) => index * 37);
const made = (name: string) =>
  createUser({ name, password: 'right', created: 0 }, random, { realm: host, iterations: 4096 });
const { password } = made('x').secrets as UserSecrets;
const users = [
  made('known'),
  made('comes back'),
  { ...made('disabled'), enabled: false },
  { ...made('no secret'), secrets: { password } },
  { ...made('sealed'), secrets: { sealed: 'AAAA', why: 'elsewhere' } },
];
const names = [...users.map(({ name }) => name), 'unknown'];

beforeEach(() => void (calls.made = []));

describe.each(Object.keys(talks))('%s', (name) => {
  const table = new UserTable(users, { key: new Uint8Array(32).fill(7) });
  const [mechanism, talk] = [mechanisms.get(name)!, talks[name]!];

  /** What was called in one failed login. */
  const work = (user: string) => {
    const said = talk(user);
    calls.made = [];
    timed(mechanism, contextOf(table), said);
    return calls.made;
  };

  it('costs the same work for every name, one whose password is remembered too', () => {
    expect(table.verify('comes back', 'right')).toBe('ok');
    const expected = work('known');
    expect(expected.length).toBeGreaterThan(2);
    for (const user of names) expect([user, work(user)]).toEqual([user, expected]);
  });
});

it('costs one scrypt for each wrong password, and none for the right one that is remembered', () => {
  const table = new UserTable(users, { key: new Uint8Array(32) });
  const scrypts = (user: string, attempt: string) => {
    calls.made = [];
    table.verify(user, attempt);
    return calls.made.filter((call) => call === 'scrypt').length;
  };
  expect([scrypts('known', 'right'), scrypts('known', 'right'), scrypts('known', 'wrong')]).toEqual([1, 0, 1]);
  expect(['unknown', 'disabled', 'disabled', 'sealed'].map((user) => scrypts(user, 'right'))).toEqual([1, 1, 1, 1]);
});
