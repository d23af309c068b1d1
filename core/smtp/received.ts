// A message that has come whole, with DATA or in chunks: judged, stored, and answered.
import type { EventBody } from '../contract/event.ts';
import type { Fate } from '../contract/facts.ts';
import type { HeaderPlace, SpfAnswer } from '../contract/senderAnswers.ts';
import type { Finding, Verdict } from '../contract/verdict.ts';
import type { Envelope } from '../journal/journal.ts';
import { localDomain } from '../policy/localDomains.ts';
import { withNoted } from '../policy/noted.ts';
import { isExempt } from '../policy/senderExempt.ts';
import type { Answer, Dialogue, GrowingFacts } from './dialogue.ts';
import { fateOf, isPositive } from './fate.ts';
import { dataFacts, type Incoming, recordData } from './incoming.ts';
import { resultsOf } from './results.ts';
import { traceFields } from './trace.ts';
import type { WireDataFacts } from './wireMessage.ts';

type Transaction = NonNullable<GrowingFacts['transaction']>;

/** Judges the message at stages headers, body and message, and stores it when nothing stands against it. */
export function complete(d: Dialogue, incoming: Incoming, seen: WireDataFacts): Answer | Promise<Answer> {
  const facts = incoming.finish(seen);
  recordData(d, facts);
  const { transaction } = d.facts;
  if (!transaction) throw new Error('a message without a transaction');
  const header = incoming.scan.facts();
  transaction.data = dataFacts(facts);
  transaction.header = header.size;
  transaction.receivedHeaders = header.received;
  if (header.deliveredTo !== undefined) transaction.deliveredTo = header.deliveredTo;
  if (header.authors !== undefined) transaction.from = header.authors;
  if (header.messageId !== undefined) transaction.messageId = header.messageId;
  const refuse = (verdict: Verdict): Answer => {
    d.reset();
    return { verdict };
  };
  return d.decided('headers', (headers) => {
    if (!isPositive(headers)) return refuse(headers);
    // One reply answers for all three stages, and tells what was done with the header.
    const noted = headers.findings.some(isBeyond) ? headers.findings.filter(isBeyond) : none;
    return d.decided('body', (body) => {
      if (!isPositive(body)) return refuse(withNoted(noted, body));
      return d.decided('message', (last) => {
        const verdict = withNoted(noted, last);
        if (!isPositive(verdict)) return refuse(verdict);
        const fate = fateOf(d.facts);
        const received = { incoming, facts, verdict, transaction, ...(fate && { fate }) };
        return fate?.action === 'discard' ? discard(d, { ...received, fate }) : store(d, received);
      });
    });
  });
}

const none: readonly Finding[] = [];

/** What was counted and is within its limit is nothing to tell. */
function isBeyond({ counter }: Finding): boolean {
  if (counter === undefined) return true;
  return counter.limit !== 'unlimited' && counter.limit !== 0 && counter.value > counter.limit;
}

interface Received {
  readonly incoming: Incoming;
  readonly facts: WireDataFacts;
  readonly verdict: Verdict;
  readonly transaction: Transaction;
  readonly fate?: Fate;
}

/** The client is told that it was taken, and nothing of it is kept but that it was. */
function discard(
  d: Dialogue,
  { incoming, facts, verdict, transaction, fate }: Received & { readonly fate: Fate },
): Answer {
  const { sender, recipients } = transaction;
  const { id: message } = incoming.message;
  d.record({ kind: 'discarded', message, size: facts.bytes, sender, recipients, check: fate.check });
  d.facts.session.messages += 1;
  d.reset();
  return { verdict };
}

/** RFC 5321 section 6.1: 250 takes over the responsibility, so it waits for the disk, and so does the record of it. */
async function store(d: Dialogue, { incoming, facts, verdict, transaction, fate }: Received): Promise<Answer> {
  const { message } = incoming;
  const quarantine = fate && { quarantine: fate.check };
  const removed = transaction.found?.removed;
  const envelope = {
    ...envelopeOf(d, incoming, transaction),
    ...quarantine,
    ...(removed && removed.length > 0 && { removed: merged(removed) }),
  };
  const { sender, recipients, remote, messageId } = envelope;
  const t = d.elapsed;
  const stored: EventBody = {
    kind: 'stored',
    message: message.id,
    size: facts.bytes,
    sender,
    recipients,
    ...(messageId !== undefined && { messageId }),
    ...(transaction.dsn && { dsn: transaction.dsn }),
    remote,
    ...quarantine,
    ...contentOf(transaction.found),
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

/** What a worker read of the message beside what it was asked for. */
function contentOf(found: Transaction['found']): Pick<Extract<EventBody, { kind: 'stored' }>, 'sha256' | 'parts'> {
  const { sha256, parts, moreParts = false } = found ?? {};
  const named = (parts ?? []).filter(({ name }) => name !== undefined).slice(0, mostNamed);
  return {
    ...(sha256 !== undefined && { sha256 }),
    ...(parts && { parts: { count: parts.length, more: moreParts, named } }),
  };
}

/** Parts with a name that the record of a message lists. */
const mostNamed = 20;

/** Places of fields in their order, those that touch as one. */
function merged(places: readonly HeaderPlace[]): NonNullable<Envelope['removed']> {
  const all: { start: number; end: number }[] = [];
  for (const { start, end } of [...places].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

function envelopeOf(d: Dialogue, { message, scan }: Incoming, transaction: Transaction): Envelope {
  const { connection, session } = d.facts;
  const { sender, recipients } = transaction;
  const { user } = session;
  const at = d.opening.world.now();
  const { messageId, subject, from } = scan.facts();
  const marked = (answer: SpfAnswer | undefined): answer is SpfAnswer =>
    answer !== undefined && d.settings.sender.spf.map[answer.result] === 'mark';
  const spf = isExempt('spf', d.settings, d.facts) ? [] : [transaction.spfMail, session.spfEhlo].filter(marked);
  const who = user !== undefined ? { user } : {};
  const marks = [...(session.marks ?? []), ...(transaction.marks ?? [])];
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
      ...(transaction.smtpUtf8 && { smtpUtf8: true }),
      ...who,
      sender,
      recipients,
      at,
      spf,
      ...(d.settings.sender.results.write && { results: resultsOf(d, transaction) }),
      ...(marks.length > 0 && { marks }),
    }),
  };
}
