// What in a scenario needs the simulated world, although its file says that it can be played with real sockets.
import type { Scenario } from '../contract/scenario.ts';
import { isSociety, type Population } from '../contract/scenarioPopulation.ts';
import { worldReasons, type WorldReason, worldsOf } from '../contract/scenarioWorld.ts';
import { spanText } from '../contract/span.ts';
import type { Mistake, Placed } from './mistake.ts';
import { populationOf, stepsOf } from './settle.ts';
import { crowdTime } from './talkTime.ts';

/** Longer than this, ms, nobody waits for a case in real time. */
const LONGEST = 60_000;
/** More clients than this are no crowd for real sockets: their file handles and ports are the system's. */
const MOST_CLIENTS = 1000;

/** Each place of a scenario that cannot be played in the real world it allows, and the reason it should name. */
export function worldMistakes(scenario: Scenario): Mistake[] {
  const { world } = scenario;
  if (!worldsOf(world).includes('real')) return [];
  return needs(scenario).map(({ path, value: { what, because } }) => {
    if (world === 'both') return { path, message: what, remedy: `Write world: { because: ${because} }` };
    const told = `world says ${world.because} (${worldReasons[world.because].title.replace(/\.$/, '')}), so it needs real time`;
    return { path, message: `${what}; ${told}`, remedy: 'Remove one of the two' };
  });
}

interface Need {
  readonly what: string;
  readonly because: WorldReason;
}

function needs(scenario: Scenario): Placed<Need>[] {
  const { cases = [], network, population } = scenario;
  const own = cases.length === 0 ? [{ path: [], value: undefined }] : [];
  const plays = [...own, ...cases.map((value, index) => ({ path: ['cases', index], value }))];
  return [
    ...conditionNeed(['network'], network),
    ...cases.flatMap((one, index) => conditionNeed(['cases', index, 'network'], one.network)),
    ...populationNeeds({ path: ['population'], value: population }),
    ...cases.flatMap((one, index) => populationNeeds({ path: ['cases', index, 'population'], value: one.population })),
    ...plays.flatMap(({ path, value }): Placed<Need>[] => {
      const crowd = populationOf(scenario, value);
      if (isSociety(crowd)) return [];
      const takes = crowdTime(crowd, stepsOf(scenario, value));
      if (takes <= LONGEST) return [];
      const what = `waits, pauses and patience of ${spanText(takes)}, longer than real sockets are waited for (1 min)`;
      return [{ path: [...path, 'talk'], value: { what, because: 'takes-too-long' } }];
    }),
  ];
}

function conditionNeed(path: Mistake['path'], network: Scenario['network']): Placed<Need>[] {
  if (network === undefined) return [];
  return [
    {
      path,
      value: { what: 'conditions of the network, which real sockets do not have', because: 'network-conditions' },
    },
  ];
}

function populationNeeds({ path, value }: Placed<Population | undefined>): Placed<Need>[] {
  if (value === undefined) return [];
  if (isSociety(value))
    return [{ path, value: { what: 'groups of clients, which live in virtual time', because: 'takes-too-long' } }];
  if (value.clients <= MOST_CLIENTS) return [];
  const what = `${value.clients} clients, more than real sockets carry in a run (${MOST_CLIENTS})`;
  return [{ path: [...path, 'clients'], value: { what, because: 'too-many-peers' } }];
}
