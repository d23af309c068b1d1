// Check `domain-list`: is a domain that stands for the sender on a block list?
import type { Stage } from '../../contract/facts.ts';
import type { ListedName } from '../../contract/settings/sender/lists.ts';
import type { Check, ListQuestion, PolicyContext } from '../check.ts';
import { asking, judgeLists } from '../listFindings.ts';
import { exemptFrom } from '../senderExempt.ts';

type Lists = PolicyContext['settings']['sender']['domainLists'];

/**
 * RFC 5782 section 2.2. All lists are asked at once about what is known at the stage at which they act. What is not known
 * then is asked about when it is: the sender's domain at MAIL, that of the author at the end of the message.
 */
export const domainList: Check = {
  name: 'domain-list',
  title: 'block lists of domains',
  group: 'sender',
  run: (context, stage) => {
    const { domainLists } = context.settings.sender;
    const names = namesAt(stage, domainLists);
    if (names.length === 0) return undefined;
    const spared = exemptFrom('domainLists', 'domain-list', context);
    if (spared) return spared;
    if (needsReverse(names, domainLists) && !context.facts.session.reverse)
      return context.inquiry.reverse().then((answer) => {
        context.facts.session.reverse = answer;
        return asked(names, context);
      });
    return asked(names, context);
  },
};

/** What the stage asks about, for at least one of the lists. */
function namesAt(stage: Stage, { lists, stage: acting }: Lists): readonly ListedName[] {
  if (lists.length === 0) return [];
  const atStage = (name: ListedName): Stage =>
    name === 'from' ? 'message' : name === 'sender' && acting === 'ehlo' ? 'mail' : acting;
  const all = new Set(lists.flatMap(({ enabled, of }) => (enabled ? of : [])));
  return [...all].filter((name) => atStage(name) === stage);
}

function needsReverse(names: readonly ListedName[], { lists }: Lists): boolean {
  return names.includes('reverse') && lists.some(({ enabled, of }) => enabled && of.includes('reverse'));
}

/** Domains behind a name; literals and names without a dot are on no list. */
function domainsOf(name: ListedName, { facts: { session, transaction } }: PolicyContext): readonly string[] {
  const domains = {
    ehlo: () => [session.helo?.name ?? ''],
    sender: () => [transaction?.sender.domain ?? ''],
    // A name anybody can give to an address counts only where it leads back to it.
    reverse: () => [session.reverse?.confirmed ?? ''],
    from: () => (transaction?.found?.header?.authors ?? transaction?.from?.addresses ?? []).map(({ domain }) => domain),
  } as const satisfies Record<ListedName, () => readonly string[]>;
  const plain = domains[name]().map((domain) => domain.toLowerCase().replace(/\.$/, ''));
  return [...new Set(plain)].filter((domain) => domain.includes('.') && !domain.startsWith('[')).slice(0, mostDomains);
}

/** Domains of one name that are asked about: a From field may name many. */
const mostDomains = 10;

function asked(names: readonly ListedName[], context: PolicyContext) {
  const { lists, silent, probe } = context.settings.sender.domainLists;
  const { session, transaction } = context.facts;
  const known = [...(session.dnsbl ?? []), ...(transaction?.domainLists ?? [])];
  const judging = { check: 'domain-list', silent, setting: 'sender.domainLists.silent' };
  const questions = lists.flatMap((list, index) => {
    if (!list.enabled) return [];
    const subjects = new Set(names.flatMap((name) => (list.of.includes(name) ? domainsOf(name, context) : [])));
    return [...subjects].map((subject) => {
      const question: ListQuestion = { list, kind: 'domain', subject, probe };
      return { list, path: `sender.domainLists.lists.${index}`, answer: asking(question, context, known) };
    });
  });
  if (questions.length === 0) return undefined;
  return judgeLists(questions, judging, (answers) => {
    const fresh = answers.filter((answer) => !known.includes(answer));
    if (transaction) transaction.domainLists = [...(transaction.domainLists ?? []), ...fresh];
    else session.dnsbl = [...(session.dnsbl ?? []), ...fresh];
  });
}
