// Has the message that has come looked at by a worker; while it does, the deadline for lookups stands still.
import type { MessageAnswer } from '../contract/senderAnswers.ts';
import { wantedOf } from '../policy/wanted.ts';
import type { Dialogue } from './dialogue.ts';

/** What a worker finds out about the message of the transaction; only its octets, which were collected, and what it is judged by go there. */
export async function examined(d: Dialogue): Promise<MessageAnswer> {
  const { settings, facts, collected, opening } = d;
  const { world, workers } = opening;
  const { connection, session, transaction } = facts;
  if (transaction === undefined || collected === undefined) throw new Error('no message was collected');
  const chunks = collected.handOver();
  if (chunks === undefined) return workers.turnAway('messages that come or wait leave no room for this one');
  const began = world.elapsed();
  const leaving = (d.withWorker = new AbortController());
  if (d.gone) leaving.abort();
  try {
    const task = {
      chunks,
      want: wantedOf(settings, facts),
      sender: settings.sender,
      dns: settings.dns,
      hostname: settings.acceptance.hostname,
      peer: connection.peer.address,
      helo: session.helo?.name ?? '',
      mailFrom: transaction.sender,
      ...spfOf(d),
      now: world.now(),
      chance: Buffer.from(world.random(4)).readUInt32BE() / 2 ** 32,
    };
    return await workers.examine(task, leaving.signal);
  } finally {
    collected.release();
    d.withWorker = undefined;
    if (d.asking) d.asking.since += world.elapsed() - began;
  }
}

/** RFC 7208 section 2.4: of a null sender the identity at MAIL is that of the EHLO name. */
function spfOf({ facts: { session, transaction } }: Dialogue) {
  const spf = transaction?.spfMail ?? (transaction?.sender.raw === '' ? session.spfEhlo : undefined);
  return spf && { spf };
}
