// MAIL: opens a transaction with its sender and what the extensions add (RFC 5321 section 4.1.1.2).
import type { Mailbox } from '../../contract/facts.ts';
import { offeredMechanisms } from '../capabilities.ts';
import type { Answer, Dialogue, GrowingFacts } from '../dialogue.ts';
import { addressCommand, type Parameter } from './words.ts';

type Parameters = Pick<NonNullable<GrowingFacts['transaction']>, 'declaredSize' | 'body'>;

export function mail(d: Dialogue, args: string, behind: number): Answer | Promise<Answer> {
  if (!d.facts.session.helo)
    return d.wrong('mail', 'sequence-ehlo-first', 'MAIL before EHLO or HELO (RFC 5321 section 4.1.4)');
  if (d.facts.transaction)
    return d.wrong('mail', 'sequence-nested-mail', 'a transaction is open (RFC 5321 section 4.1.4)');
  const read = addressCommand(args, 'FROM');
  if ('problem' in read) return d.wrong('mail', read.isAddress ? 'syntax-sender' : 'syntax', read.problem, read.detail);
  const parameters: Parameters = {};
  for (const parameter of read.parameters) {
    const refusal = take(d, parameter, parameters);
    if (refusal) return refusal;
  }
  return open(d, { sender: read.mailbox, parameters, behind });
}

function open(
  d: Dialogue,
  { sender, parameters, behind }: { sender: Mailbox; parameters: Parameters; behind: number },
) {
  // Only from here on is nothing suspected of being a stray credential.
  d.suspect = false;
  d.recipientRefused = false;
  // What policy is asked about; without a yes there is no transaction.
  d.facts.transaction = { sender, recipients: [], ...parameters };
  return d.decided('mail', (verdict): Answer => {
    if (verdict.action !== 'accept') {
      d.reset();
      d.excused = behind;
    }
    return { verdict };
  });
}

function take(
  d: Dialogue,
  { keyword, value }: Parameter,
  into: { -readonly [K in keyof Parameters]: Parameters[K] },
): Answer | undefined {
  const { extensions } = d.settings.acceptance;
  switch (keyword) {
    case 'SIZE':
      if (!extensions.size) break;
      // RFC 1870 section 3: 1 to 20 digits.
      if (value === undefined || !/^\d{1,20}$/.test(value))
        return d.wrong('mail', 'syntax', 'SIZE= takes 1 to 20 digits (RFC 1870 section 3)', 'SIZE=octets');
      into.declaredSize = Number(value);
      return undefined;
    case 'BODY': {
      if (!extensions.eightBitMime) break;
      const body = value?.toUpperCase();
      if (body !== '7BIT' && body !== '8BITMIME')
        return d.wrong(
          'mail',
          'syntax',
          'BODY= is 7BIT or 8BITMIME (RFC 6152 section 3)',
          'BODY=7BIT or BODY=8BITMIME',
        );
      into.body = body;
      return undefined;
    }
    case 'AUTH':
      // RFC 4954 section 5: accepted and noted; nobody here is trusted to speak for others, so it counts as <>.
      if (offeredMechanisms(d.settings, d.wire.secured).length === 0 && d.facts.session.user === undefined) break;
      if (value === undefined)
        return d.wrong('mail', 'syntax', 'AUTH= takes a mailbox or <> (RFC 4954 section 5)', 'AUTH=mailbox');
      return undefined;
  }
  return d.wrong(
    'mail',
    'parameter-unknown',
    'the parameter belongs to no extension that is offered (RFC 5321 section 4.1.1.11)',
    keyword,
  );
}
