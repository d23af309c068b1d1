// The workers of the real world: threads that piscina keeps, and the library is not loaded before the first message needs one.
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { Settings } from '../contract/settings/settings.ts';
import type { Found, MessageTask } from '../message/examine.ts';
import type { World } from '../world/world.ts';
import type { Room } from './collected.ts';
import { Desk } from './desk.ts';
import type { Executor } from './executor.ts';
import { parcelOf } from './parcel.ts';
import type { Workers } from './workers.ts';

export interface ThreadsOptions {
  readonly world: Pick<World, 'elapsed' | 'after'>;
  readonly settings: Settings['workers'];
  /** Path of the file a thread runs; program.ts unless given. */
  readonly program?: string;
  readonly room?: Room;
  /** The fewest are started as soon as messages are expected; unless said, the first message starts them. */
  readonly ahead?: boolean;
}

export function threadWorkers({ program = programFile, ahead = false, ...desk }: ThreadsOptions): Workers {
  return new Desk({ ...desk, executor: new Threads(program, ahead) });
}

const programFile = fileURLToPath(new URL('./program.ts', import.meta.url));

type Sizes = Pick<Settings['workers'], 'least' | 'most' | 'idle' | 'memory'>;

/** Threads that were hired under the same settings. */
interface Crew {
  readonly sizes: Sizes;
  readonly pool: Promise<Piscina>;
  hired?: Piscina;
  /** How to give up each task it has. */
  readonly tasks: Set<(error: Error) => void>;
  /** Takes no more tasks, and goes when it has none. */
  isLeaving: boolean;
}

/** When sizes change, a new crew takes what comes from then on: nobody is ended who is at work. */
class Threads implements Executor {
  readonly #program: string;
  readonly #ahead: boolean;
  readonly #crews = new Set<Crew>();
  #crew: Crew | undefined;
  #sizes: Sizes | undefined;
  readonly #leaving = new Set<Promise<void>>();

  constructor(program: string, ahead: boolean) {
    this.#program = program;
    this.#ahead = ahead;
  }

  get running(): number {
    let running = 0;
    for (const { hired } of this.#crews) running += hired?.threads.length ?? 0;
    return running;
  }

  resize({ least, most, idle, memory }: Sizes): void {
    const sizes = { least, most, idle, memory };
    const before = this.#sizes;
    this.#sizes = sizes;
    if (before && same(before, sizes)) return;
    if (this.#crew) this.#dismiss(this.#crew);
    this.#crew = undefined;
  }

  expect(): void {
    if (this.#ahead) this.#crew ??= this.#hire();
  }

  async run(task: MessageTask, signal: AbortSignal): Promise<Found> {
    const crew = (this.#crew ??= this.#hire());
    let given: ((error: Error) => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        crew.tasks.add((given = reject));
        crew.pool
          .then((pool) => {
            const { parcel, transfer } = parcelOf(task);
            return pool.run(parcel, { signal, transferList: [...transfer] }) as Promise<Found>;
          })
          .then(resolve, reject);
      });
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? new Error(`the worker needed more than ${crew.sizes.memory} MB`, { cause: error })
        : error;
    } finally {
      if (given) crew.tasks.delete(given);
      if (crew.isLeaving && crew.tasks.size === 0) this.#goes(crew);
    }
  }

  async close(): Promise<void> {
    for (const crew of this.#crews) this.#goes(crew);
    await Promise.all(this.#leaving);
  }

  #hire(): Crew {
    const sizes = this.#sizes as Sizes;
    const crew: Crew = { sizes, pool: hire(this.#program, sizes), tasks: new Set(), isLeaving: false };
    this.#crews.add(crew);
    crew.pool.then(
      (pool) => {
        crew.hired = pool;
        // A thread that ends while it has no task is nobody's failure, unless it was the last and could not even begin.
        pool.on('error', (error: Error) => {
          if (pool.threads.length === 0) for (const giveUp of crew.tasks) giveUp(error);
        });
      },
      () => {
        // The next message tries again.
        if (this.#crew === crew) this.#crew = undefined;
        this.#crews.delete(crew);
      },
    );
    return crew;
  }

  #dismiss(crew: Crew): void {
    crew.isLeaving = true;
    if (crew.tasks.size === 0) this.#goes(crew);
  }

  #goes(crew: Crew): void {
    if (!this.#crews.has(crew)) return;
    const gone = crew.pool
      .then((pool) => pool.destroy())
      .catch(() => undefined)
      .finally(() => {
        this.#crews.delete(crew);
        this.#leaving.delete(gone);
      });
    this.#leaving.add(gone);
  }
}

/**
 * MB for what was just made. When a thread is out of memory V8 gives it 16 MB more to end with; if what has to be kept of
 * the young, up to a third of this, were larger, it would end the process instead.
 */
const youngest = 24;

async function hire(filename: string, { least, most, idle, memory }: Sizes): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename,
    minThreads: Math.min(least, most),
    maxThreads: most,
    idleTimeout: idle * 1000,
    // An idle thread that stands still in Atomics.wait could not go on with what its DNS has left to do.
    atomics: 'disabled',
    // The desk measures, and nobody reads these histograms.
    recordTiming: false,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: youngest },
  });
}

const same = (a: Sizes, b: Sizes) =>
  a.least === b.least && a.most === b.most && a.idle === b.idle && a.memory === b.memory;
