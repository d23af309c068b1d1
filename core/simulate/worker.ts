// A worker thread: plays the cases it is given and streams what their private receivers record.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { Event } from '../contract/event.ts';
import { dialLoopback } from '../world/dial.ts';
import { realWorld } from '../world/real.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { startPrivate } from './private.ts';
import { type CaseTask, playCase } from './run.ts';

/** Events are sent on in batches, this often, ms. */
const BATCH = 50;

const post = (message: FromWorker) => parentPort?.postMessage(message);

/** Collects the events of one case and sends them on now and then. */
class Outbox {
  readonly #index: number;
  #sessions = new Map<string, Event[]>();
  #isWaiting = false;

  constructor(index: number) {
    this.#index = index;
  }

  readonly add = (session: string, event: Event): void => {
    const events = this.#sessions.get(session);
    if (events) events.push(event);
    else this.#sessions.set(session, [event]);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    realWorld.after(BATCH, () => this.flush());
  };

  flush(): void {
    this.#isWaiting = false;
    if (this.#sessions.size === 0) return;
    const sessions = [...this.#sessions].map(([session, events]) => ({ session, events }));
    this.#sessions = new Map();
    post({ kind: 'events', index: this.#index, sessions });
  }
}

const cancelling = new AbortController();
const folder = mkdtemp(join(tmpdir(), 'gatehouse-run-'));
const start = folder.then(startPrivate);

async function play(index: number, task: CaseTask): Promise<void> {
  const outbox = new Outbox(index);
  const played = await playCase(task, {
    world: realWorld,
    dial: dialLoopback,
    start: await start,
    onEvent: outbox.add,
    signal: cancelling.signal,
  });
  outbox.flush();
  post({ kind: 'played', index, played });
}

async function end(): Promise<void> {
  await rm(await folder, { recursive: true, force: true });
  parentPort?.close();
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'play':
      return void play(message.index, message.task);
    case 'cancel':
      return cancelling.abort();
    case 'end':
      return void end();
  }
});
