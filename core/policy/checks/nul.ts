// Check `nul`: does the message hold a zero byte?
import type { Check } from '../check.ts';
import { isBinary } from '../declared.ts';
import { strictly } from '../strictly.ts';
import { counted } from '../wording.ts';

const done = {
  reject: '',
  normalise: ', taken out',
  allow: ', stored as they are',
} as const;

/** RFC 5322 section 4.1: NUL is obsolete and never generated; 554 5.6.0 where it is rejected. */
export const nul: Check = {
  name: 'nul',
  title: 'NUL bytes',
  group: 'strictness',
  run: (context) => {
    const { transaction } = context.facts;
    const count = transaction?.data?.nul ?? 0;
    if (!transaction || count === 0 || isBinary(transaction)) return undefined;
    return strictly(context, { check: 'nul', rule: 'nul', what: counted(count, 'NUL byte'), done, reason: 'nul' });
  },
};
