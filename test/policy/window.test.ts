// Windows: the sliding one exact while there are few points, bounded and never too low when there are many; the fixed one as Postfix has it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow, type Window, windowOf } from '../../core/policy/window.ts';

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

  it('takes back no other point when the one it is told has left', () => {
    const window = new SlidingWindow();
    window.add(0, 100);
    window.add(150, 100);
    window.remove(0);
    expect(window.size(150, 100)).toBe(1);
  });

  it('is the plain count of points while there are at most 512, and knows when they are fewer', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(40), back: fc.boolean(), left: fc.nat(6) }), { maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 500 }), (list, interval) => {
        const window = new SlidingWindow();
        let points: number[] = [];
        let now = 0;
        for (const { wait, back, left } of list) {
          now += wait;
          points = [...points.filter((at) => now - at < interval), now];
          expect(window.add(now, interval)).toBe(points.length);
          if (back) {
            window.remove(now);
            points.pop();
          }
          const last = points.at(-1 - left);
          expect(window.relief(now, { interval, left })).toBe(last === undefined ? 0 : last + interval - now);
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

  it.each([0, 1, 100, 600, 100_000, 299_000, 299_999])(
    'tells of a flood when %i are left, no moment too early',
    (left) => {
      const window = new SlidingWindow();
      const interval = 60_000;
      let now = 0;
      for (let point = 0; point < 300_000; point += 1) window.add((now = point / 10), interval);
      const relief = window.relief(now, { interval, left });
      // Of 300,000 the newest but `left` came at this time.
      const truth = (299_999 - left) / 10 + interval - now;
      expect(relief).toBeGreaterThanOrEqual(truth);
      expect(relief).toBeLessThanOrEqual(truth + interval / 1024 + 1);
      expect(window.size(now + relief, interval)).toBeLessThanOrEqual(left);
    },
  );
});

describe('a fixed window', () => {
  it('begins with the first point behind the end of the one before, and lets all go together', () => {
    const window = windowOf('fixed');
    expect([1000, 1050, 1099].map((now) => window.add(now, 100))).toEqual([1, 2, 3]);
    expect([1099.9, 1100].map((now) => window.size(now, 100))).toEqual([3, 0]);
    // Not at 1100 and not at a multiple of 100: at 1130 somebody comes.
    expect(window.add(1130, 100)).toBe(1);
    expect([1229, 1230].map((now) => window.size(now, 100))).toEqual([1, 0]);
  });

  it('takes back a point of its own, and none of a window before', () => {
    const window = windowOf('fixed');
    window.add(0, 100);
    window.add(100, 100);
    window.remove(0);
    expect(window.size(100, 100)).toBe(1);
    window.remove(100);
    expect(window.size(100, 100)).toBe(0);
    // Nobody is in it: the next one begins it.
    window.add(150, 100);
    expect(window.size(249, 100)).toBe(1);
  });

  it('keeps one entry', () => {
    const window = windowOf('fixed');
    for (let point = 0; point < 10_000; point += 1) window.add(point / 1000, 100);
    expect([window.size(10, 100), window.entries]).toEqual([10_000, 1]);
  });
});

describe('relief', () => {
  /** Points at 0, 20, 40, 60 and 80 s, asked at 80 s, the interval being a minute and a half. */
  const filled = (window: Window) => {
    for (const at of [0, 20, 40, 60, 80]) window.add(at * 1000, 90_000);
    return [5, 4, 3, 2, 1, 0].map((left) => window.relief(80_000, { interval: 90_000, left }) / 1000);
  };

  it('comes point by point where the window slides, and all at once where it is fixed', () => {
    expect(filled(windowOf('sliding'))).toEqual([0, 10, 30, 50, 70, 90]);
    expect(filled(windowOf('fixed'))).toEqual([0, 10, 10, 10, 10, 10]);
  });

  it('is rounded up to whole milliseconds', () => {
    const window = windowOf('sliding');
    window.add(0.25, 100);
    const wait = window.relief(0.5, { interval: 100, left: 0 });
    expect(wait).toBe(100);
    expect(window.size(0.5 + wait, 100)).toBe(0);
  });
});

describe('around the edge of a minute', () => {
  /** How many of 10 a minute are let in within two seconds: one at 0 s, then as many as will go at 59 s and at 60 s. */
  const letIn = (kind: 'sliding' | 'fixed') => {
    const window = windowOf(kind);
    const tryAt = (now: number, tries: number) => {
      let taken = 0;
      for (let index = 0; index < tries; index += 1) {
        if (window.add(now, 60_000) <= 10) taken += 1;
        else window.remove(now);
      }
      return taken;
    };
    return [tryAt(0, 1), tryAt(59_000, 50), tryAt(60_000, 50)];
  };

  it('a fixed window lets twice the limit through, a sliding one never', () => {
    expect(letIn('fixed')).toEqual([1, 9, 10]);
    expect(letIn('sliding')).toEqual([1, 9, 1]);
  });
});
