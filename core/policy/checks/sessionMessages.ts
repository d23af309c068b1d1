// Check `session-messages`: would this be one message more than a session may bring?
import type { Check } from '../check.ts';
import { isOver, tally } from '../tally.ts';

export const sessionMessages: Check = {
  name: 'session-messages',
  title: 'messages in a session',
  group: 'errors',
  run: ({ settings, facts: { session } }) => {
    const limit = settings.errors.session.maxMessages;
    if (!isOver(session.messages + 1, limit)) return undefined;
    return tally(settings, {
      check: 'session-messages',
      value: session.messages + 1,
      limit,
      what: 'message',
      setting: 'errors.session.maxMessages',
      reason: 'too-many-messages',
    });
  },
};
