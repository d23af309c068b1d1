// The two worlds a scenario can be played in, and the closed list of reasons why one of them cannot do.
import { z } from './schema.ts';

export const worlds = ['real', 'simulated'] as const;
/** `real`: loopback sockets and the wall clock. `simulated`: connections in memory and a clock that jumps. */
export type WorldName = (typeof worlds)[number];

/** When virtual time begins: 2026-01-01T00:00:00Z, a Thursday. ms since 1970. */
export const simulatedEpoch = Date.UTC(2026, 0, 1);

/** Why a scenario is for one world only; each reason rules out the other world. */
export const worldReasons = {
  'takes-too-long': { only: 'simulated', title: 'Minutes to days must pass.' },
  'too-many-peers': { only: 'simulated', title: 'More connections than real sockets carry in a run.' },
  'network-conditions': { only: 'simulated', title: 'Latency, bandwidth, segments or loss are part of it.' },
  'system-sockets': { only: 'real', title: 'It depends on how the system’s own TCP behaves.' },
  'system-clock': { only: 'real', title: 'OpenSSL reads the system’s clock, which cannot be moved.' },
  'other-threads': { only: 'real', title: 'Work of other threads or processes is part of it.' },
} as const satisfies Readonly<Record<string, { readonly only: WorldName; readonly title: string }>>;
export type WorldReason = keyof typeof worldReasons;

const reasons = Object.keys(worldReasons) as [WorldReason, ...WorldReason[]];

export const scenarioWorld = z
  .union([z.literal('both'), z.strictObject({ because: z.enum(reasons) })])
  .default('both')
  .meta({
    description:
      'Where it can be played: both, or one only, because of a reason that rules out the other: takes-too-long, too-many-peers, network-conditions (simulated only); system-sockets, system-clock, other-threads (real only).',
  });
export type ScenarioWorld = z.output<typeof scenarioWorld>;

/** The worlds a scenario can be played in. */
export function worldsOf(world: ScenarioWorld): readonly WorldName[] {
  return world === 'both' ? worlds : [worldReasons[world.because].only];
}
