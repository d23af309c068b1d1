// When the clients of a group begin: evenly, at random, growing, or with the hours of the day; all chance from a seed.
import { assertNever } from '../contract/never.ts';
import type { Arrival } from '../contract/scenarioPopulation.ts';
import { msOf } from '../contract/span.ts';
import type { Chance } from '../world/chance.ts';

const DAY = 86_400_000;

export interface Arriving {
  readonly chance: Chance;
  /** Wall clock when the first may begin, ms since 1970: the hour of the day counts. */
  readonly began: number;
}

/** Whole ms from the beginning of the group, one for each client, never falling; without end. */
export function* arrivals(arrival: Arrival, { chance, began }: Arriving): Generator<number, never> {
  if (arrival === 'at-once') for (;;) yield 0;
  if ('every' in arrival) {
    const every = msOf(arrival.every);
    for (let index = 0; ; index += 1) yield Math.round(index * every);
  }
  if ('poisson' in arrival) {
    for (let at = gap(arrival.poisson, chance); ; at += gap(arrival.poisson, chance)) yield Math.round(at);
  }
  if ('ramp' in arrival) for (let index = 0; ; index += 1) yield Math.round(rampAt(arrival.ramp, index));
  if ('diurnal' in arrival) {
    const { mean, swing } = arrival.diurnal;
    const most = mean * (1 + swing);
    // Thinning (Lewis and Shedler, 1979): as many as at the busiest hour, of which the share of this hour is kept.
    for (let at = gap(most, chance); ; at += gap(most, chance))
      if (chance.fraction() * most < perSecondAt(arrival.diurnal, began + at)) yield Math.round(at);
  }
  return assertNever(arrival);
}

/** ms to the next of a Poisson process of that many a second. */
const gap = (perSecond: number, chance: Chance) => (-Math.log(1 - chance.fraction()) * 1000) / perSecond;

type Ramp = Extract<Arrival, { ramp: unknown }>['ramp'];

/** When so many have begun: their number is the area under a rate that changes evenly, and stays behind its end. */
export function rampAt({ from, to, over }: Ramp, count: number): number {
  const seconds = msOf(over) / 1000;
  const during = ((from + to) / 2) * seconds;
  if (count >= during) return (seconds + (count - during) / to) * 1000;
  const slope = (to - from) / seconds;
  if (slope === 0) return (count / from) * 1000;
  // The root of slope/2 t^2 + from t = count, written so that nothing is lost where the slope is small.
  return ((2 * count) / (from + Math.sqrt(from * from + 2 * slope * count)) || 0) * 1000;
}

type Diurnal = Extract<Arrival, { diurnal: unknown }>['diurnal'];

/** Clients a second at that moment. */
function perSecondAt({ mean, swing, peak }: Diurnal, now: number): number {
  const [hours = 0, minutes = 0] = peak.split(':').map(Number);
  const away = now - (hours * 60 + minutes) * 60_000;
  return mean * (1 + swing * Math.cos((2 * Math.PI * away) / DAY));
}
