// Block lists: of addresses (DNSBL) and of domains, each with its own codes, and what they may lead to.
import { flag, item, list, record, set, text } from '../leaf.ts';
import { action, exemptions, stage } from './actions.ts';

const RFC = 'RFC 5782';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const zone = text({
  title: 'Zone',
  help: 'Where the list is asked: the address, reversed, or the domain is put in front of it.',
  source: `${RFC} section 2.1`,
  basis: 'ours',
  max: 200,
  pattern: NAME,
  expected: 'a domain name such as bl.example.org',
  placeholder: 'bl.example.org',
  default: 'bl.example.org',
});

const name = text({
  title: 'Name',
  help: 'What the list is called in log and why. Empty: as its zone.',
  source: 'Gatehouse',
  basis: 'ours',
  max: 64,
  default: '',
});

const code = item(
  {
    answer: text({
      title: 'Answer',
      help: 'An address, range or network within 127.0.0.0/8: what the list answers.',
      source: `${RFC} section 2.3`,
      basis: 'ours',
      pattern: /^127(\.\d{1,3}){3}(\/\d{1,2}|-127(\.\d{1,3}){3})?$/,
      expected: 'an address, range or network within 127.0.0.0/8, such as 127.0.0.2 or 127.0.0.4-127.0.0.7',
      placeholder: '127.0.0.2',
      default: '127.0.0.2',
    }),
    action: action({ title: 'Action', help: 'What an entry with this answer leads to.', source: RFC }, 'refuse'),
    note: text({
      title: 'Meaning',
      help: 'A few words for the why, such as “dynamic addresses”.',
      source: 'Gatehouse',
      basis: 'ours',
      max: 100,
      default: '',
    }),
  },
  { title: 'Answer', help: 'One answer and its action.', source: RFC, basis: 'ours' },
);

const common = {
  name,
  zone,
  enabled: flag({
    title: 'Asked',
    help: 'Off: the list stays here and is not asked.',
    source: 'Gatehouse',
    basis: 'ours',
    default: true,
  }),
  action: action(
    {
      title: 'Action',
      help: 'What an entry leads to whose answer is not among the answers below. Answers outside of 127.0.0.0/8 and the error answers 127.255.255.0/24 are no entries: such a list is as good as silent.',
      source: `${RFC} section 2.3`,
    },
    'refuse',
  ),
  codes: list(code, {
    title: 'Answers',
    help: 'Answers with an action of their own; the first that matches counts. With several answers the strongest action does.',
    source: `${RFC} section 2.3`,
    basis: 'ours',
    max: 50,
  }),
};

const silent = action(
  {
    title: 'When a list is silent',
    help: 'A list that times out, fails, answers with an error (127.255.255.0/24) or that lists everybody (it has 127.0.0.1 or is without its test entry, RFC 5782 section 5) has no say. Refusing here refuses everybody when a list dies.',
    source: `${RFC} section 5`,
  },
  'record',
);

const probe = flag({
  title: 'Test the lists',
  help: 'Before an entry counts, the list is asked for 127.0.0.1 (or, of domains, INVALID), which no working list has: one that answers lists everybody and is taken as silent. Asked once in 10 minutes.',
  source: `${RFC} section 5`,
  basis: 'ours',
  default: true,
});

export const dnsbl = record(
  {
    lists: list(item(common, { title: 'List', help: 'One list of addresses.', source: RFC, basis: 'ours' }), {
      title: 'Lists',
      help: 'Asked all at once; the strongest action of all counts.',
      source: 'AXIGEN documentation, DNSBL',
      basis: 'documented',
      max: 20,
    }),
    silent,
    probe,
    stage: stage('mail', 'the address'),
    ...exemptions('DNSBL'),
  },
  {
    title: 'DNSBL',
    help: 'Lists of addresses that should not send mail. A list learns which addresses call here.',
    source: 'AXIGEN documentation, DNSBL',
    basis: 'documented',
  },
);

/** Whose domain a list of domains is asked for. */
export const listedNames = ['ehlo', 'sender', 'reverse', 'from'] as const;
export type ListedName = (typeof listedNames)[number];

export const domainLists = record(
  {
    lists: list(
      item(
        {
          ...common,
          of: set({
            title: 'Asked for',
            help: 'ehlo: the EHLO name; sender: the domain of MAIL; reverse: the name the address has; from: the domain of the From field, which is known at the end of the message only.',
            source: RFC,
            basis: 'ours',
            options: [...listedNames],
            default: ['sender'],
          }),
        },
        { title: 'List', help: 'One list of domains.', source: RFC, basis: 'ours' },
      ),
      {
        title: 'Lists',
        help: 'Asked all at once; the strongest action of all counts.',
        source: RFC,
        basis: 'ours',
        max: 20,
      },
    ),
    silent,
    probe,
    stage: stage('mail', 'the domain'),
    ...exemptions('domain list'),
  },
  {
    title: 'Domain lists',
    help: 'Lists of domains that should not send mail.',
    source: `${RFC} section 2.2`,
    basis: 'ours',
  },
);
