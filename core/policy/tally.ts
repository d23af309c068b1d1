// Judges a count within a session against its limit.
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';
import { constant } from './constant.ts';
import { allowed, ordinal } from './wording.ts';

export interface Tally {
  readonly check: string;
  readonly value: number;
  readonly limit: number | 'unlimited';
  /** In the singular, e.g. `failed login`. */
  readonly what: string;
  readonly setting: string;
  /** Words behind the limit. */
  readonly why?: string;
  readonly reason: 'too-many-errors' | 'too-many-logins' | 'too-many-messages' | 'too-many-commands' | 'too-many-junk';
}

/** As many as the limit are answered; the next one closes the session. */
export function tally(settings: Settings, tally: Tally): Finding {
  const { check, value, limit, what, setting, reason, why = '' } = tally;
  const text = `${ordinal(value)} ${what}, ${allowed(limit)}${why}`;
  return constant(settings, text, () => ({
    check,
    ...(isOver(value, limit) ? { action: 'drop', reason } : { action: 'record' }),
    text,
    setting,
    value: limit,
    counter: { name: `${what}s`, value, limit },
  }));
}

export function isOver(value: number, limit: number | 'unlimited'): boolean {
  return limit !== 'unlimited' && value > limit;
}
