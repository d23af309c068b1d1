// The desk: who works, who waits, who is sent away, and when, by a clock the test moves.
import { expect, test } from 'vitest';
import type { MessageAnswer } from '../../core/contract/senderAnswers.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Found } from '../../core/message/examine.ts';
import { Room } from '../../core/workers/collected.ts';
import { Desk } from '../../core/workers/desk.ts';
import { VirtualClock } from '../../core/world/virtualClock.ts';
import { taskOf, workersOf } from './tasks.ts';

interface Job {
  readonly text: string;
  readonly signal: AbortSignal;
  done(found?: Found): void;
  fail(error: unknown): void;
}

/** A desk over an executor that does as the test says. */
function deskOf(over: SettingsInput['workers'] = {}, most?: number) {
  const clock = new VirtualClock();
  const jobs: Job[] = [];
  let isClosed = false;
  const desk = new Desk({
    world: clock,
    settings: workersOf(over),
    ...(most !== undefined && { room: new Room(most) }),
    executor: {
      run: ({ chunks }, signal) =>
        new Promise((resolve, reject) => {
          const text = Buffer.concat(chunks).toString();
          jobs.push({ text, signal, done: (found = {}) => resolve(found), fail: reject });
        }),
      resize: () => undefined,
      running: 0,
      close: () => {
        isClosed = true;
        return Promise.resolve();
      },
    },
  });
  const answers: Record<string, MessageAnswer> = {};
  const ask = (...names: string[]) => {
    for (const name of names) void desk.examine(taskOf(name)).then((answer) => (answers[name] = answer));
  };
  const pass = (ms: number) => {
    let isOver = false;
    clock.after(ms, () => (isOver = true));
    return clock.drive({ done: () => isOver });
  };
  return { desk, jobs, answers, ask, pass, isClosed: () => isClosed };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const outcomes = (answers: Record<string, MessageAnswer>) =>
  Object.fromEntries(Object.entries(answers).map(([name, { work }]) => [name, work.outcome]));

test('so many work at once, the others wait in their order, and one that is done lets in the next', async () => {
  const { desk, jobs, answers, ask, pass } = deskOf({ most: 2 });
  ask('a', 'b', 'c', 'd');
  expect(jobs.map(({ text }) => text)).toEqual(['a', 'b']);
  expect(desk.state()).toMatchObject({ working: 2, waiting: 2, most: 2, done: 0 });
  await pass(250);
  jobs[1]?.done({ sha256: 'of b' });
  await settled();
  expect(jobs.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  expect(answers['b']).toEqual({
    sha256: 'of b',
    work: { outcome: 'done', waited: 0, ms: 250, before: 0, working: 1 },
  });
  await pass(50);
  jobs[2]?.done();
  await settled();
  expect(answers['c']?.work).toEqual({ outcome: 'done', waited: 250, ms: 50, before: 0, working: 2 });
  expect(desk.state()).toMatchObject({ working: 2, waiting: 0, done: 2 });
});

test('a message for which the queue has no room is sent away at once, with what stood before it', async () => {
  const { desk, answers, ask } = deskOf({ most: 1, queue: 2 });
  ask('a', 'b', 'c', 'd');
  await settled();
  expect(outcomes(answers)).toEqual({ d: 'no-room' });
  expect(answers['d']?.work).toMatchObject({ before: 2, working: 1, waited: 0, error: '2 wait already, 2 may' });
  expect(desk.state().turnedAway).toBe(1);
});

test('with a queue of 0 none waits', async () => {
  const { answers, ask } = deskOf({ most: 1, queue: 0 });
  ask('a', 'b');
  await settled();
  expect(answers['b']?.work.error).toBe('no message may wait');
});

test('whoever leaves waits no more, and whoever is worked on is finished', async () => {
  const { desk, jobs, answers, ask } = deskOf({ most: 1 });
  const leaving = { a: new AbortController(), b: new AbortController() };
  for (const name of ['a', 'b'] as const)
    void desk.examine(taskOf(name), leaving[name].signal).then((answer) => (answers[name] = answer));
  ask('c');
  leaving.a.abort();
  leaving.b.abort();
  await settled();
  expect(desk.state()).toMatchObject({ working: 1, waiting: 1, turnedAway: 1 });
  expect(answers).toMatchObject({ b: { work: { outcome: 'waited', error: 'its session ended while it waited' } } });
  void desk.examine(taskOf('d'), AbortSignal.abort()).then((answer) => (answers['d'] = answer));
  jobs[0]?.done();
  await settled();
  expect(jobs.map(({ text, signal }) => [text, signal.aborted])).toEqual([
    ['a', false],
    ['c', false],
  ]);
  expect(outcomes(answers)).toEqual({ a: 'done', b: 'waited', d: 'waited' });
});

test('a wait that is over ends without a worker', async () => {
  const { desk, jobs, answers, ask, pass } = deskOf({ most: 1, wait: 5, task: 60 });
  ask('a', 'b');
  await pass(4999);
  expect(outcomes(answers)).toEqual({});
  await pass(1);
  await settled();
  expect(answers['b']?.work).toMatchObject({
    outcome: 'waited',
    waited: 5000,
    ms: 0,
    error: 'no worker was free for 5 s',
  });
  expect(jobs).toHaveLength(1);
  expect(desk.state()).toMatchObject({ waiting: 0, turnedAway: 1, failed: 0 });
});

test('work that takes too long is ended, and the next begins; what it says later is not heard', async () => {
  const { desk, jobs, answers, ask, pass } = deskOf({ most: 1, task: 3, wait: 540 });
  ask('a', 'b');
  await pass(3000);
  await settled();
  expect(answers['a']?.work).toMatchObject({ outcome: 'too-long', ms: 3000, error: 'not finished after 3 s' });
  expect(jobs[0]?.signal.aborted).toBe(true);
  expect(jobs.map(({ text }) => text)).toEqual(['a', 'b']);
  jobs[0]?.done({ sha256: 'late' });
  await settled();
  expect(answers['a']).not.toHaveProperty('sha256');
  expect(desk.state()).toMatchObject({ failed: 1, done: 0, working: 1 });
});

test('a failure is told in one printable line of bounded length', async () => {
  const { jobs, answers, ask } = deskOf({ most: 1 });
  ask('a', 'b');
  jobs[0]?.fail(new Error(`bad\r\n\x1b[31m${'x'.repeat(500)}`));
  await settled();
  const error = answers['a']?.work.error ?? '';
  expect(answers['a']?.work.outcome).toBe('crashed');
  expect(error).toMatch(/^bad \[31mx+\.\.\.$/);
  expect(error).toHaveLength(200);
  jobs[1]?.fail(undefined);
  await settled();
  expect(answers['b']?.work.error).toBe('undefined');
});

test('new settings count at once: for those who wait, for those at work, and for how many there are', async () => {
  const { desk, jobs, answers, ask, pass } = deskOf({ most: 1, wait: 540, task: 540 });
  ask('a', 'b', 'c', 'd');
  await pass(10_000);
  desk.apply(workersOf({ most: 2, wait: 540, task: 540 }));
  expect(jobs.map(({ text }) => text)).toEqual(['a', 'b']);
  desk.apply(workersOf({ most: 1, wait: 15, task: 20 }));
  expect(jobs.every(({ signal }) => !signal.aborted)).toBe(true);
  await pass(5000);
  await settled();
  expect(outcomes(answers)).toEqual({ c: 'waited', d: 'waited' });
  await pass(5000);
  await settled();
  expect(outcomes(answers)).toMatchObject({ a: 'too-long' });
  // Fewer workers: the next begins when there is a place again.
  ask('e');
  expect(jobs).toHaveLength(2);
  jobs[1]?.done();
  await settled();
  expect(jobs[2]?.text).toBe('e');
});

test('use is told for each of the last 60 seconds', async () => {
  const { desk, jobs, ask, pass } = deskOf({ most: 2, task: 540 });
  await pass(1000);
  ask('a');
  await pass(1500);
  jobs[0]?.done();
  await settled();
  await pass(1500);
  const { use } = desk.state();
  expect(use).toHaveLength(60);
  expect(use.slice(-4)).toEqual([0, 0.5, 0.25, 0]);
  expect(use.slice(0, -4).every((share) => share === 0)).toBe(true);
  await pass(120_000);
  expect(desk.state().use.every((share) => share === 0)).toBe(true);
});

test('when it closes, whoever waits or is worked on comes back, and nobody is let in any more', async () => {
  const { desk, jobs, answers, ask, isClosed } = deskOf({ most: 1 });
  ask('a', 'b');
  await desk.close();
  ask('c');
  await settled();
  expect(outcomes(answers)).toEqual({ a: 'crashed', b: 'crashed', c: 'crashed' });
  expect(answers['b']?.work.error).toBe('the workers were ended');
  expect(jobs.map(({ text, signal }) => [text, signal.aborted])).toEqual([['a', true]]);
  expect(isClosed()).toBe(true);
});

test('messages share their room: what does not fit is let go of at once, and what is freed can be used again', () => {
  const { desk } = deskOf({}, 100_000);
  const first = desk.collect();
  first.take(Buffer.alloc(60_000));
  const second = desk.collect();
  second.take(Buffer.alloc(60_000));
  expect(second.handOver()).toBeUndefined();
  first.abandon();
  const third = desk.collect();
  third.take(Buffer.alloc(60_000));
  expect(third.handOver()?.reduce((sum, { length }) => sum + length, 0)).toBe(60_000);
  // A worker has it: the room is its own until the work is done.
  third.abandon();
  const fourth = desk.collect();
  fourth.take(Buffer.alloc(60_000));
  expect(fourth.handOver()).toBeUndefined();
  third.release();
  third.release();
  const fifth = desk.collect();
  fifth.take(Buffer.alloc(60_000));
  expect(fifth.handOver()).toHaveLength(2);
});
