// The workers of private receivers: inline in virtual time; in the real world threads that all share who have ordinary settings of them.
import { presetSettings } from '../contract/presets.ts';
import { presets } from '../contract/scenario.ts';
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

/** As the presets have them. */
const ordinary = new Set(presets.map((preset) => JSON.stringify(presetSettings(preset).workers)));

export class PrivateWorkers {
  readonly #all = new Set<Workers>();
  /** By their settings: starting threads takes longer than most cases do. */
  readonly #shared = new Map<string, Workers>();
  /** Of receivers that have stopped. */
  readonly #idle = new Map<string, Workers[]>();

  /** Nothing is started before a message needs it. */
  async lease(world: World, settings: Settings['workers']): Promise<Lease> {
    if ('clock' in world) {
      await loadExamine();
      const workers = inlineWorkers(world, settings);
      return { workers, over: () => workers.close() };
    }
    const key = JSON.stringify(settings);
    if (ordinary.has(key)) {
      const shared = this.#shared.get(key) ?? this.#begun(world, settings);
      this.#shared.set(key, shared);
      return { workers: shared, over: () => Promise.resolve() };
    }
    // How many wait, and for how long, is this receiver's own affair; another one with the same settings may take them over.
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    const workers = idle.pop() ?? this.#begun(world, settings);
    return { workers, over: () => Promise.resolve(void idle.push(workers)) };
  }

  #begun(world: World, settings: Settings['workers']): Workers {
    const workers = threadWorkers({ world, settings });
    this.#all.add(workers);
    return workers;
  }

  async close(): Promise<void> {
    const all = [...this.#all];
    this.#all.clear();
    this.#shared.clear();
    this.#idle.clear();
    await Promise.all(all.map((workers) => workers.close()));
  }
}
