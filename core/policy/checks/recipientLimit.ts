// Check `recipient-limit`: is there room for one more recipient in this message?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { allowed, ordinal } from '../wording.ts';

/** One more hears 452 4.5.3, those accepted stay (RFC 5321 section 4.5.3.1.10). 0 allows none. */
export const recipientLimit: Check = {
  name: 'recipient-limit',
  title: 'number of recipients',
  group: 'acceptance',
  run: ({ settings, facts: { transaction } }) => {
    if (transaction === undefined) return undefined;
    const { recipients, recipient } = transaction;
    const isCounted = recipient !== undefined && recipients.at(-1) === recipient;
    const value = recipients.length + (isCounted ? 0 : 1);
    const limit = settings.acceptance.maxRcptCount;
    const text = `${ordinal(value)} recipient, ${allowed(limit)}`;
    return constant(settings, text, () => ({
      check: 'recipient-limit',
      ...(value > limit ? { action: 'defer', reason: 'too-many-recipients' } : { action: 'record' }),
      text,
      setting: 'acceptance.maxRcptCount',
      value: limit,
      counter: { name: 'recipients', value, limit },
    }));
  },
};
