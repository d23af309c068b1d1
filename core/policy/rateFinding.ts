// Makes a finding of one counter of `protection` and its limit: as many as the limit are within it, one more is put off.
import type { Rate } from '../contract/facts.ts';
import type { Finding } from '../contract/verdict.ts';
import { allowed, ordinal, toRelief } from './wording.ts';

type RateReason =
  | 'too-many-messages-of-peer'
  | 'too-many-recipients-of-peer'
  | 'too-many-messages-of-account'
  | 'too-many-recipients-of-account'
  | 'too-many-null-senders';

export interface RateLimit {
  readonly check: string;
  /** In the singular, e.g. `message`. */
  readonly what: string;
  /** A reader of events finds the counter by this name. */
  readonly name: string;
  readonly limit: number;
  /** s */
  readonly timeInterval: number;
  readonly setting: string;
  readonly reason: RateReason;
}

const words = { peer: 'from', account: 'of', recipient: 'for' } as const satisfies Record<Rate['of'], string>;

export function judgeRate({ of, who, count, relief }: Rate, given: RateLimit): Finding {
  const { check, what, name, limit, timeInterval, setting, reason } = given;
  const isOver = count > limit;
  const whose = `${words[of]} ${who}`;
  const until = isOver ? `; ${toRelief(relief)}` : '';
  return {
    check,
    ...(isOver ? { action: 'defer', reason } : { action: 'record' }),
    text: `${ordinal(count)} ${what} ${whose} within ${timeInterval} s, ${allowed(limit)}${until}`,
    setting,
    value: limit,
    counter: { name, value: count, limit, ...(relief > 0 && { relief }) },
  };
}
