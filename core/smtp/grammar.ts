// Commands as SMTP writes them: verb and argument, and the arguments of EHLO, MAIL, RCPT and AUTH (RFC 5321 section 4.1.1; RFC 4954).
import {
  isDomain,
  isIPv4,
  isIPv6,
  literalKind,
  readPath,
  type Address,
  type AddressLeniency,
  type AddressProblem,
  type DomainKind,
} from './address.ts';
import { hasTrueALabels, isAscii } from './international.ts';

/**
 * What was taken although the grammar does not have it. Case is not among it: verbs, keywords and mechanisms are the
 * same in any case (RFC 5321 section 2.4).
 */
export type Leniency =
  | AddressLeniency
  | HeloLeniency
  /** `MAIL FROM:<postmaster>`: without a domain only a recipient may be so (RFC 5321 section 4.1.1.3). */
  | 'bare-postmaster'
  /** Blanks in front of the verb. */
  | 'leading-space'
  /** Blanks at the end of the line; RFC 5321 section 4.1.1 says receivers should take them. */
  | 'trailing-space'
  /** More than one blank where one belongs. */
  | 'extra-space'
  /** A tab for a blank. */
  | 'tab'
  /** `MAIL FROM: <a@b>` */
  | 'space-after-colon'
  /** `MAIL FROM :<a@b>` */
  | 'space-before-colon';

export interface Command {
  /** In upper case; empty for an empty line. */
  readonly verb: string;
  /** What follows the verb, without the blanks around it. */
  readonly argument: string;
  readonly lenient: readonly Leniency[];
}

/** Splits a line, one character per octet and without its end, into verb and argument (RFC 5321 section 4.1.1). */
export function parseCommand(line: string): Command {
  const lenient: Leniency[] = [];
  // By index and not by expression: a line of blanks would cost an expression the square of its length.
  let last = line.length;
  while (last > 0 && isBlank(line[last - 1])) last--;
  let start = 0;
  while (start < last && isBlank(line[start])) start++;
  let end = start;
  while (end < last && !isBlank(line[end])) end++;
  let argument = end;
  while (argument < last && isBlank(line[argument])) argument++;
  if (start > 0) lenient.push('leading-space');
  if (last < line.length) lenient.push('trailing-space');
  noteGap(line.slice(end, argument), lenient);
  return { verb: line.slice(start, end).toUpperCase(), argument: line.slice(argument, last), lenient };
}

export interface Parameter {
  /** In upper case. */
  readonly keyword: string;
  /** As sent; absent when there was no `=`. */
  readonly value?: string;
}

/** What MAIL or RCPT said. Whether to take duplicates, unknown keywords and tolerances is for the session. */
export interface PathCommand {
  readonly ok: true;
  readonly address: Address;
  readonly parameters: readonly Parameter[];
  /** Keywords that came more than once, each once. */
  readonly duplicates: readonly string[];
  /** Keywords no extension known here defines for the verb; see {@link extensionOf}. */
  readonly unknown: readonly string[];
  readonly lenient: readonly Leniency[];
}

/** What could not be read; `at` counts characters of the argument. */
export interface NoPathCommand {
  readonly ok: false;
  /** `keyword`: no FROM: or TO:. `null-recipient`: `RCPT TO:<>`. `parameter`: not keyword or keyword=value. */
  readonly why: AddressProblem | 'keyword' | 'null-recipient' | 'parameter';
  readonly at: number;
}

/** Reads the argument of MAIL: `FROM:` reverse-path and parameters (RFC 5321 section 4.1.1.2). */
export function parseMail(argument: string): PathCommand | NoPathCommand {
  const read = pathCommand(argument, { keyword: 'FROM', known: extensions.MAIL });
  return read.ok && read.address.form === 'postmaster'
    ? { ...read, lenient: [...read.lenient, 'bare-postmaster'] }
    : read;
}

/** Reads the argument of RCPT: `TO:` forward-path and parameters (RFC 5321 section 4.1.1.3). */
export function parseRcpt(argument: string): PathCommand | NoPathCommand {
  const read = pathCommand(argument, { keyword: 'TO', known: extensions.RCPT });
  return read.ok && read.address.form === 'null'
    ? { ok: false, why: 'null-recipient', at: argument.indexOf('<') }
    : read;
}

type KnownParameters = Readonly<Record<string, string>>;

/** Which EHLO keyword brings a parameter along. */
const extensions: { readonly MAIL: KnownParameters; readonly RCPT: KnownParameters } = {
  MAIL: {
    AUTH: 'AUTH', // RFC 4954 section 5
    BODY: '8BITMIME', // RFC 6152 section 3; BINARYMIME: RFC 3030 section 3
    BY: 'DELIVERBY', // RFC 2852 section 4
    ENVID: 'DSN', // RFC 3461 section 4.4
    HOLDFOR: 'FUTURERELEASE', // RFC 4865 section 4
    HOLDUNTIL: 'FUTURERELEASE', // RFC 4865 section 4
    'MT-PRIORITY': 'MT-PRIORITY', // RFC 6710 section 4
    REQUIRETLS: 'REQUIRETLS', // RFC 8689 section 2
    RET: 'DSN', // RFC 3461 section 4.3
    SIZE: 'SIZE', // RFC 1870 section 3
    SMTPUTF8: 'SMTPUTF8', // RFC 6531 section 3.4
  },
  RCPT: {
    NOTIFY: 'DSN', // RFC 3461 section 4.1
    ORCPT: 'DSN', // RFC 3461 section 4.2
    RRVS: 'RRVS', // RFC 7293 section 3.2
  },
};

/** The EHLO keyword of the extension a parameter belongs to; undefined when none known here defines it for the verb. */
export function extensionOf(verb: 'MAIL' | 'RCPT', keyword: string): string | undefined {
  return Object.hasOwn(extensions[verb], keyword) ? extensions[verb][keyword] : undefined;
}

interface Wanted {
  readonly keyword: 'FROM' | 'TO';
  readonly known: KnownParameters;
}

function pathCommand(argument: string, { keyword, known }: Wanted): PathCommand | NoPathCommand {
  const lenient: Leniency[] = [];
  const head = /^([A-Za-z]+)([ \t]*):([ \t]*)/.exec(argument);
  if (head?.[1]?.toUpperCase() !== keyword) return { ok: false, why: 'keyword', at: 0 };
  if (head[2] !== '') lenient.push('space-before-colon');
  if (head[3] !== '') lenient.push('space-after-colon');
  if (head[0].includes('\t')) lenient.push('tab');
  const address = readPath(argument, head[0].length);
  if (!address.ok) return address;
  lenient.push(...address.lenient);
  const parameters: Parameter[] = [];
  // Each parameter with the blanks in front of it; an address that ends in anything else was cut short by it.
  const rest = /([ \t]*)([^ \t]*)/y;
  rest.lastIndex = address.end;
  for (let next = rest.exec(argument); next && next[0] !== ''; next = rest.exec(argument)) {
    const [, gap = '', text = ''] = next;
    if (text === '') {
      lenient.push('trailing-space');
      break;
    }
    const [, name, value] = parameterSyntax.exec(text) ?? [];
    if (name === undefined || gap === '') return { ok: false, why: 'parameter', at: next.index + gap.length };
    noteGap(gap, lenient);
    parameters.push({ keyword: name.toUpperCase(), ...(value !== undefined && { value }) });
  }
  const keywords = parameters.map((parameter) => parameter.keyword);
  return {
    ok: true,
    address,
    parameters,
    duplicates: unique(keywords.filter((one, index) => keywords.indexOf(one) !== index)),
    unknown: unique(keywords.filter((one) => !Object.hasOwn(known, one))),
    lenient: unique(lenient),
  };
}

/** esmtp-keyword ["=" esmtp-value] (RFC 5321 section 4.1.2); octets above 0x7F: RFC 6531 section 3.3. */
const parameterSyntax = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e\x80-\xff]+))?$/;

export type HeloLeniency =
  | 'underscore-in-domain'
  | 'bare-ip-address'
  | 'fake-a-label'
  | 'untagged-ipv6'
  /** `HELO [192.0.2.1]`: address literals came with EHLO (RFC 5321 section 4.1.1.1). */
  | 'literal-in-helo';

export interface Helo {
  readonly ok: true;
  /** As sent. */
  readonly name: string;
  /** `bare-ip-address`: an IPv4 address without brackets, a domain by grammar only. */
  readonly kind: DomainKind | 'bare-ip-address';
  readonly lenient: readonly HeloLeniency[];
}

export interface NoHelo {
  readonly ok: false;
  /** `more`: something stands behind the name. `above-ascii`: U-labels, or no name at all (RFC 6531 section 3.7.1). */
  readonly why: 'empty' | 'domain' | 'literal' | 'domain-too-long' | 'more' | 'above-ascii';
}

/** Reads the argument of EHLO or HELO: a domain or an address literal (RFC 5321 section 4.1.1.1; HELO has domains only). */
export function parseHelo(argument: string, verb: 'EHLO' | 'HELO' = 'EHLO'): Helo | NoHelo {
  if (argument === '') return { ok: false, why: 'empty' };
  if (/[ \t]/.test(argument)) return { ok: false, why: 'more' };
  if (!isAscii(argument)) return { ok: false, why: 'above-ascii' };
  if (argument.length > 255) return { ok: false, why: 'domain-too-long' };
  if (argument.startsWith('[')) {
    const kind = argument.endsWith(']') ? literalKind(argument.slice(1, -1)) : null;
    if (kind === null) return { ok: false, why: 'literal' };
    const lenient: HeloLeniency[] = verb === 'HELO' ? ['literal-in-helo'] : [];
    if (kind === 'general' && isIPv6(argument.slice(1, -1))) lenient.push('untagged-ipv6');
    return { ok: true, name: argument, kind, lenient };
  }
  if (!isDomain(argument)) return { ok: false, why: 'domain' };
  if (isIPv4(argument)) return { ok: true, name: argument, kind: 'bare-ip-address', lenient: ['bare-ip-address'] };
  const lenient: HeloLeniency[] = argument.includes('_') ? ['underscore-in-domain'] : [];
  if (argument.includes('--') && !hasTrueALabels(argument)) lenient.push('fake-a-label');
  return { ok: true, name: argument, kind: 'name', lenient };
}

export interface Auth {
  readonly ok: true;
  /** In upper case. */
  readonly mechanism: string;
  /** As sent, base64 or `=`; null when there was none. A credential: not for logs. */
  readonly initial: string | null;
}

/** Reads the argument of AUTH: a mechanism and perhaps an initial response (RFC 4954 section 4; names: RFC 4422 section 3.1). */
export function parseAuth(argument: string): Auth | { readonly ok: false; readonly why: 'mechanism' | 'too-many' } {
  const [mechanism = '', initial = null, ...more] = argument.split(/[ \t]+/);
  if (!/^[A-Za-z0-9_-]{1,20}$/.test(mechanism)) return { ok: false, why: 'mechanism' };
  return more.length > 0 ? { ok: false, why: 'too-many' } : { ok: true, mechanism: mechanism.toUpperCase(), initial };
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function noteGap(gap: string, lenient: Leniency[]): void {
  if (gap.length > 1) lenient.push('extra-space');
  if (gap.includes('\t')) lenient.push('tab');
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}
