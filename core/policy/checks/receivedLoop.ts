// Check `received-loop`: has the message been round too often?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { allowed, counted } from '../wording.ts';

/** Counted at the end of the header, before a field of ours is added; more than the limit is 554 5.4.6 (RFC 5321 section 6.3). */
export const receivedLoop: Check = {
  name: 'received-loop',
  title: 'mail loop',
  group: 'loops',
  run: ({ settings, facts: { transaction } }) => {
    const value = transaction?.receivedHeaders;
    if (value === undefined) return undefined;
    const limit = settings.loops.maxReceivedHeaders;
    const text = `${counted(value, 'Received header')}, ${allowed(limit)}`;
    const advice = 'RFC 5321 section 6.3 asks for a limit of at least 100';
    return constant(settings, text, () => ({
      check: 'received-loop',
      ...(value > limit ? { action: 'refuse', reason: 'received-loop' } : { action: 'record' }),
      text,
      setting: 'loops.maxReceivedHeaders',
      value: limit,
      counter: { name: 'Received headers', value, limit },
      ...(limit < 100 ? { evidence: { advice } } : {}),
    }));
  },
};
