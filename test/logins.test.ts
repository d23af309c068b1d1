// The logins of a session as its panel and its transcript tell them: each move decoded, each end with its reason.
import { describe, expect, test } from 'vitest';
import { foldLogins, type LoginAccount } from '../core/contract/login.ts';
import { foldTranscript, transcriptText } from '../core/contract/transcript.ts';
import { saidText } from '../core/contract/transcriptWords.ts';
import { ann, annsToken, logIn, people } from './smtp/loggingIn.ts';
import { type Client, grounds, ofKind, password, plainResponse } from './smtp/playground.ts';
import type { SettingsInput } from '../core/contract/settings/settings.ts';

const start = grounds();
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function played(over: SettingsInput, talk: (c: Client) => Promise<unknown>) {
  const g = await start(over, { users: people() });
  const c = await g.connect();
  await c.hello();
  await talk(c);
  c.end();
  const events = await g.events();
  return { events, logins: foldLogins(events), text: transcriptText(foldTranscript(events)) };
}

const short = ({ mechanism, outcome, user, code, secured, moves }: LoginAccount) => ({
  mechanism,
  outcome,
  ...(user !== undefined && { user }),
  code,
  ...(secured && { secured }),
  moves: moves.length,
});

describe('the logins of a session', () => {
  test('are one for each AUTH, with what became of it', async () => {
    const { logins, events } = await played(
      {
        authentication: { clear: ['PLAIN', 'LOGIN'], secured: ['PLAIN', 'SCRAM-SHA-256'] },
        errors: { maxErrors: 'unlimited' },
      },
      async (c) => {
        await c.codes('AUTH PLAIN a b', 'AUTH CRAM-MD5', 'AUTH hunter2', 'AUTH LOGIN', '*', 'NOOP');
        await c.codes(`AUTH LOGIN ${base64(ann)}`, '?', `AUTH PLAIN ${plainResponse(ann, 'wrong')}`, 'STARTTLS');
        await c.secure();
        await c.codes(
          'EHLO client.example',
          'MAIL FROM:<a@b.example>',
          `AUTH PLAIN ${plainResponse(ann, password)}`,
          'RSET',
        );
        await logIn(c, { mechanism: 'SCRAM-SHA-256', password });
        await c.codes('AUTH PLAIN', 'AUTH LOGIN');
      },
    );
    expect(logins.map(short)).toEqual([
      { mechanism: 'PLAIN', outcome: 'refused', code: 501, moves: 0 },
      { mechanism: 'CRAM-MD5', outcome: 'refused', code: 504, moves: 0 },
      { mechanism: '', outcome: 'refused', code: 504, moves: 0 },
      { mechanism: 'LOGIN', outcome: 'cancelled', code: 501, moves: 2 },
      { mechanism: 'LOGIN', outcome: 'malformed', code: 501, moves: 2 },
      { mechanism: 'PLAIN', outcome: 'credentials', user: ann, code: 535, moves: 1 },
      { mechanism: 'PLAIN', outcome: 'refused', code: 503, secured: true, moves: 0 },
      { mechanism: 'SCRAM-SHA-256', outcome: 'ok', user: ann, code: 235, secured: true, moves: 3 },
      { mechanism: 'PLAIN', outcome: 'refused', code: 503, secured: true, moves: 0 },
      { mechanism: 'LOGIN', outcome: 'refused', code: 503, secured: true, moves: 0 },
    ]);
    const lines = new Map(events.map((event) => [event.n, event]));
    for (const { n } of logins) expect(lines.get(n)).toMatchObject({ kind: 'line' });
    expect(logins[1]?.why).toMatch(/^CRAM-MD5 is not offered/);
    expect(logins[5]?.why).toBe('wrong password');
    expect(logins[7]?.moves.map(({ heard, asks }) => [heard?.what, asks?.what])).toEqual([
      ['client-first-message', 'server-first-message'],
      ['client-final-message', 'server-final-message'],
      [expect.any(String), undefined],
    ]);
  });

  test('that nobody ended is open; one that policy refused is refused, whatever it came to', async () => {
    const { logins } = await played({}, (c) => c.codes('AUTH LOGIN', base64(ann)));
    expect(logins.map(({ outcome, code }) => [outcome, code])).toEqual([['open', 334]]);
  });

  test('have whom they act for, what proved them, and their counters', async () => {
    const held: SettingsInput = {
      authentication: { clear: ['PLAIN', 'XOAUTH2'], actFor: 'alias' },
      protection: { failedLogins: { account: { maxRetry: 2, findTime: 60, banTime: 90 } } },
    };
    const asBen = base64(`user=ben@gate.example\x01auth=Bearer ${annsToken}\x01\x01`);
    const acting = await played(held, (c) => c.codes(`AUTH XOAUTH2 ${asBen}`));
    expect(acting.logins[0]).toMatchObject({ outcome: 'ok', user: ann, authzid: 'ben@gate.example' });
    const wrong = `AUTH PLAIN ${plainResponse(ann, 'wrong')}`;
    const { logins } = await played(held, (c) => c.codes(wrong, wrong, wrong));
    const ofAccount = logins.map(({ counters }) => counters.filter(({ of }) => of === 'account'));
    expect(ofAccount).toEqual([
      [{ of: 'account', who: ann, failures: 1, limit: 2, relief: 0 }],
      [{ of: 'account', who: ann, failures: 2, limit: 2, relief: expect.any(Number) as number }],
      [{ of: 'account', who: ann, failures: 2, limit: 2, relief: expect.any(Number) as number }],
    ]);
    expect(logins[1]?.counters.find(({ of }) => of === 'account')?.relief).toBeGreaterThan(80_000);
    expect(logins[0]?.counters.find(({ of }) => of === 'session')).toMatchObject({ who: '127.0.0.1', failures: 1 });
    expect(logins[2]).toMatchObject({ outcome: 'credentials', code: 454, verdict: { reason: 'logins-held-off' } });
  });
});

describe('the transcript', () => {
  test('tells behind each line of a login what it says, and behind each challenge what it asks', async () => {
    const { text } = await played({ authentication: { clear: ['PLAIN', 'LOGIN'] } }, (c) =>
      c.codes('AUTH LOGIN', base64(ann), base64('wrong'), `AUTH PLAIN ${plainResponse(ann, password)}`),
    );
    const shown = text
      .split('\n')
      .slice(text.split('\n').findIndex((line) => line.includes('AUTH LOGIN')))
      .map((line) => line.replace(/^ *[\d.]+ +/, ''));
    expect(shown.slice(0, 13)).toEqual([
      'C: AUTH LOGIN',
      'S: 334 VXNlcm5hbWU6',
      expect.stringMatching(/^S asks: .*Username:/) as string,
      `C: ${'▮'.repeat(base64(ann).length)}`,
      expect.stringMatching(/^C says: .*ann@gate\.example/) as string,
      'S: 334 UGFzc3dvcmQ6',
      expect.stringMatching(/^S asks: .*Password:/) as string,
      `C: ${'▮'.repeat(8)}`,
      expect.stringMatching(/^C says: .*▮▮ 5 octets/) as string,
      `LOGIN: failed login as ${ann}: wrong password`,
      'S: 535 5.7.8 Authentication failed',
      `C: AUTH PLAIN ${'▮'.repeat(plainResponse(ann, password).length)}`,
      expect.stringMatching(/^C says: .*▮▮ 13 octets/) as string,
    ]);
  });

  test('spells out what cannot be printed', () => {
    const fields = [
      { name: 'user', value: 'a\r\nb\u0000' },
      { name: 'authzid', value: '' },
      { name: 'password', secret: 1 },
    ];
    expect(saidText({ what: 'message', octets: 9, fields })).toBe(
      'message, 9 octets · user a<CR><LF>b<NUL> · authzid empty · password ▮▮ 1 octet',
    );
  });

  test('tells two lines of one event apart', async () => {
    const { events } = await played({}, (c) => c.codes(`AUTH PLAIN ${plainResponse(ann, 'no')}`));
    const items = foldTranscript(events).filter((item) => item.kind === 'sasl');
    expect(items.map(({ who, move }) => [who, move])).toEqual([
      ['client', 1],
      ['outcome', 1],
    ]);
    expect(items.map(({ n }) => n)).toEqual(ofKind(events, 'sasl').flatMap(({ n }) => [n, n]));
  });
});
