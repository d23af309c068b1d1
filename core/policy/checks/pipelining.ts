// Check `pipelining`: did the client send commands before the reply they had to wait for?
import type { LineFacts } from '../../contract/facts.ts';
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { spared } from '../spared.ts';

const why = {
  'before-ehlo': 'before EHLO, so PIPELINING is not known to be offered',
  'not-offered': 'where PIPELINING is not offered',
  'last-of-group': 'which must be the last of its group',
  login: 'within a login',
} as const;

/** RFC 2920 section 3.1: what must be last of its group is waited for. What follows the final dot in one group is lawful. */
export const pipelining: Check = {
  name: 'pipelining',
  title: 'pipelining',
  group: 'strictness',
  run: (context) => {
    const { line } = context.facts;
    if (line?.ahead === undefined) return undefined;
    const value = context.settings.strictness.pipelining;
    const text = textOf(line, line.ahead.why);
    if (value === 'allow') return spared(context, 'pipelining', { check: 'pipelining', text });
    return constant(context.settings, `pipelining ${text}`, () => ({
      check: 'pipelining',
      ...(value === 'reject' ? { action: 'drop', reason: 'pipelining' } : { action: 'record' }),
      text,
      setting: 'strictness.pipelining',
      value,
    }));
  },
};

function textOf({ verb }: LineFacts, reason: keyof typeof why): string {
  // A word of the client's own would make a finding of its own each time.
  const what = reason === 'last-of-group' ? verb : 'a line';
  return `more was sent behind ${what}, ${why[reason]}`;
}
