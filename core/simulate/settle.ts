// The settings a case is played under: the base, what the scenario needs over it, and the rule that it keeps off its knobs.
import type { Problem } from '../contract/calls.ts';
import { presetSettings } from '../contract/presets.ts';
import type { Base, Scenario, ScenarioCase } from '../contract/scenario.ts';
import type { Population } from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { withOrdinary } from './ordinaryZone.ts';
import { withKeys } from './zoneKeys.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lays `over` on `base`: members of mappings one by one, a mapping on each of a list of them, everything else as a whole. */
function laid(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && base.every(isTree) && isTree(over)) return base.map((each) => laid(each, over));
  if (!isTree(base) || !isTree(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = key in base ? laid(base[key], value) : value;
  return result;
}

/** Dotted paths of all leaves, list positions left out. */
function leaves(value: unknown, path: string): string[] {
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (isTree(value)) return Object.entries(value).flatMap(([key, each]) => leaves(each, inside(key)));
  if (Array.isArray(value) && value.some(isTree)) return value.flatMap((each) => leaves(each, path));
  return [path];
}

const within = (path: string, outer: string) => path === outer || path.startsWith(`${outer}.`);

/** The knobs that a scenario's settings touch; a scenario attacks its knobs, only the base sets them. */
export function touchedKnobs(knobs: readonly string[], settings: Tree | undefined): string[] {
  const set = leaves(settings ?? {}, '').filter((path) => path !== '');
  return knobs.filter((knob) => set.some((path) => within(path, knob) || within(knob, path)));
}

/** The variant that a case of a scenario is; undefined for the one case of a scenario that names none. */
export const variantOf = ({ cases }: Scenario, name: string): ScenarioCase | undefined =>
  cases?.find((one) => one.name === name);

/** The population of a case; one client unless said. */
export const populationOf = (scenario: Scenario, variant: ScenarioCase | undefined): Population =>
  variant?.population ?? scenario.population ?? { clients: 1 };

/** The whole talk of a case: what stands in front of every talk, its own, and what stands behind. */
export const stepsOf = (scenario: Scenario, variant: ScenarioCase | undefined): readonly Step[] =>
  wholeTalk(scenario, variant?.talk ?? scenario.talk ?? []);

/** A talk with what stands in front of every talk, and behind. */
export const wholeTalk = ({ opening = [], closing = [] }: Scenario, talk: readonly Step[]): readonly Step[] => [
  ...opening,
  ...talk,
  ...closing,
];

/** Faults on purpose try the client; a scenario tries the receiver. */
const faultless = (settings: Settings): Settings => ({ ...settings, faults: { ...settings.faults, enabled: false } });

export interface CasePlan {
  readonly scenario: Scenario;
  readonly variant: ScenarioCase | undefined;
  readonly base: Base;
  /** The person's settings, for the base `mine`. */
  readonly mine?: Settings | undefined;
}

/** The settings of a case on its private receiver, or what is wrong with them. */
export function caseSettings(
  plan: CasePlan,
): { readonly settings: Settings } | { readonly problems: readonly Problem[] } {
  const { scenario, variant, base, mine } = plan;
  if (base === 'mine' && mine === undefined)
    return { problems: [{ path: '', message: 'no settings were given to play against' }] };
  const ground: Settings = base === 'mine' ? faultless(mine as Settings) : presetSettings(base);
  const problems = [scenario.settings, variant?.settings].flatMap((settings, index) =>
    touchedKnobs(scenario.knobs, settings).map((knob) => ({
      path: index === 0 ? 'settings' : `cases.${variant?.name ?? ''}.settings`,
      message: `sets ${knob}, which is one of its knobs: only the base sets a knob; remove it from settings, or from knobs`,
    })),
  );
  if (problems.length > 0) return { problems };
  const zone = variant?.zone ?? scenario.zone ?? '';
  const own = [scenario.settings, variant?.settings].flatMap((settings) => [unsaid(settings), settings]);
  const wanted = [...own, { dns: { zone: withKeys(withOrdinary(zone)) } }].reduce<unknown>(
    (all, settings) => (settings === undefined ? all : laid(all, settings)),
    ground,
  );
  const parsed = settingsSchema.safeParse(wanted);
  if (parsed.success) return { settings: isolated(parsed.data) };
  return {
    problems: parsed.error.issues.map((issue) => ({
      path: `settings.${issue.path.join('.')}`,
      message: issue.message,
    })),
  };
}

/** What a scenario says of the service's extensions counts on every listener, also where a person's listener differs. */
function unsaid(settings: Tree | undefined): Tree | undefined {
  const acceptance = settings?.acceptance;
  const extensions = isTree(acceptance) ? acceptance.extensions : undefined;
  if (!isTree(extensions)) return undefined;
  const words = Object.fromEntries(Object.keys(extensions).map((name) => [name, 'service'] as const));
  return { listeners: { extensions: words } };
}

/** Every listener on a free port of loopback with the test certificate: nothing of the person's own is bound or read, nobody outside is asked. */
function isolated(settings: Settings): Settings {
  return {
    ...settings,
    dns: { ...settings.dns, servers: { ...settings.dns.servers, enabled: false } },
    listeners: settings.listeners.map((listener) => ({
      ...listener,
      lab: '127.0.0.1:0',
      certificate: {
        ...listener.certificate,
        certFile: '',
        keyFile: '',
        sni: listener.certificate.sni.map((one) => ({ ...one, certFile: '', keyFile: '' })),
      },
      security: { ...listener.security, clientCaFile: '', keyLog: '' },
    })),
  };
}
