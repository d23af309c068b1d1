// The scenarios as a tree of themes, filtered, with the columns of the matrix. Pure.
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import { type Base, type Outcome, type Preset, presets } from '../../../core/contract/scenario.ts';

export interface Theme {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ScenarioRow[];
}

/** A line of the tree. */
export type Line =
  | { readonly kind: 'theme'; readonly id: string; readonly theme: Theme }
  | { readonly kind: 'scenario'; readonly id: string; readonly theme: Theme; readonly row: ScenarioRow };

/** Words that do not follow from the folder's name. */
const titles: Readonly<Record<string, string>> = {
  auth: 'Authentication',
  spf: 'SPF',
  '': 'Other',
};

export function themeTitle(id: string): string {
  return titles[id] ?? id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ').replaceAll('/', ' / ');
}

/** Attacks first, by theme; those who must be served last. */
export function themesOf(rows: readonly ScenarioRow[]): readonly Theme[] {
  const found = new Map<string, ScenarioRow[]>();
  for (const row of rows) found.set(row.theme, [...(found.get(row.theme) ?? []), row]);
  const rank = (theme: Theme) => (theme.rows.every(({ kind }) => kind === 'citizen') ? 1 : 0);
  return [...found]
    .map(([id, all]) => ({ id, title: themeTitle(id), rows: all.toSorted(byRow) }))
    .toSorted((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

const byRow = (a: ScenarioRow, b: ScenarioRow) => a.row.localeCompare(b.row) || a.title.localeCompare(b.title);

/** Rows in which every word is found; `words` says what else a row can be found by. */
export function filterRows(
  rows: readonly ScenarioRow[],
  text: string,
  words: (row: ScenarioRow) => string,
): readonly ScenarioRow[] {
  const wanted = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const { id, title, row: catalogue, role, kind, about, knobs } = row;
    const all = [id, title, catalogue, role, kind, about, ...knobs, words(row)].join('\n').toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}

/** The lines to show: themes, and the scenarios of those that are open. */
export function linesOf(themes: readonly Theme[], closed: ReadonlySet<string>): readonly Line[] {
  return themes.flatMap((theme): Line[] => [
    { kind: 'theme', id: `theme:${theme.id}`, theme },
    ...(closed.has(theme.id) ? [] : theme.rows.map((row) => ({ kind: 'scenario' as const, id: row.id, theme, row }))),
  ]);
}

export interface Column {
  readonly id: string;
  readonly title: string;
  /** The bases shown in it; of several that apply the worse outcome. */
  readonly bases: readonly Base[];
}

export const columns: readonly Column[] = [
  { id: 'mine', title: 'mine', bases: ['mine'] },
  { id: 'axigen', title: 'AXIGEN', bases: ['axigen-10.3'] },
  { id: 'hardened', title: 'hardened', bases: ['hardened-mx', 'hardened-submission'] },
  { id: 'weak', title: 'weak', bases: ['weak'] },
];

/** The bases a scenario has something to say under: the person's own, and the presets it names. */
export function basesOf(row: ScenarioRow): readonly Base[] {
  return ['mine', ...presets.filter((preset) => row.presets[preset] !== undefined)];
}

/** What the file expects under a base; nothing for the person's own settings. */
export function expectedOf(row: ScenarioRow, base: Base): Outcome | undefined {
  return base === 'mine' ? undefined : row.presets[base]?.outcome;
}

/** The hardened preset for the scenario's role. */
export function hardenedFor(role: string): Preset {
  return role === 'mx' ? 'hardened-mx' : 'hardened-submission';
}

/** What a difference was, without the sentence about the gain in front of it. */
export function differenceOf({ why, gained }: { readonly why: string; readonly gained?: string | undefined }): string {
  return gained !== undefined && why.startsWith(`${gained} (`) && why.endsWith(')')
    ? why.slice(gained.length + 2, -1)
    : why;
}

/** Expected and found of a difference that shows only afterwards: `afterwards: expected 0 stored, found 1 message stored`. */
export function afterwardsOf(difference: string): { readonly expected: string; readonly heard: string } | undefined {
  const found = /^(?:turned away: )?afterwards: expected (.+?), found (.+)$/s.exec(difference);
  return found ? { expected: found[1] ?? '', heard: found[2] ?? '' } : undefined;
}
