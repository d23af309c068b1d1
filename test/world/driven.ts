// A simulated world that lets time pass while work is done, for the tests of what is in it.
import { expect } from 'vitest';
import type { Connection, Peer } from '../../core/world/connection.ts';
import { simulatedWorld, type SimulatedWorld } from '../../core/world/simulated.ts';
import type { Call } from '../../core/world/simulatedNetwork.ts';
import type { Conditions } from '../../core/world/simulatedPath.ts';
import type { Stopped } from '../../core/world/virtualClock.ts';

export interface Ends {
  readonly client: Connection;
  readonly server: Connection;
}

export interface Driven {
  readonly world: SimulatedWorld;
  /** Lets time pass until the work is done; fails when time stops before. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Both ends of a connection to a listener of its own, with the moment it was accepted, ms. */
  pair(call?: Partial<Omit<Call, 'to'>>): Promise<Ends & { readonly accepted: number }>;
  /** Resolves after so many virtual ms. */
  wait(ms: number): Promise<void>;
  readonly stopped: Stopped | undefined;
}

export const someone: Peer = { address: '203.0.113.7', port: 40_000 };

export function driven(conditions: Conditions = {}): Driven {
  const world = simulatedWorld({ seed: 'driven', conditions });
  let stopped: Stopped | undefined;
  return {
    world,
    get stopped() {
      return stopped;
    },
    async during(work) {
      let isDone = false;
      const result = work().finally(() => (isDone = true));
      result.catch(() => undefined);
      stopped = await world.clock.drive({ done: () => isDone, until: 30 * 86_400_000 });
      expect(stopped.why).toBe('done');
      return result;
    },
    async pair(call = {}) {
      let server: Connection | undefined;
      let accepted = 0;
      const bound = await world.listen({ host: '192.0.2.1', port: 0 }, ({ socket }) => {
        server = socket;
        accepted = world.elapsed();
      });
      const client = await world.connect({ from: someone, to: { host: '192.0.2.1', port: bound.port }, ...call });
      await bound.close();
      return { client, server: server!, accepted };
    },
    wait: (ms) => new Promise((resolve) => void world.after(ms, resolve)),
  };
}

/** What comes at an end, each piece with its moment: `12 hello`. */
export function arrivals(world: SimulatedWorld, connection: Connection): string[] {
  const seen: string[] = [];
  const note = (what: string) => seen.push(`${world.elapsed()} ${what}`);
  connection.on('data', (chunk: Buffer) => note(chunk.length > 20 ? `${chunk.length} octets` : chunk.toString()));
  connection.on('end', () => note('end'));
  connection.on('error', (error: NodeJS.ErrnoException) => note(error.code ?? error.message));
  return seen;
}
