// Check `size`: is the message, now that it has ended, within the limit?
import type { Check } from '../check.ts';
import { sizeFinding } from '../sizeFinding.ts';

/** RFC 1870 section 6.3: what was declared does not bind; what came counts. */
export const size: Check = {
  name: 'size',
  title: 'size',
  group: 'acceptance',
  run: ({ settings, facts: { transaction } }) => {
    const data = transaction?.data;
    if (data === undefined) return undefined;
    return sizeFinding({
      check: 'size',
      what: 'received',
      reason: 'size-exceeded',
      settings,
      octets: data.bytes,
      isOver: data.overLimit,
    });
  },
};
