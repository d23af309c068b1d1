// RCPT: one more recipient of the open transaction (RFC 5321 section 4.1.1.3).
import type { RecipientDsn } from '../../contract/facts.ts';
import { accountOf } from '../../policy/ownAddress.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { readNotify, readOrcpt } from '../dsn.ts';
import { isPositive } from '../fate.ts';
import { type Parameter, parseRcpt } from '../grammar.ts';
import { addressedBy, badValue, judged, mailboxOf, outside, rcptWrongs, refusalOf, unknownParameter } from './paths.ts';

export function rcpt(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('rcpt', 'sequence-ehlo-first', { because: 'RCPT before EHLO or HELO (RFC 5321 section 4.1.4)' });
  if (!transaction) return d.outOfOrder('rcpt', 'sequence-mail-first', 'RCPT before MAIL (RFC 5321 section 4.1.4)');
  if (transaction.chunks !== undefined)
    return d.wrong('rcpt', 'sequence-chunks', { because: 'RCPT between chunks of a message (RFC 3030 section 2)' });
  const read = parseRcpt(argument);
  const refusal = refusalOf(d, read, rcptWrongs);
  if (!read.ok || refusal) return refusal as Answer;
  const smtpUtf8 = transaction.smtpUtf8 === true;
  let dsn: RecipientDsn | undefined;
  for (const parameter of read.parameters) {
    const asked = d.settings.acceptance.extensions.dsn
      ? report(d, parameter, smtpUtf8)
      : unknownParameter(d, parameter, rcptWrongs);
    if ('verdict' in asked) return asked;
    dsn = { ...dsn, ...asked };
  }
  let { address } = read;
  if (address.nonAscii) {
    const answer = addressedBy(d, address, { ...rcptWrongs, smtpUtf8 });
    if ('verdict' in answer) return answer;
    address = answer;
  }
  const recipient = mailboxOf(address);
  const lenient = outside(d, read, address);
  if (lenient) transaction.lenient = lenient;
  transaction.recipient = recipient;
  const recipientRates = d.protection.recipient(accountOf(d.facts.session));
  if (recipientRates) transaction.recipientRates = recipientRates;
  const isNull = transaction.sender.raw === '';
  const reserved = isNull ? d.protection.nullSender(recipient) : undefined;
  if (reserved) transaction.nullSenderRates = reserved.rates;
  const answer = d.decided('rcpt', (verdict): Answer => {
    delete transaction.recipient;
    if (lenient) delete transaction.lenient;
    if (recipientRates) delete transaction.recipientRates;
    if (reserved) delete transaction.nullSenderRates;
    if (isPositive(verdict)) transaction.recipients.push(dsn ? { ...recipient, dsn } : recipient);
    else d.recipientRefused = true;
    // A session that ended while its checks waited has named nobody.
    if (!isPositive(verdict) || d.over) reserved?.giveBack();
    return judged(verdict);
  });
  if (reserved === undefined || !(answer instanceof Promise)) return answer;
  return answer.catch((error: unknown) => {
    reserved.giveBack();
    throw error;
  });
}

/** RFC 3461 sections 4.1 and 4.2. */
function report(d: Dialogue, parameter: Parameter, smtpUtf8: boolean): RecipientDsn | Answer {
  const { keyword, value = '' } = parameter;
  if (keyword === 'NOTIFY') {
    const notify = readNotify(value);
    if (notify) return { notify };
    const because = 'NOTIFY= is NEVER, or a list of SUCCESS, FAILURE and DELAY (RFC 3461 section 4.1)';
    return badValue(d, rcptWrongs, { because, detail: 'NOTIFY=NEVER or NOTIFY=SUCCESS,FAILURE,DELAY' });
  }
  if (keyword !== 'ORCPT') return unknownParameter(d, parameter, rcptWrongs);
  const orcpt = readOrcpt(value, smtpUtf8);
  if (orcpt !== undefined) return { orcpt };
  const because = 'ORCPT= takes an address type, a semicolon and xtext (RFC 3461 section 4.2)';
  return badValue(d, rcptWrongs, { because, detail: 'ORCPT=rfc822;address' });
}
