// Check `sender-domain`: could mail to the domain of the sender be delivered, so that it can be answered?
import type { DomainAnswer } from '../../contract/senderAnswers.ts';
import { assertNever } from '../../contract/never.ts';
import type { Check, PolicyContext } from '../check.ts';
import { exemptFrom } from '../senderExempt.ts';
import { senderFinding, type Told } from '../senderFinding.ts';

/**
 * RFC 5321 section 5.1, RFC 7505. Asked once in a transaction, at the stage at which it acts. The null sender has no domain.
 */
export const senderDomain: Check = {
  name: 'sender-domain',
  title: 'domain of the sender',
  group: 'sender',
  run: (context, stage) => {
    const { enabled, stage: acting } = context.settings.sender.senderDomain;
    const { transaction } = context.facts;
    if (!enabled || !transaction || stage !== acting) return undefined;
    const { domain } = transaction.sender;
    if (domain === '') return undefined;
    const spared = exemptFrom('senderDomain', 'sender-domain', context);
    if (spared) return spared;
    if (transaction.senderDomain) return judged(transaction.senderDomain, context);
    return context.inquiry.senderDomain(domain).then((answer) => judged((transaction.senderDomain = answer), context));
  },
};

const words = {
  pass: 'it has an MX that can be reached',
  address: 'it has an address and no MX',
  'null-mx': 'it takes no mail',
  missing: 'there is no such domain',
  nothing: 'it has neither MX nor address',
  'bad-mx': 'none of its mail hosts can be reached',
  temperror: 'DNS did not answer',
} as const satisfies Record<DomainAnswer['result'], string>;

function judged(answer: DomainAnswer, { settings }: PolicyContext) {
  const { result, domain, hosts } = answer;
  const asked = hosts.map(({ name, addresses }) => `${name} ${addresses.join(' ') || 'without address'}`);
  return senderFinding({
    check: 'sender-domain',
    value: settings.sender.senderDomain.map[result],
    setting: `sender.senderDomain.map.${result}`,
    text: `sender domain ${domain}: ${words[result]}`,
    answer,
    reasons: reasonsOf(result),
    evidence: { result: words[result], domain, ...(asked.length > 0 && { hosts: asked.join(', ').slice(0, 500) }) },
  });
}

function reasonsOf(result: DomainAnswer['result']): Told['reasons'] {
  switch (result) {
    case 'null-mx':
      return { refuse: 'sender-null-mx', defer: 'sender-null-mx-later' };
    case 'temperror':
      return { refuse: 'sender-domain-temperror-refused', defer: 'sender-domain-temperror' };
    case 'pass':
    case 'address':
    case 'missing':
    case 'nothing':
    case 'bad-mx':
      return { refuse: 'sender-domain', defer: 'sender-domain-later' };
    default:
      return assertNever(result);
  }
}
