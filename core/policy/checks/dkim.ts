// Check `dkim`: does a signature of the message hold, and how good is it?
import type { DkimAnswer, DkimSignature } from '../../contract/senderAnswers.ts';
import type { DkimResult } from '../../contract/settings/sender/message.ts';
import type { Check, PolicyContext } from '../check.ts';
import { verified } from '../dkimCopies.ts';
import type { ReasonKey } from '../reasons.table.ts';
import { exemptFrom } from '../senderExempt.ts';
import { senderFinding } from '../senderFinding.ts';

/** RFC 6376 section 6. The best of all signatures counts; what is in the way of it is shown of each. */
export const dkim: Check = {
  name: 'dkim',
  title: 'DKIM signatures',
  group: 'sender',
  run: (context) => {
    if (!context.settings.sender.dkim.enabled) return undefined;
    return exemptFrom('dkim', 'dkim', context) ?? verified(context, (answer) => judged(answer, context));
  },
};

function judged(answer: DkimAnswer, { settings }: PolicyContext) {
  const { result, signatures, count } = answer;
  const best = signatures.find((one) => one.result === result);
  const more = count > signatures.length ? `, ${count - signatures.length} more not verified` : '';
  const told = [`signatures: ${count}${more}`, ...signatures.map(ofOne)];
  return senderFinding({
    check: 'dkim',
    value: settings.sender.dkim.map[result],
    setting: `sender.dkim.map.${result}`,
    text: best === undefined ? 'DKIM none: the message is not signed' : `DKIM ${ofOne(best)}${more}`,
    answer,
    reasons: reasonsFor(result),
    evidence: {
      result: result === 'none' ? 'it is not signed' : result,
      ...(best !== undefined && { domain: best.domain, selector: best.selector }),
      ...(best?.why !== undefined && { why: best.why }),
      ...(count > 1 && { all: told.join('; ') }),
    },
  });
}

function ofOne({ result, domain, selector, why }: DkimSignature): string {
  return `${result} for ${domain} (selector ${selector})${why === undefined ? '' : `: ${why}`}`;
}

/** RFC 7372 section 3.1; the class is the action's. */
function reasonsFor(result: DkimResult): Readonly<Record<'refuse' | 'defer', ReasonKey>> {
  switch (result) {
    case 'none':
    case 'fail':
    case 'neutral':
    case 'permerror':
      return { refuse: 'dkim-failed', defer: 'dkim-failed-later' };
    case 'policy':
      return { refuse: 'dkim-policy', defer: 'dkim-policy-later' };
    case 'temperror':
      return { refuse: 'dkim-temperror-refused', defer: 'dkim-temperror' };
    case 'pass':
      return { refuse: 'dkim-other', defer: 'dkim-other-later' };
  }
}
