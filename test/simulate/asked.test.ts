// What a server asks and answers in a login is compared with the login before: nonces never, salts where they must be the same.
import { describe, expect, test } from 'vitest';
import type { ServerSaid } from '../../core/simulate/login/asked.ts';
import { unlikeBefore } from '../../core/simulate/login/asked.ts';
import { scenarioOf } from '../../core/simulate/load.ts';
import { hers } from './logins.ts';

const end = '535 5.7.8 Authentication failed\r\n';
const fields = ({ nonce = 'abcd', salt = 'c2FsdA==', iterations = '4096' } = {}) => [
  { name: 'nonce', value: nonce },
  { name: 'salt', value: salt },
  { name: 'iterations', value: iterations },
  { name: 'verifier', secret: 32 },
];
const said = (more: Partial<ServerSaid> = {}, of: Parameters<typeof fields>[0] = {}): ServerSaid => ({
  asks: [{ what: 'server-first-message', octets: 40, fields: fields(of) }],
  end,
  ...more,
});

describe('a login is as the one before', () => {
  test('whatever its nonce', () => {
    expect(unlikeBefore('same', said({}, { nonce: 'wxyz' }), said())).toBeUndefined();
  });

  test('with another salt only where it has to be no more than alike', () => {
    const salted = said({}, { salt: 'dGxhcw==' });
    expect(unlikeBefore('alike', salted, said())).toBeUndefined();
    expect(unlikeBefore('same', salted, said())).toEqual({
      expected: expect.stringContaining('salt c2FsdA==') as string,
      heard: expect.stringContaining('salt dGxhcw==') as string,
    });
  });

  test.each([
    ['a salt of another length', said({}, { salt: 'c2FsdHNhbHQ=' })],
    ['other iterations', said({}, { iterations: '10000' })],
    ['a nonce of another length', said({}, { nonce: 'abcde' })],
    ['a step less', said({ asks: [] })],
    ['a step more', said({ asks: [...said().asks, ...said().asks] })],
    ['another text', said({ end: '535 5.7.8 No such user\r\n' })],
    ['no reply', said({ end: '' })],
  ])('but not with %s', (_name, now) => {
    for (const how of ['same', 'alike'] as const) {
      expect(unlikeBefore(how, now, said())).toBeDefined();
      expect(unlikeBefore(how, said(), now)).toBeDefined();
    }
  });

  test('of which the octets of a secret are told, and nothing else', () => {
    expect(unlikeBefore('same', said({ end: '' }), said())?.expected).not.toContain('verifier');
    expect(unlikeBefore('same', said({ asks: [] }), said())?.expected).toContain('verifier 32 octets');
  });
});

test('there must be a login before it, with the same mechanism', () => {
  const problem = (...logins: readonly object[]) =>
    scenarioOf(
      JSON.stringify({
        title: 'Logging in',
        row: 'AUT-04',
        kind: 'attack',
        role: 'submission',
        about: 'Only used to try what is wrong with logins.',
        knobs: [],
        presets: {},
        talk: logins.map((login) => ({ login })),
      }),
      'a.yml',
      'theme/a',
    ).problems.map(({ path, message }) => `${path}: ${message}`);
  const plain = hers('PLAIN');
  expect(problem(plain, { ...plain, asked: 'same' })).toEqual([]);
  expect(problem({ ...plain, asked: 'same' })).toEqual(['talk.0.login.asked: there is no login before it in the talk']);
  expect(problem(hers('LOGIN'), { ...plain, asked: 'alike' })).toEqual([
    'talk.1.login.asked: the login before it uses LOGIN, so its responses say nothing in PLAIN',
  ]);
});
