// What a worker thread does: plays the cases it is given and streams what their private receivers record.
import { parentPort } from 'node:worker_threads';
import type { Event } from '../contract/event.ts';
import { seedOf } from '../world/chance.ts';
import { realWorld } from '../world/real.ts';
import { simulatedWorld } from '../world/simulated.ts';
import type { VirtualThread } from '../world/virtualThread.ts';
import { type Bounds, type Network, overLoopback, overSimulation } from './network.ts';
import { startPrivate } from './private.ts';
import { Pacing } from './pacing.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { type CaseTask, playCase } from './run.ts';

/** Events are sent on in batches: this often in real time, ms, or when there are this many. */
const BATCH = 50;
const MANY = 500;

const post = (message: FromWorker) => parentPort?.postMessage(message);

/** Collects the events of one case and sends them on now and then. */
class Outbox {
  readonly #index: number;
  readonly #isTimed: boolean;
  #sessions = new Map<string, Event[]>();
  #count = 0;
  #isWaiting = false;

  constructor(index: number, isTimed: boolean) {
    this.#index = index;
    this.#isTimed = isTimed;
  }

  readonly add = (session: string, event: Event): void => {
    const events = this.#sessions.get(session);
    if (events) events.push(event);
    else this.#sessions.set(session, [event]);
    this.#count += 1;
    if (this.#count >= MANY) return this.flush();
    if (this.#isWaiting || !this.#isTimed) return;
    this.#isWaiting = true;
    realWorld.after(BATCH, () => this.flush());
  };

  flush(): void {
    this.#isWaiting = false;
    this.#count = 0;
    if (this.#sessions.size === 0) return;
    const sessions = [...this.#sessions].map(([session, events]) => ({ session, events }));
    this.#sessions = new Map();
    post({ kind: 'events', index: this.#index, sessions });
  }
}

/** Answers the pool until it says that nothing more will come. */
export function serve(thread: VirtualThread | undefined): void {
  const cancelling = new AbortController();
  const pacings = new Map<number, Pacing>();
  const start = startPrivate();
  parentPort?.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'play':
        return void play(message.index, message.task);
      case 'pace':
        return pacings.get(message.index)?.take(message.pace);
      case 'cancel':
        cancelling.abort();
        for (const pacing of pacings.values()) pacing.release();
        return;
      case 'end':
        return void parentPort?.close();
    }
  });

  async function play(index: number, task: CaseTask): Promise<void> {
    const outbox = new Outbox(index, thread === undefined);
    const { signal } = cancelling;
    const pacing = thread && new Pacing({ real: thread.real, begin: task.pace });
    if (pacing) pacings.set(index, pacing);
    const network = thread && pacing ? simulation(thread, task, { signal, hold: pacing.hold }) : overLoopback;
    const onEvent = (session: string, event: Event) => {
      pacing?.recorded();
      outbox.add(session, event);
    };
    const played = await playCase(task, { network, start, onEvent, signal });
    pacings.delete(index);
    outbox.flush();
    post({ kind: 'played', index, played });
  }
}

/** A world of its own for each case: what it shows does not depend on what was played before it. */
function simulation(thread: VirtualThread, task: CaseTask, bounds: Bounds): Network {
  const seed = seedOf(task.seed ?? 0, task.id, task.case, task.base);
  const clock = thread.renew(seed);
  return overSimulation(simulatedWorld({ seed, clock }), bounds, thread);
}
