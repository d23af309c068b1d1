// How long a client that was turned away for now waits before it comes again, and when it gives up.
import type { Retry } from '../contract/scenarioPopulation.ts';
import { msOf } from '../contract/span.ts';
import type { Chance } from '../world/chance.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a client knows when a try has failed for now. */
export interface Failed {
  /** Tries so far, this one included. */
  readonly tries: number;
  /** ms since its first try began. */
  readonly since: number;
  /** Of this client alone. */
  readonly chance: () => Chance;
}

/** ms until the next try; undefined: it gives up. */
export type RetryPolicy = (failed: Failed) => number | undefined;

/**
 * RFC 5321 section 4.5.4.1: at least 30 minutes between tries, given up after 4 to 5 days at the earliest. Each wait is half
 * as long again as the one before, as in Exim's rule `G,16h,1h,1.5`, up to four hours, and a tenth longer at most by chance.
 */
const honest: RetryPolicy = ({ tries, since, chance }) => {
  const wait = Math.min(30 * MINUTE * 1.5 ** (tries - 1), 4 * HOUR);
  return before(5 * DAY, since, wait * (1 + chance().fraction() / 10));
};

/** One to ten seconds, for an hour: a program that knows no queue. */
const impatient: RetryPolicy = ({ since, chance }) => before(HOUR, since, (1 + 9 * chance().fraction()) * SECOND);

/** What the named policies come to on average, where clients are turned away for ever. */
export const usualWaits = {
  honest: { after: ['30min', '45min', '68min', '101min', '152min', '228min', '4h'], giveUp: '5d' },
  impatient: { after: ['5500ms'], giveUp: '1h' },
  never: { after: ['1d'], giveUp: 0 },
} as const;

const named = { honest, impatient, never: () => undefined } as const satisfies Readonly<Record<string, RetryPolicy>>;

export function retryPolicy(retry: Retry): RetryPolicy {
  if (typeof retry === 'string') return named[retry];
  const waits = retry.after.map(msOf);
  const most = msOf(retry.giveUp);
  const { spread = 0 } = retry;
  return ({ tries, since, chance }) => {
    const wait = waits[Math.min(tries, waits.length) - 1] ?? 0;
    return before(most, since, spread === 0 ? wait : wait * (1 + spread * (2 * chance().fraction() - 1)));
  };
}

/** Nothing is tried again so long after the first try. Whole ms. */
function before(most: number, since: number, wait: number): number | undefined {
  const whole = Math.round(wait);
  return since + whole > most ? undefined : whole;
}
