// Time along an axis: where its ticks stand, and how an instant is written. Pure.

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** ms between two ticks: what people count in. */
const increments: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28, 91, 182].map((n) => n * day),
];

/** The next time people count in that is at least as long, ms. */
export const roundUp = (ms: number): number => increments.find((one) => one >= ms) ?? Math.ceil(ms / day) * day;

export interface Ticks {
  readonly at: readonly number[];
  /** ms between two. */
  readonly every: number;
}

/** Pixels that the label of a tick needs. */
const LABEL = 78;

/** The ticks of an axis that is so many pixels wide: the same in all charts of a panel and on their ruler. */
export const ticksFor = (from: number, to: number, width: number): Ticks => timeTicks(from, to, width / LABEL);

/** Ticks between two instants, ms, so many at most. */
export function timeTicks(from: number, to: number, most: number): Ticks {
  const every = increments.find((one) => (to - from) / one <= Math.max(1, most)) ?? 365 * day;
  const at: number[] = [];
  for (let tick = Math.ceil(from / every) * every; tick <= to; tick += every) at.push(tick);
  return { at, every };
}

/** An instant, ms, as exact as steps of that many ms allow: `3 h 20 min`, `12 s`, `28 h`, `2 d 4 h`, `0`. */
export function instantText(ms: number, step: number): string {
  if (ms <= 0) return '0';
  const exact = [minute, second, 100, 10].find((one) => step >= one) ?? 1;
  const parts: string[] = [];
  let rest = exact === minute && ms < minute ? ms : Math.round(ms / exact) * exact;
  // A day or two are told in hours, as spans are, unless steps are days.
  const from = rest < 2 * day && step < day ? 1 : 0;
  for (const [size, name] of units.slice(from)) {
    const n = Math.floor(rest / size);
    if (n > 0) parts.push(`${n} ${name}`);
    rest -= n * size;
  }
  if (rest > 0) parts.push(`${Number((rest / second).toFixed(3))} s`);
  return parts.join(' ') || '0';
}

const units = [
  [day, 'd'],
  [hour, 'h'],
  [minute, 'min'],
] as const;
