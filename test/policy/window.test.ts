// The sliding window: exact while there are few points, bounded and never too low when there are many.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../core/policy/window.ts';

describe('a sliding window', () => {
  it('counts what came in the last interval; what is as old as the interval is out', () => {
    const window = new SlidingWindow();
    expect([0, 10, 20].map((now) => window.add(now, 100))).toEqual([1, 2, 3]);
    expect([99.9, 100, 110, 120].map((now) => window.size(now, 100))).toEqual([3, 2, 1, 0]);
    expect(window.add(120, 100)).toBe(1);
  });

  it('follows an interval that is changed', () => {
    const window = new SlidingWindow();
    for (const now of [0, 50, 100]) window.add(now, 1000);
    expect(window.size(120, 60)).toBe(1);
  });

  it('takes back the point it is told, whatever came after', () => {
    const window = new SlidingWindow();
    for (const now of [0, 10, 20]) window.add(now, 100);
    window.remove(10);
    expect([window.size(20, 100), window.size(100, 100), window.size(119, 100), window.size(120, 100)]).toEqual([
      2, 1, 1, 0,
    ]);
    window.remove(500);
    expect(window.size(119, 1000)).toBe(0);
  });

  it('is the plain count of points while there are at most 512', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(40), back: fc.boolean() }), { maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 500 }), (list, interval) => {
        const window = new SlidingWindow();
        let points: number[] = [];
        let now = 0;
        for (const { wait, back } of list) {
          now += wait;
          points = [...points.filter((at) => now - at < interval), now];
          expect(window.add(now, interval)).toBe(points.length);
          if (back) {
            window.remove(now);
            points.pop();
          }
        }
      }),
    );
  });

  it('keeps few entries under a flood, and lets no point go early', () => {
    const window = new SlidingWindow();
    const interval = 60_000;
    for (let point = 0; point < 300_000; point += 1) window.add(point / 10, interval);
    expect(window.size(29_999.9, interval)).toBe(300_000);
    expect(window.entries).toBeLessThan(1600);
    // At 75 s the first 15 s are out, give or take the 1024th of the interval, never below the truth.
    const left = window.size(75_000, interval);
    expect(left).toBeGreaterThanOrEqual(149_999);
    expect(left).toBeLessThanOrEqual(149_999 + 600);
    expect(window.size(90_100, interval)).toBe(0);
    expect(window.entries).toBe(0);
  });
});
