// What the knobs of a case stood at while it was played, as text for people.
import { caseSettings } from '../simulate/settle.ts';
import type { CaseTask } from '../simulate/run.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters of a value that is a list or a mapping. */
const MOST = 120;

/** Each knob of the scenario with its values; of listeners those of its role. Empty when the settings do not fit. */
export function valuesOf({ scenario, case: name, base, mine }: Omit<CaseTask, 'world'>): Record<string, string> {
  const variant = scenario.cases?.find((one) => one.name === name);
  const settled = caseSettings({ scenario, variant, base, mine });
  if ('problems' in settled) return {};
  const { listeners, ...rest } = settled.settings;
  const ours = listeners.filter(({ role }) => role === scenario.role);
  const tree = { ...rest, listeners: ours.length > 0 ? ours : listeners };
  return Object.fromEntries(
    scenario.knobs.map((knob) => [knob, [...new Set(valuesAt(tree, knob.split('.')).map(text))].join(' / ') || 'none']),
  );
}

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
