// How the clients of a case reach its receiver, and what moves time: real loopback sockets, or the simulated world.
import type { Scenario, ScenarioCase } from '../contract/scenario.ts';
import { isSociety, type NetworkConditions } from '../contract/scenarioPopulation.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import { msOf } from '../contract/span.ts';
import type { Connection } from '../world/connection.ts';
import { dialLoopback, type Target } from '../world/dial.ts';
import { realWorld } from '../world/real.ts';
import type { SimulatedWorld } from '../world/simulated.ts';
import type { Conditions } from '../world/simulatedPath.ts';
import type { DriveOptions, Stopped } from '../world/virtualClock.ts';
import type { VirtualThread } from '../world/virtualThread.ts';
import type { World } from '../world/world.ts';
import { type Caller, dialAs, peerWorld } from './peers.ts';
import { populationOf } from './settle.ts';

/** Why work did not end: time stopped, or something needed real time, which virtual time does not wait for. */
export type Halted =
  Exclude<Stopped, { readonly why: 'done' }> | { readonly why: 'needs-real-time'; readonly told: string };

/** Something to be done, and what it comes to when it does not end by itself. */
export interface Work<T> {
  readonly begin: () => Promise<T>;
  readonly otherwise: (halted: Halted) => T;
}

export interface Network {
  readonly name: WorldName;
  /** The world of the clients. */
  readonly world: World;
  /** The world the receiver is started in. */
  readonly inside: World;
  /** Connects as anybody; rejects with the system's error. */
  open(target: Target, caller: Caller): Promise<Connection>;
  /** Real ms, and timers of virtual time that have fired, since some moment. */
  readonly spent: () => { readonly ms: number; readonly timers: number };
  /** Lets time pass until the work is done. Whatever needs real time (files, keys) must have been got ready before. */
  during<T>(work: Work<T>): Promise<T>;
}

/** Real sockets on loopback; a preamble says who calls (see peers.ts). */
export const overLoopback: Network = {
  name: 'real',
  world: realWorld,
  inside: peerWorld(realWorld),
  open: (target, caller) => dialAs(dialLoopback, target, caller),
  spent: () => ({ ms: realWorld.elapsed(), timers: 0 }),
  during: ({ begin }) => begin(),
};

/** How far a simulated run may go. */
export type Bounds = Pick<DriveOptions, 'until' | 'events' | 'wall' | 'signal' | 'hold'>;

/** In memory and in virtual time. `thread`: what seals off real time while the clock is driven; without it nothing does. */
export function overSimulation(
  world: SimulatedWorld,
  bounds: Bounds = {},
  thread?: Pick<VirtualThread, 'seal' | 'unseal' | 'broken' | 'real'>,
): Network {
  const { real = realWorld } = thread ?? {};
  return {
    name: 'simulated',
    world,
    inside: world,
    spent: () => ({ ms: real.elapsed(), timers: world.clock.fired }),
    open: (target, { address, port, ahead }) => world.connect({ from: { address, port }, to: target, ahead }),
    async during({ begin, otherwise }) {
      let isDone = false;
      thread?.seal();
      try {
        const result = begin().finally(() => (isDone = true));
        // A failure is told by whoever waits for the result.
        result.catch(() => undefined);
        const done = () => isDone || thread?.broken !== undefined;
        const stopped = await world.clock.drive({ ...bounds, done });
        // Whoever asked may have swallowed what was thrown at it, so what came of it is not to be believed.
        if (thread?.broken) return otherwise({ why: 'needs-real-time', told: thread.broken.message });
        return stopped.why === 'done' ? await result : otherwise(stopped);
      } finally {
        thread?.unseal();
      }
    },
  };
}

/** One way, ms, where groups of clients come and nothing is said: how many are there at once depends on how long each takes. */
const FAR = 25;

/** What the network of a case is like. Clients of a crowd are as near as those over loopback sockets, unless it says otherwise. */
export function caseConditions(scenario: Scenario, variant: ScenarioCase | undefined): Conditions {
  const isFar = isSociety(populationOf(scenario, variant));
  return { ...(isFar ? { latency: FAR } : {}), ...conditionsOf(variant?.network ?? scenario.network) };
}

/** What a scenario says of the network, in ms and octets. */
function conditionsOf(said: NetworkConditions | undefined): Conditions {
  if (said === undefined) return {};
  const { latency, ...rest } = said;
  return latency === undefined ? rest : { ...rest, latency: msOf(latency) };
}

/** Why time stopped, in words. */
export function toldStop(stopped: Halted): string {
  switch (stopped.why) {
    case 'nothing-left':
      return 'everybody waits and no timer is left: nothing would ever happen again';
    case 'time':
      return 'the end of its virtual time was reached';
    case 'events':
      return 'the most timers it may fire have fired';
    case 'wall':
      return 'the most real time it may take has passed';
    case 'cancelled':
      return 'cancelled';
    case 'needs-real-time':
      return `cannot be played in the simulated world: ${stopped.told}`;
    case 'restless': {
      const place = stopped.place === undefined ? '' : `; the last timer was set at ${stopped.place}`;
      return `the clock never rests: ${stopped.what}${place}`;
    }
  }
}
