// Check `delivered-to`: has the message been in the mailbox of one of its recipients before?
import type { Check } from '../check.ts';

/** Looked for at the end of the header; who delivers adds such a field, so one for the same mailbox is a loop (RFC 9228). */
export const deliveredTo: Check = {
  name: 'delivered-to',
  title: 'delivered before',
  group: 'loops',
  run: ({ settings, facts: { transaction } }) => {
    const address = transaction?.deliveredTo;
    if (address === undefined || !settings.loops.deliveredTo) return undefined;
    return {
      check: 'delivered-to',
      action: 'refuse',
      reason: 'delivered-before',
      text: `Delivered-To: ${address} names a recipient`,
      setting: 'loops.deliveredTo',
      value: true,
    };
  },
};
