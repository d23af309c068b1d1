// Check `login-delay`: holds the answer to a failed login back, each time longer.
import type { Check, PolicyContext } from '../check.ts';
import type { Finding } from '../../contract/verdict.ts';
import { ordinal } from '../wording.ts';

/** Twice as long for each failed login of the session, up to the longest; whatever the name, whatever the mechanism. */
export const loginDelay: Check = {
  name: 'login-delay',
  title: 'delay of failed logins',
  group: 'protection',
  run: (context) => {
    const { settings, facts } = context;
    const { first, most } = settings.protection.failedLogins.delay;
    if (first === 0 || facts.login?.result !== 'credentials') return undefined;
    const { failedLogins } = facts.session;
    return held(context, { ms: Math.min(most, first * 2 ** (failedLogins - 1)), failedLogins });
  },
};

async function held(
  context: PolicyContext,
  { ms, failedLogins }: { readonly ms: number; readonly failedLogins: number },
): Promise<Finding> {
  await context.pause(ms);
  return {
    check: 'login-delay',
    action: 'delay',
    text: `the answer to the ${ordinal(failedLogins)} failed login of the session waits ${ms} ms`,
    setting: 'protection.failedLogins.delay.first',
    value: context.settings.protection.failedLogins.delay.first,
  };
}
