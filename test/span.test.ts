// Lengths of time as people write and read them.
import { describe, expect, test } from 'vitest';
import { msOf, spanText } from '../core/contract/span.ts';

const [s, min, h] = [1000, 60_000, 3_600_000];

describe('a span', () => {
  test.each([
    [0, '0 ms'],
    [340.4, '340 ms'],
    [999.7, '1 s'],
    [12_340, '12.3 s'],
    [59_960, '1 min'],
    [90 * s, '1 min 30 s'],
    [15 * min, '15 min'],
    [59 * min + 59_600, '1 h'],
    [2 * h + 5 * min, '2 h 5 min'],
    [24 * h, '24 h'],
    [47 * h + 59 * min, '47 h 59 min'],
    [48 * h, '2 d'],
    [76 * h + 20 * min, '3 d 4 h'],
  ])('of %d ms is told as %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  test('is read with its unit, or in ms', () => {
    expect(['250ms', '1.5s', '15min', '24h', '5d', 7].map(msOf)).toEqual([250, 1500, 900_000, 24 * h, 120 * h, 7]);
    expect(['', '5', '5 min', '-1s', '1e3s', 's'].map(msOf)).toEqual(Array.from({ length: 6 }, () => Number.NaN));
  });
});
