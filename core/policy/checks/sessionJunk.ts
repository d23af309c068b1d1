// Check `session-junk`: has the client said more commands that bring no message than are answered?
import type { Check } from '../check.ts';
import { isOver, overLimit } from '../tally.ts';

export const sessionJunk: Check = {
  name: 'session-junk',
  title: 'junk commands',
  group: 'errors',
  run: ({ settings, facts: { session } }) => {
    const limit = settings.errors.session.maxJunk;
    if (!isOver(session.junk, limit)) return undefined;
    return overLimit(settings, {
      check: 'session-junk',
      value: session.junk,
      limit,
      what: 'junk command',
      setting: 'errors.session.maxJunk',
      reason: 'too-many-junk',
    });
  },
};
