// Check `reverse-dns`: does the address have a name, and does the name lead back to it?
import type { ReverseAnswer } from '../../contract/senderAnswers.ts';
import type { Check, PolicyContext } from '../check.ts';
import { exemptFrom } from '../senderExempt.ts';
import { senderFinding } from '../senderFinding.ts';

/** RFC 8601 section 2.7.3. Asked once in a session, at the stage at which it acts. */
export const reverseDns: Check = {
  name: 'reverse-dns',
  title: 'reverse DNS',
  group: 'sender',
  run: (context, stage) => {
    const { enabled, stage: acting } = context.settings.sender.reverseDns;
    if (!enabled || stage !== acting) return undefined;
    const spared = exemptFrom('reverseDns', 'reverse-dns', context);
    if (spared) return spared;
    const { session } = context.facts;
    if (session.reverse) return judged(session.reverse, context);
    return context.inquiry.reverse().then((answer) => judged((session.reverse = answer), context));
  },
};

const words = {
  pass: 'it has a name that leads back to it',
  mismatch: 'none of its names leads back to it',
  none: 'it has no name',
  temperror: 'DNS did not answer',
} as const satisfies Record<ReverseAnswer['result'], string>;

function judged(answer: ReverseAnswer, { settings }: PolicyContext) {
  const { address, names, confirmed, result } = answer;
  const named = names.length > 0 ? ` (${names.join(', ')})` : '';
  return senderFinding({
    check: 'reverse-dns',
    value: settings.sender.reverseDns.map[result],
    setting: `sender.reverseDns.map.${result}`,
    text: `reverse DNS of ${address}: ${words[result]}${named}`,
    answer,
    reasons: { refuse: 'reverse-dns', defer: 'reverse-dns-later' },
    evidence: {
      result: words[result],
      address,
      ...(names.length > 0 && { names: names.join(', ') }),
      ...(confirmed !== undefined && { confirmed }),
    },
  });
}
