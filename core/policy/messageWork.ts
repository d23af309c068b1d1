// What the checks at the end of a message have in common: one answer for all of them, asked once.
import type { HeaderFault, MessageAnswer } from '../contract/senderAnswers.ts';
import type { Check, CheckAnswer, PolicyContext } from './check.ts';
import type { ReasonKey } from './reasons.table.ts';
import { exemptFrom } from './senderExempt.ts';
import { senderFinding } from './senderFinding.ts';
import { wantedOf } from './wanted.ts';

/** The answer to a message, asked of the workers by whichever check comes first; then it stays with the transaction. */
export function messageFound(
  { settings, facts, inquiry }: PolicyContext,
  then: (found: MessageAnswer) => CheckAnswer,
): CheckAnswer | Promise<CheckAnswer> {
  const { transaction } = facts;
  if (transaction === undefined) return undefined;
  if (transaction.found !== undefined) return then(transaction.found);
  if (wantedOf(settings, facts).length === 0) return undefined;
  return inquiry.message().then((found) => then((transaction.found = found)));
}

interface Rule {
  readonly name: string;
  readonly title: string;
  /** Leaf of `sender.header` that has the action. */
  readonly leaf: 'from' | 'noFrom' | 'syntax' | 'duplicates' | 'lookAlike';
  readonly reasons: Readonly<Record<'refuse' | 'defer', ReasonKey>>;
}

/** A check of the header as a whole: one finding for all faults that its leaf is for. */
export function headerRule({ name, title, leaf, reasons }: Rule): Check {
  return {
    name,
    title,
    group: 'sender',
    run: (context) => {
      const { header } = context.settings.sender;
      const value = header[leaf];
      if (value === 'ignore' || (leaf === 'lookAlike' && header.protected.length === 0)) return undefined;
      const spared = exemptFrom('header', name, context);
      if (spared) return spared;
      return messageFound(context, ({ header: answer }) => {
        const faults = answer?.faults.filter((fault) => leafOf(fault) === leaf) ?? [];
        if (answer === undefined || faults.length === 0) return undefined;
        return senderFinding({
          check: name,
          value,
          setting: `sender.header.${leaf}`,
          text: faults.map(({ text }) => text).join(' '),
          answer,
          reasons,
          evidence: { fault: (faults[0]?.text ?? '').replace(/\.$/, '') },
        });
      });
    },
  };
}

/** A From field that is missing has no place in the header. */
function leafOf({ rule, fields }: HeaderFault): Rule['leaf'] {
  return rule === 'from' && fields.length === 0 ? 'noFrom' : rule;
}
