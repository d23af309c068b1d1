// Check `nul`: does the message hold a zero byte?
import type { Check } from '../check.ts';
import { counted } from '../wording.ts';

/** RFC 5322 section 4.1: NUL is obsolete and never generated; 554 5.6.0 where it is rejected. */
export const nul: Check = {
  name: 'nul',
  title: 'NUL bytes',
  group: 'strictness',
  run: ({ settings, facts: { transaction } }) => {
    const count = transaction?.data?.nul ?? 0;
    if (count === 0) return undefined;
    const value = settings.strictness.nul;
    const found = { check: 'nul', setting: 'strictness.nul', value };
    const text = counted(count, 'NUL byte');
    if (value === 'reject') return { ...found, action: 'refuse', reason: 'nul', text };
    return { ...found, action: 'record', text: `${text}, stored as they are` };
  },
};
