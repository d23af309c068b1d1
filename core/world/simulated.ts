// The simulated world: virtual time, chance from a seed, and a network in memory where anybody can come from anywhere.
import { type Chance, seededChance } from './chance.ts';
import { type Call, SimulatedNetwork } from './simulatedNetwork.ts';
import type { Conditions } from './simulatedPath.ts';
import { VirtualClock } from './virtualClock.ts';
import type { Connection } from './connection.ts';
import type { World } from './world.ts';

export interface SimulatedWorld extends World {
  readonly clock: VirtualClock;
  /** Connects to a listener of this world; rejects with the system's error codes (ECONNREFUSED). */
  connect(call: Call): Promise<Connection>;
}

export interface SimulationOptions {
  /** Equal seeds make equal runs. */
  readonly seed: string;
  /** The clock of the thread (see virtualThread.ts); one that moves only our own timers unless given. */
  readonly clock?: VirtualClock;
  /** Of every connection that brings none of its own. */
  readonly conditions?: Conditions;
}

export function simulatedWorld({ seed, clock = new VirtualClock(), conditions }: SimulationOptions): SimulatedWorld {
  const chance: Chance = seededChance(seed);
  const network = new SimulatedNetwork(clock, conditions);
  return {
    clock,
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    after: (ms, fire) => clock.after(ms, fire),
    random: (octets) => chance.octets(octets),
    listen: (at, accept) => network.listen(at, accept),
    connect: (call) => network.connect(call),
  };
}
