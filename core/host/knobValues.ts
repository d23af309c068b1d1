// What the knobs of a case stood at while it was played, as text for people, and what its listeners are called.
import { caseSettings, variantOf } from '../simulate/settle.ts';
import type { CaseTask } from '../simulate/run.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters of a value that is a list or a mapping. */
const MOST = 120;

export interface Played {
  /** Each knob of the scenario with its values; of listeners those of its role. */
  readonly knobs: Record<string, string>;
  /** Names, in their order. */
  readonly listeners: string[];
}

/** What the settings of a case say; empty when they do not fit. */
export function playedWith({ scenario, case: name, base, mine }: Omit<CaseTask, 'world'>): Played {
  const variant = variantOf(scenario, name);
  const settled = caseSettings({ scenario, variant, base, mine });
  if ('problems' in settled) return { knobs: {}, listeners: [] };
  const { listeners, ...rest } = settled.settings;
  const ours = listeners.filter(({ role }) => role === scenario.role);
  const tree = { ...rest, listeners: ours.length > 0 ? ours : listeners };
  const knobs = scenario.knobs.map((knob) => [knob, valueText(tree, knob)]);
  return { knobs: Object.fromEntries(knobs) as Played['knobs'], listeners: listeners.map((one) => one.name) };
}

/** One value where all are the same; else, of listeners, each behind its name: `mx 60 / backup 90`. */
function valueText(tree: Tree & { readonly listeners: readonly { readonly name: string }[] }, knob: string): string {
  const [first, ...rest] = knob.split('.');
  const named = tree.listeners.map((one) => ({ name: one.name, value: told(valuesAt(one, rest)) }));
  if (first !== 'listeners' || new Set(named.map(({ value }) => value)).size <= 1)
    return told(valuesAt(tree, knob.split('.')));
  return named.map(({ name, value }) => `${name} ${value}`).join(' / ');
}

const told = (values: readonly unknown[]) => [...new Set(values.map(text))].join(' / ') || 'none';

/** Values at a path that leaves list positions out: one for each item of the lists on the way. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  return isTree(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return value === '' ? '""' : value;
  const written = JSON.stringify(value);
  return written.length > MOST ? `${written.slice(0, MOST)}…` : written;
}
