// Check `failed-logins`: has the client failed to log in more often than is answered?
import type { Check } from '../check.ts';
import { tally } from '../tally.ts';

/** Of every mechanism; a cancelled or malformed exchange is none. */
export const failedLogins: Check = {
  name: 'failed-logins',
  title: 'failed logins',
  group: 'errors',
  run: ({ settings, facts: { session } }) => {
    if (session.failedLogins === 0) return undefined;
    return tally(settings, {
      check: 'failed-logins',
      value: session.failedLogins,
      limit: settings.errors.maxAuthErrors,
      what: 'failed login',
      setting: 'errors.maxAuthErrors',
      reason: 'too-many-logins',
    });
  },
};
