// Pacing: pause, resume, speed, step and run-to only delay the jumps of a virtual clock; what happens stays the same.
import { expect, test } from 'vitest';
import type { Pace } from '../../core/contract/timeline.ts';
import { Pacing } from '../../core/simulate/pacing.ts';
import type { RealTime } from '../../core/world/virtualThread.ts';
import { type Stopped, VirtualClock } from '../../core/world/virtualClock.ts';

/** Real time as a test moves it. */
function heldTime(): RealTime & { pass(ms: number): void; readonly waiting: number } {
  let now = 0;
  const timers = new Set<{ readonly due: number; readonly fire: () => void }>();
  return {
    elapsed: () => now,
    after: (ms, fire) => {
      const timer = { due: now + ms, fire };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    get waiting() {
      return timers.size;
    },
    pass: (ms) => {
      now += ms;
      for (const timer of [...timers]) if (timer.due <= now && timers.delete(timer)) timer.fire();
    },
  };
}

interface Run {
  readonly pacing: Pacing;
  readonly real: ReturnType<typeof heldTime>;
  /** What happened, and when. */
  readonly journal: string[];
  /** How often there was something to look at. */
  readonly looks: () => number;
  readonly stopped: Promise<Stopped>;
  /** Resolves the next time there is something to look at, or at the end. */
  settle(): Promise<unknown>;
}

/** A clock whose timers record something every second second, ten times, and nothing in the seconds between. */
function run(begin?: Pace): Run {
  const clock = new VirtualClock();
  const real = heldTime();
  const journal: string[] = [];
  let looks = 0;
  let looked: () => void = () => undefined;
  const onLook = () => {
    looks += 1;
    looked();
  };
  const pacing = new Pacing({ real, begin, onLook });
  const record = (what: string) => {
    journal.push(`${clock.elapsed()} ${what}`);
    pacing.recorded();
  };
  for (let second = 1; second <= 20; second += 1) {
    clock.after(second * 1000, () => {
      if (second % 2 === 0) record('one');
    });
    if (second % 2 === 0) clock.after(second * 1000, () => record('two'));
  }
  let isOver = false;
  clock.after(21_000, () => (isOver = true));
  const stopped = clock.drive({ done: () => isOver, hold: pacing.hold });
  const settle = () => Promise.race([stopped, new Promise<void>((resolve) => (looked = resolve))]);
  return { pacing, real, journal, looks: () => looks, stopped, settle };
}

const whole = async () => {
  const { journal, stopped } = run();
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toHaveLength(20);
  return journal;
};

test('begins paused when asked, and nothing happens until it is resumed', async () => {
  const { pacing, journal, looks, stopped, settle } = run({ state: 'paused' });
  await settle();
  expect([journal.length, pacing.now, pacing.pace, looks()]).toEqual([0, 0, { state: 'paused' }, 1]);
  pacing.take({ state: 'running' });
  expect(pacing.pace).toEqual({ state: 'running' });
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('a step ends behind the next moment at which something was recorded, all of it', async () => {
  const { pacing, journal, stopped, settle } = run({ state: 'paused' });
  await settle();
  for (let steps = 1; steps <= 10; steps += 1) {
    pacing.take({ state: 'step' });
    await settle();
    expect([journal.length, pacing.now, pacing.pace]).toEqual([2 * steps, 2000 * steps, { state: 'paused' }]);
  }
  pacing.take({ state: 'step' });
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('a moment with more than one can follow is stepped through in parts', async () => {
  const clock = new VirtualClock();
  const pacing = new Pacing({ real: heldTime(), begin: { state: 'paused' }, onLook: () => void looks.shift()?.() });
  const looks: (() => void)[] = [];
  const look = () => new Promise<void>((resolve) => void looks.push(resolve));
  let recorded = 0;
  for (let client = 0; client < 1200; client += 1)
    clock.after(1000, () => {
      recorded += 1;
      pacing.recorded();
    });
  let isOver = false;
  clock.after(2000, () => (isOver = true));
  const stopped = clock.drive({ done: () => isOver, hold: pacing.hold });
  await look();
  for (const part of [500, 1000, 1200]) {
    pacing.take({ state: 'step' });
    await look();
    expect([recorded, pacing.now]).toEqual([part, 1000]);
  }
  pacing.release();
  expect(await stopped).toEqual({ why: 'done' });
});

test('runs on to a moment and pauses there', async () => {
  const { pacing, journal, stopped, settle } = run({ state: 'paused' });
  await settle();
  pacing.take({ state: 'to', at: 9500 });
  await settle();
  // The clock that is shown has gone all the way; what comes next has not happened.
  expect([journal.at(-1), pacing.now, pacing.pace]).toEqual(['8000 two', 9500, { state: 'paused' }]);
  // A moment that has passed pauses where it is.
  pacing.take({ state: 'to', at: 10 });
  await settle();
  expect([pacing.now, pacing.pace]).toEqual([9500, { state: 'paused' }]);
  pacing.release();
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('a speed is so many virtual ms a real ms, shown between two jumps too', async () => {
  const { pacing, real, journal, looks, stopped, settle } = run({ state: 'running', speed: 10 });
  await settle();
  real.pass(50);
  expect(pacing.now).toBe(500);
  real.pass(50);
  await settle();
  expect([pacing.now, real.waiting]).toEqual([1000, 1]);
  real.pass(100);
  await settle();
  expect(journal).toEqual(['2000 one', '2000 two']);
  // Faster: what has passed stays, and the new speed counts from there.
  real.pass(50);
  pacing.take({ state: 'running', speed: 100 });
  expect([pacing.now, pacing.pace]).toEqual([2500, { state: 'running', speed: 100 }]);
  await settle();
  real.pass(5);
  await settle();
  expect(pacing.now).toBe(3000);
  const before = looks();
  for (let passed = 0; passed < 200; passed += 10) {
    real.pass(10);
    await settle();
  }
  expect(looks()).toBeGreaterThan(before);
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('while it waits it lets itself be looked at, and a pause stands between two jumps', async () => {
  const { pacing, real, journal, looks, stopped, settle } = run({ state: 'running', speed: 1 });
  await settle();
  for (let slices = 0; slices < 3; slices += 1) {
    real.pass(200);
    await settle();
  }
  expect([looks(), pacing.now]).toEqual([4, 600]);
  pacing.take({ state: 'paused' });
  await settle();
  real.pass(100_000);
  expect([pacing.now, journal.length, real.waiting]).toEqual([600, 0, 0]);
  pacing.take({ state: 'running' });
  await Promise.resolve();
  expect(pacing.stood).toBe(100_000);
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('released, it holds nobody, whatever it is told', async () => {
  const { pacing, journal, stopped, settle } = run({ state: 'paused' });
  await settle();
  pacing.release();
  pacing.take({ state: 'paused' });
  expect(await stopped).toEqual({ why: 'done' });
  expect(journal).toEqual(await whole());
});

test('what it is held is not counted as time it takes', async () => {
  const clock = new VirtualClock();
  let isOver = false;
  for (let at = 1; at <= 64; at += 1) clock.after(at, () => undefined);
  clock.after(100, () => (isOver = true));
  // The real time it took is looked at every 64 timers.
  const hold = (to: number) => (to === 1 ? new Promise<void>((resolve) => void setTimeout(resolve, 450)) : undefined);
  expect(await clock.drive({ done: () => isOver, wall: 400, hold })).toEqual({ why: 'done' });
});
