// Who is calling: the reverse name of the address, the name in EHLO, and whether the sender's domain can be answered.
import { flag, list, record } from '../leaf.ts';
import { network } from '../trusted.ts';
import { action, exemptions, stage, stageFromMail } from './actions.ts';

const SCRIPT = 'AXIGEN 10.3.1 smtpFilters.script';

/** What reverse DNS comes to (RFC 8601 section 2.7.3: pass, fail, permerror, temperror). */
export const reverseResults = ['pass', 'mismatch', 'none', 'temperror'] as const;
export type ReverseResult = (typeof reverseResults)[number];

export const reverseDns = record(
  {
    enabled: flag({
      title: 'Check reverse DNS',
      help: 'Asks for the name of the address (PTR), and whether one of at most 10 names leads back to it (RFC 8601 section 2.7.3).',
      source: `${SCRIPT}, checkReverseDNS`,
      basis: 'observed',
      default: false,
    }),
    map: record(
      {
        pass: action({ title: 'pass', help: 'A name leads back to the address.', source: SCRIPT }, 'record'),
        mismatch: action(
          { title: 'mismatch', help: 'It has names, and none of them leads back to it.', source: SCRIPT },
          'record',
        ),
        none: action({ title: 'none', help: 'It has no name.', source: SCRIPT }, 'record'),
        temperror: action({ title: 'temperror', help: 'DNS did not answer.', source: SCRIPT }, 'record'),
      },
      { title: 'Result to action', help: 'What each result leads to.', source: SCRIPT, basis: 'observed' },
    ),
    stage: stage('ehlo', 'reverse DNS'),
    ...exemptions('reverse DNS'),
  },
  {
    title: 'Reverse DNS',
    help: 'Whether the address has a name that leads back to it. Addresses of subscribers and of hastily rented machines often have none.',
    source: SCRIPT,
    basis: 'observed',
  },
);

export const ehloResults = [
  'pass',
  'literal',
  'bare',
  'malformed',
  'ours',
  'unknown',
  'mismatch',
  'temperror',
] as const;
export type EhloResult = (typeof ehloResults)[number];

const EHLO = 'RFC 5321 section 4.1.4';

export const ehloName = record(
  {
    enabled: flag({
      title: 'Check the EHLO name',
      help: 'Whether the name is one, is not ours, and leads to an address. Nobody need be refused for it (RFC 5321 section 4.1.4), so mind the map.',
      source: EHLO,
      basis: 'ours',
      default: false,
    }),
    map: record(
      {
        pass: action({ title: 'pass', help: 'A full name that has an address.', source: EHLO }, 'record'),
        literal: action({ title: 'literal', help: 'The client’s own address in brackets.', source: EHLO }, 'record'),
        bare: action({ title: 'bare', help: 'A name without a dot, such as localhost.', source: EHLO }, 'record'),
        malformed: action(
          {
            title: 'malformed',
            help: 'No domain name: an address without brackets, a label that is none.',
            source: EHLO,
          },
          'record',
        ),
        ours: action(
          { title: 'ours', help: 'Our own host name or a local domain, said by somebody else.', source: EHLO },
          'record',
        ),
        unknown: action({ title: 'unknown', help: 'A full name without an address.', source: EHLO }, 'record'),
        mismatch: action(
          { title: 'mismatch', help: 'Brackets around an address that is not the client’s.', source: EHLO },
          'record',
        ),
        temperror: action({ title: 'temperror', help: 'DNS did not answer.', source: EHLO }, 'record'),
      },
      { title: 'Result to action', help: 'What each result leads to.', source: EHLO, basis: 'ours' },
    ),
    stage: stage('mail', 'the EHLO name'),
    ...exemptions('check of the EHLO name'),
  },
  { title: 'EHLO name', help: 'What the client calls itself.', source: EHLO, basis: 'ours' },
);

export const domainResults = ['pass', 'address', 'null-mx', 'missing', 'nothing', 'bad-mx', 'temperror'] as const;
export type DomainResult = (typeof domainResults)[number];

const MX = 'RFC 5321 section 5.1';

export const senderDomain = record(
  {
    enabled: flag({
      title: 'Check the sender’s domain',
      help: 'Whether mail to the domain of MAIL could be delivered. The null sender has no domain to ask for.',
      source: `${SCRIPT}, sender MX check`,
      basis: 'observed',
      default: false,
    }),
    map: record(
      {
        pass: action({ title: 'pass', help: 'It has an MX whose host has an address.', source: MX }, 'record'),
        address: action(
          { title: 'address', help: 'No MX, but an address, which stands for one.', source: MX },
          'record',
        ),
        'null-mx': action(
          {
            title: 'null-mx',
            help: 'It says that it takes no mail (RFC 7505), so it sends none that can be answered.',
            source: 'RFC 7505 section 4.2',
          },
          'record',
        ),
        missing: action({ title: 'missing', help: 'There is no such domain.', source: MX }, 'record'),
        nothing: action({ title: 'nothing', help: 'It exists, with neither MX nor address.', source: MX }, 'record'),
        'bad-mx': action(
          { title: 'bad-mx', help: 'No host of its MX has an address that can be reached from outside.', source: MX },
          'record',
        ),
        temperror: action({ title: 'temperror', help: 'DNS did not answer.', source: MX }, 'record'),
      },
      { title: 'Result to action', help: 'What each result leads to.', source: MX, basis: 'ours' },
    ),
    reachable: list(network, {
      title: 'Also reachable',
      help: 'Private and reserved addresses of MX hosts count as unreachable, except these.',
      source: 'Gatehouse',
      basis: 'ours',
    }),
    stage: stageFromMail('the domain'),
    ...exemptions('check of the sender’s domain'),
  },
  { title: 'Sender domain', help: 'Whether the sender can be answered.', source: MX, basis: 'observed' },
);
