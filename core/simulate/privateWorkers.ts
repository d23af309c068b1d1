// The workers of private receivers: inline in virtual time; in the real world threads that cases with equal settings share.
import type { Settings } from '../contract/settings/settings.ts';
import { loadExamine } from '../message/examine.ts';
import { inlineWorkers } from '../workers/inline.ts';
import { threadWorkers } from '../workers/threads.ts';
import type { Workers } from '../workers/workers.ts';
import type { World } from '../world/world.ts';

/** Workers of one receiver. */
export interface Lease {
  readonly workers: Workers;
  /** The receiver has stopped. */
  over(): Promise<void>;
}

export class PrivateWorkers {
  readonly #threads = new Map<string, Workers>();

  /** Nothing is started before a message needs it. */
  async lease(world: World, settings: Settings['workers']): Promise<Lease> {
    if ('clock' in world) {
      await loadExamine();
      const workers = inlineWorkers(world, settings);
      return { workers, over: () => workers.close() };
    }
    const key = JSON.stringify(settings);
    const workers = this.#threads.get(key) ?? threadWorkers({ world, settings });
    this.#threads.set(key, workers);
    return { workers, over: () => Promise.resolve() };
  }

  async close(): Promise<void> {
    const all = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(all.map((workers) => workers.close()));
  }
}
