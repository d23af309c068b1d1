// RCPT: one more recipient of the open transaction (RFC 5321 section 4.1.1.3).
import type { Answer, Dialogue } from '../dialogue.ts';
import { addressCommand } from './words.ts';

export function rcpt(d: Dialogue, args: string): Answer | Promise<Answer> {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('rcpt', 'sequence-ehlo-first', 'RCPT before EHLO or HELO (RFC 5321 section 4.1.4)');
  if (!transaction) return d.outOfOrder('rcpt', 'sequence-mail-first', 'RCPT before MAIL (RFC 5321 section 4.1.4)');
  const read = addressCommand(args, 'TO');
  if ('problem' in read)
    return d.wrong('rcpt', read.isAddress ? 'syntax-recipient' : 'syntax', read.problem, read.detail);
  const [unknown] = read.parameters;
  if (unknown)
    return d.wrong(
      'rcpt',
      'parameter-unknown',
      'RCPT has no parameters without DSN (RFC 5321 section 4.1.1.11)',
      unknown.keyword,
    );
  transaction.recipient = read.mailbox;
  return d.decided('rcpt', (verdict): Answer => {
    delete transaction.recipient;
    if (verdict.action === 'accept') transaction.recipients.push(read.mailbox);
    else d.recipientRefused = true;
    return { verdict };
  });
}
