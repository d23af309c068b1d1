// Loops and DNS: the groups with a handful of settings each.
import { flag, lines, record, whole } from './leaf.ts';

const CFG = 'AXIGEN 10.3.1 axigen.cfg';

export const loops = record(
  {
    maxReceivedHeaders: whole({
      title: 'Received headers',
      help: 'A message with more Received fields than this is looping and refused (554 5.4.6). Only fields of the top-level header count, folded or not, in any case; ours is not counted.',
      unit: 'per message',
      source: CFG,
      basis: 'observed',
      min: 0,
      max: 999,
      default: 30,
      warn: [{ below: 100, text: 'RFC 5321 section 6.3 asks for a threshold of at least 100.' }],
    }),
    deliveredTo: flag({
      title: 'Refuse what was delivered before',
      help: 'A message that carries a Delivered-To field for one of its recipients has been in that mailbox already, and is refused (554 5.4.6). Only fields of the top-level header count, folded or not, in any case.',
      source: 'Postfix, local(8): Delivered-To; RFC 9228',
      basis: 'ours',
      default: false,
    }),
  },
  {
    title: 'Loops',
    help: 'When a message has been round too often, it is refused.',
    source: 'AXIGEN documentation, Email loop protection',
    basis: 'documented',
  },
);

export const dns = record(
  {
    zone: lines({
      title: 'Zone',
      help: 'All the DNS there is: one record a line, "name type data", e.g. "example.com TXT v=spf1 ip4:192.0.2.1 -all". Data SERVFAIL, REFUSED, TIMEOUT or NXDOMAIN is a fault. # begins a comment. Names that are not here do not exist.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
    }),
    timeout: whole({
      title: 'Timeout',
      help: 'How long one question may stay unanswered before it counts as a temporary error.',
      unit: 's',
      source: 'AXIGEN 10.3.1 axigen.cfg (dnr timeout)',
      basis: 'observed',
      min: 1,
      max: 60,
      default: 5,
    }),
  },
  { title: 'DNS', help: 'The simulated zone. Nothing is asked outside.', source: 'Gatehouse', basis: 'ours' },
);
