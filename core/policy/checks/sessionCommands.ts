// Check `session-commands`: has the session said more commands than are answered?
import type { Check } from '../check.ts';
import { isOver, tally } from '../tally.ts';

export const sessionCommands: Check = {
  name: 'session-commands',
  title: 'commands in a session',
  group: 'errors',
  run: ({ settings, facts: { session } }) => {
    const limit = settings.errors.session.maxCommands;
    if (!isOver(session.commands, limit)) return undefined;
    return tally(settings, {
      check: 'session-commands',
      value: session.commands,
      limit,
      what: 'command',
      setting: 'errors.session.maxCommands',
      reason: 'too-many-commands',
    });
  },
};
