// The shipped scenarios: all are right, obey their laws, come out as they expect under the presets, and prove every check.
import { isSociety, type Population } from '../core/contract/scenarioPopulation.ts';
import { type WorldReason, worldsOf } from '../core/contract/scenarioWorld.ts';
import { msOf } from '../core/contract/span.ts';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CaseResult, expectedOutcome, presets, type Scenario } from '../core/contract/scenario.ts';
import { presetSettings } from '../core/contract/presets.ts';
import { settingsSchema } from '../core/contract/settings/settings.ts';
import type { Check } from '../core/policy/check.ts';
import { stageTable } from '../core/policy/stages.ts';
import { problemText } from '../core/formats/problem.ts';
import { loadScenarios, tasksOf } from '../core/simulate/load.ts';
import { runCases } from '../core/simulate/pool.ts';
import { startPrivate } from '../core/simulate/private.ts';
import { exitCodeOf, isUnexpected, reportOf } from '../core/simulate/report.ts';
import { type CaseTask, playCase } from '../core/simulate/run.ts';
import { caseConditions, type Network, overLoopback, overSimulation } from '../core/simulate/network.ts';
import { stepsOf } from '../core/simulate/settle.ts';
import { crowdTime } from '../core/simulate/talkTime.ts';
import { simulatedWorld } from '../core/world/simulated.ts';
import { alwaysNo, alwaysYes, type Answer, closes, dummy } from './simulate/dummies.ts';

const loaded = await loadScenarios([join(import.meta.dirname, '../scenarios')]);
const scenarios = loaded.flatMap(({ id, scenario }) => (scenario ? [{ id, scenario }] : []));
const tasks = tasksOf(loaded, 'presets');
const simulated = tasksOf(loaded, 'presets', { world: 'simulated', only: true });
const nameOf = (task: CaseTask) => `${task.id} ${task.case} ${task.base}`;
const told = ({ scenario, case: name, preset, outcome, why }: CaseResult) =>
  `${scenario} ${name} ${preset}: ${outcome}: ${why}`;

const upTo = (last: number, ...without: readonly number[]) =>
  Array.from({ length: last }, (_, index) => index + 1).filter((number) => !without.includes(number));

/** Rows that the receiver can be shown against; those left out need relaying, other programs, or limits that do not exist yet. */
const catalogue = {
  CON: upTo(19),
  EAR: upTo(2),
  PIP: upTo(4),
  CMD: upTo(12),
  SMG: upTo(13),
  LIN: upTo(3),
  BDT: upTo(9),
  TLS: upTo(15),
  AUT: upTo(15),
  RCP: [3, 8],
  NUL: [1],
  SIZ: upTo(5),
  LOP: upTo(4, 3),
  DAT: upTo(3),
  PRX: upTo(5),
  SPF: upTo(16),
  DKM: upTo(5),
  DMC: upTo(6),
  ARC: [1],
  GRY: [1],
  HDR: upTo(4),
  DNS: [1],
} as const;

test('every file is right', () => {
  expect(loaded.flatMap(({ problems }) => problems.map(problemText))).toEqual([]);
  expect(loaded.length).toBeGreaterThanOrEqual(150);
});

describe('the laws of scenarios', () => {
  const expected = (task: CaseTask) =>
    expectedOutcome(
      (task.scenario.cases?.find(({ name }) => name === task.case)?.presets ?? task.scenario.presets)[
        task.base as 'weak'
      ]!,
    ).outcome;

  test('every attack is held under a hardened preset, and breached under the weak one unless nothing switches it off', () => {
    const attacks = Map.groupBy(
      tasks.filter(({ scenario }) => scenario.kind === 'attack'),
      ({ id, case: name }) => `${id} ${name}`,
    );
    const isRight = (group: readonly CaseTask[]) => {
      if (!group.some((task) => task.base.startsWith('hardened-') && expected(task) === 'held')) return false;
      const isAlways = group.every(({ scenario }) => scenario.knobs.length === 0);
      return isAlways
        ? group.every((task) => expected(task) === 'held')
        : group.some((task) => task.base === 'weak' && expected(task) === 'breached');
    };
    const wrong = [...attacks].filter(([, group]) => !isRight(group));
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  test('every good citizen is served under every preset that has its role', () => {
    const wrong = scenarios
      .filter(({ scenario }) => scenario.kind === 'citizen')
      .flatMap(({ id, scenario }) => {
        const having = presets.filter((preset) =>
          presetSettings(preset).listeners.some(({ role }) => role === scenario.role),
        );
        const served = (preset: (typeof presets)[number]) =>
          (scenario.cases ?? [scenario]).every((one) => (one.presets ?? scenario.presets)[preset] === 'held');
        return having.filter((preset) => !served(preset)).map((preset) => `${id} ${preset}`);
      });
    expect(wrong).toEqual([]);
  });

  test('every row of the catalogue that the receiver can be shown against has one', () => {
    const rows = new Set(scenarios.map(({ scenario }) => scenario.row));
    const wanted = Object.entries(catalogue).flatMap(([section, numbers]) =>
      numbers.map((number) => `${section}-${String(number).padStart(2, '0')}`),
    );
    expect(wanted.filter((row) => !rows.has(row))).toEqual([]);
  });

  test('there are enough of them', () => {
    expect(tasks.filter((task) => expected(task) !== 'notApplicable').length).toBeGreaterThanOrEqual(900);
    expect(tasks.filter((task) => expected(task) === 'breached').length).toBeGreaterThanOrEqual(20);
    const most = Math.max(...scenarios.flatMap(({ scenario }) => populationsOf(scenario).map(clientsOf)));
    expect(most).toBeGreaterThanOrEqual(10_000);
    expect(scenarios.find(({ id }) => id === 'auth/password-guessing')?.scenario.title).toBe(
      'Password guessing over one connection',
    );
  });
});

describe('worlds', () => {
  const inOne = scenarios.flatMap(({ id, scenario }) =>
    scenario.world === 'both' ? [] : [{ id, scenario, because: scenario.world.because }],
  );

  test('four of five scenarios can be played in both', () => {
    expect(inOne.length).toBeLessThanOrEqual(scenarios.length / 5);
    expect(inOne.filter(({ scenario }) => worldsOf(scenario.world).includes('simulated')).length).toBeGreaterThan(10);
  });

  test('the reason that the others name is true of them, as far as a file can show it', () => {
    const isTrue: Readonly<Partial<Record<WorldReason, (scenario: Scenario) => boolean>>> = {
      'takes-too-long': (scenario) => longestOf(scenario) > 60_000,
      'too-many-peers': (scenario) => populationsOf(scenario).some((one) => clientsOf(one) > 1000),
      'network-conditions': ({ network, cases = [] }) =>
        network !== undefined || cases.some((one) => one.network !== undefined),
    };
    expect(inOne.filter(({ scenario, because }) => isTrue[because]?.(scenario) === false).map(({ id }) => id)).toEqual(
      [],
    );
  });

  /** ms of virtual time that a scenario may take by itself. */
  const longestOf = (scenario: Scenario) =>
    Math.max(
      ...(scenario.cases ?? [undefined]).map((variant) => {
        const population = variant?.population ?? scenario.population ?? { clients: 1 };
        return isSociety(population) ? msOf(population.until) : crowdTime(population, stepsOf(scenario, variant));
      }),
    );
});

const populationsOf = ({ population, cases = [] }: Scenario): readonly Population[] =>
  [population, ...cases.map((one) => one.population)].filter((one) => one !== undefined);

const clientsOf = (population: Population): number =>
  isSociety(population) ? population.groups.reduce((sum, { clients }) => sum + clients, 0) : population.clients;

describe('smuggling', { timeout: 60_000 }, () => {
  const rows = scenarios.filter(
    ({ scenario }) => scenario.row.startsWith('SMG-') && scenario.kind === 'attack' && scenario.knobs.length > 0,
  );
  test.each(rows)('$id works as soon as its strictness alone is allow', async ({ id, scenario }) => {
    const allowed = scenario.knobs.map((knob) => [knob.replace('strictness.', ''), 'allow']);
    const hardened = presetSettings('hardened-mx');
    const strictness = { ...hardened.strictness, ...(Object.fromEntries(allowed) as object) };
    const mine = settingsSchema.parse({ ...hardened, strictness });
    const cases = tasksOf(
      loaded.filter((one) => one.id === id),
      { base: 'mine', mine },
    );
    const played = cases.map((task) => playCase(task, inThisThread));
    const results = (await Promise.all(played)).map(({ result }) => result);
    expect(results.filter(({ outcome }) => outcome !== 'breached').map(told)).toEqual([]);
  });
});

describe('a run under the presets', { timeout: 600_000 }, () => {
  /** What can be played in both worlds is, so that they can be compared. */
  const twins = simulated.filter(({ scenario }) => scenario.world === 'both');
  let run: Awaited<ReturnType<typeof runCases>>;
  beforeAll(async () => {
    run = await runCases([...tasks, ...twins]);
  }, 600_000);

  test('comes out as every scenario expects, in each world', () => {
    const { results, journal, cancelled } = run;
    expect(results.filter(isUnexpected).map((result) => `${result.world}: ${told(result)}`)).toEqual([]);
    expect(results.map(({ scenario, case: name, preset }) => `${scenario} ${name} ${preset}`)).toEqual(
      [...tasks, ...twins].map(nameOf),
    );
    expect(exitCodeOf(reportOf(results, journal))).toBe(0);
    expect(cancelled).toBe(false);
  });

  test('comes out the same in both worlds', () => {
    const inWorld = (world: CaseResult['world']) =>
      run.results.filter((result) => result.world === world).map((one) => [keyOf(one), one.outcome] as const);
    const keyOf = ({ scenario, case: name, preset }: CaseResult) => `${scenario} ${name} ${preset}`;
    const real = new Map(inWorld('real'));
    const both = inWorld('simulated').filter(([key]) => real.has(key));
    expect(both.length).toBe(twins.length);
    expect(both.length).toBeGreaterThan(1000);
    expect(both.filter(([key, outcome]) => outcome !== real.get(key))).toEqual([]);
  });
});

const inThisThread = { network: overLoopback, start: startPrivate() };

/**
 * In virtual time, on a clock that moves our own timers alone: the threads of the pool could not see a check taken out. Timers
 * of libraries stand still, such as the one with which smtp-server ends a connection whose client reads no farewell.
 */
function inSimulation({ scenario, case: name }: CaseTask): Network {
  const variant = scenario.cases?.find((one) => one.name === name);
  const conditions = caseConditions(scenario, variant);
  return overSimulation(simulatedWorld({ seed: 'tests', conditions }), { wall: 30_000 });
}

describe('without its line in the table of stages', { timeout: 60_000 }, () => {
  const start = startPrivate();
  /** A check of the sender acts at the one stage that its settings name: its lines are taken out together. */
  const movable = (check: Check) => check.group === 'sender';
  const lines = Object.values(stageTable).flatMap((checks) =>
    checks.map((check) => ({ tables: [checks as Check[]], check })),
  );
  const together = [...Map.groupBy(lines, ({ check }) => check)].flatMap(([check, each]) =>
    movable(check) ? [{ check, tables: each.flatMap(({ tables }) => tables) }] : each,
  );

  test.each(together.map((line) => ({ ...line, name: line.check.name })))(
    '$name is missed',
    async ({ name, tables, check }) => {
      const proofs = simulated.filter(({ scenario, base }) => scenario.checks.includes(name) && base !== 'weak');
      expect(proofs.length).toBeGreaterThan(0);
      const isRefuted = async (task: CaseTask) =>
        isUnexpected((await playCase(task, { network: inSimulation(task), start })).result);
      const refuted = new Map<string, CaseTask>();
      const places = tables.map((checks) => checks.indexOf(check));
      for (const [index, checks] of tables.entries()) checks.splice(places[index] ?? 0, 1);
      try {
        for (const task of proofs) if (!refuted.has(task.id) && (await isRefuted(task))) refuted.set(task.id, task);
      } finally {
        for (const [index, checks] of tables.entries()) checks.splice(places[index] ?? 0, 0, check);
      }
      expect(new Set(proofs.map(({ id }) => id))).toEqual(new Set(refuted.keys()));
      for (const task of refuted.values()) expect(await isRefuted(task), nameOf(task)).toBe(false);
    },
  );
});

describe('against servers that know no mail', { timeout: 120_000 }, () => {
  const once = [...Map.groupBy(simulated, ({ id, case: name }) => `${id} ${name}`).values()].flatMap(
    (group) => group.find(({ base }) => base === 'weak') ?? group.slice(0, 1),
  );
  const heldBy = async (answer: Answer, among: readonly CaseTask[]) => {
    const held: CaseTask[] = [];
    for (const task of among) {
      const { result } = await playCase(task, { network: inSimulation(task), start: dummy(answer) });
      if (result.outcome === 'held') held.push(task);
    }
    return held;
  };
  let agreed: ReturnType<typeof heldBy>;
  beforeAll(() => {
    agreed = heldBy(alwaysYes, once);
  });

  test('no attack is held by one that agrees to everything', async () => {
    expect((await agreed).filter(({ scenario }) => scenario.kind === 'attack').map(nameOf)).toEqual([]);
    expect(once.filter(({ scenario }) => scenario.kind === 'attack').length).toBeGreaterThan(20);
  });

  test('no scenario is held by all three', async () => {
    const fooled = await heldBy(closes, await heldBy(alwaysNo, await agreed));
    expect(fooled.map(nameOf)).toEqual([]);
  });
});
