// Check `dmarc`: does SPF or DKIM speak for the author's domain, and what does that domain ask for when neither does?
import type { DmarcAlignment, DmarcAnswer } from '../../contract/senderAnswers.ts';
import type { DmarcResult } from '../../contract/settings/sender/message.ts';
import type { Check, PolicyContext } from '../check.ts';
import { messageFound } from '../messageWork.ts';
import type { ReasonKey } from '../reasons.table.ts';
import { exemptFrom } from '../senderExempt.ts';
import { senderFinding } from '../senderFinding.ts';

/** RFC 9989, or RFC 7489 where the settings have it so; what the other one says is shown beside it. */
export const dmarc: Check = {
  name: 'dmarc',
  title: 'DMARC of the author',
  group: 'sender',
  run: (context) => {
    if (!context.settings.sender.dmarc.enabled) return undefined;
    const spared = exemptFrom('dmarc', 'dmarc', context);
    if (spared) return spared;
    return messageFound(context, ({ dmarc: answer }) => answer && judged(answer, context));
  },
};

/** What the domain asks for. */
const policies: Partial<Record<DmarcResult, string>> = {
  'fail-none': 'none',
  'fail-quarantine': 'quarantine',
  'fail-reject': 'reject',
};

function judged(answer: DmarcAnswer, { settings }: PolicyContext) {
  const { result, author, readings } = answer;
  const [counts, other] = readings;
  const domain = author === undefined ? '' : ` for ${author}`;
  const policy = policies[result];
  const why = counts?.why === undefined ? '' : `: ${counts.why}`;
  const aside =
    other === undefined || other.result === result ? '' : `; by RFC ${other.reading} it would be ${other.result}`;
  const asked = policy === undefined ? result : `fail, policy ${policy}`;
  return senderFinding({
    check: 'dmarc',
    value: settings.sender.dmarc.map[result],
    setting: `sender.dmarc.map.${result}`,
    text: `DMARC ${asked}${domain}${why}${aside}`,
    answer,
    reasons: reasonsFor(result),
    evidence: {
      result,
      ...(author !== undefined && { domain: author }),
      ...(policy !== undefined && { policy }),
      ...(counts?.policyDomain !== undefined && { 'policy of': counts.policyDomain }),
      ...(counts?.record !== undefined && { record: counts.record }),
      ...(counts !== undefined &&
        counts.alignments.length > 0 && { identities: counts.alignments.map(told).join('; ') }),
    },
  });
}

function told({ by, domain, aligned, passed, mode }: DmarcAlignment): string {
  return `${by} ${passed ? 'pass' : 'without a pass'} for ${domain}, ${aligned ? 'aligned' : `not aligned (${mode})`}`;
}

/** RFC 7372 section 3.4: neither of two mechanisms has been of use; which they are is not said by the code. */
function reasonsFor(result: DmarcResult): Readonly<Record<'refuse' | 'defer', ReasonKey>> {
  switch (result) {
    case 'fail-none':
    case 'fail-quarantine':
    case 'fail-reject':
      return { refuse: 'dmarc-failed', defer: 'dmarc-failed-later' };
    case 'no-author':
      return { refuse: 'dmarc-no-author', defer: 'dmarc-no-author-later' };
    case 'temperror':
      return { refuse: 'dmarc-temperror-refused', defer: 'dmarc-temperror' };
    case 'pass':
    case 'none':
    case 'permerror':
      return { refuse: 'dmarc-other', defer: 'dmarc-other-later' };
  }
}
