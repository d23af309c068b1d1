// What MAIL and RCPT have in common: reading the address, and saying what is wrong with it.
import type { Mailbox, Stage } from '../../contract/facts.ts';
import type { Verdict } from '../../contract/verdict.ts';
import type { ReasonKey } from '../../policy/reasons.table.ts';
import { type Address, international } from '../address.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { extensionOf, type NoPathCommand, type Parameter, type PathCommand } from '../grammar.ts';

/** The three facts of an address; what else the grammar saw is not kept. */
export function mailboxOf({ raw, local, domain }: Mailbox): Mailbox {
  return { raw, local, domain };
}

const problems: Readonly<Record<NoPathCommand['why'], string>> = {
  keyword: 'the keyword with its colon is missing',
  'null-recipient': 'the null address is no recipient',
  parameter: 'a parameter is no keyword or keyword=value',
  empty: 'the address is missing',
  brackets: 'the address is not in one pair of angle brackets',
  'local-part': 'the local part is none',
  'quoted-string': 'the quoted local part is none',
  'no-domain': 'the domain is missing',
  domain: 'the domain is none',
  literal: 'the address literal is none',
  'source-route': 'the source route is none',
  'utf-8': 'the address is no UTF-8',
  'no-a-label': 'the domain has no A-labels',
  'local-part-too-long': 'the local part is longer than 64 octets',
  'domain-too-long': 'the domain is longer than 255 octets',
  'path-too-long': 'the path is longer than 256 octets',
};

interface Wrongs {
  readonly stage: Stage;
  readonly verb: 'MAIL' | 'RCPT';
  readonly usage: string;
  readonly badAddress: ReasonKey;
  readonly needsUtf8: ReasonKey;
}

export const mailWrongs: Wrongs = {
  stage: 'mail',
  verb: 'MAIL',
  usage: 'MAIL FROM:<address>',
  badAddress: 'syntax-sender',
  needsUtf8: 'smtputf8-sender',
};
export const rcptWrongs: Wrongs = {
  stage: 'rcpt',
  verb: 'RCPT',
  usage: 'RCPT TO:<address>',
  badAddress: 'syntax-recipient',
  needsUtf8: 'smtputf8-recipient',
};

/** The refusal of a path that cannot be read at all, or of a parameter given twice. Leniencies are for the check `grammar`. */
export function refusalOf(d: Dialogue, read: PathCommand | NoPathCommand, wrongs: Wrongs): Answer | undefined {
  const { stage, usage } = wrongs;
  if (!read.ok) {
    if (read.why !== 'keyword' && read.why !== 'parameter') return noAddress(d, read.why, wrongs);
    return d.wrong(stage, 'syntax', { because: `${problems[read.why]} (RFC 5321 section 4.1.2)`, detail: usage });
  }
  const [twice] = read.duplicates;
  if (twice !== undefined)
    return d.wrong(stage, 'syntax', { because: 'a parameter came twice', detail: `${twice} only once` });
  return undefined;
}

function noAddress(d: Dialogue, why: NoPathCommand['why'], { stage, badAddress }: Wrongs): Answer {
  const detail = problems[why];
  return d.wrong(stage, badAddress, { because: `${detail} (RFC 5321 section 4.1.2; RFC 6531 section 3.3)`, detail });
}

/** The address as the transaction has it, or its refusal: above ASCII it needs SMTPUTF8 at MAIL, and must be UTF-8 (RFC 6531). */
export function addressedBy(d: Dialogue, address: Address, wrongs: Wrongs & { smtpUtf8: boolean }): Address | Answer {
  if (!address.nonAscii) return address;
  const { stage, needsUtf8, smtpUtf8 } = wrongs;
  if (!smtpUtf8)
    return d.wrong(stage, needsUtf8, { because: 'octets above 0x7F need SMTPUTF8 at MAIL (RFC 6531 section 3.5)' });
  const read = international(address);
  return read.ok ? read : noAddress(d, read.why, wrongs);
}

/** What in the command is outside of the strict grammar, each once; undefined for nothing. */
export function outside(d: Dialogue, read: PathCommand, address: Address): readonly string[] | undefined {
  const { lenient } = d;
  if (lenient.length === 0 && read.lenient.length === 0 && address.lenient.length === 0) return undefined;
  return [...new Set([...lenient, ...read.lenient, ...address.lenient])];
}

/** A refusal of the check `grammar` is a wrong command as any other. */
export function judged(verdict: Verdict): Answer {
  return verdict.reason === 'grammar' ? { verdict, wrong: true } : { verdict };
}

/** A parameter's value that is none. */
export function badValue(d: Dialogue, { stage }: Wrongs, why: { because: string; detail: string }): Answer {
  return d.wrong(stage, 'syntax', why);
}

/** RFC 5321 section 4.1.1.11: a parameter of no extension, or of one that is not offered here. */
export function unknownParameter(d: Dialogue, { keyword }: Parameter, { stage, verb }: Wrongs): Answer {
  const extension = extensionOf(verb, keyword);
  const because =
    extension === undefined
      ? 'no extension has such a parameter (RFC 5321 section 4.1.1.11)'
      : `the parameter belongs to ${extension}, which is not offered here (RFC 5321 section 4.1.1.11)`;
  return d.wrong(stage, 'parameter-unknown', { because, detail: keyword });
}
