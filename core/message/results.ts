// Writes the Authentication-Results field (RFC 8601 section 2.2): nothing that came from outside can break out of its place.
import type {
  ArcAnswer,
  DkimAnswer,
  DkimSignature,
  DmarcAnswer,
  ReverseAnswer,
  SpfAnswer,
} from '../contract/senderAnswers.ts';
import { printable } from './printable.ts';

export interface ResultsOf {
  /** The authserv-id: acceptance.hostname. */
  readonly hostname: string;
  /** What was found about the message. */
  readonly found?: { readonly dkim?: DkimAnswer; readonly dmarc?: DmarcAnswer; readonly arc?: ArcAnswer } | undefined;
  readonly spf?: SpfAnswer | undefined;
  /** The SPF answer of EHLO, where it was asked as well. */
  readonly spfOfEhlo?: SpfAnswer | undefined;
  /** Sender of MAIL as written; empty for the null sender. */
  readonly mailFrom?: string | undefined;
  readonly reverse?: ReverseAnswer | undefined;
  /** The user who logged in, and how (RFC 4954 section 7). */
  readonly login?: { readonly user: string; readonly mechanism?: string | undefined } | undefined;
}

/** The field with CRLF at every line end, one method a line; `none` where nothing was looked at. */
export function authenticationResults(of: ResultsOf): string {
  const methods = [
    ...(of.login === undefined ? [] : [auth(of.login)]),
    ...(of.reverse === undefined ? [] : [iprev(of.reverse)]),
    ...[of.spfOfEhlo, of.spf].flatMap((spf) => (spf === undefined ? [] : [spfResult(spf, of.mailFrom)])),
    ...(of.found?.dkim === undefined ? [] : dkim(of.found.dkim)),
    ...(of.found?.dmarc === undefined ? [] : [dmarc(of.found.dmarc)]),
    ...(of.found?.arc === undefined ? [] : [arc(of.found.arc)]),
  ];
  // Section 2.2: no-result is "none".
  const all: readonly Words[] = methods.length === 0 ? [['none']] : methods;
  const last = all.length - 1;
  return `Authentication-Results: ${value(of.hostname)};\r\n${all
    .map((method, index) => `\t${folded(method)}${index === last ? '' : ';'}\r\n`)
    .join('')}`;
}

type Words = readonly (string | undefined)[];

/** Section 2.7.4: the login; RFC 8601 has smtp.auth for the user. */
const auth = ({ user, mechanism }: NonNullable<ResultsOf['login']>): Words => [
  'auth=pass',
  mechanism === undefined ? undefined : comment(mechanism),
  property('smtp.auth', user),
];

/** Section 2.7.3. */
const iprev = ({ result, address, confirmed, names }: ReverseAnswer): Words => {
  const shown = { pass: 'pass', mismatch: 'fail', none: 'permerror', temperror: 'temperror' } as const;
  return [`iprev=${shown[result]}`, comment(confirmed ?? names[0]), property('policy.iprev', address)];
};

/** Section 2.7.2. */
function spfResult(spf: SpfAnswer, mailFrom: string | undefined): Words {
  const isMail = spf.identity === 'mailfrom' && mailFrom !== undefined && mailFrom !== '';
  return [
    `spf=${spf.result}`,
    comment(spf.detail),
    isMail ? property('smtp.mailfrom', mailFrom) : property('smtp.helo', spf.domain),
  ];
}

/** Section 2.7.1, one result for each signature; RFC 6008 for b, RFC 8601 for a and s. */
function dkim({ signatures, count }: DkimAnswer): readonly Words[] {
  if (signatures.length === 0) return [[`dkim=none`]];
  return signatures.map((one, index) => [
    `dkim=${one.result}`,
    comment(noteOf(one, index === 0 && count > signatures.length ? count - signatures.length : 0)),
    property('header.d', one.domain),
    one.identity === undefined ? undefined : property('header.i', one.identity),
    property('header.s', one.selector),
    property('header.a', one.algorithm),
  ]);
}

function noteOf({ why, bits, testing }: DkimSignature, left: number): string | undefined {
  const notes = [
    why,
    bits === undefined ? undefined : `${bits}-bit key`,
    testing === true ? 'testing' : undefined,
    left > 0 ? `${left} more not looked at` : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes.join(', ');
}

/** RFC 9989 section 9.1: the policy that was found, and header.from. */
function dmarc({ result, author, readings }: DmarcAnswer): Words {
  const [reading] = readings;
  const asked = /^fail-(.*)$/.exec(result)?.[1];
  const shown = asked !== undefined ? 'fail' : result === 'no-author' ? 'none' : result;
  return [
    `dmarc=${shown}`,
    comment(reading?.why),
    asked === undefined ? undefined : property('policy.dmarc', asked),
    author === undefined ? undefined : property('header.from', author),
  ];
}

/** RFC 8617 section 6: the chain as it came; who sealed it last stands in the comment. */
function arc({ result, why, sets }: ArcAnswer): Words {
  const last = sets.at(-1);
  return [`arc=${result}`, comment(why ?? (last === undefined ? undefined : `i=${last.instance} d=${last.domain}`))];
}

/** Values longer than this are left out: they cannot be folded (RFC 5322 section 2.1.1). */
const longestValue = 400;
const longestComment = 200;

function property(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const plain = printable(text, longestValue + 1);
  return plain.length > longestValue ? undefined : `${name}=${value(plain)}`;
}

/** A token of RFC 2045, an address or a domain as it is; everything else in quotes, without what ASCII mail cannot hold. */
function value(text: string): string {
  const plain = printable(text, longestValue).replace(/[^\x20-\x7e]/g, '?');
  if (/^[A-Za-z0-9!#$%&'*+.^_`{|}~-]+$/.test(plain)) return plain;
  if (/^[A-Za-z0-9!#$%&'*+^_`{|}~-]*(?:\.[A-Za-z0-9!#$%&'*+^_`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(plain))
    return plain;
  return `"${plain.replace(/["\\]/g, '\\$&')}"`;
}

function comment(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return `(${printable(text, longestComment).replace(/[^\x20-\x7e]|[()\\]/g, '?')})`;
}

/** Lines of at most 78 characters where words allow it (RFC 5322 section 2.1.1). */
function folded(words: Words): string {
  let line = '';
  let text = '';
  for (const word of words) {
    // A comment is folded at its blanks as well.
    for (const piece of word?.startsWith('(') === true ? word.split(' ') : word === undefined ? [] : [word]) {
      if (line !== '' && line.length + piece.length + 1 > 70) {
        text += `${line}\r\n\t `;
        line = '';
      }
      line += line === '' ? piece : ` ${piece}`;
    }
  }
  return text + line;
}
