// Settings out and in: export in each format with what it loses, import into a draft with what was not understood.
import type { Output, SettingsState } from '../contract/calls.ts';
import { CFG_FILE, exportAxigen, importAxigen, SCRIPT_FILE } from '../formats/axigen.ts';
import { settingsJsonSchema } from '../formats/jsonSchema.ts';
import { withRemedy } from '../formats/problem.ts';
import { readSettings, SETTINGS_SCHEMA_FILE } from '../formats/yaml.ts';
import { fail2banFilter, fail2banJail } from '../log/fail2ban.ts';

type Exported = Output<'settings.export'>;
type Imported = Output<'settings.import'>;
export type ExportFormat = 'axigen' | 'yaml' | 'schema' | 'fail2ban';

export function exportSettings(
  format: ExportFormat,
  { yaml, settings }: Pick<SettingsState, 'yaml' | 'settings'>,
): Exported {
  switch (format) {
    case 'axigen': {
      const { files, losses } = exportAxigen(settings);
      return {
        files: Object.entries(files).map(([name, text]) => ({ name, text })),
        losses: losses.map(({ path, value, why }) => ({ path, value: shown(value), why })),
      };
    }
    case 'yaml':
      return { files: [{ name: 'gatehouse.yml', text: yaml }], losses: [] };
    case 'schema':
      return {
        files: [{ name: SETTINGS_SCHEMA_FILE, text: `${JSON.stringify(settingsJsonSchema(), null, 2)}\n` }],
        losses: [],
      };
    case 'fail2ban':
      return {
        files: [
          { name: 'axigen-smtp.conf', text: fail2banFilter },
          { name: 'axigen-smtp.jail.conf', text: fail2banJail },
        ],
        losses: [],
      };
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Reads files a person chose: one YAML configuration, or axigen.cfg, smtpFilters.script or both. Nothing is applied. */
export function importSettings(files: readonly { readonly name: string; readonly text: string }[]): Imported {
  const yaml = files.filter(({ name }) => /\.ya?ml$/i.test(name));
  const script = files.filter(
    ({ name, text }) => /\.script$/i.test(name) || (!/\.cfg$/i.test(name) && /^\s*(event|method)\s/m.test(text)),
  );
  const cfg = files.filter((file) => !yaml.includes(file) && !script.includes(file));
  if (yaml.length > 1 || cfg.length > 1 || script.length > 1 || (yaml.length > 0 && files.length > 1))
    return failed('choose one YAML file, or one axigen.cfg with at most one smtpFilters.script');
  const [one] = yaml;
  if (one) {
    const read = readSettings(one.text, one.name);
    if ('errors' in read) return { problems: read.errors.map(withRemedy), notes: [] };
    return { problems: [], settings: read.value, notes: [] };
  }
  const read = importAxigen({ cfg: cfg[0]?.text, script: script[0]?.text });
  const named = (file: string) =>
    (file === CFG_FILE ? cfg[0]?.name : file === SCRIPT_FILE ? script[0]?.name : undefined) ?? file;
  if ('errors' in read)
    return { problems: read.errors.map((error) => ({ file: named(error.file), ...withRemedy(error) })), notes: [] };
  return {
    problems: [],
    settings: read.settings,
    notes: read.notes.map((note) => ({ ...note, file: named(note.file) })),
  };
}

const failed = (message: string): Imported => ({ problems: [{ path: '', message }], notes: [] });
