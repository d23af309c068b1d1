// Check `spf-message`: what SPF found earlier and answers at the end of the message.
import type { Check } from '../check.ts';
import { waiting } from '../spfPolicy.ts';

export const spfMessage: Check = {
  name: 'spf-message',
  title: 'SPF, acting on the message',
  group: 'sender',
  run: (context) => waiting('spf-message', 'message', context),
};
