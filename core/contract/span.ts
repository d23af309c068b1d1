// A length of time as people write it: 250 (milliseconds), 90s, 15min, 24h, 5d.
import { z } from './schema.ts';

const unit = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const written = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/;

/** The longest span, ms: a leap year. */
export const longestSpan = 366 * unit.d;

/** ms of a span as it is written; NaN when it is none. */
export function msOf(span: number | string): number {
  if (typeof span === 'number') return span;
  const match = written.exec(span);
  return match === null ? Number.NaN : Number(match[1]) * unit[match[2] as keyof typeof unit];
}

export const span = z
  .union([z.number(), z.string()])
  .refine(
    (value) => msOf(value) >= 0 && msOf(value) <= longestSpan,
    'expected milliseconds, or a number with ms, s, min, h or d such as 90s or 15min, at most 366d',
  )
  .meta({ description: 'ms, or a number with its unit: 90s, 15min, 24h, 5d.' });
export type Span = z.output<typeof span>;

/** A span for people: `340 ms`, `12.3 s`, `1 min 30 s`, `2 h 5 min`, `24 h`, `3 d 4 h`. */
export function spanText(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimmed(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return joined(`${Math.floor(seconds / 60)} min`, seconds % 60, 's');
  const minutes = Math.round(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  // A day or two are told in hours, as people do.
  if (hours < 48) return joined(`${hours} h`, minutes % 60, 'min');
  return joined(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

const trimmed = (value: number) => value.toFixed(1).replace(/\.0$/, '');
const joined = (first: string, rest: number, what: string) => (rest === 0 ? first : `${first} ${rest} ${what}`);
