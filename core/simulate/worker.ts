// What a worker thread does: plays the cases it is given and streams what their private receivers record.
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Event } from '../contract/event.ts';
import { borrowHelpers } from '../sasl/gss/lending.ts';
import { kerberosClientOf, kerberosOf } from '../sasl/gss/kerberos.ts';
import { seedOf } from '../world/chance.ts';
import { realWorld } from '../world/real.ts';
import { simulatedWorld } from '../world/simulated.ts';
import type { VirtualThread } from '../world/virtualThread.ts';
import type { Course } from './course.ts';
import { type Bounds, caseConditions, type Network, overLoopback, overSimulation } from './network.ts';
import { type BothSides, startPrivate } from './private.ts';
import { PrivateWorkers } from './privateWorkers.ts';
import { Pacing } from './pacing.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { type CaseTask, playCase } from './run.ts';
import { variantOf } from './settle.ts';

/** Events are sent on in batches: this often in real time, ms, or when there are this many. */
const BATCH = 50;
const MANY = 500;
/** A course is told this often in real time, ms. */
const GLANCE = 200;
/** Most timers a simulated case may fire, unless its task says otherwise. */
const EVENTS = 100_000_000;

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

  readonly add = (session: string, added: readonly Event[]): void => {
    const events = this.#sessions.get(session);
    if (events) for (const event of added) events.push(event);
    else this.#sessions.set(session, added.slice());
    this.#count += added.length;
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

/** Tells the course of a case while it is played. */
class Watch {
  course: Course | undefined;
  readonly #index: number;
  readonly #real: VirtualThread['real'];
  readonly #outbox: Outbox;
  #told = 0;

  constructor(index: number, { real }: VirtualThread, outbox: Outbox) {
    this.#index = index;
    this.#real = real;
    this.#outbox = outbox;
  }

  /** Tells it if that has not been done for a while. */
  glance(pacing: Pacing): void {
    if (this.course !== undefined && this.#real.elapsed() - this.#told >= GLANCE) this.look(pacing);
  }

  look({ pace, now }: Pacing): void {
    if (this.course === undefined) return;
    this.#told = this.#real.elapsed();
    // Its moments lead to sessions: these go first.
    this.#outbox.flush();
    post({ kind: 'course', index: this.#index, timeline: this.course.timeline({ at: now }), pace });
  }
}

/** Both sides of a login with a ticket; nothing is started before one is played. */
function kerberosBy(port: MessagePort): BothSides {
  const by = { spawn: borrowHelpers(port), world: realWorld };
  return { accepting: kerberosOf({ ...by, folder: process.cwd() }), tickets: kerberosClientOf(by) };
}

/** Answers the pool until it says that nothing more will come. */
export function serve(thread: VirtualThread | undefined, kerberos?: MessagePort): void {
  const cancelling = new AbortController();
  const pacings = new Map<number, Pacing>();
  const workers = new PrivateWorkers();
  const start = startPrivate(kerberos && kerberosBy(kerberos), workers);
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
        parentPort?.close();
        return void workers.close();
    }
  });

  async function play(index: number, task: CaseTask): Promise<void> {
    const outbox = new Outbox(index, thread === undefined);
    const { signal } = cancelling;
    const onKept = outbox.add;
    if (thread === undefined) {
      const played = await playCase(task, { network: overLoopback, start, onKept, signal });
      outbox.flush();
      return post({ kind: 'played', index, played });
    }
    const watch = new Watch(index, thread, outbox);
    const pacing = new Pacing({ real: thread.real, begin: task.pace, onLook: () => watch.look(pacing) });
    pacings.set(index, pacing);
    const hold = (to: number) => {
      const held = pacing.hold(to);
      if (held === undefined) watch.glance(pacing);
      return held;
    };
    const simulated = simulation(thread, task, { signal, hold, events: EVENTS, ...task.bounds });
    // What it took is what it was at work.
    const spent = () => ({ ...simulated.spent(), ms: simulated.spent().ms - pacing.stood });
    const network = { ...simulated, spent };
    const onEvent = () => pacing.recorded();
    const onCourse = (course: Course) => void (watch.course = course);
    // Nobody waits to see the receiver end.
    const onPlayed = () => pacing.release();
    const played = await playCase(task, { network, start, onEvent, onKept, onCourse, onPlayed, signal });
    pacings.delete(index);
    outbox.flush();
    const { timeline } = played.result;
    if (timeline !== undefined) post({ kind: 'course', index, timeline, pace: pacing.pace });
    post({ kind: 'played', index, played });
  }
}

/** A world of its own for each case: what it shows does not depend on what was played before it. */
function simulation(thread: VirtualThread, task: CaseTask, bounds: Bounds): Network {
  const seed = seedOf(task.seed ?? 0, task.id, task.case, task.base);
  const clock = thread.renew(seed);
  const conditions = caseConditions(task.scenario, variantOf(task.scenario, task.case));
  return overSimulation(simulatedWorld({ seed, clock, conditions }), bounds, thread);
}
