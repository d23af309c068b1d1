// Greylisting: whoever is unknown is asked to come again.
import { flag, record, whole } from '../leaf.ts';
import { exemptions } from './actions.ts';

const GREY = 'RFC 6647';

export const greylist = record(
  {
    enabled: flag({
      title: 'Greylisting',
      help: 'The first RCPT of an unknown network, sender and recipient is deferred (450); a server that comes again later is let in and remembered.',
      source: GREY,
      basis: 'ours',
      default: false,
    }),
    delay: whole({
      title: 'Shortest wait',
      help: 'Before that a second try is deferred again.',
      unit: 's',
      source: `${GREY} section 5`,
      basis: 'ours',
      min: 1,
      max: 86_400,
      default: 300,
      warn: [{ above: 3600, text: 'RFC 6647 section 5: more than an hour delays good mail for no gain.' }],
    }),
    window: whole({
      title: 'Longest wait',
      help: 'Whoever comes again later than this begins anew.',
      unit: 's',
      source: `${GREY} section 5`,
      basis: 'ours',
      min: 60,
      max: 30 * 86_400,
      default: 86_400,
      warn: [{ below: 86_400, text: 'RFC 6647 section 5 suggests at least 24 hours: some servers retry rarely.' }],
    }),
    lifetime: whole({
      title: 'Remembered for',
      help: 'How long whoever was let in stays known after its last message.',
      unit: 'days',
      source: `${GREY} section 5`,
      basis: 'ours',
      min: 1,
      max: 365,
      default: 36,
    }),
    prefix4: whole({
      title: 'IPv4 network',
      help: 'Addresses of one network count as one, as the servers of a provider take turns.',
      unit: 'bits',
      source: `${GREY} section 5`,
      basis: 'ours',
      min: 8,
      max: 32,
      default: 24,
    }),
    prefix6: whole({
      title: 'IPv6 network',
      help: 'As for IPv4.',
      unit: 'bits',
      source: `${GREY} section 5`,
      basis: 'ours',
      min: 16,
      max: 128,
      default: 64,
    }),
    exemptSpf: flag({
      title: 'Exempt where SPF passes',
      help: 'A sender whose domain vouches for the address (SPF pass of MAIL) is not made to wait.',
      source: `${GREY} section 5`,
      basis: 'ours',
      default: true,
    }),
    maxEntries: whole({
      title: 'Most entries',
      help: 'So many triplets are remembered; beyond that the one longest unseen is forgotten, and whoever waits before who was let in.',
      source: `${GREY} section 9.1`,
      basis: 'ours',
      min: 100,
      max: 1_000_000,
      default: 100_000,
    }),
    ...exemptions('greylisting'),
  },
  { title: 'Greylisting', help: 'Kept in the workspace, also over a restart.', source: GREY, basis: 'ours' },
);
