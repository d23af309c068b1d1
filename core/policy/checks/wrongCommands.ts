// Check `wrong-commands`: has the client made more wrong commands than are answered?
import type { Check } from '../check.ts';
import { pressed } from '../stress.ts';
import { tally } from '../tally.ts';

/** Unknown, malformed and out-of-order commands; not policy refusals, not failed logins. */
export const wrongCommands: Check = {
  name: 'wrong-commands',
  title: 'wrong commands',
  group: 'errors',
  run: ({ settings, facts, stress }) => {
    const { session } = facts;
    if (session.wrongCommands === 0) return undefined;
    const usual = { limit: settings.errors.maxErrors, setting: 'errors.maxErrors' };
    const tight = { limit: settings.errors.stress.maxErrors, name: 'maxErrors' } as const;
    const { limit, setting, why } = pressed(usual, tight, stress());
    return tally(settings, {
      check: 'wrong-commands',
      value: session.wrongCommands,
      limit,
      what: 'wrong command',
      setting,
      why,
      reason: 'too-many-errors',
    });
  },
};
