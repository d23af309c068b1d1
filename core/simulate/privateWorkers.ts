// The workers of private receivers: inline in virtual time; in the real world threads that all share who have ordinary settings of them.
import { presetSettings } from '../contract/presets.ts';
import { presets } from '../contract/scenario.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { loadExamine, type MessageTask } from '../message/examine.ts';
import { wantsWorkers } from '../policy/wanted.ts';
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

/** Unsigned, so that nobody is asked about it. */
function firstTask({ sender, dns }: Settings): MessageTask {
  const chunks = [new TextEncoder().encode('From: first@example.org\r\n\r\n')];
  const mailFrom = { raw: '', local: '', domain: '' };
  const from = { hostname: 'gate.example', peer: '127.0.0.1', helo: 'example.org', mailFrom };
  return { chunks, want: ['dkim', 'arc', 'header'], sender, dns, ...from, now: 0, chance: 0 };
}

export class PrivateWorkers {
  readonly #all = new Set<Workers>();
  /** By their settings: starting threads takes longer than most cases do. */
  readonly #shared = new Map<string, Workers>();
  /** Of receivers that have stopped. */
  readonly #idle = new Map<string, Workers[]>();
  /** Settles when they have done a first message. */
  readonly #warm = new WeakMap<Workers, Promise<unknown>>();

  /** Threads have begun when it resolves if these settings ask something of messages, and are not started before if not. */
  async lease(world: World, settings: Settings): Promise<Lease> {
    if ('clock' in world) {
      await loadExamine();
      const workers = inlineWorkers(world, settings.workers);
      return { workers, over: () => workers.close() };
    }
    const lease = this.#threads(world, settings.workers);
    if (wantsWorkers(settings)) await this.#warmed(lease.workers, settings);
    return lease;
  }

  #threads(world: World, settings: Settings['workers']): Lease {
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

  /** A first message draws in the libraries: no client of a case waits for that. */
  #warmed(workers: Workers, settings: Settings): Promise<unknown> {
    const warmed = this.#warm.get(workers) ?? workers.examine(firstTask(settings));
    this.#warm.set(workers, warmed);
    return warmed;
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
