// RCPT: one more recipient of the open transaction (RFC 5321 section 4.1.1.3).
import type { Answer, Dialogue } from '../dialogue.ts';
import { parseRcpt } from '../grammar.ts';
import { mailboxOf, rcptWrongs, refusalOf, unknownParameter } from './paths.ts';

export function rcpt(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('rcpt', 'sequence-ehlo-first', { because: 'RCPT before EHLO or HELO (RFC 5321 section 4.1.4)' });
  if (!transaction) return d.outOfOrder('rcpt', 'sequence-mail-first', 'RCPT before MAIL (RFC 5321 section 4.1.4)');
  const read = parseRcpt(argument);
  const refusal = refusalOf(d, read, rcptWrongs);
  if (!read.ok || refusal) return refusal as Answer;
  const [unknown] = read.parameters;
  if (unknown) return unknownParameter(d, unknown, rcptWrongs);
  const recipient = mailboxOf(read.address);
  transaction.recipient = recipient;
  return d.decided('rcpt', (verdict): Answer => {
    delete transaction.recipient;
    if (verdict.action === 'accept') transaction.recipients.push(recipient);
    else d.recipientRefused = true;
    return { verdict };
  });
}
