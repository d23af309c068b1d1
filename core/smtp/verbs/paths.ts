// What MAIL and RCPT have in common: reading the address, and saying what is wrong with it.
import type { Mailbox, Stage } from '../../contract/facts.ts';
import type { ReasonKey } from '../../policy/reasons.table.ts';
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
  'local-part-too-long': 'the local part is longer than 64 octets',
  'domain-too-long': 'the domain is longer than 255 octets',
  'path-too-long': 'the path is longer than 256 octets',
};

interface Wrongs {
  readonly stage: Stage;
  readonly verb: 'MAIL' | 'RCPT';
  readonly usage: string;
  readonly badAddress: ReasonKey;
}

export const mailWrongs: Wrongs = {
  stage: 'mail',
  verb: 'MAIL',
  usage: 'MAIL FROM:<address>',
  badAddress: 'syntax-sender',
};
export const rcptWrongs: Wrongs = {
  stage: 'rcpt',
  verb: 'RCPT',
  usage: 'RCPT TO:<address>',
  badAddress: 'syntax-recipient',
};

/**
 * The refusal of a path that cannot be read, or that only the lenient would take: an address without brackets (so that
 * two receivers cannot read it differently), octets above 0x7F without SMTPUTF8 (RFC 6531 section 3.5), a parameter
 * given twice. Blanks and tabs where they do not belong, dots at odd places and underscores are taken.
 */
export function refusalOf(d: Dialogue, read: PathCommand | NoPathCommand, wrongs: Wrongs): Answer | undefined {
  const { stage, usage, badAddress } = wrongs;
  if (!read.ok) {
    const isAddress = read.why !== 'keyword' && read.why !== 'parameter';
    const detail = isAddress ? problems[read.why] : usage;
    return d.wrong(stage, isAddress ? badAddress : 'syntax', {
      because: `${problems[read.why]} (RFC 5321 section 4.1.2)`,
      detail,
    });
  }
  if (read.lenient.includes('no-brackets'))
    return d.wrong(stage, badAddress, {
      because: `${problems.brackets} (RFC 5321 section 4.1.2)`,
      detail: problems.brackets,
    });
  if (read.address.nonAscii) {
    const because = 'octets above 0x7F in an address need SMTPUTF8, which is not offered (RFC 6531 section 3.5)';
    return d.wrong(stage, badAddress, { because, detail: 'SMTPUTF8 is not offered' });
  }
  const [twice] = read.duplicates;
  if (twice !== undefined)
    return d.wrong(stage, 'syntax', { because: 'a parameter came twice', detail: `${twice} only once` });
  return undefined;
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
