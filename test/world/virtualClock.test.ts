// Holds the virtual clock to its order, its bounds and its proof that nothing is left to do.
import { createClock } from '@sinonjs/fake-timers';
import { describe, expect, test } from 'vitest';
import { simulatedEpoch } from '../../core/contract/scenarioWorld.ts';
import { VirtualClock } from '../../core/world/virtualClock.ts';

const DAY = 86_400_000;
const never = () => false;

/** Drives until nothing is left, or it is done. */
const drive = (clock: VirtualClock, done: () => boolean = never) => clock.drive({ done });

describe('time', () => {
  test('begins in 2026, and stands still while nothing drives it', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.after(0, () => (fired += 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.now(), clock.elapsed(), fired]).toEqual([simulatedEpoch, 0, 0]);
    expect(new Date(simulatedEpoch).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });

  test('jumps to each timer, those of the same millisecond in the order they were set', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} ${clock.elapsed()}`);
    clock.after(20, note('c'));
    clock.after(10, note('a'));
    clock.after(20, note('d'));
    clock.after(10, () => {
      note('b')();
      clock.after(0, note('b later'));
      clock.after(10, note('e'));
    });
    expect(await drive(clock)).toEqual({ why: 'nothing-left' });
    expect(seen).toEqual(['a 10', 'b 10', 'b later 11', 'c 20', 'd 20', 'e 20']);
    expect(clock.fired).toBe(6);
  });

  test('waits longer than a timer of Node can: 24.8 days, and years', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const days of [24, 25, 49.8, 365, 3650]) clock.after(days * DAY, () => void seen.push(clock.elapsed() / DAY));
    clock.after(400 * DAY, () => void seen.push(NaN)).cancel();
    await drive(clock);
    expect(seen).toEqual([24, 25, 49.8, 365, 3650]);
  });

  test('a cancelled timer does not fire, also a long one that has been waiting for weeks, and not when its time has come', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const long = clock.after(100 * DAY, () => void seen.push('long'));
    clock.after(60 * DAY, () => long.cancel());
    const twin = clock.after(5, () => void seen.push('twin'));
    clock.after(1, () => {
      clock.after(4, () => void seen.push('same moment'));
      twin.cancel();
    });
    await drive(clock);
    expect(seen).toEqual(['same moment']);
    // The first leg of the long one, of 24.8 days, was let go as well.
    expect(clock.elapsed()).toBeLessThan(61 * DAY);
  });
});

describe('timers of libraries', () => {
  test('fire among ours, with the same clock: by their moment, then by when they were set', async () => {
    const library = createClock(simulatedEpoch);
    const clock = new VirtualClock(library);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} ${clock.elapsed()} ${library.now - simulatedEpoch}`);
    library.setTimeout(note('library, 20'), 20);
    clock.after(10, () => {
      note('ours')();
      library.setTimeout(note('library, later'), 10);
      clock.after(10, note('ours, later'));
    });
    clock.after(20, note('ours, 20'));
    library.setTimeout(note('library, 5'), 5);
    library.setTimeout(note('library, 7'), 7);
    library.clearTimeout(library.setTimeout(note('cleared'), 8));
    await drive(clock);
    expect(seen).toEqual([
      'library, 5 5 5',
      'library, 7 7 7',
      'ours 10 10',
      'ours, 20 20 20',
      'library, 20 20 20',
      'ours, later 20 20',
      'library, later 20 20',
    ]);
    expect(clock.fired).toBe(7);
  });

  test('of those of libraries alone, none is lost', async () => {
    const library = createClock(simulatedEpoch);
    const clock = new VirtualClock(library);
    let fired = 0;
    const repeated = library.setInterval(() => {
      if (++fired === 5) library.clearInterval(repeated);
    }, 100);
    expect(await drive(clock)).toEqual({ why: 'nothing-left' });
    expect([fired, clock.elapsed()]).toEqual([5, 500]);
  });
});

test('many that are cancelled leave the others as they are', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  const moments = Array.from({ length: 20_000 }, (_, index) => 1 + ((index * 7919) % 20_000));
  for (const at of moments) {
    const timer = clock.after(at, () => void seen.push(clock.elapsed()));
    if (at % 10 !== 0) timer.cancel();
  }
  await drive(clock);
  expect(seen).toEqual(Array.from({ length: 2000 }, (_, index) => (index + 1) * 10));
});

describe('quiet', () => {
  test('is waited for: what promises, ticks and Immediates still do comes before the next timer', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.after(1, () => {
      const hop = (left: number) => {
        if (left === 0) return void seen.push(`hopped ${clock.elapsed()}`);
        setImmediate(() => process.nextTick(() => void Promise.resolve().then(() => hop(left - 1))));
      };
      hop(50);
    });
    clock.after(2, () => void seen.push('second timer'));
    await drive(clock);
    expect(seen).toEqual(['hopped 1', 'second timer']);
  });

  test('ends a drive when it is done, and leaves the other timers for the next one', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    for (const ms of [1, 2, 3]) clock.after(ms, () => (fired += 1));
    expect(await drive(clock, () => fired === 2)).toEqual({ why: 'done' });
    expect(clock.elapsed()).toBe(2);
    expect(await drive(clock, () => fired === 3)).toEqual({ why: 'done' });
  });
});

describe('bounds', () => {
  const endless = () => {
    const clock = new VirtualClock();
    const again = () => void clock.after(1000, again);
    again();
    return clock;
  };

  test('of virtual time: nothing fires beyond it', async () => {
    const clock = endless();
    expect(await clock.drive({ done: never, until: 60_500 })).toEqual({ why: 'time' });
    expect([clock.elapsed(), clock.fired]).toEqual([60_000, 60]);
  });

  test('of timers, counted for each drive', async () => {
    const clock = endless();
    expect(await clock.drive({ done: never, events: 10 })).toEqual({ why: 'events' });
    expect(await clock.drive({ done: never, events: 5 })).toEqual({ why: 'events' });
    expect(clock.fired).toBe(15);
  });

  test('of real time', async () => {
    const clock = endless();
    expect(await clock.drive({ done: never, wall: 5 })).toEqual({ why: 'wall' });
    expect(clock.fired).toBeGreaterThan(0);
  });

  test('a signal ends it at the next rest', async () => {
    const clock = endless();
    const cancelling = new AbortController();
    clock.after(5500, () => cancelling.abort());
    expect(await clock.drive({ done: never, signal: cancelling.signal })).toEqual({ why: 'cancelled' });
    expect(clock.elapsed()).toBe(5500);
  });
});

describe('holding', () => {
  test('happens before each jump, with the moment it goes to; what is held is not lost', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    for (const ms of [3, 7]) clock.after(ms, () => void seen.push(`fired ${clock.elapsed()}`));
    const hold = (to: number) => {
      seen.push(`hold ${to} at ${clock.elapsed()}`);
      return to === 7 ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined;
    };
    await clock.drive({ done: never, hold });
    expect(seen).toEqual(['hold 3 at 0', 'fired 3', 'hold 7 at 3', 'fired 7']);
  });

  test('a cancel ends it; the time it took is nobody’s', async () => {
    const clock = new VirtualClock();
    clock.after(1, () => undefined);
    const cancelling = new AbortController();
    const hold = () => {
      cancelling.abort();
      return Promise.resolve();
    };
    expect(await clock.drive({ done: never, hold, signal: cancelling.signal })).toEqual({ why: 'cancelled' });
    expect(clock.elapsed()).toBe(0);
  });
});

describe('a clock that never rests is named, with the place', { timeout: 60_000 }, () => {
  const here = /^test\/world\/virtualClock\.test\.ts:\d+$/;

  test('timers that do not wait and set each other, also by way of promises', async () => {
    for (const set of [(next: () => void) => next(), (next: () => void) => void Promise.resolve().then(next)]) {
      const clock = new VirtualClock();
      const again = () => set(() => void clock.after(0, again));
      again();
      const other = () => void clock.after(1, other);
      other();
      expect(await drive(clock)).toEqual({
        why: 'restless',
        what: '100000 timers that do not wait set each other',
        place: expect.stringMatching(here) as string,
      });
    }
  });

  test('as many timers that do not wait, but do not set each other, are a crowd', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    for (let count = 0; count < 110_000; count += 1) clock.after(0, () => (fired += 1));
    expect(await drive(clock)).toEqual({ why: 'nothing-left' });
    expect(fired).toBe(110_000);
  });

  test('Immediates that follow each other', async () => {
    const clock = new VirtualClock();
    let isOver = false;
    const again = () => void (isOver || setImmediate(again));
    again();
    clock.after(1, () => undefined);
    const stopped = await drive(clock);
    isOver = true;
    expect(stopped).toEqual({
      why: 'restless',
      what: 'the event loop had something left to do after 1000000 turns',
      place: expect.stringMatching(here) as string,
    });
    expect(clock.fired).toBe(0);
  });
});

test('what a timer throws ends the drive', async () => {
  const clock = new VirtualClock();
  clock.after(1, () => {
    throw new Error('a bug');
  });
  await expect(drive(clock)).rejects.toThrow('a bug');
});
