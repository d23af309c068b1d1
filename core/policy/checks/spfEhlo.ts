// Check `spf-ehlo`: may the client use the name it gave in EHLO?
import type { SpfAnswer } from '../../contract/senderAnswers.ts';
import type { Check, CheckAnswer, PolicyContext } from '../check.ts';
import { exemption, spfFinding } from '../spfPolicy.ts';

/** RFC 7208 section 2.3. Asked at EHLO; what it leads to may wait for a later stage. */
export const spfEhlo: Check = {
  name: 'spf-ehlo',
  title: 'SPF of the EHLO name',
  group: 'sender',
  run: (context) => {
    if (!context.settings.sender.spf.ehlo) return undefined;
    return exemption('spf-ehlo', context) ?? ask(context);
  },
};

function ask(context: PolicyContext): CheckAnswer | Promise<CheckAnswer> {
  const { session } = context.facts;
  const answered = (answer: SpfAnswer) => {
    session.spfEhlo = answer;
    return spfFinding('spf-ehlo', answer, { context, stage: 'ehlo' });
  };
  const answer = context.spf('helo');
  return answer instanceof Promise ? answer.then(answered) : answered(answer);
}
