// Reads scenario files: every mistake is told with file, line, column and what to do; a bad file is reported, never skipped.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { expectedOutcome, presets, type Scenario } from '../contract/scenario.ts';
import type { Handshake, Step } from '../contract/scenarioStep.ts';
import { type WorldName, worldsOf } from '../contract/scenarioWorld.ts';
import { type SettingsInput, settingsSchema } from '../contract/settings/settings.ts';
import { parseZone } from '../dns/zone.ts';
import type { FileProblem } from '../formats/problem.ts';
import { itemOf, type schemaAt, shapeOf } from '../formats/settingsTree.ts';
import { readScenario } from '../formats/yaml.ts';
import { type Literal, segmentsOf } from './bytes.ts';
import { bytesOfMessage, composeMistakes } from './composeMistakes.ts';
import { loginMistakes, ofGroups } from './loginMistakes.ts';
import { type Mistake, placed } from './mistake.ts';
import { populationMistakes } from './populationMistakes.ts';
import type { CaseTask } from './run.ts';
import { caseSettings, touchedKnobs } from './settle.ts';
import { worldMistakes } from './worldMistakes.ts';
import { keyMistakes, withKeys } from './zoneKeys.ts';

/** One file: its text as it is, and the scenario in it or what is wrong with it. */
export interface LoadedScenario {
  /** Path below scenarios/, without .yml, with slashes. */
  readonly id: string;
  /** Folder below scenarios/; empty for a file that is in none. */
  readonly theme: string;
  readonly file: string;
  readonly yaml: string;
  readonly scenario?: Scenario;
  readonly problems: readonly FileProblem[];
}

const isScenario = (name: string) => /\.ya?ml$/.test(name);

/** The id of a file: what stands behind the last folder named scenarios, else its path below `root`, or its name. */
export function idOf(file: string, root = ''): string {
  const path = file.split(sep).join('/');
  const inside = /^(?:.*\/)?scenarios\/(.+)$/.exec(path)?.[1];
  const below = root.split(sep).join('/').replace(/\/?$/, '/');
  const own = inside ?? (root !== '' && path.startsWith(below) ? path.slice(below.length) : basename(path));
  return own.replace(/\.ya?ml$/, '');
}

/**
 * All scenarios in files and folders, sorted by id. Rejects with the system's error for a path that cannot be read.
 * `before`: what was read the last time; a file whose text is still the same is not judged anew.
 */
export async function loadScenarios(
  paths: readonly string[],
  before: readonly LoadedScenario[] = [],
): Promise<LoadedScenario[]> {
  const known = new Map(before.map((one) => [one.file, one]));
  const found = new Map<string, LoadedScenario>();
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? await filesOf(path) : [path];
    for (const file of files) {
      const yaml = await readFile(file, 'utf8');
      const old = known.get(file);
      found.set(file, old?.yaml === yaml ? old : scenarioOf(yaml, file, idOf(file, isFolder ? path : '')));
    }
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isScenario(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

/** Reads one scenario from its text. */
export function scenarioOf(yaml: string, file: string, id: string): LoadedScenario {
  const frame = { id, theme: id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : '', file, yaml };
  const read = readScenario(yaml, file);
  if ('errors' in read) return { ...frame, problems: read.errors };
  const found = mistakes(read.value);
  const problems = found.map((mistake) => placed(mistake, yaml, file));
  return problems.length > 0 ? { ...frame, problems } : { ...frame, scenario: read.value, problems };
}

function mistakes(scenario: Scenario): Mistake[] {
  return [
    ...knobMistakes(scenario),
    ...zoneMistakes(scenario),
    ...serverMistakes(scenario),
    ...byteMistakes(scenario),
    ...loginMistakes(scenario),
    ...composeMistakes(scenario),
    ...worldMistakes(scenario),
    ...populationMistakes(scenario),
    ...baseMistakes(scenario),
  ];
}

function knobMistakes(scenario: Scenario): Mistake[] {
  const unknown = scenario.knobs.flatMap((knob, index) =>
    isSetting(knob)
      ? []
      : [
          {
            path: ['knobs', index],
            message: `no setting ${knob}`,
            remedy: 'Write the path of a setting, list positions left out',
          },
        ],
  );
  const all = [
    { path: ['settings'], settings: scenario.settings },
    ...(scenario.cases ?? []).map((one, index) => ({ path: ['cases', index, 'settings'], settings: one.settings })),
  ];
  const touched = all.flatMap(({ path, settings }) =>
    touchedKnobs(scenario.knobs, settings).map((knob) => ({
      path,
      message: `sets ${knob}, which is one of its knobs`,
      remedy: 'Only the base sets a knob: remove it from settings, or from knobs',
    })),
  );
  return [...unknown, ...touched];
}

/** Whether there is a setting at the path; list positions are left out of it. */
function isSetting(path: string): boolean {
  let at: Parameters<typeof schemaAt>[0] | undefined = settingsSchema;
  for (const step of path.split('.')) {
    at = at && shapeOf(itemOf(at) ?? at)?.[step];
    if (at === undefined) return false;
  }
  return true;
}

function zoneMistakes(scenario: Scenario): Mistake[] {
  const zones = [
    { path: ['zone'], zone: scenario.zone },
    ...(scenario.cases ?? []).map((one, index) => ({ path: ['cases', index, 'zone'], zone: one.zone })),
  ];
  return zones.flatMap(({ path, zone }) =>
    [...keyMistakes(zone ?? ''), ...parseZone(withKeys(zone ?? '')).errors].map(({ line, message }) => ({
      path,
      message: `line ${line}: ${message}`,
      remedy: 'Write one record a line: name type data',
    })),
  );
}

/** A scenario is the same everywhere and every time: its zone alone answers. */
function serverMistakes(scenario: Scenario): Mistake[] {
  const all = [
    { path: ['settings'], settings: scenario.settings },
    ...(scenario.cases ?? []).map((one, index) => ({ path: ['cases', index, 'settings'], settings: one.settings })),
  ];
  return all.flatMap(({ path, settings }) =>
    (settings as SettingsInput | undefined)?.dns?.servers?.enabled === true
      ? [
          {
            path: [...path, 'dns', 'servers', 'enabled'],
            message: 'asks real servers, which no scenario does: they answer otherwise tomorrow, or not at all',
            remedy: 'Write the names it needs into its zone',
          },
        ]
      : [],
  );
}

function byteMistakes(scenario: Scenario): Mistake[] {
  const { opening, closing, talk, after, population, cases = [] } = scenario;
  const places = [
    { path: ['opening'], talk: opening },
    { path: ['talk'], talk, after, at: ['after'] },
    { path: ['closing'], talk: closing },
    ...ofGroups(['population'], population).map(({ path, value }) => ({ path, talk: value })),
    ...cases
      .flatMap((one, index) => ofGroups(['cases', index, 'population'], one.population))
      .map(({ path, value }) => ({ path, talk: value })),
    ...cases.map((one, index) => ({
      path: ['cases', index, 'talk'],
      talk: one.talk,
      after: one.after,
      at: ['cases', index, 'after'],
    })),
  ];
  const tried = ({ path, bytes }: Written): Mistake[] => {
    try {
      segmentsOf(bytes);
      return [];
    } catch (error) {
      return [{ path, message: (error as Error).message, remedy: 'A backslash itself is written \\\\' }];
    }
  };
  return places.flatMap((place) => {
    const { path, talk: steps = [] } = place;
    const written = steps.flatMap((one, index) => bytesOf(one, [...path, index]));
    if (!('after' in place)) return written.flatMap(tried);
    const { after: then = {}, at } = place;
    for (const key of ['contains', 'lacks', 'equals'] as const) {
      const bytes = then[key];
      if (bytes !== undefined) written.push({ path: [...at, key], bytes });
    }
    for (const [key, bytes] of Object.entries(then.handedOn ?? {}))
      if (bytes !== undefined) written.push({ path: [...at, 'handedOn', key], bytes });
    return written.flatMap(tried);
  });
}

interface Written {
  readonly path: readonly (string | number)[];
  readonly bytes: Literal | readonly Literal[];
}

/** The literal bytes in a step, with their places. */
function bytesOf(step: Step, path: readonly (string | number)[]): Written[] {
  if ('say' in step) return [{ path: [...path, 'say'], bytes: step.say }];
  if ('send' in step) return [{ path: [...path, 'send'], bytes: step.send }];
  if ('starttls' in step) return step.starttls === true ? [] : helloOf(step.starttls, [...path, 'starttls']);
  if ('tls' in step) return step.tls === 'off' ? [] : helloOf(step.tls, [...path, 'tls']);
  if ('compose' in step)
    return bytesOfMessage([...path, 'compose'], step.compose).map(({ path: at, value }) => ({
      path: at,
      bytes: value,
    }));
  if (!('connect' in step)) return [];
  const { first, proxy, tls } = step.connect;
  const isRaw = typeof proxy === 'string' || (proxy !== undefined && 'repeat' in proxy);
  return [
    ...(first === undefined ? [] : [{ path: [...path, 'connect', 'first'], bytes: first }]),
    ...(isRaw ? [{ path: [...path, 'connect', 'proxy'], bytes: proxy }] : []),
    ...(tls === undefined ? [] : helloOf(tls, [...path, 'connect', 'tls'])),
  ];
}

const helloOf = ({ hello }: Handshake, path: readonly (string | number)[]): Written[] =>
  typeof hello === 'object' ? [{ path: [...path, 'hello', 'bytes'], bytes: hello.bytes }] : [];

/** Under each preset that a case names, its settings must be valid and offer its role, or it says that they do not. */
function baseMistakes(scenario: Scenario): Mistake[] {
  return casesOf(scenario).flatMap(({ name, variant }) =>
    presets.flatMap((preset): Mistake[] => {
      const entry = (variant?.presets ?? scenario.presets)[preset];
      if (entry === undefined) return [];
      const path = variant?.presets
        ? ['cases', (scenario.cases ?? []).indexOf(variant), 'presets', preset]
        : ['presets', preset];
      const settled = caseSettings({ scenario, variant, base: preset });
      if ('problems' in settled) {
        const [first] = settled.problems;
        if (first?.message.startsWith('sets ')) return [];
        return [
          {
            path: ['settings'],
            message: `under ${preset}: ${first?.path}: ${first?.message}`,
            remedy: 'Correct the setting',
          },
        ];
      }
      const isOffered = settled.settings.listeners.some(({ role, enable }) => enable && role === scenario.role);
      if (isOffered === (expectedOutcome(entry).outcome !== 'notApplicable')) return [];
      const which = name === '-' ? '' : ` (case ${name})`;
      return isOffered
        ? [{ path, message: `${preset} has a ${scenario.role} listener${which}`, remedy: 'Expect held or breached' }]
        : [
            {
              path,
              message: `${preset} has no ${scenario.role} listener${which}`,
              remedy: 'Remove the preset, or expect notApplicable',
            },
          ];
    }),
  );
}

/** The cases of a scenario: its variants, or itself under the name `-`. */
function casesOf(scenario: Scenario) {
  const { cases } = scenario;
  return cases === undefined
    ? [{ name: '-', variant: undefined }]
    : cases.map((variant) => ({ name: variant.name, variant }));
}

/** Where a run plays what can be played in both worlds, and the seed of what is simulated. */
export interface Playing {
  /** Real unless said. */
  readonly world?: WorldName;
  /** Leaves out what cannot be played there; otherwise it is played where it can be. */
  readonly only?: boolean;
  readonly seed?: number;
}

/** What is to be played: every case under every preset it names, or every case against a person's settings. */
export function tasksOf(
  loaded: readonly LoadedScenario[],
  against: 'presets' | Pick<CaseTask, 'base' | 'mine'>,
  { world = 'real', only = false, seed = 0 }: Playing = {},
): CaseTask[] {
  return loaded.flatMap(({ id, scenario }) => {
    const possible = scenario === undefined ? [] : worldsOf(scenario.world);
    const where = possible.find((one) => one === world) ?? (only ? undefined : possible[0]);
    if (scenario === undefined || where === undefined) return [];
    return casesOf(scenario).flatMap(({ name, variant }): CaseTask[] => {
      const task = { id, scenario, case: name, world: where, seed };
      if (against !== 'presets') return [{ ...task, ...against }];
      const named = variant?.presets ?? scenario.presets;
      return presets.filter((preset) => named[preset] !== undefined).map((base) => ({ ...task, base, proves: true }));
    });
  });
}
