// How the clients of a case reach its receiver, and what moves time: real loopback sockets, or the simulated world.
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { Connection } from '../world/connection.ts';
import { dialLoopback, type Target } from '../world/dial.ts';
import { realWorld } from '../world/real.ts';
import type { SimulatedWorld } from '../world/simulated.ts';
import type { DriveOptions, Stopped } from '../world/virtualClock.ts';
import type { VirtualThread } from '../world/virtualThread.ts';
import type { World } from '../world/world.ts';
import { type Caller, dialAs, peerWorld } from './peers.ts';

/** Something to be done, and what it comes to when time stops before it has ended. */
export interface Work<T> {
  readonly begin: () => Promise<T>;
  readonly otherwise: (stopped: Exclude<Stopped, { readonly why: 'done' }>) => T;
}

export interface Network {
  readonly name: WorldName;
  /** The world of the clients. */
  readonly world: World;
  /** The world the receiver is started in. */
  readonly inside: World;
  /** Connects as anybody; rejects with the system's error. */
  open(target: Target, caller: Caller): Promise<Connection>;
  /** Lets time pass until the work is done. Whatever needs real time (files, keys) must have been got ready before. */
  during<T>(work: Work<T>): Promise<T>;
}

/** Real sockets on loopback; a preamble says who calls (see peers.ts). */
export const overLoopback: Network = {
  name: 'real',
  world: realWorld,
  inside: peerWorld(realWorld),
  open: (target, caller) => dialAs(dialLoopback, target, caller),
  during: ({ begin }) => begin(),
};

/** How far a simulated run may go. */
export type Bounds = Pick<DriveOptions, 'until' | 'events' | 'wall' | 'signal' | 'hold'>;

/** In memory and in virtual time. `thread`: what seals off real time while the clock is driven; without it nothing does. */
export function overSimulation(
  world: SimulatedWorld,
  bounds: Bounds = {},
  thread?: Pick<VirtualThread, 'seal' | 'unseal'>,
): Network {
  return {
    name: 'simulated',
    world,
    inside: world,
    open: (target, { address, port, ahead }) => world.connect({ from: { address, port }, to: target, ahead }),
    async during({ begin, otherwise }) {
      let isDone = false;
      thread?.seal();
      try {
        const result = begin().finally(() => (isDone = true));
        // A failure is told by whoever waits for the result.
        result.catch(() => undefined);
        const stopped = await world.clock.drive({ ...bounds, done: () => isDone });
        return stopped.why === 'done' ? await result : otherwise(stopped);
      } finally {
        thread?.unseal();
      }
    },
  };
}

/** Why time stopped, in words. */
export function toldStop(stopped: Exclude<Stopped, { readonly why: 'done' }>): string {
  switch (stopped.why) {
    case 'nothing-left':
      return 'everybody waits and no timer is left: nothing would ever happen again';
    case 'time':
      return 'stopped at the end of its virtual time';
    case 'events':
      return 'stopped after the most timers it may fire';
    case 'wall':
      return 'stopped after the most real time it may take';
    case 'cancelled':
      return 'cancelled';
    case 'restless': {
      const place = stopped.place === undefined ? '' : `; the last timer was set at ${stopped.place}`;
      return `the clock never rests: ${stopped.what}${place}`;
    }
  }
}
