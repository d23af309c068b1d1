// Check `wrong-commands`: has the client made more wrong commands than are answered?
import type { Check } from '../check.ts';
import { tally } from '../tally.ts';

/** Unknown, malformed and out-of-order commands; not policy refusals, not failed logins. */
export const wrongCommands: Check = {
  name: 'wrong-commands',
  title: 'wrong commands',
  group: 'errors',
  run: ({ settings, facts: { session } }) => {
    if (session.wrongCommands === 0) return undefined;
    return tally(settings, {
      check: 'wrong-commands',
      value: session.wrongCommands,
      limit: settings.errors.maxErrors,
      what: 'wrong command',
      setting: 'errors.maxErrors',
      reason: 'too-many-errors',
    });
  },
};
