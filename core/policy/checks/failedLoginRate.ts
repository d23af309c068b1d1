// Check `failed-login-rate`: how near is the peer, the account or everybody to being held off?
import type { FailedLogins } from '../../contract/facts.ts';
import type { Settings } from '../../contract/settings/settings.ts';
import type { Counter } from '../../contract/verdict.ts';
import { failedLoginNames, whose } from '../banned.ts';
import type { Check } from '../check.ts';
import { grouped, toRelief } from '../wording.ts';

/** Only tells: the failed login that reaches a limit is answered like any other, what comes after it is held off. */
export const failedLoginRate: Check = {
  name: 'failed-login-rate',
  title: 'failed logins of all sessions',
  group: 'protection',
  run: ({ settings, facts: { login } }) => {
    if (login?.failures === undefined) return undefined;
    const { failedLogins } = settings.protection;
    const reached = login.failures.find(({ relief }) => relief > 0);
    const of = reached?.of ?? login.failures[0]?.of ?? 'peer';
    return {
      check: 'failed-login-rate',
      action: 'record',
      text: login.failures.map((each) => sentence(each, failedLogins)).join('; '),
      setting: `protection.failedLogins.${of}.maxRetry`,
      value: failedLogins[of].maxRetry,
      counters: login.failures.map((each) => counterOf(each, failedLogins)),
    };
  },
};

type Limits = Settings['protection']['failedLogins'];

function counterOf({ of, count, relief }: FailedLogins, limits: Limits): Counter {
  const counter = { name: failedLoginNames[of], value: count, limit: limits[of].maxRetry };
  return relief > 0 ? { ...counter, relief } : counter;
}

function sentence(failures: FailedLogins, limits: Limits): string {
  const { of, count, relief } = failures;
  const { maxRetry, findTime } = limits[of];
  const begun = relief > 0 ? `, held off from now on, ${toRelief(relief)}` : '';
  return `${grouped(count)} of ${grouped(maxRetry)} failed logins ${whose(failures)} within ${findTime} s${begun}`;
}
