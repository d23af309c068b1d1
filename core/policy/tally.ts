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
  readonly reason: 'too-many-errors' | 'too-many-logins';
}

/** As many as the limit are answered; the next one closes the session. Nothing to say while there is none. */
export function tally(settings: Settings, { check, value, limit, what, setting, reason }: Tally): Finding | undefined {
  if (value === 0) return undefined;
  const text = `${ordinal(value)} ${what}, ${allowed(limit)}`;
  const isOver = limit !== 'unlimited' && value > limit;
  return constant(settings, text, () => ({
    check,
    ...(isOver ? { action: 'drop', reason } : { action: 'record' }),
    text,
    setting,
    value: limit,
    counter: { name: `${what}s`, value, limit },
  }));
}
