// The filter language of the session list: words and `field:value` terms, read, matched and completed. Pure.
import { closeReasons } from '../../core/contract/event.ts';
import { arcResults, dkimResults, dmarcResults } from '../../core/contract/settings/sender/message.ts';
import { domainResults, ehloResults, reverseResults } from '../../core/contract/settings/sender/peer.ts';
import { spfResults } from '../../core/contract/settings/sender/spf.ts';
import { contains, type IpRange, parseIp, parseIpSet } from '../../core/contract/settings/network.ts';
import { placeInTime, type SessionRow } from '../../core/contract/summary.ts';
import { parseMoment, parseSpan } from './moment.ts';

/** The fields, in the order they are offered, each with a line that explains it. */
export const fields = {
  peer: 'address, network or range: 203.0.113.0/24',
  sender: 'part of the sender address',
  recipient: 'part of a recipient address',
  user: 'who logged in',
  'message-id': 'part of a Message-ID',
  outcome: 'open, accepted, discarded, deferred, refused, dropped ...',
  stage: 'where it was decided: mail, rcpt, auth ...',
  code: 'reply code or class: 550, 5xx',
  reason: 'key of the reason: spf-fail',
  spf: 'result at EHLO or MAIL: pass, softfail, fail ...',
  dkim: 'best of the signatures: pass, fail, none ...',
  dmarc: 'result: pass, fail, fail-reject ...',
  arc: 'result of the chain: none, pass, fail',
  reverse: 'reverse DNS of the peer: pass, mismatch ...',
  ehlo: 'what becomes of the name in EHLO: pass, bare ...',
  domain: 'what DNS says of the sender’s domain: null-mx ...',
  list: 'block and domain lists: listed, clear, silent',
  greylist: 'new, early, passed, known, late',
  closed: 'how it ended: quit, idle, slow-reader ...',
  helo: 'part of the name in EHLO or HELO',
  listener: 'name of the listener',
  run: 'scenario run: yes, no, or its id',
  after: 'since: 14:02, 2026-07-01, 10m (ago)',
  before: 'until: 14:02, 2026-07-01, 10m (ago)',
  time: 'within: 14:02, 14:00-14:05, 2026-07-01',
  text: 'anything the row says',
} as const;

export type FilterField = keyof typeof fields;

export interface FilterTerm {
  readonly field: FilterField;
  /** Values any of which may match; written with commas between them. */
  readonly values: readonly string[];
  readonly isNegated: boolean;
  /** Where it stands in the text. */
  readonly from: number;
  readonly to: number;
}

export interface Filter {
  readonly terms: readonly FilterTerm[];
  /** What is wrong or may not be what was meant, in words. */
  readonly notes: readonly string[];
}

interface Token {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Splits at blanks; quotes hold blanks and commas together. */
function tokens(text: string): Token[] {
  return [...text.matchAll(/(?:"[^"]*"?|[^\s"])+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}

function splitValues(text: string): string[] {
  const parts = text.match(/(?:"[^"]*"?|[^,"])+/g) ?? [];
  return parts.map((part) => part.replaceAll('"', '')).filter((part) => part !== '');
}

function isField(word: string): word is FilterField {
  return Object.hasOwn(fields, word);
}

/** Reads a filter; never fails: what is not understood is searched for as text, with a note. */
export function parseFilter(text: string): Filter {
  const terms: FilterTerm[] = [];
  const notes: string[] = [];
  for (const token of tokens(text)) {
    const isNegated = token.text.length > 1 && token.text.startsWith('-');
    const body = isNegated ? token.text.slice(1) : token.text;
    const named = /^([a-z-]+):(.*)$/is.exec(body);
    const word = named?.[1]?.toLowerCase() ?? '';
    const at = { isNegated, from: token.from, to: token.to };
    if (named && isField(word)) {
      const values = word === 'text' ? [(named[2] ?? '').replaceAll('"', '')] : splitValues(named[2] ?? '');
      if (values.length === 0 || values[0] === '') continue;
      notes.push(...values.flatMap((value) => complaint(word, value)));
      terms.push({ field: word, values, ...at });
      continue;
    }
    if (named && !/^[0-9a-f]{1,4}$/i.test(word)) notes.push(`There is no field “${word}”: searched as text.`);
    const plain = body.replaceAll('"', '');
    if (plain !== '') terms.push({ field: 'text', values: [plain], ...at });
  }
  return { terms, notes };
}

function complaint(field: FilterField, value: string): string[] {
  const isMoment = (text: string) => parseMoment(text, new Date(0)) !== undefined;
  if ((field === 'after' || field === 'before') && !isMoment(value))
    return [`${field}: “${value}” is no time: write 14:02, 2026-07-01 or 10m.`];
  if (field === 'time' && parseSpan(value, new Date(0)) === undefined)
    return [`time: “${value}” is no time: write 14:02 or 14:00-14:05.`];
  if (field === 'code' && !/^[2-5](\d\d|xx?|\dx)?$/i.test(value))
    return [`code: “${value}” is no reply code: write 550 or 5xx.`];
  if (field === 'peer' && value.includes('/') && parseIpSet(value) === undefined)
    return [`peer: “${value}” is no network.`];
  return [];
}

type Test = (row: SessionRow) => boolean;

/**
 * The filter as a test of one row. Terms of different fields must all match; of terms of one field any may
 * (but every text term, every bound in time and every negated term counts).
 */
export function compileFilter(filter: Filter, now: Date): Test {
  const every: Test[] = [];
  const any = new Map<FilterField, Test[]>();
  for (const term of filter.terms) {
    const tests = term.values.map((value) => testOf(term.field, value, now));
    const test: Test = (row) => tests.some((one) => one(row));
    if (term.isNegated) every.push((row) => !test(row));
    else if (term.field === 'text' || term.field === 'after' || term.field === 'before') every.push(test);
    else any.set(term.field, [...(any.get(term.field) ?? []), test]);
  }
  for (const tests of any.values()) every.push((row) => tests.some((test) => test(row)));
  return (row) => every.every((test) => test(row));
}

function testOf(field: FilterField, value: string, now: Date): Test {
  const wanted = value.toLowerCase();
  const has = (text: string | undefined) => text !== undefined && text.toLowerCase().includes(wanted);
  switch (field) {
    case 'peer':
      return peerTest(value);
    case 'sender':
      return (row) => has(row.sender);
    case 'recipient':
      return (row) => row.recipients.some(has);
    case 'user':
      return (row) => has(row.user);
    case 'message-id':
      return (row) => row.messageIds.some(has);
    case 'outcome':
      return (row) => row.outcome.startsWith(wanted) || fatesOf(row).some((fate) => fate.startsWith(wanted));
    case 'stage':
      return (row) => row.stage === wanted;
    case 'code':
      return (row) => row.code !== undefined && String(row.code).startsWith(wanted.replace(/x+$/, ''));
    case 'reason':
      return (row) => has(row.reason);
    case 'spf':
    case 'dkim':
    case 'dmarc':
    case 'arc':
    case 'reverse':
    case 'ehlo':
    case 'domain':
    case 'list':
    case 'greylist':
      return (row) => row.results?.some((result) => result.startsWith(`${field}:${wanted}`)) === true;
    case 'closed':
      return (row) => row.closed === wanted;
    case 'helo':
      return (row) => has(row.helo);
    case 'listener':
      return (row) => has(row.listener);
    case 'run':
      if (wanted === 'no') return (row) => row.run === undefined;
      return wanted === 'yes' ? (row) => row.run !== undefined : (row) => has(row.run);
    case 'after':
    case 'before': {
      const moment = parseMoment(value, now);
      if (moment === undefined) return () => true;
      return field === 'after' ? (row) => placeInTime(row) >= moment : (row) => placeInTime(row) < moment;
    }
    case 'time': {
      const span = parseSpan(value, now);
      return span === undefined ? () => true : (row) => placeInTime(row) >= span.from && placeInTime(row) < span.to;
    }
    case 'text':
      return (row) => rowText(row).includes(wanted);
  }
}

function peerTest(value: string): Test {
  const range: IpRange | undefined = parseIpSet(value);
  if (!range) return (row) => row.peer.toLowerCase().includes(value.toLowerCase());
  return (row) => {
    const ip = parseIp(row.peer);
    return ip !== undefined && contains(range, ip);
  };
}

/** What became of messages that were answered 250. */
export function fatesOf({ discarded, quarantined }: SessionRow): readonly ('discarded' | 'quarantined')[] {
  return [
    ...((discarded ?? 0) > 0 ? (['discarded'] as const) : []),
    ...((quarantined ?? 0) > 0 ? (['quarantined'] as const) : []),
  ];
}

const texts = new WeakMap<SessionRow, string>();

/** Everything a row says, in lower case; made once per row. */
function rowText(row: SessionRow): string {
  const made = texts.get(row);
  if (made !== undefined) return made;
  const text = [
    ...[row.id, row.peer, row.helo, row.sender, ...row.recipients, ...row.messageIds, row.user, row.listener, row.role],
    ...[row.outcome, ...fatesOf(row), row.stage, row.reason, row.because, row.code, row.closed, ...(row.results ?? [])],
  ]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
  texts.set(row, text);
  return text;
}

/** One offer of the completion: what replaces `from..to`, and what it means. */
export interface Completion {
  readonly insert: string;
  readonly label: string;
  readonly about: string;
  readonly from: number;
  readonly to: number;
}

/** The most offers at once. */
const OFFERS = 12;

/** What could stand at the caret; `known` gives the values of a field that occur, most frequent first. */
export function completeFilter(
  text: string,
  caret: number,
  known: (field: FilterField) => readonly string[],
): Completion[] {
  const token = tokens(text).find(({ from, to }) => from <= caret && caret <= to) ?? {
    text: '',
    from: caret,
    to: caret,
  };
  const typed = token.text.slice(0, caret - token.from);
  const sign = typed.startsWith('-') ? '-' : '';
  const body = typed.slice(sign.length);
  const colon = body.indexOf(':');
  if (colon < 0) {
    return (Object.keys(fields) as FilterField[])
      .filter((field) => field.startsWith(body.toLowerCase()))
      .map((field) => ({
        insert: `${sign}${field}:`,
        label: `${field}:`,
        about: fields[field],
        from: token.from,
        to: token.to,
      }));
  }
  const field = body.slice(0, colon).toLowerCase();
  if (!isField(field)) return [];
  const given = body.slice(colon + 1);
  const start = given.lastIndexOf(',') + 1;
  const part = given.slice(start).replaceAll('"', '').toLowerCase();
  const from = token.from + sign.length + colon + 1 + start;
  return [...new Set([...(fixed[field] ?? []), ...known(field)])]
    .filter((value) => value.toLowerCase().includes(part) && value.toLowerCase() !== part)
    .slice(0, OFFERS)
    .map((value) => ({
      insert: `${/[\s,"]/.test(value) ? `"${value}"` : value} `,
      label: value,
      about: '',
      from,
      to: token.to,
    }));
}

const fixed: Partial<Record<FilterField, readonly string[]>> = {
  outcome: ['accepted', 'refused', 'deferred', 'dropped', 'discarded', 'quarantined', 'open', 'closed'],
  spf: spfResults,
  dkim: dkimResults,
  dmarc: dmarcResults,
  arc: arcResults,
  reverse: reverseResults,
  ehlo: ehloResults,
  domain: domainResults,
  list: ['listed', 'clear', 'silent'],
  greylist: ['new', 'early', 'passed', 'known', 'late'],
  code: ['5xx', '4xx', '2xx'],
  closed: closeReasons,
  run: ['no', 'yes'],
  after: ['5m', '1h', '1d'],
  before: ['5m', '1h', '1d'],
};

/** The text with a term put in: replaces the field's own term, or removes it when `value` is undefined. */
export function withTerm(text: string, field: FilterField, value: string | undefined): string {
  let rest = text;
  for (const term of [...parseFilter(text).terms].reverse()) {
    if (term.field === field && !term.isNegated) rest = rest.slice(0, term.from) + rest.slice(term.to);
  }
  rest = rest.replace(/\s+/g, ' ').trim();
  if (value === undefined) return rest;
  return `${rest}${rest === '' ? '' : ' '}${field}:${/[\s,"]/.test(value) ? `"${value}"` : value}`;
}
