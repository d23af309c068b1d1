// DATA: the message, from 354 to the reply behind its final dot (RFC 5321 section 4.1.1.4).
import { isBinary } from '../../policy/declared.ts';
import type { Answer, Dialogue, GrowingFacts } from '../dialogue.ts';
import { isPositive } from '../fate.ts';
import { Incoming } from '../incoming.ts';
import { complete } from '../received.ts';
import { work } from '../turn.ts';

export function data(d: Dialogue, argument: string): Answer | Promise<Answer> {
  const { transaction } = d.facts;
  if (!d.facts.session.helo)
    return d.wrong('data', 'sequence-ehlo-first', {
      because: 'DATA before EHLO or HELO (RFC 5321 section 4.1.4)',
    });
  if (argument !== '')
    return d.wrong('data', 'syntax', {
      because: 'DATA has no parameters (RFC 5321 section 4.1.1.4)',
      detail: 'DATA',
    });
  if (!transaction) return d.outOfOrder('data', 'sequence-mail-first', 'DATA before MAIL (RFC 5321 section 4.1.4)');
  if (transaction.chunks !== undefined)
    return d.wrong('data', 'sequence-chunks', {
      because: 'DATA behind BDAT in one transaction (RFC 3030 section 2)',
    });
  if (isBinary(transaction))
    return d.wrong('data', 'sequence-binary', {
      because: 'DATA cannot carry BINARYMIME (RFC 3030 section 3)',
    });
  if (transaction.recipients.length === 0) {
    // RFC 5321 section 3.3 leaves 503 or 554; RFC 2920 section 3.1 has 554 for the client that pipelined DATA in good faith.
    if (d.recipientRefused) return d.plain('data', 'sequence-no-recipients', 'every recipient was refused');
    return d.wrong('data', 'sequence-rcpt-first', {
      because: 'DATA before RCPT (RFC 5321 section 4.1.4)',
    });
  }
  return d.decided('data', (verdict) => {
    if (isPositive(verdict)) receive(d, transaction);
    return { verdict };
  });
}

/** From here on the client's bytes are content, whatever they look like, until the true end. */
function receive(d: Dialogue, transaction: NonNullable<GrowingFacts['transaction']>): void {
  const incoming = new Incoming(d, transaction);
  d.wire.startData({
    ...incoming.options,
    onEnd: (facts, next) => work(d, 'message', next, () => complete(d, incoming, facts)),
  });
}
