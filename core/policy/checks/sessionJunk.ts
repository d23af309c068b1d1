// Check `session-junk`: has the client said more commands that bring no message than are answered?
import type { Check } from '../check.ts';
import { pressed } from '../stress.ts';
import { isOver, tally } from '../tally.ts';

export const sessionJunk: Check = {
  name: 'session-junk',
  title: 'junk commands',
  group: 'errors',
  run: ({ settings, facts, stress }) => {
    const { session } = facts;
    const { maxJunk } = settings.errors.session;
    const under = stress();
    if (under === undefined && !isOver(session.junk, maxJunk)) return undefined;
    const usual = { limit: maxJunk, setting: 'errors.session.maxJunk' };
    const tight = { limit: settings.errors.stress.maxJunk, name: 'maxJunk' } as const;
    const { limit, setting, why } = pressed(usual, tight, under);
    if (!isOver(session.junk, limit)) return undefined;
    return tally(settings, {
      check: 'session-junk',
      value: session.junk,
      limit,
      what: 'junk command',
      setting,
      why,
      reason: 'too-many-junk',
    });
  },
};
