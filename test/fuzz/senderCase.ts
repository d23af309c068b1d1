// Messages, records and From fields, valid ones changed at random: reading them never throws, and what is told of them is printable.
import { sealMessage } from 'mailauth/lib/arc/index.js';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { readRecord } from '../../core/message/dmarcRecord.ts';
import { examine } from '../../core/message/examine.ts';
import { readFrom } from '../../core/message/fromField.ts';
import { authenticationResults } from '../../core/message/results.ts';
import { checkSpf } from '../../core/message/spf/spf.ts';
import { testKey, testKeyRecord } from '../../core/simulate/testKeys.table.ts';
import { traceFields } from '../../core/smtp/trace.ts';
import { noon, plain, signed } from '../message/examining.ts';
import { taskOf } from '../workers/tasks.ts';
import { type Random, seeded } from './wireCase.ts';

const words = [
  ...['=', ';', ':', ',', '"', '\\', '(', ')', '<', '>', '@', '.', '/', '%', '{', '}', '!', '*', '+', '-', ' ', '\t'],
  ...[
    '\0',
    '\x07',
    '\x1b[31m',
    '\x7f',
    '\x80',
    '\x9b',
    '\xff',
    '\r',
    '\n',
    '\r\n',
    '\r\n ',
    '\r\nX-Evil: 1',
    '\xe2\x80\xae',
  ],
  ...['\u202e', '\u2028', '\ufeff', '\ud800', '😀', 'ü'],
  ...['__proto__', 'constructor', 'prototype', '__proto__=1;', 'toString', 'hasOwnProperty=x', 'length=1'],
  ...[
    'v=',
    'a=rsa-sha1',
    'a=ed25519-sha256',
    'b=',
    'bh=',
    'c=simple',
    'd=',
    'h=From:',
    'i=@',
    'l=0',
    'l=-1',
    'l=9e99',
    's=',
  ],
  ...['t=99999999999999', 'x=1', 'q=dns/txt', 'z=', 'cv=pass', 'i=1', 'i=51', 'p=', 'k=rsa', 'n=', 't=y:s'],
  ...['v=DMARC1', 'sp=', 'np=', 'pct=', 'psd=y', 'rua=mailto:', 'adkim=s'],
  ...[
    'v=spf1',
    'include:',
    'a:',
    'mx',
    'ptr',
    'ip4:',
    'ip6:::',
    'exists:',
    'all',
    'redirect=',
    'exp=',
    '%{',
    '%{s}',
    '%{l1r-}',
  ],
  ...['%{d99999}', '%{p}', '%%', '%_', '%-', '/32', '//128', '/99', '\x00'],
  ...['dkim=pass', 'spf=pass', 'gate.example;', 'gate.example', 'header.d=', '=?utf-8?q?=0D=0A?=', '=?utf-8?b?AA==?='],
  ...[
    'a@a.example',
    '<a@a.example>',
    'From: b@b.example\r\n',
    'x'.repeat(70),
    'y.'.repeat(130),
    '('.repeat(60),
    '"'.repeat(9),
  ],
];

/** One change: something put in, taken out, said twice, or another octet. */
function change(text: string, random: Random): string {
  const at = random(text.length + 1);
  const end = at + random(Math.min(60, text.length - at + 1));
  switch (random(6)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at, end).repeat(1 + random(3)) + text.slice(end);
    case 2:
      return text.slice(0, at) + String.fromCharCode(random(random(9) === 0 ? 65_536 : 256)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + (words[random(words.length)] ?? '') + text.slice(random(3) === 0 ? end : at);
  }
}

function changed(text: string, random: Random): string {
  let made = text;
  for (let left = random(5); left > 0; left -= 1) made = change(made, random);
  return made;
}

export type Kind = 'message' | 'spf' | 'from' | 'dmarc';

/** `text`: what is read. `records`: TXT that whoever asks DNS is answered. */
export interface SenderCase {
  readonly kind: Kind;
  readonly text: string;
  readonly records: readonly string[];
}

/** What is tried, so that broken ones can be. */
export interface Subject {
  readonly examine: typeof examine;
  readonly checkSpf: typeof checkSpf;
  readonly readFrom: typeof readFrom;
  readonly readRecord: typeof readRecord;
  readonly results: typeof authenticationResults;
}
export const ours: Subject = { examine, checkSpf, readFrom, readRecord, results: authenticationResults };

const claims =
  'Authentication-Results: gate.example; dkim=pass header.d=a.example (comment); spf=pass smtp.mailfrom=a@a.example\r\n';
const dmarcRecord = 'v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; psd=n; t=y; rua=mailto:a@a.example; pct=50';
const spfRecords = [
  'v=spf1 ip4:192.0.2.0/24 a mx:b.example include:c.example exists:%{ir}.%{l}.d.example -all exp=e.example',
  'v=spf1 a:%{d2r}/24//64 ptr:x.example ?ip6:2001:db8::/32 redirect=_spf.%{d}',
];
const froms = [
  '"Anna, A." <anna@a.example>',
  'Team: a@a.example, "b c"@b.example;, (no) d@[192.0.2.1]',
  'Anna <a@a.example> (x)',
];

let messages: Promise<readonly string[]> | undefined;

async function drawn(): Promise<readonly string[]> {
  const message = await signed(plain, { identity: 'anna@a.example', length: 20 });
  const sealed = await sealMessage(Buffer.from(message, 'latin1'), {
    signingDomain: 'list.example',
    selector: 's',
    privateKey: testKey('rsa1024'),
    algorithm: 'rsa-sha256',
    signTime: new Date(noon - 60_000),
    authResults: 'list.example; dkim=pass header.d=a.example',
    cv: 'none',
  });
  const small = await signed(plain, { key: 'ed25519a', canonicalization: 'simple/simple' });
  return [message, claims + sealed.toString('latin1') + message, small, claims + plain];
}

const kinds: readonly Kind[] = ['message', 'spf', 'spf', 'from', 'from', 'from', 'dmarc', 'dmarc'];

function caseOf(valid: readonly string[], random: Random): SenderCase {
  const kind = kinds[random(kinds.length)] ?? 'from';
  const from = (all: readonly string[]) => changed(all[random(all.length)] ?? '', random);
  const keys = [testKeyRecord('rsa1024'), testKeyRecord('ed25519a', ['t=y:s', 'n=note']), dmarcRecord, ...spfRecords];
  const records = Array.from({ length: 1 + random(3) }, () => (random(3) === 0 ? from(keys) : (keys[random(3)] ?? '')));
  switch (kind) {
    case 'message': {
      const message = valid[random(valid.length)] ?? '';
      const end = message.indexOf('\r\n\r\n');
      return { kind, text: changed(message.slice(0, end), random) + message.slice(end), records };
    }
    case 'spf':
      return { kind, text: from(spfRecords), records: random(2) === 0 ? spfRecords.slice(random(2)) : records };
    case 'from':
      return { kind, text: from(froms), records: [] };
    case 'dmarc':
      return { kind, text: from([dmarcRecord]), records: [] };
  }
}

/** Questions that one message or one SPF check may ask, however it was made. */
export const mostQuestions = 200;

const inTime = { now: () => noon, elapsed: () => 0, after: () => ({ cancel: () => undefined }) };

/** Answers every question, with what the case has; `spf` first where SPF asks for it. */
function resolverOf({ text, records, kind }: SenderCase) {
  const questions: { name: string; type: string; answer: string; ms: number }[] = [];
  const resolve = (name: string, type: string): Promise<string[][]> => {
    questions.push({ name: '', type, answer: '', ms: 0 });
    if (questions.length > mostQuestions) throw new Error('too many questions');
    const count = questions.length;
    if (type !== 'TXT') {
      const code = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL'][(name.length + count) % 3];
      return Promise.reject(Object.assign(new Error(code), { code }));
    }
    const all = kind === 'spf' && count === 1 ? [text] : records;
    return Promise.resolve(all.map((record) => [record.slice(0, 255), record.slice(255)]));
  };
  return { resolve, questions };
}

/** What must never stand in a line of a reply, a log or a trace field. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2060-\u206f\ufeff]/;
const longest = 2500;

/** The first text of an answer that is not one printable line of bounded length. */
function unfit(answer: unknown, path = ''): string | undefined {
  if (typeof answer === 'string')
    return unprintable.test(answer) || answer.length > longest || !answer.isWellFormed()
      ? `${path} is not one printable line: ${JSON.stringify(answer.slice(0, 200))}`
      : undefined;
  if (typeof answer !== 'object' || answer === null) return undefined;
  for (const [key, value] of Object.entries(answer)) {
    const found = unfit(value, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A trace field: ASCII, folded, and no line of it begins another field. */
function unfitField(text: string): string | undefined {
  const isFit = /^[!-9;-~]+:[ -~]*\r\n(?:[ \t][\t -~]*[!-~][\t -~]*\r\n)*$/.test(text);
  return isFit ? undefined : `no field: ${JSON.stringify(text)}`;
}

async function wrongMessage({ examine, results }: Subject, tried: SenderCase): Promise<string | undefined> {
  const asked: ReturnType<typeof resolverOf>[] = [];
  const task = taskOf('', {
    chunks: [new Uint8Array(Buffer.from(tried.text, 'latin1'))],
    want: ['dkim', 'dmarc', 'arc', 'header', 'removed', 'parts'],
    now: noon,
  });
  const lend = () => {
    const one = resolverOf(tried);
    asked.push(one);
    return one;
  };
  const found = await examine(task, { asked: lend, elapsed: () => 0 });
  const count = asked.reduce((sum, { questions }) => sum + questions.length, 0);
  if (count > mostQuestions) return `${count} questions`;
  return unfit(found) ?? unfitField(results({ hostname: 'gate.example', found, mailFrom: tried.text.slice(0, 300) }));
}

async function wrongSpf({ checkSpf, results }: Subject, tried: SenderCase): Promise<string | undefined> {
  const asked = resolverOf(tried);
  const local = tried.text.slice(-20);
  const answer: SpfAnswer = await checkSpf({
    identity: 'mailfrom',
    ip: '192.0.2.1',
    helo: tried.records[0] ?? 'helo.example',
    sender: { raw: `${local}@a.example`, local, domain: 'a.example' },
    hostname: 'gate.example',
    asked,
    world: inTime,
    reading: tried.text.length % 2 === 0 ? 'strict' : 'lenient',
    timeLimit: 20,
  });
  const sender = { raw: 'a@a.example', local: 'a', domain: 'a.example' };
  const trace = traceFields({
    ...{ host: 'gate.example', session: '1', message: '1', helo: { verb: 'EHLO', name: 'helo.example' } },
    ...{ peer: '192.0.2.1', secured: false, sender, recipients: [sender], at: noon, spf: [answer] },
    marks: [{ check: 'spf', text: answer.explanation ?? answer.detail ?? '' }],
  });
  if (!/^(?:[!-9;-~]+:[ -~]*\r\n(?:[ \t][\t -~]*\r\n)*){4}$/.test(trace) || /^(?!Re|X-Gatehouse)\S/m.test(trace))
    return `no trace: ${JSON.stringify(trace)}`;
  return (
    unfit(answer) ?? unfitField(results({ hostname: 'gate.example', spf: answer, mailFrom: `${local}@a.example` }))
  );
}

function wrongFrom({ readFrom }: Subject, { text }: SenderCase): string | undefined {
  const read = readFrom(text);
  if ('problem' in read) return read.problem.length > 200 ? 'a long problem' : undefined;
  const hidden = unfit(read);
  if (hidden !== undefined) return hidden;
  const domain = read.addresses.find((one) => /[\s@<>,;]/.test(one.domain.replace(/^\[.*\]$/, '')));
  return domain === undefined ? undefined : `a domain that is none: ${JSON.stringify(domain)}`;
}

/** Its text alone is told; the tags are compared with words that are known. */
function wrongDmarc({ readRecord }: Subject, { text }: SenderCase): string | undefined {
  const read = readRecord(text);
  return unfit(typeof read === 'string' ? read : read.text);
}

const plainKeys = Object.getOwnPropertyNames(Object.prototype).sort().join();

/** What is wrong with how a case is read; undefined when nothing is. */
export async function wrongWith(subject: Subject, tried: SenderCase): Promise<string | undefined> {
  try {
    const of = { message: wrongMessage, spf: wrongSpf, from: wrongFrom, dmarc: wrongDmarc }[tried.kind];
    const wrong = await of(subject, tried);
    if (wrong !== undefined) return wrong;
  } catch (error) {
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const keys = Object.getOwnPropertyNames(Object.prototype).sort().join();
  return keys === plainKeys ? undefined : `Object.prototype has other properties: ${keys}`;
}

export interface FoundSender extends SenderCase {
  readonly wrong: string;
}

/** The first case that is read wrongly, made shorter as long as it stays wrong. */
export async function firstWrong(subject: Subject, seed: number, count: number): Promise<FoundSender | undefined> {
  const random = seeded(seed);
  const valid = await (messages ??= drawn());
  for (let n = 0; n < count; n += 1) {
    const tried = caseOf(valid, random);
    const wrong = await wrongWith(subject, tried);
    if (wrong !== undefined) return shrunk(subject, { ...tried, wrong });
  }
  return undefined;
}

async function shrunk(subject: Subject, found: FoundSender): Promise<FoundSender> {
  let least = found;
  for (let size = Math.ceil(found.text.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < least.text.length;) {
      const text = least.text.slice(0, at) + least.text.slice(at + size);
      const wrong = await wrongWith(subject, { ...least, text });
      if (wrong === undefined) at += size;
      else least = { ...least, text, wrong };
    }
  return least;
}
