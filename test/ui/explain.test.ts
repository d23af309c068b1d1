// What the window makes of events: which line is looked at first, what stands behind it, its bytes, its text.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { foldTranscript, type TranscriptItem } from '../../core/contract/transcript.ts';
import { aboutSetting, valueAt } from '../../renderer/state/about.ts';
import { printable, textOf, textRows } from '../../renderer/ui/textRows.ts';
import { decodeHeader } from '../../renderer/views/messages/encodedWords.ts';
import { fileName } from '../../renderer/views/messages/saveMessage.ts';
import {
  asOffered,
  answerTo,
  codesOf,
  counterWords,
  decidingLine,
  kindred,
  shownItems,
  silentWords,
  toneOf,
  valueText,
} from '../../renderer/views/sessions/explain.ts';
import { FOLD_FROM, foldRepeats } from '../../renderer/views/sessions/repeats.ts';
import { rawRows, rawText } from '../../renderer/views/sessions/rawBytes.ts';
import { ground, type Ground, until } from '../smtp/playground.ts';

let played: Ground;
beforeAll(async () => {
  played = await ground({ errors: { maxAuthErrors: 2 } });
});
afterAll(() => played.close());

async function guessing(): Promise<readonly Event[]> {
  const client = await played.connect();
  await client.hello();
  const wrong = `AUTH PLAIN ${Buffer.from('\0alice\0wrong').toString('base64')}`;
  for (let index = 0; index < 2; index += 1) await client.ask(wrong);
  client.send(`${wrong}\r\n`);
  await client.replies(2);
  const index = played.journal.sessions.length - 1;
  await until(() => played.journal.sessions[index]?.ended === true);
  return played.journal.sessions[index]?.events ?? [];
}

type Server = Extract<TranscriptItem, { kind: 'server' }>;

test('the closing 421 is looked at first, and every line leads to its answer', async () => {
  const events = await guessing();
  const items = foldTranscript(events);
  const servers = items.filter((item): item is Server => item.kind === 'server');
  const closing = servers.at(-1) as Server;
  expect(closing.code).toBe(421);
  expect(decidingLine(items)).toBe(closing.n);
  expect(toneOf(closing)).toBe('drop');
  expect(codesOf(closing)).toBe('421 4.7.0');
  for (const item of items) {
    if (item.kind === 'client') expect(answerTo(items, item.n)).toBe(servers.find(({ n }) => n > item.n));
    if (item.kind === 'server') expect(answerTo(items, item.n)).toBe(item);
  }
  const refused = servers.filter(({ code }) => code === 535);
  expect(kindred(items, refused[0] as Server).map(({ n }) => n)).toEqual(refused.slice(1).map(({ n }) => n));
  expect(kindred(items, servers[0] as Server)).toEqual([]);
});

test('bytes are shown as they crossed, credentials as blocks of the same length', async () => {
  const events = await guessing();
  const line = events.find((event) => event.kind === 'line' && event.bytes.startsWith('AUTH'));
  const text = rawText(rawRows(line ? [line] : []));
  expect(text).toContain('client, line');
  expect(text).toContain('41 55 54 48 20 50 4c 41  49 4e 20 ▮▮ ▮▮ ▮▮ ▮▮ ▮▮');
  expect(text.trimEnd().endsWith('··')).toBe(true);
  const whole = rawRows(events);
  const octets = whole.reduce((sum, row) => sum + (row.kind === 'bytes' ? row.hex.split(/ +/).length : 0), 0);
  const crossed = events.reduce(
    (sum, event) =>
      sum + (event.kind === 'line' ? event.bytes.length + 2 : event.kind === 'reply' ? event.bytes.length : 0),
    0,
  );
  expect(octets).toBe(
    crossed + events.filter((event) => event.kind === 'reply' && !event.bytes.endsWith('\r\n')).length * 2,
  );
});

test('a handshake that came about is one band', () => {
  const tls = (n: number, state: 'starting' | 'up' | 'failed', text: string): TranscriptItem => ({
    kind: 'tls',
    n,
    t: n,
    state,
    text,
  });
  const up = tls(2, 'up', 'TLSv1.3');
  expect(shownItems([tls(1, 'starting', 'handshake'), up])).toEqual([up]);
  expect(shownItems([tls(1, 'starting', 'handshake'), tls(2, 'failed', 'x')])).toHaveLength(2);
  expect(shownItems([tls(1, 'starting', 'handshake; 9 plaintext bytes discarded'), up])).toHaveLength(2);
});

test('a setting is known by its path', () => {
  expect(aboutSetting('errors.maxAuthErrors')).toMatchObject({ title: 'Failed logins allowed', basis: 'observed' });
  expect(aboutSetting('listeners.0.flow.maxConnections')?.title).toBeTruthy();
  expect(aboutSetting('access.deny.3')?.title).toBe('Deny rule');
  expect(aboutSetting('listeners.0')?.title).toBe('Listener');
  expect(aboutSetting('listeners')?.title).toBe('Listeners');
  expect(aboutSetting('errors.nothing')).toBeUndefined();
  expect(valueAt(played.settings, 'errors.maxAuthErrors')).toBe(2);
  expect(valueAt(played.settings, 'listeners.0.name')).toBe('mx');
  expect(valueAt(played.settings, 'no.such.thing')).toBeUndefined();
});

test('text is cut into lines, and a very long line into pieces', () => {
  expect(textRows('a\r\nb\n\nc')).toEqual([
    { line: 1, isFirst: true, text: 'a' },
    { line: 2, isFirst: true, text: 'b' },
    { line: 3, isFirst: true, text: '' },
    { line: 4, isFirst: true, text: 'c' },
  ]);
  expect(textRows('a\n')).toHaveLength(1);
  expect(textRows('')).toEqual([{ line: 1, isFirst: true, text: '' }]);
  expect(textRows('abcde', 2).map(({ text, isFirst }) => [text, isFirst])).toEqual([
    ['ab', true],
    ['cd', false],
    ['e', false],
  ]);
  expect(printable('a\0b\rc')).toBe('a␀b␍c');
  expect(textOf(Uint8Array.from([0xc3, 0xa9]))).toBe('é');
  expect(textOf(Uint8Array.from([0xff, 0x41]))).toBe('ÿA');
});

test('a file name is made of what every system takes', () => {
  expect(fileName({ subject: 'Re: a/b \\ "c"?', id: '0000000A' })).toBe('Re-a-b-c-0000000A.eml');
  expect(fileName({ subject: '', id: '1' })).toBe('message-1.eml');
});

test('header text is decoded where it is well-formed, and left alone where it is not', () => {
  expect(decodeHeader('=?utf-8?q?Gr=C3=BC=C3=9Fe?=')).toBe('Grüße');
  expect(decodeHeader('Re: =?ISO-8859-1?Q?caf=E9?= =?UTF-8?B?4pyT?= done')).toBe('Re: café✓ done');
  expect(decodeHeader('=?utf-8?q?=C3?= =?utf-8?q?=BC_a?=')).toBe('ü a');
  expect(decodeHeader('=?utf-8?b?%%%?= =?nonsense-1?q?a?=')).toBe('=?utf-8?b?%%%?=a');
  expect(decodeHeader('plain =?utf-8 text')).toBe('plain =?utf-8 text');
  expect(decodeHeader('GrÃ¼Ã\u009fe')).toBe('Grüße');
});

test('a long run of the same exchange is folded, and a line inside it opens it', async () => {
  const client = await played.connect();
  await client.hello();
  for (let index = 0; index < 12; index += 1) await client.ask('NOOP');
  await client.ask('QUIT');
  const index = played.journal.sessions.length - 1;
  await until(() => played.journal.sessions[index]?.ended === true);
  const items = foldTranscript(played.journal.sessions[index]?.events ?? []);
  const noops = items.filter((item) => item.kind === 'client' && item.text === 'NOOP');
  const folded = foldRepeats(items, () => false);
  expect(folded.length).toBe(items.length - 20 + 1);
  const repeats = folded.find((item) => item.kind === 'repeats');
  expect(repeats).toMatchObject({ count: 10, n: noops[1]?.n, last: (noops[10]?.n ?? 0) + 1 });
  expect(foldRepeats(items, ({ n }) => n === repeats?.n)).toEqual(items);
  const few = items.filter((item) => !noops.slice(FOLD_FROM - 1).some(({ n }) => n === item.n || n + 1 === item.n));
  expect(foldRepeats(few, () => false)).toEqual(few);
});

test('a verdict nobody heard says what it found, what it did, or why it closed', () => {
  const verdict = {
    stage: 'tls',
    action: 'accept',
    reason: 'tls-up',
    because: 'nothing',
    findings: [],
    basis: 'ours',
  } as const;
  const finding = { check: 'client-certificate', action: 'record', text: 'it was revoked: CN=a' } as const;
  expect(silentWords({ ...verdict, findings: [finding] })).toBe('noted: it was revoked: CN=a');
  expect(silentWords({ ...verdict, action: 'ignore', findings: [finding] })).toBe('ignore, recorded: nothing');
  expect(silentWords({ ...verdict, action: 'drop', closes: 'silent' })).toBe('closed without a word: nothing');
});

test.each([
  [{ name: 'failed logins', value: 6, limit: 5 }, '6 / 5'],
  [{ name: 'new connections in the interval', value: 601, limit: 600, relief: 12_201 }, '601 / 600, 12.3 s to relief'],
  [{ name: 'new connections in the interval', value: 600, limit: 600, relief: 310 }, '600 / 600, 400 ms to relief'],
  [
    { name: 'new connections in the interval', value: 601, limit: 600, relief: 200_400 },
    '601 / 600, 3 min 21 s to relief',
  ],
  [{ name: 'new connections in the interval', value: 9, limit: 8, relief: 7_200_001 }, '9 / 8, 2 h 1 min to relief'],
])('a counter says when there is room again: %j', (counter, words) => {
  expect(counterWords(counter)).toBe(words);
});

test('a list of words reads as words; anything else as it is written', () => {
  expect(valueText(['PLAIN', 'SCRAM-SHA-256'])).toBe('PLAIN, SCRAM-SHA-256');
  expect(valueText([])).toBe('none');
  expect(valueText([{ a: 1 }])).toBe('[{"a":1}]');
  expect(valueText(5)).toBe('5');
});

test('a mechanism that cannot be offered is no change of its list', () => {
  const unavailable = [{ mechanism: 'GSSAPI' }];
  expect(asOffered(['PLAIN', 'GSSAPI', 'LOGIN'], unavailable)).toEqual(['PLAIN', 'LOGIN']);
  expect(asOffered(['PLAIN', 'GSSAPI'], [])).toEqual(['PLAIN', 'GSSAPI']);
  expect(asOffered('GSSAPI', unavailable)).toBe('GSSAPI');
});
