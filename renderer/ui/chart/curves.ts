// What a chart is told to draw: curves, limits, the part of time in view, and where the cursor stands. Pure.
import { timeTicks } from './ticks.ts';

/** A token of the theme that colours a curve. */
export type CurveTone = 'accent' | 'ok' | 'muted' | 'defer' | 'refuse' | 'drop' | 'tls';

/** Drawn on the curve here and there, and beside its name: a curve is never told by colour alone. */
export type Shape = '●' | '○' | '▲' | '■' | '×' | '◆' | '';

export interface Curve {
  readonly id: string;
  readonly tone: CurveTone;
  readonly shape: Shape;
  /** One for each step from 0 on; null where nothing is known. */
  readonly values: readonly (number | null)[];
  /** Of the run beside. */
  readonly isDashed?: boolean;
  /** The ground under it is tinted. */
  readonly isFilled?: boolean;
}

export interface Limit {
  readonly value: number;
  /** Written on the line. */
  readonly text: string;
  /** Instants, ms, at which it was hit, and how long a step of these is, ms. */
  readonly hits: readonly number[];
  readonly step: number;
  readonly isDashed?: boolean;
}

/** A part of time, ms. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** Where all charts of a panel have their lines; told without rendering anything anew. */
export interface Pointers {
  /** ms; `hover` only while the pointer is on a chart. */
  get(): { readonly cursor: number; readonly hover?: number | undefined };
  subscribe(listener: () => void): () => void;
}

export interface Drawing {
  /** ms of a step. */
  readonly step: number;
  readonly curves: readonly Curve[];
  readonly limits: readonly Limit[];
  readonly view: View;
}

/** Pixels between two shapes on a curve, at least. */
const BETWEEN = 110;

/**
 * The instants in view at which a curve, one of several, has its shape, on a plot that is so many pixels wide. They
 * follow from the view's length alone: shapes do not swim along while values arrive, and those of several curves stand
 * apart.
 */
export function shapesAt({ from, to }: View, width: number, { place, of }: { place: number; of: number }): number[] {
  const between = timeTicks(from, to, width / BETWEEN).every;
  const all: number[] = [];
  for (let at = Math.floor(from / between) * between + (between * (place + 0.5)) / of; at <= to; at += between)
    if (at >= from) all.push(at);
  return all;
}

/** Pixels left of every plot, for the numbers, and right of it. */
export const GUTTER = 48;
export const MARGIN = 12;

/** The least of a limit that must be reached for the limit to be drawn: below, the curve would lie flat on the ground. */
const NEAR = 0.1;

/** The top of the scale for a most of so much, with the limits that can be seen at that scale. */
export function topOf(most: number, limits: readonly Limit[]): number {
  const seen = limits.filter(({ value }) => most >= value * NEAR).map(({ value }) => value);
  return Math.max(1, most, ...seen) * 1.12;
}
