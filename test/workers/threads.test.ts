// Threads: whatever becomes of a worker, its message comes back with what went wrong, and the others go on.
import { afterEach, describe, expect, test } from 'vitest';
import { defaults, type SettingsInput } from '../../core/contract/settings/settings.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import type { Workers } from '../../core/workers/workers.ts';
import { realWorld } from '../../core/world/real.ts';
import { heldWorld, until } from '../smtp/playground.ts';
import { program, taskOf, toldBy, workersOf } from './tasks.ts';

let open: Workers[] = [];
afterEach(async () => {
  for (const workers of open) await workers.close();
  open = [];
});

function start(
  over: SettingsInput['workers'] = {},
  world: Pick<typeof realWorld, 'elapsed' | 'after'> = realWorld,
): Workers {
  const workers = threadWorkers({ world, settings: workersOf(over), program });
  open.push(workers);
  return workers;
}

test('nothing is started before a message needs it', async () => {
  const workers = start({ least: 2 });
  expect(workers.state().running).toBe(0);
  workers.apply(workersOf({ least: 3, most: 3 }));
  expect(workers.state().running).toBe(0);
  await workers.examine(taskOf('one'));
  expect(workers.state().running).toBe(3);
});

test('ahead: the fewest are there before the first message, once messages are expected, also with new settings', async () => {
  const workers = threadWorkers({ world: realWorld, settings: workersOf({ least: 2 }), program, ahead: true });
  open.push(workers);
  workers.apply(workersOf({ least: 2, wait: 7 }));
  expect(workers.state().running).toBe(0);
  workers.expect();
  await until(() => workers.state().running === 2);
  workers.apply(workersOf({ least: 3, most: 3 }));
  workers.expect();
  await until(() => workers.state().running === 3);
  expect((await workers.examine(taskOf('one'))).work.outcome).toBe('done');
  await workers.close();
  workers.expect();
  expect(workers.state().running).toBe(0);
});

test('unless they are to be started ahead, expecting messages starts nothing', async () => {
  const workers = start({ least: 2 });
  workers.expect();
  await new Promise((resolve) => setImmediate(resolve));
  expect(workers.state().running).toBe(0);
  await workers.examine(taskOf('one'));
  expect(workers.state().running).toBe(2);
});

test('chunks change hands, they are not copied', async () => {
  const workers = start();
  const chunks = [new Uint8Array(70_000).fill(65), new Uint8Array(10).fill(66)];
  const answer = await workers.examine(taskOf('', { chunks }));
  expect(toldBy(answer)).toMatchObject({ octets: 70_010, chunks: 2 });
  expect(answer.work.outcome).toBe('done');
  expect(chunks.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
});

test('a piece of a larger buffer is left to whoever has it', async () => {
  const whole = new Uint8Array(100).fill(65);
  const part = whole.subarray(10, 20);
  const answer = await start().examine(taskOf('', { chunks: [part] }));
  expect(toldBy(answer).octets).toBe(10);
  expect(whole[0]).toBe(65);
});

test('a megabyte of zone is read once by each thread, and again when it is another one', async () => {
  const workers = start({ most: 1 });
  const zoneOf = (text: string) => ({ ...defaults.dns, zone: text.padEnd(1_000_000, '\n') });
  const first = zoneOf('a.example A 192.0.2.1');
  const ask = async (dns: typeof first) => toldBy(await workers.examine(taskOf('', { dns })));
  expect(await ask(first)).toMatchObject({ zone: 1_000_000, settingsRead: 1 });
  expect(await ask(first)).toMatchObject({ settingsRead: 1 });
  expect(await ask(zoneOf('b.example A 192.0.2.1'))).toMatchObject({ settingsRead: 2 });
  expect(await ask(first)).toMatchObject({ settingsRead: 2 });
});

describe('a worker that is lost', () => {
  const cases = [
    ['ends itself in mid-message', 'EXIT', 'crashed', /worker exited with code: 7/],
    ['runs out of memory', 'GREED', 'crashed', /^the worker needed more than 32 MB$/],
    ['throws what quotes the message', 'THROW', 'crashed', /^cannot read \[31mthis x+\.\.\.$/],
  ] as const;
  test.each(cases)('%s: that is told, and the next message is worked on', async (_what, text, outcome, error) => {
    const workers = start({ most: 1, memory: 32 });
    const [lost, next] = await Promise.all([workers.examine(taskOf(text)), workers.examine(taskOf('fine'))]);
    expect(lost.work.outcome).toBe(outcome);
    expect(lost.work.error).toMatch(error);
    expect(lost).not.toHaveProperty('sha256');
    expect(next.work.outcome).toBe('done');
    expect(workers.state()).toMatchObject({ done: 1, failed: 1, working: 0 });
  });

  test.each([
    ['spins for ever', 'SPIN'],
    ['waits for an answer that never comes', 'WAIT'],
  ])('%s: it is ended when its time is over, and the next message is worked on', async (_what, text) => {
    const { world, timers, advance } = heldWorld();
    const workers = start({ most: 1, task: 7 }, world);
    const answers = Promise.all([workers.examine(taskOf(text)), workers.examine(taskOf('fine'))]);
    await until(() => workers.state().running === 1);
    advance(7000);
    timers.find(({ ms }) => ms > 6000 && ms <= 7000)?.fire();
    const [lost, next] = await answers;
    expect(lost.work).toMatchObject({ outcome: 'too-long', error: 'not finished after 7 s' });
    expect(next.work.outcome).toBe('done');
    expect(workers.state().running).toBe(1);
  });

  test('while another one is at work: that one goes on', async () => {
    const workers = start({ least: 2, most: 2 });
    const [slow, lost] = await Promise.all([workers.examine(taskOf('SLOW')), workers.examine(taskOf('EXIT'))]);
    expect(slow.work.outcome).toBe('done');
    expect(lost.work.outcome).toBe('crashed');
  });

  test('again and again: each message has its own answer', async () => {
    const workers = start({ most: 2 });
    const texts = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 'EXIT' : 'fine'));
    const answers = await Promise.all(texts.map((text) => workers.examine(taskOf(text))));
    expect(answers.map(({ work }) => work.outcome)).toEqual(
      texts.map((text) => (text === 'EXIT' ? 'crashed' : 'done')),
    );
  });
});

test('a program that cannot be loaded is told of, message by message', async () => {
  const { world, timers } = heldWorld();
  const workers = threadWorkers({ world, settings: workersOf(), program: `${program}.missing` });
  open.push(workers);
  const { work } = await workers.examine(taskOf('one'));
  expect(work.outcome).toBe('crashed');
  expect(work.error).toMatch(/Cannot find module/);
  const second = workers.examine(taskOf('two'));
  await Promise.race([second, until(() => workers.state().working === 0)]);
  expect((await second).work.outcome).toBe('crashed');
  expect(timers).toEqual([]);
});

test('more and fewer workers while they are at work: nobody is ended, all are done', async () => {
  const workers = start({ least: 1, most: 1 });
  const answers = Array.from({ length: 12 }, () => workers.examine(taskOf('SLOW')));
  await answers[0];
  workers.apply(workersOf({ least: 1, most: 4 }));
  expect(workers.state()).toMatchObject({ working: 4, most: 4 });
  await Promise.all(answers.slice(0, 5));
  workers.apply(workersOf({ least: 1, most: 2, memory: 64 }));
  const works = (await Promise.all(answers)).map(({ work }) => work.outcome);
  expect(works).toEqual(Array.from({ length: 12 }, () => 'done'));
  await until(() => workers.state().running <= 2);
});

test('a worker beyond the fewest goes when it was idle for so long', async () => {
  const workers = start({ least: 1, most: 2, idle: 1 });
  await Promise.all([workers.examine(taskOf('SLOW')), workers.examine(taskOf('SLOW'))]);
  expect(workers.state().running).toBe(2);
  await until(() => workers.state().running === 1);
});

test('closed while it works: every message comes back, and no thread is left', async () => {
  const workers = start({ least: 2, most: 2 });
  await workers.examine(taskOf('one'));
  const answers = ['SPIN', 'WAIT', 'fine'].map((text) => workers.examine(taskOf(text)));
  await workers.close();
  expect((await Promise.all(answers)).map(({ work }) => work.outcome)).toEqual(['crashed', 'crashed', 'crashed']);
  expect(workers.state()).toMatchObject({ running: 0, working: 0, waiting: 0 });
});

test('closed while it is hiring: no thread is left', async () => {
  const workers = start({ least: 2, most: 2 });
  const answer = workers.examine(taskOf('one'));
  await workers.close();
  expect((await answer).work.outcome).toBe('crashed');
  expect(workers.state().running).toBe(0);
});
