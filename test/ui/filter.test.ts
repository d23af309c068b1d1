// The filter language: what is read, what matches, what is offered.
import { describe, expect, test } from 'vitest';
import { emptyRow, type SessionRow } from '../../core/contract/summary.ts';
import { compileFilter, completeFilter, parseFilter, withTerm } from '../../renderer/state/filter.ts';
import { parseMoment, parseSpan } from '../../renderer/state/moment.ts';

const noon = new Date(2026, 6, 1, 12, 0, 0);

const row = (part: Partial<SessionRow>): SessionRow => ({ ...emptyRow('a'), started: noon.getTime(), ...part });

const refused = row({
  id: 'refused',
  peer: '203.0.113.7',
  helo: 'mail.example',
  sender: 'Ann@Example.com',
  recipients: ['bob@gate.example', 'carol@gate.example'],
  outcome: 'refused',
  stage: 'mail',
  reason: 'spf-fail',
  because: 'sender.spf.map.fail = refuse',
  code: 550,
  listener: 'mx',
});
const accepted = row({
  id: 'accepted',
  peer: '2001:db8::4:1f',
  helo: 'news.example',
  user: 'test',
  sender: 'news@paypal.example',
  recipients: ['bob@gate.example'],
  messageIds: ['<1@news.example>'],
  outcome: 'accepted',
  stage: 'message',
  reason: 'message-ok',
  code: 250,
  closed: 'slow-reader',
  listener: 'submission',
  started: noon.getTime() - 600_000,
});

const hits = (text: string) =>
  [refused, accepted].filter(compileFilter(parseFilter(text), noon)).map((found) => found.id);

describe('matching', () => {
  test.each([
    ['', ['refused', 'accepted']],
    ['peer:203.0.113.0/24', ['refused']],
    ['peer:2001:db8::/32', ['accepted']],
    ['peer:203.0.113.1-203.0.113.9', ['refused']],
    ['peer:203.0', ['refused']],
    ['-peer:203.0.113.0/24', ['accepted']],
    ['sender:ann@example.com', ['refused']],
    ['recipient:carol', ['refused']],
    ['user:test', ['accepted']],
    ['message-id:1@news', ['accepted']],
    ['outcome:refused', ['refused']],
    ['outcome:refused,accepted', ['refused', 'accepted']],
    ['outcome:refused outcome:accepted', ['refused', 'accepted']],
    ['outcome:refused stage:message', []],
    ['stage:mail code:5xx', ['refused']],
    ['code:550', ['refused']],
    ['code:2xx', ['accepted']],
    ['reason:spf', ['refused']],
    ['listener:sub', ['accepted']],
    ['closed:slow-reader', ['accepted']],
    ['closed:slow', []],
    ['after:11:55', ['refused']],
    ['after:5m', ['refused']],
    ['before:11:55', ['accepted']],
    ['time:11:50', ['accepted']],
    ['time:11:40-11:50', ['accepted']],
    ['time:2026-07-01', ['refused', 'accepted']],
    ['text:"paypal"', ['accepted']],
    ['paypal', ['accepted']],
    ['"news.example"', ['accepted']],
    ['bob ann', ['refused']],
    ['sendr:ann', []],
    ['2001:db8::4:1f', ['accepted']],
  ])('%s', (text, expected) => expect(hits(text)).toEqual(expected));
});

test('results of checks and what became of a message are words of the filter', () => {
  const rows = [
    row({ id: 'forged', outcome: 'accepted', discarded: 1, results: ['spf:softfail', 'dmarc:fail-reject'] }),
    row({ id: 'apart', outcome: 'accepted', stored: 2, quarantined: 1, results: ['spf:fail', 'list:listed'] }),
    row({ id: 'fine', outcome: 'accepted', stored: 1, results: ['spf:pass', 'dkim:pass'] }),
  ];
  const found = (text: string) => rows.filter(compileFilter(parseFilter(text), noon)).map(({ id }) => id);
  expect(found('spf:fail')).toEqual(['apart']);
  expect(found('spf:fail,softfail')).toEqual(['forged', 'apart']);
  expect(found('dmarc:fail')).toEqual(['forged']);
  expect(found('-spf:pass')).toEqual(['forged', 'apart']);
  expect(found('list:listed')).toEqual(['apart']);
  expect(found('outcome:discarded')).toEqual(['forged']);
  expect(found('outcome:quarantined')).toEqual(['apart']);
  expect(found('outcome:accepted')).toEqual(['forged', 'apart', 'fine']);
  expect(found('quarantined')).toEqual(['apart']);
  expect(parseFilter('spf:fail dmarc:fail-reject').notes).toEqual([]);
});

test('what is not understood is said', () => {
  expect(parseFilter('sendr:ann code:x after:soon peer:1/2 time:soon').notes).toEqual([
    'There is no field “sendr”: searched as text.',
    'code: “x” is no reply code: write 550 or 5xx.',
    'after: “soon” is no time: write 14:02, 2026-07-01 or 10m.',
    'peer: “1/2” is no network.',
    'time: “soon” is no time: write 14:02 or 14:00-14:05.',
  ]);
  expect(parseFilter('2001:db8::1 outcome: peer:203.0').notes).toEqual([]);
});

test('moments', () => {
  expect(parseMoment('14:02:11', noon)).toBe(new Date(2026, 6, 1, 14, 2, 11).getTime());
  expect(parseMoment('2026-06-30T08:00', noon)).toBe(new Date(2026, 5, 30, 8).getTime());
  expect(parseMoment('2h', noon)).toBe(noon.getTime() - 7_200_000);
  expect(parseMoment('25:00', noon)).toBeUndefined();
  expect(parseMoment('', noon)).toBeUndefined();
  expect(parseSpan('14:02', noon)).toEqual({
    from: new Date(2026, 6, 1, 14, 2).getTime(),
    to: new Date(2026, 6, 1, 14, 3).getTime(),
  });
});

describe('completion', () => {
  const known = (field: string) =>
    field === 'reason' ? ['spf-fail', 'relay-denied'] : field === 'user' ? ['a b'] : [];
  const offers = (text: string) => completeFilter(text, text.length, known).map(({ label }) => label);
  test('fields', () => {
    expect(offers('out')).toEqual(['outcome:']);
    expect(offers('peer:1 -re')).toEqual(['recipient:', 'reason:', 'reverse:']);
    expect(offers('').length).toBeGreaterThan(10);
  });
  test('values', () => {
    expect(offers('outcome:ref')).toEqual(['refused']);
    expect(offers('outcome:d')).toEqual([
      'accepted',
      'refused',
      'deferred',
      'dropped',
      'discarded',
      'quarantined',
      'closed',
    ]);
    expect(offers('dmarc:rej')).toEqual(['fail-reject']);
    expect(offers('outcome:refused,dr')).toEqual(['dropped']);
    expect(offers('reason:')).toEqual(['spf-fail', 'relay-denied']);
    expect(completeFilter('x reason:rel y', 12, known)).toEqual([
      { insert: 'relay-denied ', label: 'relay-denied', about: '', from: 9, to: 12 },
    ]);
    expect(completeFilter('user:', 5, known)[0]?.insert).toBe('"a b" ');
    expect(offers('nothing:')).toEqual([]);
  });
});

test('a term is put in and taken out', () => {
  expect(withTerm('ann outcome:refused', 'outcome', 'dropped')).toBe('ann outcome:dropped');
  expect(withTerm('outcome:refused ann', 'outcome', undefined)).toBe('ann');
  expect(withTerm('', 'user', 'a b')).toBe('user:"a b"');
});
