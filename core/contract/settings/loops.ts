// Loops: when a message has been round too often.
import { flag, record, whole } from './leaf.ts';

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
