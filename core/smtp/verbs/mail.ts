// MAIL: opens a transaction with its sender and what the extensions add (RFC 5321 section 4.1.1.2).
import type { Mailbox } from '../../contract/facts.ts';
import { offeredMechanisms } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { type Parameter, parseMail } from '../grammar.ts';
import { mailboxOf, mailWrongs, refusalOf, unknownParameter } from './paths.ts';

/** What the parameters say of the transaction. */
interface Added {
  declaredSize?: number;
  body?: '7BIT' | '8BITMIME';
}

export function mail(d: Dialogue, argument: string, behind: number): Answer | Promise<Answer> {
  if (!d.facts.session.helo)
    return d.wrong('mail', 'sequence-ehlo-first', { because: 'MAIL before EHLO or HELO (RFC 5321 section 4.1.4)' });
  if (d.facts.transaction)
    return d.wrong('mail', 'sequence-nested-mail', { because: 'a transaction is open (RFC 5321 section 4.1.4)' });
  const read = parseMail(argument);
  const refusal = refusalOf(d, read, mailWrongs);
  if (!read.ok || refusal) return refusal as Answer;
  const added: Added = {};
  for (const parameter of read.parameters) {
    const wrong = take(d, parameter, added);
    if (wrong) return wrong;
  }
  return open(d, { sender: mailboxOf(read.address), added, behind });
}

interface Opening {
  readonly sender: Mailbox;
  readonly added: Added;
  readonly behind: number;
}

function open(d: Dialogue, { sender, added, behind }: Opening): Answer | Promise<Answer> {
  // From here on nothing is suspected of being a stray credential.
  d.suspect = false;
  d.recipientRefused = false;
  // What policy is asked about; without a yes there is no transaction.
  d.facts.transaction = { sender, recipients: [], ...added };
  return d.decided('mail', (verdict): Answer => {
    if (verdict.action !== 'accept') {
      d.reset();
      d.excused = behind;
    }
    return { verdict };
  });
}

function take(d: Dialogue, parameter: Parameter, into: Added): Answer | undefined {
  const { keyword, value } = parameter;
  const { extensions } = d.settings.acceptance;
  switch (keyword) {
    case 'SIZE':
      if (!extensions.size) break;
      // RFC 1870 section 3: 1 to 20 digits.
      if (value === undefined || !/^\d{1,20}$/.test(value))
        return d.wrong('mail', 'syntax', {
          because: 'SIZE= takes 1 to 20 digits (RFC 1870 section 3)',
          detail: 'SIZE=octets',
        });
      into.declaredSize = Number(value);
      return undefined;
    case 'BODY': {
      if (!extensions.eightBitMime) break;
      const body = value?.toUpperCase();
      if (body !== '7BIT' && body !== '8BITMIME')
        return d.wrong('mail', 'syntax', {
          because: 'BODY= is 7BIT or 8BITMIME (RFC 6152 section 3)',
          detail: 'BODY=7BIT or BODY=8BITMIME',
        });
      into.body = body;
      return undefined;
    }
    case 'AUTH':
      if (offeredMechanisms(d.settings, d.wire.secured).length === 0 && d.facts.session.user === undefined) break;
      // RFC 4954 section 5: taken and noted in the transcript; nobody is trusted to speak for others, so it counts as <>.
      if (value !== undefined && xtext.test(value)) return undefined;
      return d.wrong('mail', 'syntax', {
        because: 'AUTH= takes a mailbox in xtext, or <> (RFC 4954 section 5)',
        detail: 'AUTH=mailbox',
      });
  }
  return unknownParameter(d, parameter, mailWrongs);
}

/** RFC 3461 section 4: printable, with + for a hexadecimal escape. */
const xtext = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})+$/;
