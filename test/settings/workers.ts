// Probes of the workers: how many there are and for how long, who waits, what is ended, and what follows for the client.
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import type { Workers } from '../../core/workers/workers.ts';
import { realWorld } from '../../core/world/real.ts';
import { type Client, type Ground, ground, heldWorld, mx, until } from '../smtp/playground.ts';
import { program, taskOf } from '../workers/tasks.ts';
import type { Probe, Probes } from './probe.ts';

type Pair = readonly [value: unknown, sees: unknown];

const probe = (cases: readonly Pair[], observe: Probe['observe'], given: SettingsInput['workers'] = {}): Probe => ({
  cases: cases.map(([value, sees]) => ({ value, sees })),
  given: { listeners: [{ ...mx, tls: 'clear' }], sender: { header: { from: 'refuse' } }, workers: given },
  observe,
});

/** Looks at threads without a session. */
const threads =
  (look: (workers: Workers) => Promise<unknown>): Probe['observe'] =>
  async (settings) => {
    const workers = threadWorkers({ world: realWorld, settings: settingsSchema.parse(settings).workers, program });
    try {
      return await look(workers);
    } finally {
      await workers.close();
    }
  };

interface Held {
  readonly g: Ground;
  /** Moves the clock, and fires what is due within a second of it. */
  pass(seconds: number): void;
  /** Sends a message of its own session; resolves with the answer. */
  send(text: string): Promise<string>;
}

/** Looks at sessions whose messages say what becomes of their worker, under a clock that is moved. */
const sessions =
  (look: (held: Held) => Promise<unknown>): Probe['observe'] =>
  async (input) => {
    const { world, timers, advance } = heldWorld();
    const settings = settingsSchema.parse(input);
    const workers = threadWorkers({ world, settings: settings.workers, program });
    const g = await ground(input, { world, workers });
    const pass = (seconds: number) => {
      advance(seconds * 1000);
      for (const timer of [...timers].filter(({ ms }) => Math.abs(ms - seconds * 1000) < 1000)) timer.fire();
    };
    try {
      return await look({ g, pass, send: async (text) => sent(await g.connect(), text) });
    } finally {
      await g.close();
    }
  };

async function sent(client: Client, text: string): Promise<string> {
  await client.hello();
  await client.toData();
  client.send(`From: a@client.example\r\n\r\n${text}\r\n.\r\n`);
  return (await client.reply()).slice(0, 9).trim();
}

/** Whether the message was answered after so many seconds. */
function answeredAfter(seconds: number, text: string, is: (g: Ground) => boolean): Probe['observe'] {
  return sessions(async ({ g, pass, send }) => {
    void send('WAIT');
    await until(() => g.workers.state().working === 1);
    const heard = text === '' ? undefined : send(text);
    await until(() => is(g));
    pass(seconds);
    const { failed, turnedAway } = g.workers.state();
    await g.workers.close();
    await heard;
    return { failed, turnedAway };
  });
}

export const workers: Probes = {
  'workers.least': probe(
    [
      [0, 1],
      [3, 3],
    ],
    threads(async (all) => {
      await all.examine(taskOf('one'));
      return all.state().running;
    }),
    { most: 4 },
  ),
  'workers.most': probe(
    [
      [1, { working: 1, waiting: 2 }],
      [2, { working: 2, waiting: 1 }],
    ],
    threads((all) => {
      for (const text of ['WAIT', 'WAIT', 'WAIT']) void all.examine(taskOf(text));
      const { working, waiting } = all.state();
      return Promise.resolve({ working, waiting });
    }),
  ),
  // Piscina's own timers are the real clock's: the shorter of the two is over while the other one is not.
  'workers.idle': probe(
    [
      [1, 'gone'],
      [3600, 'there'],
    ],
    threads(async (all) => {
      await Promise.all([all.examine(taskOf('SLOW')), all.examine(taskOf('SLOW'))]);
      let isOver = false;
      realWorld.after(1500, () => (isOver = true));
      await until(() => isOver);
      return all.state().running === 1 ? 'gone' : 'there';
    }),
    { least: 1, most: 2 },
  ),
  'workers.queue': probe(
    [
      [0, { waiting: 0, turnedAway: 2 }],
      [1, { waiting: 1, turnedAway: 1 }],
    ],
    threads((all) => {
      for (const text of ['WAIT', 'WAIT', 'WAIT']) void all.examine(taskOf(text));
      const { waiting, turnedAway } = all.state();
      return Promise.resolve({ waiting, turnedAway });
    }),
    { most: 1 },
  ),
  'workers.wait': probe(
    [
      [5, { failed: 0, turnedAway: 1 }],
      [60, { failed: 0, turnedAway: 0 }],
    ],
    answeredAfter(5, 'fine', (g) => g.workers.state().waiting === 1),
    { most: 1, task: 540 },
  ),
  'workers.task': probe(
    [
      [5, { failed: 1, turnedAway: 0 }],
      [60, { failed: 0, turnedAway: 0 }],
    ],
    answeredAfter(5, '', (g) => g.workers.state().running === 1),
    { most: 1 },
  ),
  'workers.busy': probe(
    [
      ['defer', '451 4.3.2'],
      ['accept', '250 2.0.0'],
    ],
    sessions(async ({ g, send }) => {
      void send('WAIT');
      await until(() => g.workers.state().working === 1);
      return send('fine');
    }),
    { most: 1, queue: 0 },
  ),
  'workers.failed': probe(
    [
      ['defer', '451 4.3.0'],
      ['accept', '250 2.0.0'],
    ],
    sessions(({ send }) => send('EXIT')),
  ),
  'workers.memory': probe(
    [
      [32, 'the worker needed more than 32 MB'],
      [48, 'the worker needed more than 48 MB'],
    ],
    threads(async (all) => (await all.examine(taskOf('GREED'))).work.error),
  ),
};
