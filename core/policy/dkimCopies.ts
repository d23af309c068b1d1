// The signatures of a message, and how often each has come: counted once for a message, where copies are limited.
import type { DkimAnswer } from '../contract/senderAnswers.ts';
import type { CheckAnswer, PolicyContext } from './check.ts';
import { messageFound } from './messageWork.ts';

/** Only a signature that holds is worth replaying (RFC 6376 section 8.6), so the others are not counted. */
export function verified(
  context: PolicyContext,
  then: (answer: DkimAnswer) => CheckAnswer,
): CheckAnswer | Promise<CheckAnswer> {
  return messageFound(context, (found) => {
    const { dkim } = found;
    if (dkim === undefined) return undefined;
    const { transaction } = context.facts;
    if (context.settings.sender.dkim.maxReplays === 0 || transaction === undefined) return then(dkim);
    const isCounted = dkim.signatures.some(({ copies }) => copies !== undefined);
    const counted = isCounted ? dkim : withCopies(dkim, context);
    if (!isCounted) transaction.found = { ...found, dkim: counted };
    return then(counted);
  });
}

/** A message that carries a signature twice has come once. */
function withCopies(dkim: DkimAnswer, { inquiry }: PolicyContext): DkimAnswer {
  const copies = new Map<string, number>();
  const signatures = dkim.signatures.map((one) => {
    if (one.result !== 'pass') return one;
    const known = copies.get(one.id) ?? inquiry.copies(one.id);
    copies.set(one.id, known);
    return { ...one, copies: known };
  });
  return { ...dkim, signatures };
}
