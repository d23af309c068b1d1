// Check `early-talk`: did the client talk before it was greeted?
import { readable } from '../../contract/transcriptWords.ts';
import type { Check } from '../check.ts';
import { spared } from '../spared.ts';
import { counted } from '../wording.ts';

/** RFC 5321 section 4.3.1: the client waits for the greeting. Refused with 554 in its place (section 3.1). */
export const earlyTalk: Check = {
  name: 'early-talk',
  title: 'early talk',
  group: 'strictness',
  run: (context) => {
    const { early } = context.facts.session;
    if (early === undefined) return undefined;
    const value = context.settings.strictness.earlyTalk;
    const text = `${counted(early.octets, 'octet')} came before the greeting`;
    const found = {
      check: 'early-talk',
      text,
      evidence: { octets: readable(early.bytes) },
    };
    if (value === 'allow') {
      const spare = spared(context, 'earlyTalk', found);
      return spare && { ...spare, evidence: found.evidence };
    }
    const action =
      value === 'reject' ? ({ action: 'refuse', reason: 'early-talk' } as const) : ({ action: 'record' } as const);
    return { ...found, ...action, setting: 'strictness.earlyTalk', value };
  },
};
