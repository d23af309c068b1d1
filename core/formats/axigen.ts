// AXIGEN's configuration as it is really stored, axigen.cfg and smtpFilters.script: export, import, and what is lost.
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { reasonFor } from './axigen.table.ts';
import { type Cfg, parseCfg, printCfg } from './axigenCfg.ts';
import { newCfgText } from './axigenCfgEdit.ts';
import { readFiles } from './axigenRead.ts';
import type { Note, Told } from './axigenReadRows.ts';
import { newScript, newServer } from './axigenTemplate.ts';
import { writeFiles } from './axigenWrite.ts';
import { type Draft, type Loss, newDraft } from './axigenWriteRows.ts';
import { type FileProblem, problemText } from './problem.ts';
import { equal, isList, isMapping } from './settingsTree.ts';
import { type Filters, parseFilters, printFilters } from './smtpFilters.ts';

export type { Loss } from './axigenWriteRows.ts';
export type { Note } from './axigenReadRows.ts';

/** The names of the two files. */
export const CFG_FILE = 'axigen.cfg';
export const SCRIPT_FILE = 'smtpFilters.script';

/** The two files, and every setting that reading them again would not give back, with the reason. */
export type AxigenExport = {
  readonly files: { readonly [CFG_FILE]: string; readonly [SCRIPT_FILE]: string };
  readonly losses: readonly Loss[];
};

/** Settings with what there is to tell by line, or everything that keeps the files from being read. */
export type AxigenImport =
  { readonly settings: Settings; readonly notes: readonly Note[] } | { readonly errors: readonly FileProblem[] };

const newText = newCfgText(newServer);

const cfgOf = (text: string): Cfg => {
  const parsed = parseCfg(text, CFG_FILE);
  if ('error' in parsed) throw new Error(problemText(parsed.error));
  return parsed.cfg;
};

const filtersOf = (text: string): Filters => {
  const parsed = parseFilters(text, SCRIPT_FILE);
  if ('error' in parsed) throw new Error(problemText(parsed.error));
  return parsed.filters;
};

/** The files to start from: those an import brought, or new ones where it brought none or none that can be read. */
const startFrom = ({
  axigenCfg,
  smtpFilters,
}: Settings['carried']): { readonly draft: Draft; readonly losses: readonly Loss[] } => {
  const cfg = axigenCfg === '' ? undefined : parseCfg(axigenCfg, CFG_FILE);
  const filters = smtpFilters === '' ? undefined : parseFilters(smtpFilters, SCRIPT_FILE);
  const lost = (path: string, parsed: object | undefined): readonly Loss[] =>
    parsed !== undefined && 'error' in parsed
      ? [
          {
            path,
            value: '(text)',
            why: `it cannot be read, so a new file was begun: ${problemText(parsed.error as FileProblem)}`,
          },
        ]
      : [];
  return {
    draft: newDraft(
      cfg !== undefined && 'cfg' in cfg ? cfg.cfg : cfgOf(newText),
      filters !== undefined && 'filters' in filters ? filters.filters : filtersOf(newScript),
    ),
    losses: [...lost('carried.axigenCfg', cfg), ...lost('carried.smtpFilters', filters)],
  };
};

const told = (file: string): Told => ({ file, notes: [], problems: [] });

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Lists whose items are compared one by one, because the files hold them as objects. */
const isItemised = (path: string): boolean => /^(listeners|(listeners\.\d+\.)?access\.(allow|deny))$/.test(path);

/** Every setting that reading the files again gives otherwise, apart from items that were left out. */
const differences = (draft: Draft, path: string, [wanted, got]: readonly [unknown, unknown]): readonly Loss[] => {
  if (equal(wanted, got)) return [];
  const inside = (step: string | number): string => (path === '' ? String(step) : `${path}.${step}`);
  if (isMapping(wanted) && isMapping(got)) {
    return Object.keys(wanted).flatMap((key) => differences(draft, inside(key), [wanted[key], got[key]]));
  }
  if (isItemised(path) && isList(wanted) && isList(got)) {
    const kept = wanted.flatMap((item, n) =>
      draft.dropped.some((loss) => loss.path === inside(n)) ? [] : [{ item, n }],
    );
    if (kept.length === got.length)
      return kept.flatMap(({ item, n }, at) => differences(draft, inside(n), [item, got[at]]));
  }
  const why = draft.unstored.get(path) ?? reasonFor(path);
  if (why === undefined)
    throw new Error(`${path} was not written, and no reason is known: ${shown(wanted)} became ${shown(got)}`);
  return [{ path, value: shown(wanted), why }];
};

const settingsIn = (files: {
  readonly cfg?: Cfg | undefined;
  readonly filters?: Filters | undefined;
}): AxigenImport => {
  const about = { cfg: told(CFG_FILE), filters: told(SCRIPT_FILE) };
  const plain = readFiles(files, about);
  const problems = [...about.cfg.problems, ...about.filters.problems];
  if (problems.length > 0) return { errors: problems };
  const result = settingsSchema.safeParse(plain);
  if (!result.success) {
    // Values are checked one by one as they are read; what is left concerns several, such as too many listeners.
    const remedy = 'Correct it in the file, then import again';
    return {
      errors: result.error.issues.map(({ path, message }) => ({
        file: CFG_FILE,
        line: 1,
        column: 1,
        path: path.join('.'),
        message,
        remedy,
      })),
    };
  }
  const notes = [about.cfg, about.filters].flatMap((one) => one.notes.toSorted((a, b) => a.line - b.line));
  return { settings: result.data, notes };
};

/** Writes both files; what became of the settings is not known yet. */
const written = (settings: Settings) => {
  const { draft, losses } = startFrom(settings.carried);
  writeFiles(draft, settings);
  return { draft, losses, files: { [CFG_FILE]: printCfg(draft.cfg), [SCRIPT_FILE]: printFilters(draft.filters) } };
};

/**
 * Writes settings as AXIGEN keeps them. Starts from the files an import brought (the settings group `carried`) and
 * changes only what is modelled, so that everything else comes back byte for byte.
 *
 * The losses are found by reading the files again: whatever is not on the list comes back equal. `carried` itself is
 * not compared; it is where the files came from.
 */
export const exportAxigen = (settings: Settings): AxigenExport => {
  const { draft, losses, files } = written(settings);
  const again = settingsIn({ cfg: cfgOf(files[CFG_FILE]), filters: filtersOf(files[SCRIPT_FILE]) });
  if ('errors' in again) throw new Error(`an export must be readable: ${again.errors.map(problemText).join('; ')}`);
  const { carried: _, ...wanted } = settings;
  const found = differences(draft, '', [wanted, { ...again.settings, carried: undefined }]);
  return { files, losses: [...losses, ...draft.dropped, ...found] };
};

/**
 * Reads AXIGEN's files; either may be missing. What is not modelled is noted by line, and kept in `carried` unless an
 * export without it would give the same file anyway.
 *
 * @returns settings the schema accepts, or every problem with file, line, column and remedy.
 */
export const importAxigen = (texts: {
  readonly cfg?: string | undefined;
  readonly script?: string | undefined;
}): AxigenImport => {
  const cfg = texts.cfg === undefined ? undefined : parseCfg(texts.cfg, CFG_FILE);
  const filters = texts.script === undefined ? undefined : parseFilters(texts.script, SCRIPT_FILE);
  const errors = [cfg, filters].flatMap((parsed) => (parsed !== undefined && 'error' in parsed ? [parsed.error] : []));
  if (errors.length > 0) return { errors };
  const read = settingsIn({
    cfg: cfg !== undefined && 'cfg' in cfg ? cfg.cfg : undefined,
    filters: filters !== undefined && 'filters' in filters ? filters.filters : undefined,
  });
  if ('errors' in read) return read;
  const fresh = written(read.settings).files;
  const kept = (text: string | undefined, anyway: string): string =>
    text === undefined || text === anyway ? '' : text;
  const carried = { axigenCfg: kept(texts.cfg, fresh[CFG_FILE]), smtpFilters: kept(texts.script, fresh[SCRIPT_FILE]) };
  return { settings: { ...read.settings, carried }, notes: read.notes };
};
