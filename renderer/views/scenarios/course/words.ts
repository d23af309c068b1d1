// What the panel says in words: values with their units, the instant, and all values at the cursor in one sentence.
import type { Series } from '../../../../core/contract/timeline.ts';
import { instantText } from '../../../ui/chart/ticks.ts';
import { count } from '../../../ui/figures.ts';
import { mostOf, type Played, valueAt } from './model.ts';

export function amount(value: number): string {
  return count(Number.isInteger(value) ? value : Number(value.toFixed(2)));
}

/** `198 of 200`, `198` */
export function valueWords(value: number | undefined, limit: number | undefined): string {
  if (value === undefined) return 'nothing yet';
  return limit === undefined ? amount(value) : `${amount(value)} of ${amount(limit)}`;
}

/** Series told in one breath at most. */
const TOLD = 12;

/** `3 h 20 min: Sessions open 120; 4xx 14; Connections of a peer 20 of 20`. */
export function cursorWords(at: number, series: readonly Series[], step: number): string {
  if (series.every((one) => valueAt(one, step, at) === undefined)) return `${instantText(at, step)}: still to come`;
  const words = series.slice(0, TOLD).map((one) => `${one.title} ${valueWords(valueAt(one, step, at), one.limit)}`);
  return `${instantText(at, step)}: ${words.join('; ')}`;
}

/** What a chart shows, for who does not see it. */
export function chartWords(title: string, series: readonly Series[], step: number): string {
  const parts = series.map((one) => {
    const most = mostOf(one);
    const name = series.length > 1 ? `${one.title}: ` : '';
    if (most === 0) return `${name}none`;
    const when = instantText(one.values.indexOf(most) * step, step);
    return `${name}at most ${valueWords(most, one.limit)}${one.unit === '' ? '' : ` ${one.unit}`}, first at ${when}`;
  });
  return `${title}, over time. ${parts.join('; ')}.`;
}

export const stateLooks: Readonly<
  Record<Played['state'], { readonly tone: 'open' | 'defer' | 'ok' | 'refuse'; readonly shape: string }>
> = {
  running: { tone: 'open', shape: '●' },
  paused: { tone: 'defer', shape: '▲' },
  done: { tone: 'ok', shape: '✓' },
  stopped: { tone: 'refuse', shape: '■' },
};
