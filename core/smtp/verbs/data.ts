// DATA: the message, from 354 to the reply behind its final dot (RFC 5321 section 4.1.1.4).
import type { EventBody } from '../../contract/event.ts';
import type { Verdict } from '../../contract/verdict.ts';
import type { Envelope, MessageLog } from '../../journal/journal.ts';
import { localDomain } from '../../policy/localDomains.ts';
import { maxDataOctets } from '../capabilities.ts';
import type { Answer, Dialogue, GrowingFacts } from '../dialogue.ts';
import { HeaderScan } from '../headers.ts';
import { traceFields } from '../trace.ts';
import { work } from '../turn.ts';
import type { WireDataFacts } from '../wireData.ts';

export function data(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('data', 'sequence-ehlo-first', { because: 'DATA before EHLO or HELO (RFC 5321 section 4.1.4)' });
  if (argument !== '')
    return d.wrong('data', 'syntax', { because: 'DATA has no parameters (RFC 5321 section 4.1.1.4)', detail: 'DATA' });
  if (!transaction) return d.outOfOrder('data', 'sequence-mail-first', 'DATA before MAIL (RFC 5321 section 4.1.4)');
  if (transaction.recipients.length === 0) {
    // RFC 5321 section 3.3 leaves 503 or 554; RFC 2920 section 3.1 has 554 for the client that pipelined DATA in good faith.
    if (d.recipientRefused) return d.plain('data', 'sequence-no-recipients', 'every recipient was refused');
    return d.wrong('data', 'sequence-rcpt-first', { because: 'DATA before RCPT (RFC 5321 section 4.1.4)' });
  }
  return d.decided('data', (verdict) => {
    if (verdict.action === 'accept') receive(d);
    return { verdict };
  });
}

/** From here on the client's bytes are content, whatever they look like, until the true end. */
function receive(d: Dialogue): void {
  const { strictness } = d.settings;
  const limit = maxDataOctets(d.settings);
  const scan = new HeaderScan();
  const message = d.opening.log.message();
  d.message = message;
  d.wire.startData({
    limit: limit === 0 ? Infinity : limit,
    bareLf: strictness.bareLf,
    bareCr: strictness.bareCr,
    onChunk: (chunk) => {
      if (!scan.complete) scan.take(chunk);
      if (message.write(chunk)) return true;
      waitForRoom(d, message);
      return false;
    },
    onEnd: (facts, next) => work(d, 'message', next, () => complete(d, { message, scan, facts })),
  });
}

/** The journal is behind: the client is not read from until it has caught up. */
function waitForRoom(d: Dialogue, message: MessageLog): void {
  d.working = true;
  const goOn = () => {
    d.working = false;
    if (d.gone) d.settle();
    else d.wire.resumeData();
  };
  message.drained().then(goOn, goOn);
}

/** What was seen of a message, as an event: totals, and the first of what is unusual. */
export function recordData(d: Dialogue, facts: WireDataFacts): void {
  const { segments, exceptions, ended } = facts;
  d.record({ kind: 'data', facts: dataFacts(facts), segments, exceptions, ...(ended !== null && { ended }) });
}

function dataFacts({ bytes, lines, bareLf, bareCr, nul, eightBit, longestLine, overLimit }: WireDataFacts) {
  return { bytes, lines, bareLf, bareCr, nul, eightBit, longestLine, overLimit };
}

interface Received {
  readonly message: MessageLog;
  readonly scan: HeaderScan;
  readonly facts: WireDataFacts;
}

function complete(d: Dialogue, received: Received): Answer | Promise<Answer> {
  const { scan, facts } = received;
  recordData(d, facts);
  const { transaction } = d.facts;
  if (!transaction) throw new Error('a message without a transaction');
  const header = scan.facts();
  transaction.data = dataFacts(facts);
  transaction.receivedHeaders = header.received;
  if (header.messageId !== undefined) transaction.messageId = header.messageId;
  const refuse = (verdict: Verdict): Answer => {
    d.reset();
    return { verdict };
  };
  return d.decided('headers', (headers) => {
    if (headers.action !== 'accept') return refuse(headers);
    return d.decided('body', (body) => {
      if (body.action !== 'accept') return refuse(body);
      return d.decided('message', (verdict) => {
        if (verdict.action !== 'accept') return refuse(verdict);
        return store(d, { ...received, verdict, transaction });
      });
    });
  });
}

interface Storing extends Received {
  readonly verdict: Verdict;
  readonly transaction: NonNullable<GrowingFacts['transaction']>;
}

/** RFC 5321 section 6.1: 250 takes over the responsibility, so it waits for the disk, and so does the record of it. */
async function store(d: Dialogue, { message, scan, facts, verdict, transaction }: Storing): Promise<Answer> {
  const envelope = envelopeOf(d, { message, scan, transaction });
  const { sender, recipients, remote, messageId } = envelope;
  const t = d.elapsed;
  const stored: EventBody = {
    kind: 'stored',
    message: message.id,
    size: facts.bytes,
    sender,
    recipients,
    ...(messageId !== undefined && { messageId }),
    remote,
  };
  const recorded = d.reply({ verdict });
  // From here on it is not forgotten with the transaction.
  delete d.message;
  try {
    await message.commit(envelope, [
      { body: stored, t },
      { body: recorded.body, t },
    ]);
  } catch (error) {
    d.reset();
    const code = (error as NodeJS.ErrnoException).code ?? 'an error';
    return d.plain('message', 'storage', `the journal could not keep the message: ${code}`);
  }
  d.facts.session.messages += 1;
  d.reset();
  return { verdict, recorded };
}

function envelopeOf(
  d: Dialogue,
  { message, scan, transaction }: Pick<Storing, 'message' | 'scan' | 'transaction'>,
): Envelope {
  const { connection, session } = d.facts;
  const { sender, recipients } = transaction;
  const { user } = session;
  const at = d.opening.world.now();
  const { messageId, subject, from } = scan.facts();
  const asked = transaction.spfMail ?? session.spfEhlo;
  const spf = asked && d.settings.sender.spf.map[asked.result] === 'mark' ? asked : undefined;
  const who = user !== undefined ? { user } : {};
  return {
    sender,
    recipients,
    ...who,
    at,
    ...(messageId !== undefined && { messageId }),
    ...(subject !== undefined && { subject }),
    ...(from !== undefined && { from }),
    // A bare postmaster is ours (RFC 5321 section 4.5.1).
    remote: recipients.some((mailbox) => mailbox.domain !== '' && !localDomain(d.settings, mailbox)),
    trace: traceFields({
      host: d.settings.acceptance.hostname,
      session: connection.id,
      message: message.id,
      helo: session.helo ?? { verb: 'HELO', name: '' },
      peer: connection.peer.address,
      secured: d.wire.secured,
      ...who,
      sender,
      recipients,
      at,
      ...(spf && { spf }),
    }),
  };
}
