// Plays one work of the simulated benchmark in a process of its own, whose time is virtual, and prints its figures as a line of JSON.
import type { Measured, SimulatedWork } from './simulated.ts';
import { virtualThread } from '../../core/world/virtualThread.ts';

const work = JSON.parse(process.argv[2] ?? '') as SimulatedWork;
const thread = virtualThread();
const { scenarioSchema } = await import('../../core/contract/scenario.ts');
const { caseConditions, overSimulation } = await import('../../core/simulate/network.ts');
const { startPrivate } = await import('../../core/simulate/private.ts');
const { playCase } = await import('../../core/simulate/run.ts');
const { simulatedWorld } = await import('../../core/world/simulated.ts');

const start = startPrivate();

async function play(clients: number): Promise<Measured> {
  const scenario = scenarioSchema.parse({
    title: 'A work of the benchmark',
    row: 'CON-01',
    kind: 'citizen',
    role: 'mx',
    about: 'Sessions of the simulated world, as fast as they go.',
    knobs: [],
    world: { because: 'takes-too-long' },
    settings: work.settings,
    population: { until: work.until, groups: [{ ...work.group, clients }] },
    presets: {},
  });
  const seed = 'bench';
  const clock = thread.renew(seed);
  const conditions = caseConditions(scenario, undefined);
  const network = overSimulation(simulatedWorld({ seed, clock, conditions }), {}, thread);
  const [begun, before] = [thread.real.elapsed(), process.cpuUsage()];
  const { result } = await playCase(
    { id: 'bench', scenario, case: '-', base: 'axigen-10.3', world: 'simulated' },
    { network, start },
  );
  const seconds = (thread.real.elapsed() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  const { timeline } = result;
  if (result.outcome !== 'held' || timeline === undefined) throw new Error(`${work.name}: ${result.why}`);
  const { sessions, kept, now, groups } = timeline;
  const [group] = groups;
  return {
    sessions,
    kept,
    seconds,
    cpu: (user + system) / 1e6,
    virtual: now / 1000,
    timers: clock.fired,
    served: group?.served ?? 0,
    turnedAway: group?.turnedAway ?? 0,
    memory: process.resourceUsage().maxRSS / 1024,
  };
}

await play(Math.min(work.group.clients, 300));
process.stdout.write(`${JSON.stringify(await play(work.group.clients))}\n`);
