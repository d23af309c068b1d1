// Check `arc`: who vouches for a message that came by way of others? It is told, and decides nothing.
import type { ArcAnswer } from '../../contract/senderAnswers.ts';
import type { Check, PolicyContext } from '../check.ts';
import { messageFound } from '../messageWork.ts';
import { exemptFrom } from '../senderExempt.ts';

/** RFC 8617 section 5.2. */
export const arc: Check = {
  name: 'arc',
  title: 'ARC chain',
  group: 'sender',
  run: (context) => {
    if (!context.settings.sender.arc.enabled) return undefined;
    const spared = exemptFrom('arc', 'arc', context);
    if (spared) return spared;
    return messageFound(context, ({ arc: answer }) => answer && told(answer, context));
  },
};

function told(answer: ArcAnswer, { settings }: PolicyContext) {
  const { result, why, sets, trusted } = answer;
  const value = settings.sender.arc.map[result];
  const sealers = sets.map(({ domain }) => domain).join(', ');
  const whom = sets.length === 0 ? '' : `, sealed by ${sealers}${trusted ? ', who are trusted' : ''}`;
  return {
    check: 'arc',
    action: value,
    text: `ARC ${result}${why === undefined ? '' : `: ${why}`}${whom}`,
    setting: `sender.arc.map.${result}`,
    value,
    dns: answer.questions,
    answer,
    evidence: { result, ...(sets.length > 0 && { sealers, trusted: trusted ? 'all' : 'not all' }) },
    ...(answer.ms >= 0.1 && { ms: answer.ms }),
  };
}
