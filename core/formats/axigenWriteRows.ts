// Writes the attributes of one object of axigen.cfg by the table's rows, and brings a set's members in line with a list.
import type { Row } from './axigen.table.ts';
import { type Cfg, scalarOf, type Value, wordsOf } from './axigenCfg.ts';
import { get, insertObject, type NewValue, type Path, remove, reorder, set } from './axigenCfgEdit.ts';
import { readText, settingAt, type Written } from './axigenValues.ts';
import { equal, valueAt } from './settingsTree.ts';
import type { Filters } from './smtpFilters.ts';

/** Something an export leaves behind: the settings path, its value as text, and the reason. */
export type Loss = { readonly path: string; readonly value: string; readonly why: string };

/** The files as they are being written. `dropped` are whole items of lists, `unstored` single values with the reason. */
export type Draft = {
  cfg: Cfg;
  filters: Filters;
  readonly dropped: Loss[];
  readonly unstored: Map<string, string>;
};

export const newDraft = (cfg: Cfg, filters: Filters): Draft => ({ cfg, filters, dropped: [], unstored: new Map() });

/** Leaves an item of a list out. */
export const drop = (draft: Draft, path: string, { value, why }: Omit<Loss, 'path'>): void => {
  draft.dropped.push({ path, value, why });
};

/** Whether a text in the file already means what would be written. */
const says = (row: Row, setting: string, found: { readonly text: string; readonly written: Written }): boolean => {
  const reading = readText(row.codec, { text: found.text, setting });
  return 'value' in reading && equal(row.codec.write(reading.value), found.written);
};

/**
 * Writes the values of a scope into an object. A value the file already says, in whatever form, is not touched; a
 * default that stands nowhere is not added.
 *
 * @param scope `base` is the settings path of the rows with `*` for items of lists, `at` the same with their numbers.
 */
export const writeRows = (
  draft: Draft,
  path: Path,
  scope: { readonly rows: readonly Row[]; readonly base: string; readonly at: string; readonly values: unknown },
): void => {
  for (const row of scope.rows) {
    const value = valueAt(scope.values, row.setting.split('.'));
    const attribute = [...path, ...row.axigen.split('.')];
    const setting = scope.base + row.setting;
    const text = (row.codec.isSet ? wordsOf : scalarOf)(get(draft.cfg, attribute));
    const written = row.codec.write(value);
    if ('why' in written) draft.unstored.set(scope.at + row.setting, written.why);
    else if (text === undefined ? !equal(value, settingAt(setting).standing) : !says(row, setting, { text, written })) {
      draft.cfg = set(draft.cfg, attribute, newValue(written));
    }
  }
};

const newValue = (written: Exclude<Written, { readonly why: string }>): NewValue => {
  if ('words' in written) return written.words;
  return written.quoted === true ? { quoted: written.text } : written.text;
};

/** How the members of a set answer to a list: by key; members that have none are left where they are. */
export type Alignment = {
  readonly wanted: readonly string[];
  readonly keyOf: (item: Value) => string | undefined;
  readonly fresh: Readonly<Record<string, NewValue>>;
};

const keysIn = (draft: Draft, path: Path, keyOf: Alignment['keyOf']): readonly (string | undefined)[] => {
  const found = get(draft.cfg, path);
  return found?.kind === 'set' ? found.items.map(keyOf) : [];
};

/**
 * Makes a set of objects hold one member for each wanted key, in that order: removes those not wanted, adds new ones
 * at the end, and moves them only if they stand in another order. Of several members with one key the first is meant,
 * the others stay as they are.
 *
 * @returns the place of each wanted key in the set.
 */
export const alignSet = (draft: Draft, path: Path, { wanted, keyOf, fresh }: Alignment): readonly number[] => {
  const before = keysIn(draft, path, keyOf);
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const key = before[at];
    if (key !== undefined && !wanted.includes(key)) draft.cfg = remove(draft.cfg, [...path, at]);
  }
  const keys = [...keysIn(draft, path, keyOf)];
  for (const key of wanted) {
    if (keys.includes(key)) continue;
    draft.cfg = insertObject(draft.cfg, path, fresh);
    keys.push(key);
  }
  const places = wanted.map((key) => keys.indexOf(key));
  const sorted = places.toSorted((one, other) => one - other);
  const order = keys.map((_, at) => at);
  sorted.forEach((place, n) => {
    order[place] = places[n] ?? place;
  });
  if (keys.length > 0) draft.cfg = reorder(draft.cfg, path, order);
  return sorted;
};
