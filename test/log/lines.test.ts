// Log lines: AXIGEN's wording from a session's events, what the settings select, and nothing forged by a client.
import { expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import { linesOf, logOf, newSession } from '../../core/log/lines.ts';
import { printable, printableOctets } from '../../core/log/printable.ts';
import { connected, everything, failed, numbered, verdictOf } from './failedLogins.ts';

const line = (bytes: string): EventBody => ({ kind: 'line', bytes, end: 'crlf', behind: 0 });
const at = new Date(2026, 0, 31, 12, 0, 0).getTime();
const box = (raw: string) => ({ raw, local: raw.split('@')[0] ?? '', domain: raw.split('@')[1] ?? '' });

const session = numbered([
  [connected('198.51.100.7', at), 0],
  [
    {
      kind: 'reply',
      bytes: '220 mail ready\r\n',
      code: 220,
      verdict: verdictOf({ stage: 'connect', reason: 'greeting' }),
    },
    0,
  ],
  [line('EHLO client.example.net'), 900],
  [
    {
      kind: 'reply',
      bytes: '250-mail\r\n250 SIZE 100\r\n',
      code: 250,
      verdict: verdictOf({
        stage: 'ehlo',
        reason: 'ehlo-ok',
        findings: [
          {
            check: 'spf-ehlo',
            text: 'SPF none',
            action: 'record',
            evidence: { result: 'none', identity: 'helo', domain: 'client.example.net', address: '198.51.100.7' },
          },
        ],
      }),
    },
    1100,
  ],
  [failed('joe', 'wrong password'), 1200],
  [failed('eve', 'no such user'), 1300],
  [
    {
      kind: 'reply',
      bytes: '550 5.7.1 Relaying denied\r\n',
      code: 550,
      verdict: verdictOf({
        stage: 'rcpt',
        reason: 'relay-denied',
        action: 'refuse',
        decider: 0,
        findings: [{ check: 'relay', text: 'not local', action: 'refuse', reason: 'relay-denied' }],
      }),
    },
    1400,
  ],
  [
    {
      kind: 'data',
      facts: { bytes: 314, lines: 9, bareLf: 0, bareCr: 0, nul: 0, eightBit: 0, longestLine: 60, overLimit: false },
      segments: 1,
      exceptions: [],
    },
    1500,
  ],
  [
    {
      kind: 'stored',
      message: '0000002A',
      size: 314,
      sender: box('a@example.org'),
      recipients: [box('b@example.com'), box('c@example.com')],
      messageId: '<1@example.org>',
      remote: false,
    },
    1600,
  ],
  [{ kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' }, 1700],
]);

const logged = (select: { logLevel: number; events: readonly string[] }) =>
  logOf({ session: '00004CFF', events: session, host: 'mail', select }).map((text) =>
    text.replace(/^2026-01-31 12:00:0(\d) [+-]\d{4} /, '$1 ').replace('mail SMTP-IN:00004CFF: ', ''),
  );

test('a session reads as AXIGEN writes it', () => {
  expect(logged(everything)).toEqual([
    '0 08 [127.0.0.1:2525] connection accepted from [198.51.100.7:40000]',
    '0 16 >> 220 mail ready',
    '0 16 << EHLO client.example.net',
    '1 08 SPF result for EHLO domain <client.example.net> connected from <198.51.100.7>: None',
    '1 16 >> 250-mail',
    '1 16 >> 250 SIZE 100',
    "1 02 Authentication error for user 'joe': Invalid password",
    '1 16 >> 535 5.7.8 Authentication failed',
    "1 02 Authentication error for user 'eve': Account not found locally",
    '1 16 >> 535 5.7.8 Authentication failed',
    '1 08 Set smtp action to REJECT',
    '1 08 Set smtp explanation to [550 5.7.1 Relaying denied]',
    '1 16 >> 550 5.7.1 Relaying denied',
    '1 16 << 314 bytes and final dot read',
    '1 08 New mail <1@example.org> received from client.example.net (198.51.100.7) with envelope from <a@example.org>, recipients=2 (b@example.com, c@example.com), size=314, enqueued with id 0000002A',
    '1 08 closing session from [198.51.100.7:40000]',
  ]);
});

test('the whole line has time with zone, level, host, module and session', () => {
  expect(logOf({ session: '00004CFF', events: session, host: 'mail', select: everything })[0]).toMatch(
    /^2026-01-31 12:00:00 [+-]\d{4} 08 mail SMTP-IN:00004CFF: \[127\.0\.0\.1:2525\] connection accepted from \[198\.51\.100\.7:40000\]$/,
  );
});

test('each bit of the level selects its lines, and each kind of event', () => {
  const levels = (logLevel: number) => new Set(logged({ ...everything, logLevel }).map((text) => text.slice(2, 4)));
  expect(levels(0)).toEqual(new Set());
  expect(levels(2)).toEqual(new Set(['02']));
  expect(levels(15)).toEqual(new Set(['02', '08']));
  expect(levels(16)).toEqual(new Set(['16']));
  const kinds = everything.events.map((kind) => logged({ logLevel: 31, events: [kind] }).length);
  expect(kinds).toEqual([2, 2, 3, 1, 8]);
  expect(logged({ logLevel: 31, events: [] })).toEqual([]);
});

test('nothing a client sends ends a line, steers a terminal or hides', () => {
  const evil = '\u001b[31mX\r\n2026-01-01 00:00:00 +0000 08 mail SMTP-IN:00000001: forged\0\u009b2J';
  const octets = linesOf(newSession, line(evil))[0]?.text;
  expect(octets).toBe('<< \\x1b[31mX\\x0d\\x0a2026-01-01 00:00:00 +0000 08 mail SMTP-IN:00000001: forged\\x00\\x9b2J');
  expect(printable('a\\x0d')).toBe('a\\\\x0d');
  expect(printable('evil\u202egpj.exe\u2028')).toBe('evil\\u{202e}gpj.exe\\u{2028}');
  expect(printableOctets(Buffer.from('müller ✉').toString('latin1'))).toBe('müller ✉');
  expect(printableOctets('m\xfcller')).toBe('m\\xfcller');
  expect(printableOctets('AUTH PLAIN \u25ae\u25ae')).toBe('AUTH PLAIN \u25ae\u25ae');
  const text = linesOf(newSession, failed("x': Invalid password", 'no such user'))[0]?.text;
  expect(text).toBe("Authentication error for user 'x\\x27: Invalid password': Account not found locally");
});

test('a long field is cut and says by how much', () => {
  const text = linesOf(newSession, line('A'.repeat(100_000)))[0]?.text ?? '';
  expect(text).toBe(`<< ${'A'.repeat(512)}...(99488 more)`);
});

test('a dropped session says why at warning level', () => {
  const verdict = verdictOf({
    stage: 'connect',
    reason: 'too-many-connections',
    action: 'drop',
    closes: 'silent',
    because: 'too many connections',
    decider: 0,
    findings: [{ check: 'flow', text: '11 connections, 10 allowed', action: 'drop' }],
  });
  expect(linesOf(newSession, { kind: 'verdict', verdict })).toEqual([
    { level: 4, kind: 'policy', text: 'Session dropped: too many connections: 11 connections, 10 allowed' },
  ]);
});

test('a limit of failed logins that is reached, and each login it puts off, say so at warning level', () => {
  const rate = (relief: number) => ({
    check: 'failed-login-rate',
    text: "5 of 5 failed logins as x\r\ny' within 600 s, held off from now on, 1 min 30 s to relief",
    action: 'record' as const,
    counters: [
      { name: 'failed logins of the peer', value: 2, limit: 3 },
      { name: 'failed logins as the user', value: 5, limit: 5, ...(relief > 0 && { relief }) },
    ],
  });
  const lines = (relief: number) =>
    linesOf(newSession, {
      kind: 'verdict',
      verdict: verdictOf({ stage: 'auth', reason: 'auth-failed', action: 'refuse', findings: [rate(relief)] }),
    });
  expect(lines(90_000)).toEqual([
    {
      level: 4,
      kind: 'logins',
      text: "Limit of failed logins reached: 5 of 5 failed logins as x\\x0d\\x0ay' within 600 s, held off from now on, 1 min 30 s to relief",
    },
  ]);
  expect(lines(0)).toEqual([]);

  const verdict = verdictOf({
    stage: 'auth',
    reason: 'logins-held-off',
    action: 'defer',
    decider: 0,
    findings: [{ check: 'login-ban', text: 'held off after 5 failed logins as x\ty', action: 'defer' }],
  });
  const bytes = '454 4.7.0 Temporary authentication failure\r\n';
  expect(linesOf(newSession, { kind: 'reply', bytes, code: 454, verdict })).toEqual([
    { level: 4, kind: 'logins', text: 'Login put off: held off after 5 failed logins as x\\x09y' },
    { level: 16, kind: 'dialogue', text: '>> 454 4.7.0 Temporary authentication failure' },
  ]);
});
