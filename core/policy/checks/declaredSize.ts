// Check `declared-size`: is the size the client declares with SIZE= within the limit?
import type { Check } from '../check.ts';
import { sizeFinding } from '../sizeFinding.ts';

/** RFC 1870 section 6.1: refused at MAIL, before a byte is sent. */
export const declaredSize: Check = {
  name: 'declared-size',
  title: 'declared size',
  group: 'acceptance',
  run: ({ settings, facts: { transaction } }) => {
    const octets = transaction?.declaredSize;
    if (octets === undefined) return undefined;
    return sizeFinding({ check: 'declared-size', what: 'declared', reason: 'size-declared', settings, octets });
  },
};
