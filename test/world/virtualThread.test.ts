// Holds a virtual thread to its word: all time and chance in it are ours, and what needs real time throws, and is told.
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';

interface Drawn {
  readonly chance: readonly unknown[];
  readonly clocks: readonly unknown[];
  readonly host: string;
}

interface Told {
  readonly seven: Drawn;
  readonly again: Drawn;
  readonly eight: Drawn;
  readonly waited: { readonly ends: Readonly<Record<string, number>>; readonly stopped: string };
  readonly silent: readonly string[];
  readonly sealed: Readonly<Record<'tries' | 'others' | 'fine', Readonly<Record<string, string>>>> & {
    readonly open: string;
  };
  readonly swallowed: string;
}

let told: Told;
beforeAll(async () => {
  // Node's own, without the loader of the tests.
  const worker = new Worker(new URL('./virtualThread.play.ts', import.meta.url), { execArgv: [] });
  told = await new Promise<Told>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
});

describe('in a virtual thread', () => {
  test('every source of chance follows the seed', () => {
    expect(told.seven).toEqual(told.again);
    const same = told.seven.chance.filter((one, index) => Object.is(one, told.eight.chance[index]));
    expect([told.seven.chance.length, same]).toEqual([10, []]);
  });

  test('every clock stands at its beginning', () => {
    expect(told.seven.clocks).toEqual([
      Date.UTC(2026, 0, 1),
      '2026-01-01T00:00:00.000Z',
      '1/1/2026',
      0,
      0,
      [0, 0],
      '0',
      0,
      0,
    ]);
    expect(told.seven.host).toBe('gatehouse.invalid');
  });

  test('every way to wait waits in virtual time', () => {
    expect(told.waited).toEqual({
      stopped: 'nothing-left',
      ends: {
        setTimeout: 10,
        'timers.setTimeout': 20,
        setInterval: 30,
        'timers/promises.setTimeout': 40,
        'scheduler.wait': 50,
        promisify: 60,
        'AbortSignal.timeout': 70,
        'timers/promises.setInterval': 80,
        'net.Socket': 90,
      },
    });
  });

  test('a TLS session that falls silent is idle after its time, counted from the last octet', () => {
    expect(told.silent).toEqual(['idle after 500000', 'heard of it after 500000']);
  });

  test('what needs real time throws while time is driven, and names itself', () => {
    const names = Object.keys(told.sealed.tries);
    expect(names.length).toBeGreaterThan(25);
    expect(told.sealed.tries).toEqual(Object.fromEntries(names.map((name) => [name, `NeedsRealTime ${name}`])));
    expect(Object.values(told.sealed.others)).toEqual([
      'NeedsRealTime net.Socket.connect',
      'NeedsRealTime net.connect',
    ]);
  });

  test('what works in this thread is let be, and everything when time is not driven', () => {
    expect(new Set(Object.values(told.sealed.fine))).toEqual(new Set(['nothing']));
    expect(told.sealed.open).toBe('read');
  });

  test('nobody can swallow it: work that did is not believed', () => {
    expect(JSON.parse(told.swallowed)).toEqual({
      why: 'needs-real-time',
      told: expect.stringContaining('fs/promises.readFile works outside of this thread') as string,
    });
  });
});
