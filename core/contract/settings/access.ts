// Access control: allow and deny rules in three layers, decided before the greeting.
import type { z } from '../schema.ts';
import { flowLimits, recovered, unlimited } from './flow.ts';
import { choice, flag, item, list, record, whole } from './leaf.ts';
import { network } from './trusted.ts';

const RULES = 'AXIGEN documentation, Rules; CLI help 10.5';

const ipSet = network.meta({
  title: 'Addresses',
  help: 'An address, a range, a network or an address with mask, IPv4 or IPv6. IPv4-mapped IPv6 addresses match IPv4 rules.',
  source: 'AXIGEN documentation, type IP_SET',
  basis: 'documented',
  kind: 'text',
  placeholder: '192.0.2.0/24',
});

const enable = flag({
  title: 'Enabled',
  help: 'A disabled rule is kept, but not asked.',
  source: RULES,
  basis: 'documented',
  default: true,
});

const priority = whole({
  title: 'Priority',
  help: 'The lower number wins. At a tie between an allow and a deny rule, deny wins.',
  source: RULES,
  basis: 'documented',
  min: 0,
  max: 65_535,
  default: 100,
});

export const denyRule = item(
  { ipSet, priority, enable },
  { title: 'Deny rule', help: 'Refuses connections from these addresses.', source: RULES, basis: 'documented' },
);

export const allowRule = item(
  { ipSet, priority, enable, flow: flowLimits(unlimited, 'from the addresses of this rule') },
  {
    title: 'Allow rule',
    help: 'Lets connections from these addresses in, under limits of its own. Those that another rule lets in, of a better priority or of the listener, count for that rule alone; AXIGEN does not say so.',
    source: RULES,
    basis: 'documented',
  },
);

const allow = list(allowRule, {
  title: 'Allow',
  help: 'Addresses let in. The best matching allow rule is the one with the lowest priority number.',
  source: RULES,
  basis: 'documented',
});

const deny = list(denyRule, {
  title: 'Deny',
  help: 'Addresses refused. The best matching deny rule is the one with the lowest priority number.',
  source: RULES,
  basis: 'documented',
});

/** The rules of one listener; its last rule hands over to the service unless told otherwise. */
export const listenerAccess = record(
  {
    allow,
    deny,
    last: choice({
      title: 'Any other address',
      help: 'What happens when no rule of this listener matches: the rules of the service are asked (the "any -> service rule"), or the listener decides itself.',
      source: 'AXIGEN documentation, Managing Service Control Rules',
      basis: 'documented',
      options: [
        { value: 'service', title: 'ask the service rules' },
        { value: 'allow', title: 'allow' },
        { value: 'deny', title: 'deny' },
      ],
      default: 'service',
    }),
  },
  {
    title: 'Access',
    help: 'Rules of this listener, asked before those of the service.',
    source: RULES,
    basis: 'documented',
  },
);

export const access = record(
  {
    allow,
    deny,
    last: choice({
      title: 'Any other address',
      help: 'The editable last rule of the service: used when no listener or service rule matched and the global list does not deny. The recovered configuration allows with priority 1000.',
      source: 'AXIGEN 10.3.1 axigen.cfg; knowledge base 154',
      basis: 'observed',
      options: ['allow', 'deny'],
      default: 'allow',
    }),
    lastFlow: flowLimits(unlimited, 'under the last rule of the service'),
    global: record(
      { deny },
      {
        title: 'Global',
        help: 'Addresses denied to every service, unless a listener or service rule matched first. The global layer can only deny.',
        source: 'AXIGEN documentation, Configuring Global Access Control',
        basis: 'documented',
      },
    ),
    refusal: choice({
      title: 'A refused connection hears',
      help: '421 and close; nothing; or 554, after which everything but QUIT is answered 503 until the client leaves (RFC 5321 section 3.1). On implicit TLS the connection is always closed silently. AXIGEN documents only that the connection is closed.',
      source: 'RFC 5321 sections 3.1 and 3.8',
      basis: 'assumed',
      options: [
        { value: '421', title: '421 and close' },
        { value: 'silent', title: 'close silently' },
        { value: '554', title: '554, then 503 until QUIT' },
      ],
      default: '421',
    }),
  },
  {
    title: 'Access',
    help: 'Who may connect at all. The first layer with a matching rule decides: listener, service, global.',
    source: 'AXIGEN documentation, Rules',
    basis: 'documented',
  },
);

export const listenerFlow = flowLimits(recovered, 'on this listener');
export type AccessRule = z.output<typeof denyRule> | z.output<typeof allowRule>;
