// Check `eight-bit`: does the message hold octets above 0x7F that MAIL did not declare?
import type { Check } from '../check.ts';
import { declaresEightBit } from '../declared.ts';
import { strictly } from '../strictly.ts';
import { counted } from '../wording.ts';

const done = {
  reject: '',
  normalise: ', highest bit cleared',
  allow: ', stored as they are',
} as const;

/** RFC 6152 section 3; 5.6.3 is "conversion required but not supported" (RFC 3463 section 3.7). */
export const eightBit: Check = {
  name: 'eight-bit',
  title: '8-bit text undeclared',
  group: 'strictness',
  run: (context) => {
    const { transaction } = context.facts;
    const count = transaction?.data?.eightBit ?? 0;
    if (!transaction || count === 0 || declaresEightBit(transaction)) return undefined;
    const what = `${counted(count, '8-bit octet')} not declared by MAIL`;
    return strictly(context, { check: 'eight-bit', rule: 'eightBit', what, done, reason: 'eight-bit' });
  },
};
