// Check `long-lines`: does the message hold a line longer than text lines may be?
import type { Check } from '../check.ts';
import { isBinary } from '../declared.ts';
import { strictly } from '../strictly.ts';
import { counted, grouped } from '../wording.ts';

const done = {
  reject: '',
  normalise: ', broken',
  allow: ', stored as they are',
} as const;

/** RFC 5321 section 4.5.3.1.6; the code is that of other faults in the content, 554 5.6.0. */
export const longLines: Check = {
  name: 'long-lines',
  title: 'long text lines',
  group: 'strictness',
  run: (context) => {
    const { settings, facts } = context;
    const { transaction } = facts;
    const count = transaction?.data?.longLines ?? 0;
    if (!transaction || count === 0 || isBinary(transaction)) return undefined;
    const { maxTextLine: limit } = settings.strictness;
    const longest = transaction.data?.longestLine ?? 0;
    return strictly(context, {
      check: 'long-lines',
      rule: 'longTextLine',
      what: `${counted(count, 'line')} of more than ${grouped(limit)} octets`,
      done,
      reason: 'long-text-line',
      // Of lines that were broken only the pieces were measured.
      ...(longest > limit && { counter: { name: 'octets of a line', value: longest, limit } }),
    });
  },
};
