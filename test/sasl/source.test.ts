// The user source as the settings have it: down, slow, over its deadline, or a directory that gives nothing out.
import { describe, expect, it } from 'vitest';
import { defaults } from '../../core/contract/settings/settings.ts';
import { userSource } from '../../core/sasl/source.ts';
import type { Later } from '../../core/sasl/later.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';
import { heldWorld } from '../smtp/playground.ts';

const { source: usual } = defaults.authentication;
const secret = { inner: Buffer.alloc(16, 1), outer: Buffer.alloc(16, 2) };

/** Knows ann, and writes down what it was asked. */
function table() {
  const asked: string[] = [];
  const ann = <T>(question: string, name: string, answer: T) => {
    asked.push(question);
    return name === 'ann' ? answer : ('unknown-user' as const);
  };
  const known: UserSource = {
    verify: (name) => ann('verify', name, 'ok' as const),
    secret: ((name: string) => ({
      secret,
      ...(ann('secret', name, 'ok') === 'ok' ? {} : { denied: 'unknown-user' }),
    })) as unknown as UserSource['secret'],
    find: (name) => ann('find', name, 'ok' as const),
    token: (token) => ann('token', token, { user: 'ann' }),
    account: (name) => ({ name, aliases: [], quota: null }),
  };
  return { known, asked };
}

const questions = (source: UserSource, name: string): Later<unknown>[] => [
  source.verify(name, 'x'),
  source.secret(name, 'cram-md5', ''),
  source.find(name),
  source.token(name),
];
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a user source', () => {
  it('that is the table, at once, is the table itself', () => {
    const { known } = table();
    expect(userSource(known, usual, heldWorld().world)).toBe(known);
  });

  it('that is down denies everybody alike, asks nobody, and still gives a secret to compute with', () => {
    const { known, asked } = table();
    const source = userSource(known, { ...usual, failing: true }, heldWorld().world);
    const answers = ['unavailable', { secret, denied: 'unavailable' }, 'unavailable', 'unavailable'];
    expect(questions(source, 'ann')).toEqual(answers);
    expect(questions(source, 'eve')).toEqual(answers);
    expect(asked).toEqual(['secret', 'secret']);
    expect(source.account('ann')).toEqual({ name: 'ann', aliases: [], quota: null });
  });

  it('that is a directory checks passwords and finds names; secrets and tokens it denies to everybody', () => {
    const source = userSource(table().known, { ...usual, kind: 'bind' }, heldWorld().world);
    const none = { secret, denied: 'no-secret' };
    expect(questions(source, 'ann')).toEqual(['ok', none, 'ok', 'no-secret']);
    expect(questions(source, 'eve')).toEqual(['unknown-user', none, 'unknown-user', 'no-secret']);
  });

  it('that is slow answers each question after its delay, and is not asked before', async () => {
    const { known, asked } = table();
    const { world, timers } = heldWorld();
    const source = userSource(known, { ...usual, delay: 3000, deadline: 3000 }, world);
    const answers = Promise.all(questions(source, 'ann'));
    await settled();
    expect([timers.map(({ ms }) => ms), asked]).toEqual([[3000, 3000, 3000, 3000], []]);
    for (const timer of [...timers].reverse()) timer.fire();
    expect(await answers).toEqual(['ok', { secret }, 'ok', { user: 'ann' }]);
  });

  it('is given up at its deadline', async () => {
    const { world, timers } = heldWorld();
    const source = userSource(table().known, { ...usual, kind: 'bind', delay: 3001, deadline: 3000 }, world);
    const answers = Promise.all(questions(source, 'ann'));
    expect(timers.map(({ ms }) => ms)).toEqual([3000, 3000, 3000, 3000]);
    for (const timer of [...timers]) timer.fire();
    const denied = 'unavailable';
    expect(await answers).toEqual([denied, { secret, denied }, denied, denied]);
  });
});
