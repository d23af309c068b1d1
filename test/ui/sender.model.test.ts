// What the views about senders reckon, without a browser: marks in a source, rows of a zone, findings of a message, who is tried.
import { expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import type { Stage } from '../../core/contract/facts.ts';
import type { TriedStage } from '../../core/contract/senderCalls.ts';
import { defaults } from '../../core/contract/settings/settings.ts';
import type { Verdict } from '../../core/contract/verdict.ts';
import { findingsOf } from '../../renderer/views/messages/checked.ts';
import { layoutOf, marksOf } from '../../renderer/views/messages/marks.ts';
import { exampleZone, zoneCounts, zoneRows } from '../../renderer/views/receiver/dns/zoneRows.ts';
import {
  inOrder,
  leadsOf,
  senderPartOf,
  senderParts,
  stageOf,
  stateOf,
} from '../../renderer/views/receiver/sender/parts.ts';
import { decidingStage, faultOf, triedFromZone } from '../../renderer/views/receiver/sender/whatIf.ts';
import { span } from '../../renderer/views/sender/looks.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const message = bytesOf('A: 1\r\nB: 2\r\n more\r\nC: 3\r\n\r\nfirst ü\r\nsecond\r\nthird\r\n');

test('fields and body stand where their lines are', () => {
  expect(layoutOf(message)).toEqual({
    fields: [
      [1, 1],
      [2, 3],
      [4, 4],
    ],
    body: { line: 6, octet: 27 },
  });
  expect(layoutOf(bytesOf('A: 1\n')).body.line).toBe(Infinity);
});

test('what is covered is signed, folded lines with their field, and the body up to its octet', () => {
  const at = marksOf(message, { covered: [1], bodyCovered: 'first ü\r\n'.length + 1 + 3 });
  expect([1, 2, 3, 4, 5].map((line) => at(line)?.kind)).toEqual([
    'unsigned',
    'signed',
    'signed',
    'unsigned',
    undefined,
  ]);
  expect(at(6)).toEqual({ kind: 'signed' });
  expect(at(7)).toEqual({ kind: 'signed', until: 3 });
  expect(at(8)).toEqual({ kind: 'unsigned' });
});

test('a cut within a line of more octets than characters counts characters', () => {
  expect(marksOf(message, { covered: [], bodyCovered: 'first ü'.length + 1 })(6)).toEqual({ kind: 'signed', until: 7 });
});

test('all of the body is signed when nothing is left, and nothing is said of one that is not known', () => {
  expect(marksOf(message, { covered: [], bodyCovered: 1000 })(8)).toEqual({ kind: 'signed' });
  expect(marksOf(message, { covered: [] })(8)).toBeUndefined();
});

test('what is left out is marked so, whatever is signed', () => {
  const at = marksOf(message, { covered: [0, 1, 2] }, [{ start: 6, end: 19 }]);
  expect([1, 2, 3, 4].map((line) => at(line)?.kind)).toEqual(['signed', 'removed', 'removed', 'signed']);
});

test('a zone is rows with their lines, and faults are told apart', () => {
  const rows = zoneRows('# c\n\na.example TXT v=spf1 -all\nb.example * timeout\n');
  expect(rows).toEqual([
    { line: 3, name: 'a.example', type: 'TXT', data: 'v=spf1 -all', isFault: false },
    { line: 4, name: 'b.example', type: '*', data: 'timeout', isFault: true },
  ]);
  expect(zoneCounts(rows)).toEqual({ records: 1, faults: 1 });
});

test('the tried sender comes from the zone, and its recipient from the domains', () => {
  expect(triedFromZone(exampleZone, [{ name: 'gate.example', recipients: ['bob'] }])).toEqual({
    peer: '192.0.2.10',
    ehlo: 'mail.example.com',
    mailFrom: 'ann@example.com',
    recipient: 'bob@gate.example',
    from: 'ann@example.com',
  });
  expect(triedFromZone('', undefined).recipient).toBe('');
});

test('a fault belongs to the field it names', () => {
  expect(faultOf('MAIL FROM: not a name')).toEqual({ field: 'mailFrom', text: 'not a name' });
  expect(faultOf('the zone: odd')).toEqual({ text: 'the zone: odd' });
});

test('every member of every check has its place on its page once', () => {
  for (const part of senderParts) {
    const { first, actions, rest, exempt } = inOrder(part);
    const placed = [...first, ...actions, ...rest, ...exempt].map(([key]) => key).toSorted();
    expect(placed).toEqual((part.node.members ?? []).map(([key]) => key).toSorted());
  }
});

test('checks tell whether they look, when they act and what stops mail', () => {
  const dmarc = senderPartOf('sender.dmarc.map.fail-reject');
  if (!dmarc) throw new Error('no such part');
  expect(stateOf(dmarc, defaults.sender.dmarc)).toEqual({ isOn: false, words: 'off' });
  expect(stageOf(dmarc, defaults.sender.dmarc)).toBe('message');
  expect(leadsOf(dmarc, defaults.sender.dmarc).map(({ action }) => action)).toEqual(['quarantine', 'refuse', 'defer']);
  const lists = senderPartOf('sender.dnsbl.lists');
  if (!lists) throw new Error('no such part');
  const list = {
    zone: 'bl.example',
    enabled: true,
    action: 'record',
    codes: [{ answer: '127.0.0.4', action: 'defer' }],
  };
  expect(leadsOf(lists, { lists: [list] })).toEqual([{ action: 'defer', results: ['bl.example 127.0.0.4'] }]);
  expect(leadsOf(lists, { lists: [{ ...list, enabled: false }] })).toEqual([]);
  expect(senderPartOf('sender.delay')).toBeUndefined();
  expect(senderPartOf('dns.zone')).toBeUndefined();
});

const event = (n: number, body: object) => ({ n, t: n, ...body }) as unknown as Event;
const reply = (n: number, stage: string, check?: string, domain = 'a.example') =>
  event(n, {
    kind: 'reply',
    verdict: {
      stage,
      findings: check === undefined ? [] : [{ check, action: 'record', answer: { kind: 'spf', domain } }],
    },
  });

test('findings of a message are its own and those of its peer, not those of another message', () => {
  const events = [
    reply(1, 'ehlo', 'spf-ehlo', 'peer.example'),
    reply(2, 'mail', 'spf-mail', 'first.example'),
    event(3, { kind: 'stored', message: 'one' }),
    reply(4, 'message'),
    reply(5, 'mail', 'spf-mail', 'second.example'),
    event(6, { kind: 'stored', message: 'two' }),
    reply(7, 'message', 'dmarc', 'second.example'),
    reply(8, 'mail', 'spf-mail', 'third.example'),
  ];
  const domains = (id: string) =>
    findingsOf(events, id).map(({ answer }) => (answer?.kind === 'spf' ? answer.domain : ''));
  expect(domains('one').toSorted()).toEqual(['first.example', 'peer.example']);
  expect(domains('two').toSorted()).toEqual(['peer.example', 'second.example', 'second.example']);
  expect(domains('three')).toEqual([]);
});

test('spans are told in one unit', () => {
  expect([500, 90_000, 7_200_000, 3 * 86_400_000, 800 * 86_400_000].map(span)).toEqual([
    '1 s',
    '2 min',
    '2 h',
    '3 d',
    '2.2 y',
  ]);
});

test('of a sender that is tried, the stage counts that refused, else the one that took it apart, else the last', () => {
  const stage = (name: Stage, action: Verdict['action'], reply: string): TriedStage => ({
    stage: name,
    about: '',
    verdict: { stage: name, action, reason: 'r', because: '', findings: [], basis: 'ours' },
    reply,
  });
  const hello = stage('ehlo', 'accept', '250 gate.example');
  const apart = stage('mail', 'quarantine', '250 2.1.0 Sender OK');
  const end = stage('message', 'accept', '250 2.0.0 Message stored');
  const refused = stage('rcpt', 'refuse', '550 5.7.1 no');
  expect(decidingStage([])).toBeUndefined();
  expect(decidingStage([hello, end])).toBe(end);
  expect(decidingStage([hello, apart, end])).toBe(apart);
  expect(decidingStage([hello, apart, refused])).toBe(refused);
});
