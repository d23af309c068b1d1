// The finding of a ban: who is held off, why, and how long still.
import type { Ban } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';
import { counted, toRelief } from './wording.ts';

/** What each set of limits counts; a reader of events finds a counter by this name. */
export const failedLoginNames = {
  peer: 'failed logins of the peer',
  account: 'failed logins as the user',
  overall: 'failed logins of everybody',
} as const satisfies Record<Ban['of'], string>;

/** Whose failed logins they are. */
export function whose({ of, who }: Pick<Ban, 'of' | 'who'>): string {
  return of === 'peer' ? `from ${who}` : of === 'account' ? `as ${who}` : 'of everybody';
}

/** A peer is closed with 421; an account and everybody hear 454, that no mail program asks for another password (RFC 4954 section 6). */
export function banned(check: string, settings: Settings, ban: Ban): Finding {
  const { of, failures: value, relief } = ban;
  const { maxRetry: limit } = settings.protection.failedLogins[of];
  return {
    check,
    ...(of === 'peer' ? { action: 'drop', reason: 'peer-banned' } : { action: 'defer', reason: 'logins-held-off' }),
    text: `held off after ${counted(value, 'failed login')} ${whose(ban)}; ${toRelief(relief)}`,
    setting: `protection.failedLogins.${of}.maxRetry`,
    value: limit,
    counter: { name: failedLoginNames[of], value, limit, relief },
    evidence: { scope: of },
  };
}
