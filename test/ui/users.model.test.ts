// What the window makes of users, orders and logins, without a browser: filters, fields, words, looks.
import { describe, expect, it } from 'vitest';
import type { UserRow } from '../../core/contract/userCalls.ts';
import type { LoginAccount } from '../../core/contract/login.ts';
import type { TranscriptItem } from '../../core/contract/transcript.ts';
import { mechanismTable } from '../../core/contract/mechanisms.ts';
import { moved, placeWords, sorted, stepOf } from '../../renderer/views/receiver/order.ts';
import { guessFormat } from '../../renderer/views/receiver/users/format.ts';
import {
  generate,
  listed,
  matching,
  readAliases,
  readQuota,
  usable,
} from '../../renderer/views/receiver/users/model.ts';
import { counterSentence, failedMove, loginAt, scopeText, whoWords } from '../../renderer/views/sessions/logins.ts';
import { FOLD_FROM, foldRepeats } from '../../renderer/views/sessions/repeats.ts';

const user = (name: string, part: Partial<UserRow> = {}): UserRow => ({
  name,
  created: 0,
  enabled: true,
  aliases: [],
  quota: null,
  mechanisms: [],
  tokens: [],
  ...part,
});

describe('users', () => {
  it('are found by every word of name, aliases and labels of tokens, whatever the case', () => {
    const users = listed([
      user('Ann', { aliases: ['sales@gate.example'] }),
      user('bob', { tokens: [{ id: '1', label: 'Ann’s phone', created: 0 }] }),
      user('carol'),
    ]);
    const found = (filter: string) => matching(users, filter).map(({ name }) => name);
    expect(found('')).toEqual(['Ann', 'bob', 'carol']);
    expect(found('ann')).toEqual(['Ann', 'bob']);
    expect(found('ANN sales')).toEqual(['Ann']);
    expect(found('nobody')).toEqual([]);
  });

  it('have aliases one in each line, each once and without blanks', () => {
    expect(readAliases(' a@b.example \n\n@c.example\n')).toEqual({ aliases: ['a@b.example', '@c.example'] });
    expect(readAliases('a@b.example, c@d.example').error).toContain('Line 1');
    expect(readAliases('a\nb\na').error).toBe('Line 3: a stands there already.');
    expect(readAliases('x'.repeat(321)).error).toContain('320');
    expect(readAliases(Array.from({ length: 1001 }, (_, n) => `a${n}`).join('\n')).error).toContain('1,001');
  });

  it('have a quota from 1 to a million, or none of their own', () => {
    expect(readQuota(' ')).toEqual({ quota: null });
    expect(readQuota('12')).toEqual({ quota: 12 });
    expect(readQuota('1000000')).toEqual({ quota: 1_000_000 });
    for (const wrong of ['0', '-1', '1.5', 'many', '1000001', '007']) expect(readQuota(wrong).error).toContain(wrong);
  });

  it('get passwords of twenty letters, each another one', () => {
    const made = new Set(Array.from({ length: 200 }, generate));
    expect(made.size).toBe(200);
    for (const one of made) expect(one).toMatch(/^[a-hj-km-np-z2-9]{20}$/);
  });

  it('are told in few words', () => {
    const mechanisms = [
      { name: 'PLAIN', usable: true, why: '' },
      { name: 'GSSAPI', usable: false, why: 'no Kerberos' },
    ];
    expect(usable(user('a', { mechanisms }))).toEqual({ some: 1, of: 2 });
  });

  it('come from htpasswd when a colon comes before any comma', () => {
    expect(guessFormat('name,password\nann,x')).toBe('csv');
    expect(guessFormat('"name","password"')).toBe('csv');
    expect(guessFormat('# comment\n\nann:$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA')).toBe('htpasswd');
    expect(guessFormat('')).toBe('csv');
  });
});

describe('an order', () => {
  it('has items moved to a place, and no further than its ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, -9)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 99)).toEqual(['b', 'c', 'a']);
    expect(moved(['a'], 7, 0)).toEqual(['a']);
  });

  it('is sorted as the table of mechanisms stands: strongest first, plaintext last', () => {
    const names = Object.keys(mechanismTable);
    const inOrder = sorted(['PLAIN', 'CRAM-MD5', 'nobody’s', 'SCRAM-SHA-256-PLUS'], names);
    expect(inOrder).toEqual(['SCRAM-SHA-256-PLUS', 'CRAM-MD5', 'PLAIN', 'nobody’s']);
  });

  it('tells places and knows its keys', () => {
    expect(placeWords(['a', 'b'], 'b')).toBe('b: 2 of 2');
    expect([stepOf('ArrowUp', 4), stepOf('End', 4), stepOf('x', 4)]).toEqual([-1, 4, undefined]);
  });
});

const login = (n: number, part: Partial<LoginAccount> = {}): LoginAccount => ({
  n,
  t: 0,
  mechanism: 'PLAIN',
  secured: false,
  moves: [{ n, t: 0, move: 1 }],
  outcome: 'credentials',
  counters: [],
  ...part,
});

describe('logins', () => {
  it('belong to the lines from theirs on; without a line the last is meant', () => {
    const logins = [login(5), login(9)];
    expect(loginAt(logins, 2)?.n).toBe(5);
    expect(loginAt(logins, 8)?.n).toBe(5);
    expect(loginAt(logins, 9)?.n).toBe(9);
    expect(loginAt(logins, undefined)?.n).toBe(9);
    expect(loginAt([], 3)).toBeUndefined();
  });

  it('failed in their last step, unless they went well or have no end', () => {
    expect(failedMove(login(1))).toBe(1);
    expect(failedMove(login(1, { outcome: 'ok' }))).toBeUndefined();
    expect(failedMove(login(1, { outcome: 'open' }))).toBeUndefined();
    expect(failedMove(login(1, { outcome: 'refused', moves: [] }))).toBeUndefined();
  });

  it('say who they are, and what was counted against which limit', () => {
    expect(whoWords(login(1))).toBe('nobody named');
    expect(whoWords(login(1, { user: 'ann', authzid: 'boss' }))).toBe('ann for boss');
    const counter = { of: 'peer', who: '192.0.2.1', failures: 3, limit: 3, relief: 60_000 } as const;
    expect(scopeText(counter)).toBe('the peer 192.0.2.1');
    expect(counterSentence(counter)).toBe('3 of 3 failed logins, held off for 1 min 0 s');
    expect(counterSentence({ ...counter, limit: 0, relief: 0 })).toBe('3 failed logins, unlimited');
  });
});

describe('guessing', () => {
  const verdict = {
    stage: 'auth',
    action: 'refuse',
    reason: 'auth-failed',
    because: '',
    findings: [],
    basis: 'ours',
  } as const;
  const attempt = (at: number, who: string): TranscriptItem[] => [
    { kind: 'client', n: at, t: at, text: `AUTH PLAIN ${'▮'.repeat(8 + (at % 3))}`, bytes: '', end: 'crlf', notes: [] },
    {
      kind: 'sasl',
      n: at + 1,
      t: at,
      who: 'client',
      mechanism: 'PLAIN',
      move: 1,
      text: `authcid ${who} · passwd ▮▮ ${at} octets`,
    },
    { kind: 'server', n: at + 2, t: at, lines: ['535 no'], bytes: '', code: 535, verdict, joined: false },
  ];
  const shown = (who: (n: number) => string) =>
    foldRepeats(Array.from({ length: FOLD_FROM }, (_, n) => attempt(3 * n + 1, who(n))).flat(), () => false);

  it('is folded away when one user is guessed at, however long the passwords are', () => {
    expect(shown(() => 'ann').map(({ kind }) => kind)).toEqual([
      'client',
      'sasl',
      'server',
      'repeats',
      'client',
      'sasl',
      'server',
    ]);
  });

  it('is shown line by line when each is another user', () => {
    expect(shown((n) => `user${n}`).some(({ kind }) => kind === 'repeats')).toBe(false);
  });
});
