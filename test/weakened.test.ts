// Each attack on logins, and each that lies about who is the sender, succeeds as soon as its knobs alone are as weak as can be, whatever else is hardened.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presetSettings } from '../core/contract/presets.ts';
import { expectedOutcome, type Scenario } from '../core/contract/scenario.ts';
import { type Settings, settingsSchema } from '../core/contract/settings/settings.ts';
import { loadScenarios, tasksOf } from '../core/simulate/load.ts';
import { runCases } from '../core/simulate/pool.ts';
import type { CaseTask } from '../core/simulate/run.ts';
import { variantOf } from '../core/simulate/settle.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `strict` with what stands at the path in `weak`; of a list each member has that of the weak one in the same role. */
function weakenedAt(strict: unknown, weak: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return weak;
  if (Array.isArray(strict) && Array.isArray(weak))
    return (strict as readonly Tree[]).map((one) => {
      const [same] = (weak as readonly Tree[]).filter(({ role }) => role === one.role);
      return weakenedAt(one, same, path);
    });
  if (!isTree(strict) || !isTree(weak) || !(key in weak)) throw new Error(`no setting at ${path.join('.')}`);
  return { ...strict, [key]: weakenedAt(strict[key], weak[key], rest) };
}

function weakened(strict: Settings, { knobs }: Scenario): Settings {
  const weak = presetSettings('weak');
  return settingsSchema.parse(knobs.reduce<unknown>((all, knob) => weakenedAt(all, weak, knob.split('.')), strict));
}

const themes = ['auth', 'sender', 'spf'].map((theme) => join(import.meta.dirname, '../scenarios', theme));
const loaded = await loadScenarios(themes);
const held = tasksOf(loaded, 'presets', { world: 'simulated' }).filter(({ scenario, case: name, base }) => {
  const expected = (variantOf(scenario, name)?.presets ?? scenario.presets)[base as 'weak']!;
  return scenario.kind === 'attack' && base.startsWith('hardened-') && expectedOutcome(expected).outcome === 'held';
});
const nameOf = (task: Pick<CaseTask, 'id' | 'case'>) => `${task.id} ${task.case}`;

test('each attack is breached when what protects from it is weakened, and nothing else', async () => {
  const tasks = held
    .filter(({ scenario }) => scenario.knobs.length > 0)
    .map(({ id, scenario, case: name, base, world }): CaseTask => {
      const mine = weakened(presetSettings(base as 'weak'), scenario);
      return { id, scenario, case: name, world, base: 'mine', mine };
    });
  const { results } = await runCases(tasks);
  expect(results.map(({ scenario, case: name }) => `${scenario} ${name}`)).toEqual(tasks.map(nameOf));
  // A login with a ticket is played where there is one.
  const others = results.filter(({ outcome, why }) => {
    return (
      outcome !== 'breached' && !(outcome === 'notApplicable' && /^GSSAPI is not offered|Kerberos ticket/.test(why))
    );
  });
  expect(others.map(({ scenario, case: name, outcome, why }) => `${scenario} ${name}: ${outcome}: ${why}`)).toEqual([]);
  expect(new Set(tasks.map(({ id }) => id)).size).toBeGreaterThanOrEqual(40);
}, 120_000);

test('an attack that nothing weakens says that no setting does', () => {
  const silent = held.filter(({ scenario: { knobs, about } }) => {
    return knobs.length === 0 && !/\bsettings?\b|\bknob\b/.test(about);
  });
  expect([...new Set(silent.map(({ id }) => id))]).toEqual([]);
});
