// Check `spf-rcpt`: what SPF found earlier and answers at each recipient.
import type { Check } from '../check.ts';
import { waiting } from '../spfPolicy.ts';

export const spfRcpt: Check = {
  name: 'spf-rcpt',
  title: 'SPF, acting at RCPT',
  group: 'sender',
  run: (context) => waiting('spf-rcpt', 'rcpt', context),
};
