// Check `dnsbl`: is the address of the client on a block list?
import type { Check } from '../check.ts';
import { asking, judgeLists } from '../listFindings.ts';
import { exemptFrom } from '../senderExempt.ts';

/** RFC 5782 section 2.1. All lists are asked at once, once in a session, at the stage at which they act. */
export const dnsbl: Check = {
  name: 'dnsbl',
  title: 'block lists of addresses',
  group: 'sender',
  run: (context, stage) => {
    const { lists, silent, probe, stage: acting } = context.settings.sender.dnsbl;
    if (lists.length === 0 || stage !== acting || lists.every(({ enabled }) => !enabled)) return undefined;
    const spared = exemptFrom('dnsbl', 'dnsbl', context);
    if (spared) return spared;
    const { session, connection } = context.facts;
    const { address: subject } = connection.peer;
    const judging = { check: 'dnsbl', silent, setting: 'sender.dnsbl.silent' };
    // Those of domains stand there as well.
    const domains = (session.dnsbl ?? []).filter((one) => one.subject !== subject);
    const asked = lists.flatMap((list, index) => {
      if (!list.enabled) return [];
      const answer = asking({ list, kind: 'address', subject, probe }, context, session.dnsbl ?? []);
      return [{ list, path: `sender.dnsbl.lists.${index}`, answer }];
    });
    return judgeLists(asked, judging, (answers) => (session.dnsbl = [...domains, ...answers]));
  },
};
