// Log lines about senders: what was found out and what it led to, of the address that counts, with nothing forged by others.
import { expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import type { ListAnswer, ReverseAnswer } from '../../core/contract/senderAnswers.ts';
import type { Action, Finding } from '../../core/contract/verdict.ts';
import { linesOf, logOf, newSession } from '../../core/log/lines.ts';
import { connected, everything, numbered, verdictOf } from './failedLogins.ts';

const box = (raw: string) => ({ raw, local: raw.split('@')[0] ?? '', domain: raw.split('@')[1] ?? '' });
const reverse: ReverseAnswer = {
  kind: 'reverse',
  questions: [],
  ms: 0,
  result: 'none',
  address: '192.0.2.1',
  names: [],
};
const list = (result: ListAnswer['result']): ListAnswer => ({
  kind: 'list',
  questions: [],
  ms: 0,
  list: 'bl',
  zone: 'bl.example',
  subject: '192.0.2.1',
  result,
  codes: [],
});
const finding = (action: Action, text = 'it has no name'): Finding => ({
  check: 'reverse-dns',
  text,
  action,
  answer: reverse,
});

const linesFor = (...findings: Finding[]) =>
  linesOf(newSession, { kind: 'verdict', verdict: verdictOf({ stage: 'mail', reason: 'mail-ok', findings }) }).map(
    ({ text }) => text,
  );

test('every check of the sender has a line, with what it leads to, unless its action is ignore', () => {
  expect(linesFor(finding('record'), finding('mark'), finding('quarantine'), finding('ignore'))).toEqual([
    'Check reverse-dns: it has no name',
    'Check reverse-dns: it has no name: mark',
    'Check reverse-dns: it has no name: quarantine',
  ]);
  const of = (result: ListAnswer['result']): Finding => ({
    check: 'dnsbl',
    text: result,
    action: 'record',
    answer: list(result),
  });
  expect(linesFor(of('clear'), of('listed'), of('silent'))).toEqual(['Check dnsbl: listed', 'Check dnsbl: silent']);
});

test('what DNS says can neither end a line nor steer a terminal', () => {
  expect(linesFor(finding('record', 'a\r\n2026-01-01 forged \u001b[31m\u202e'))).toEqual([
    'Check reverse-dns: a\\x0d\\x0a2026-01-01 forged \\x1b[31m\\u{202e}',
  ]);
});

test('the address that XCLIENT names is the one that lines tell of, and what is kept apart is said', () => {
  const spf: Finding = {
    check: 'spf-mail',
    text: 'SPF pass',
    action: 'record',
    evidence: { result: 'pass', domain: 'a.example' },
  };
  const events: Event[] = numbered([
    [connected('127.0.0.1', 0), 0],
    [
      {
        kind: 'xclient',
        peer: { address: '198.51.100.5', port: 9 },
        xclient: { through: { address: '127.0.0.1', port: 1 } },
      },
      1,
    ],
    [{ kind: 'verdict', verdict: verdictOf({ stage: 'mail', reason: 'mail-ok', findings: [spf] }) }, 2],
    [
      {
        kind: 'stored',
        message: '0000002A',
        size: 3,
        sender: box('a@a.example'),
        recipients: [box('b@b.example')],
        remote: false,
        quarantine: 'dmarc',
      },
      3,
    ],
    [{ kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' }, 4],
  ]);
  const lines = logOf({ session: '1', events, host: 'h', select: everything }).map((line) =>
    line.replace(/^.*?: /, ''),
  );
  expect(lines).toEqual([
    '[127.0.0.1:2525] connection accepted from [127.0.0.1:40000]',
    'XCLIENT: session counts as from [198.51.100.5:9]',
    'SPF result for MAIL FROM domain <a.example> connected from <198.51.100.5>: Pass',
    'New mail <> received from  (198.51.100.5) with envelope from <a@a.example>, recipients=1 (b@b.example), size=3, enqueued with id 0000002A',
    'quarantined by dmarc: message with id 0000002A',
    'closing session from [127.0.0.1:40000]',
  ]);
});
