// Check `spf-mail`: may the client send for the domain of the sender, and what of the EHLO name acts at MAIL?
import type { SpfAnswer } from '../../contract/senderAnswers.ts';
import type { Finding } from '../../contract/verdict.ts';
import type { CheckAnswer, Check, PolicyContext } from '../check.ts';
import { exemption, spfFinding, waiting } from '../spfPolicy.ts';

/** RFC 7208 section 2.4; for a null sender postmaster@ the EHLO name is asked about. */
export const spfMail: Check = {
  name: 'spf-mail',
  title: 'SPF of the sender',
  group: 'sender',
  run: (context): CheckAnswer | Promise<CheckAnswer> => {
    const { spf } = context.settings.sender;
    const spared = spf.ehlo || spf.mailFrom ? exemption('spf-mail', context) : undefined;
    if (spared) return spared;
    // A result of the EHLO name that decides now spares the second question (RFC 7208 section 2.4).
    const acting = waitingEhlo(context);
    if (!spf.mailFrom || decides(acting)) return acting;
    const answer = ask(context);
    if (acting === undefined) return answer;
    return answer instanceof Promise ? answer.then((found) => both(acting, found)) : both(acting, answer);
  },
};

function decides(acting: CheckAnswer): boolean {
  return list(acting).some(({ action, spare }) => action !== 'delay' || spare === true);
}

const list = (answer: CheckAnswer): readonly Finding[] =>
  answer === undefined ? [] : 'check' in answer ? [answer] : answer;
const both = (one: CheckAnswer, other: CheckAnswer) => [...list(one), ...list(other)];

function waitingEhlo(context: PolicyContext): CheckAnswer {
  return context.facts.session.spfEhlo === undefined ? undefined : waiting('spf-mail', 'mail', context);
}

function ask(context: PolicyContext): CheckAnswer | Promise<CheckAnswer> {
  const { transaction } = context.facts;
  const answered = (answer: SpfAnswer) => {
    if (transaction) transaction.spfMail = answer;
    return spfFinding('spf-mail', answer, { context, stage: 'mail' });
  };
  const answer = context.spf('mailfrom');
  return answer instanceof Promise ? answer.then(answered) : answered(answer);
}
