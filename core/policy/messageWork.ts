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
  readonly rule: HeaderFault['rule'];
  readonly reasons: Readonly<Record<'refuse' | 'defer', ReasonKey>>;
}

/** A check of the header as a whole: one finding for all its faults. */
export function headerRule({ name, title, rule, reasons }: Rule): Check {
  return {
    name,
    title,
    group: 'sender',
    run: (context) => {
      const { header } = context.settings.sender;
      const value = header[rule];
      if (value === 'ignore' || (rule === 'lookAlike' && header.protected.length === 0)) return undefined;
      const spared = exemptFrom('header', name, context);
      if (spared) return spared;
      return messageFound(context, ({ header: answer }) => {
        const faults = answer?.faults.filter((fault) => fault.rule === rule) ?? [];
        if (answer === undefined || faults.length === 0) return undefined;
        const text = faults.map((fault) => fault.text).join('; ');
        return senderFinding({
          check: name,
          value,
          setting: `sender.header.${rule}`,
          text,
          answer,
          reasons,
          evidence: { fault: faults[0]?.text ?? '' },
        });
      });
    },
  };
}
