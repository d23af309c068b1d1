// MAIL: opens a transaction with its sender and what the extensions add (RFC 5321 section 4.1.1.2).
import type { Mailbox, TransactionFacts } from '../../contract/facts.ts';
import { accountOf } from '../../policy/ownAddress.ts';
import { offeredMechanisms, offersBinary, offersSmtpUtf8, offersStartTls } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { fromXtext, readEnvid, readRet } from '../dsn.ts';
import { isPositive } from '../fate.ts';
import { type Parameter, parseMail } from '../grammar.ts';
import { addressedBy, badValue, judged, mailboxOf, mailWrongs, outside, refusalOf, unknownParameter } from './paths.ts';

/** What the parameters say of the transaction. */
interface Added {
  declaredSize?: number;
  body?: TransactionFacts['body'];
  smtpUtf8?: true;
  requireTls?: true;
  dsn?: TransactionFacts['dsn'];
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
  let { address } = read;
  if (address.nonAscii) {
    const answer = addressedBy(d, address, { ...mailWrongs, smtpUtf8: added.smtpUtf8 === true });
    if ('verdict' in answer) return answer;
    address = answer;
  }
  const lenient = outside(d, read, address);
  return open(d, { sender: mailboxOf(address), added, behind, ...(lenient && { lenient }) });
}

interface Opening {
  readonly sender: Mailbox;
  readonly added: Added;
  readonly behind: number;
  readonly lenient?: readonly string[];
}

function open(d: Dialogue, { sender, added, behind, lenient }: Opening): Answer | Promise<Answer> {
  // From here on nothing is suspected of being a stray credential.
  d.suspect = false;
  d.recipientRefused = false;
  // What policy is asked about; without a yes there is no transaction.
  const transaction: Dialogue['facts']['transaction'] = { sender, recipients: [], ...added };
  if (lenient) transaction.lenient = lenient;
  const messageRates = d.protection.message(accountOf(d.facts.session));
  if (messageRates) transaction.messageRates = messageRates;
  d.facts.transaction = transaction;
  return d.decided('mail', (verdict): Answer => {
    if (messageRates) delete transaction.messageRates;
    if (lenient) delete transaction.lenient;
    if (!isPositive(verdict)) {
      d.reset();
      d.excused = behind;
    }
    return judged(verdict);
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
        return bad(d, 'SIZE= takes 1 to 20 digits (RFC 1870 section 3)', 'SIZE=octets');
      into.declaredSize = Number(value);
      return undefined;
    case 'BODY': {
      const body = value?.toUpperCase();
      if (body === 'BINARYMIME' && offersBinary(d.settings)) {
        into.body = body;
        return undefined;
      }
      if (!extensions.eightBitMime || body === 'BINARYMIME') break;
      if (body !== '7BIT' && body !== '8BITMIME')
        return bad(
          d,
          'BODY= is 7BIT, 8BITMIME or BINARYMIME (RFC 6152 section 3; RFC 3030 section 3)',
          offersBinary(d.settings) ? 'BODY=7BIT, 8BITMIME or BINARYMIME' : 'BODY=7BIT or BODY=8BITMIME',
        );
      into.body = body;
      return undefined;
    }
    case 'SMTPUTF8':
      if (!offersSmtpUtf8(d.settings)) break;
      if (value !== undefined) return bad(d, 'SMTPUTF8 has no value (RFC 6531 section 3.4)', 'SMTPUTF8');
      into.smtpUtf8 = true;
      return undefined;
    case 'REQUIRETLS':
      return requireTls(d, parameter, into);
    case 'RET':
    case 'ENVID':
      return extensions.dsn ? report(d, parameter, into) : unknownParameter(d, parameter, mailWrongs);
    case 'AUTH':
      if (!offersAuth(d) && d.facts.session.user === undefined) break;
      // RFC 4954 section 5: taken and noted in the transcript; nobody is trusted to speak for others, so it counts as <>.
      if (value !== undefined && fromXtext(value) !== undefined) return undefined;
      return bad(d, 'AUTH= takes a mailbox in xtext, or <> (RFC 4954 section 5)', 'AUTH=mailbox');
  }
  return unknownParameter(d, parameter, mailWrongs);
}

function offersAuth({ settings, wire, facts: { session } }: Dialogue): boolean {
  return offeredMechanisms(settings, wire.secured, session.tls).length > 0;
}

/** RFC 8689 section 2: offered inside TLS only, and never with a value. In clear STARTTLS is missing, where it could be said. */
function requireTls(d: Dialogue, parameter: Parameter, into: Added): Answer | undefined {
  const { settings, wire } = d;
  if (!settings.acceptance.extensions.requireTls) return unknownParameter(d, parameter, mailWrongs);
  if (!wire.secured) {
    const canSecure = offersStartTls(settings, d.facts.connection.listener, false);
    if (!canSecure) return unknownParameter(d, parameter, mailWrongs);
    return d.wrong('mail', 'requiretls-in-clear', { because: 'REQUIRETLS in clear (RFC 8689 section 2)' });
  }
  if (parameter.value !== undefined) return bad(d, 'REQUIRETLS has no value (RFC 8689 section 2)', 'REQUIRETLS');
  into.requireTls = true;
  return undefined;
}

/** RFC 3461 sections 4.3 and 4.4. */
function report(d: Dialogue, { keyword, value = '' }: Parameter, into: Added): Answer | undefined {
  if (keyword === 'RET') {
    const ret = readRet(value);
    if (!ret) return bad(d, 'RET= is FULL or HDRS (RFC 3461 section 4.3)', 'RET=FULL or RET=HDRS');
    into.dsn = { ...into.dsn, ret };
    return undefined;
  }
  const envid = readEnvid(value);
  if (envid === undefined)
    return bad(d, 'ENVID= takes at most 100 characters of xtext (RFC 3461 section 4.4)', 'ENVID=identifier');
  into.dsn = { ...into.dsn, envid };
  return undefined;
}

function bad(d: Dialogue, because: string, detail: string): Answer {
  return badValue(d, mailWrongs, { because, detail });
}
