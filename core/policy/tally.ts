// Judges a count of errors within a session against its limit.
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

/** As many as the limit are answered; the next one closes the session. Nothing to say while there is none. */
export function tally(settings: Settings, tally: Tally): Finding | undefined {
  const { check, value, limit, what, setting, reason, why = '' } = tally;
  if (value === 0) return undefined;
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

/** For counts that are no mistakes: there is nothing to say of them until they are over their limit. */
export function overLimit(settings: Settings, tally: Tally): Finding {
  const { check, value, limit, what, setting, reason, why = '' } = tally;
  const text = `${ordinal(value)} ${what}, ${allowed(limit)}${why}`;
  const counter = { name: `${what}s`, value, limit };
  return constant(settings, text, () => ({
    check,
    action: 'drop',
    reason,
    text,
    setting,
    value: limit,
    counter,
  }));
}
