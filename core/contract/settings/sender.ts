// Sender: who is calling, for whom it may speak, and what each answer leads to.
import { record, whole } from './leaf.ts';
import { greylist } from './sender/greylist.ts';
import { dnsbl, domainLists } from './sender/lists.ts';
import { arc, dkim, dmarc, header, results } from './sender/message.ts';
import { ehloName, reverseDns, senderDomain } from './sender/peer.ts';
import { spf } from './sender/spf.ts';

export { type SpfResult, spfResults } from './sender/spf.ts';

export const sender = record(
  {
    spf,
    reverseDns,
    ehloName,
    senderDomain,
    dnsbl,
    domainLists,
    dkim,
    dmarc,
    arc,
    header,
    results,
    greylist,
    delay: whole({
      title: 'Delay',
      help: 'How much later an answer comes for each finding whose action is delay.',
      unit: 's',
      source: 'Gatehouse',
      basis: 'ours',
      min: 1,
      max: 60,
      default: 5,
    }),
    maxDelay: whole({
      title: 'Longest delay',
      help: 'Delays of one command add up to this at most.',
      unit: 's',
      source: 'RFC 5321 section 4.5.3.2 (clients wait 5 minutes)',
      basis: 'ours',
      min: 1,
      max: 240,
      default: 30,
    }),
  },
  {
    title: 'Sender',
    help: 'Whether the client may speak for the domain it names. What DNS answers: group DNS.',
    source: 'AXIGEN documentation, SPF',
    basis: 'documented',
  },
);
