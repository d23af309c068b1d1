// `gatehouse export`, `import` and `schema`: configurations out to other forms and back in.
import { join } from 'node:path';
import { basename, dirname } from 'node:path';
import { existsSync } from 'node:fs';
import { defaults } from '../../contract/settings/settings.ts';
import { freshYaml } from '../../formats/yaml.ts';
import { scenarioJsonSchema, settingsJsonSchema } from '../../formats/jsonSchema.ts';
import type { Command } from '../cli.ts';
import { type ExportFormat, exportSettings, importSettings } from '../exchange.ts';
import { CommandError, problemLine } from '../exit.ts';
import { mustBeFree, readText, writeWhole } from '../files.ts';
import { readConfig } from './check.ts';

const formats = ['axigen', 'yaml', 'schema', 'fail2ban'] as const satisfies readonly ExportFormat[];

export const exportCommand: Command = {
  name: 'export',
  summary: 'write a configuration as axigen.cfg and smtpFilters.script, and list what is lost',
  usage: 'export --config FILE --format axigen --out DIR [--force] [--json]',
  help: `
Formats: axigen (axigen.cfg and smtpFilters.script), yaml, schema (JSON Schema of configurations), fail2ban (a filter for
the log). What was imported and is not modelled is given back untouched. Settings without a documented place in the format
are listed on standard error, or with --json in {"files": [PATH], "losses": [{"path", "value", "why"}]}.`,
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration; the defaults when there is none' },
    format: { type: 'string', short: 'f', value: 'NAME', help: formats.join(', ') },
    out: { type: 'string', short: 'o', value: 'DIR', help: 'folder to write to; made when missing' },
    force: { type: 'boolean', help: 'replace files that are there' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  run: ({ values, files }) => {
    if (files.length > 0)
      throw new CommandError(2, `export takes no file names: ${files.join(' ')}`, ['did you mean --config FILE?']);
    const format = formats.find((one) => one === values['format']);
    if (!format)
      throw new CommandError(2, `--format ${String(values['format'] ?? '')}: expected ${formats.join(', ')}`);
    const out = values['out'] as string | undefined;
    if (out === undefined) throw new CommandError(2, 'export needs --out DIR');
    const config = values['config'] as string | undefined;
    const settings = config === undefined ? defaults : readConfig(config);
    const yaml = config === undefined ? freshYaml(defaults) : readText(config);
    const exported = exportSettings(format, { yaml, settings });
    const paths = exported.files.map(({ name }) => join(out, name));
    for (const path of paths) mustBeFree(path, values['force'] === true);
    for (const { name, text } of exported.files) writeWhole(join(out, name), text);
    if (values['json'] === true) process.stdout.write(`${JSON.stringify({ files: paths, losses: exported.losses })}\n`);
    else {
      process.stdout.write(`${paths.join('\n')}\n`);
      if (exported.losses.length > 0)
        process.stderr.write('These settings have no documented place there and are not in the files:\n');
      for (const { path, value, why } of exported.losses) process.stderr.write(`  ${path} = ${value}: ${why}\n`);
    }
    return Promise.resolve(0);
  },
};

export const importCommand: Command = {
  name: 'import',
  summary: 'read axigen.cfg and smtpFilters.script into a configuration',
  usage: 'import DIR/axigen.cfg [DIR/smtpFilters.script] --out FILE [--force] [--json]',
  help: `
Reads a saved axigen.cfg; the smtpFilters.script beside it is read too when it is there. What is not modelled is carried
along untouched and listed with its line, on standard error or with --json in {"file", "notes": [{"file", "line", "text",
"kind"}]}. Nothing is written when a file has a mistake.`,
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', help: 'the YAML file to write' },
    force: { type: 'boolean', help: 'replace the file when it is there' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  run: ({ values, files }) => {
    if (files.length === 0)
      throw new CommandError(2, 'import needs an axigen.cfg', [
        'for example: gatehouse import /var/opt/axigen/run/axigen.cfg --out lab.yml',
      ]);
    const out = values['out'] as string | undefined;
    if (out === undefined) throw new CommandError(2, 'import needs --out FILE');
    mustBeFree(out, values['force'] === true);
    const [first] = files;
    const isAlone = files.length === 1 && first !== undefined && !/\.ya?ml$/i.test(first);
    const beside = isAlone ? join(dirname(first), 'smtpFilters.script') : '';
    const all = isAlone && first !== beside && existsSync(beside) ? [...files, beside] : files;
    const { problems, settings, notes } = importSettings(
      all.map((file) => ({ name: basename(file), text: readText(file) })),
    );
    if (!settings)
      throw new CommandError(
        2,
        'nothing was imported',
        problems.map((problem) => problemLine(problem.file ?? first ?? '', problem)),
      );
    writeWhole(out, freshYaml(settings));
    if (values['json'] === true) process.stdout.write(`${JSON.stringify({ file: out, notes })}\n`);
    else {
      process.stdout.write(`${out}\n`);
      for (const { file, line, text, kind } of notes) process.stderr.write(`  ${file}:${line}: ${kind}: ${text}\n`);
    }
    return Promise.resolve(0);
  },
};

export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of configurations or scenarios',
  usage: 'schema [settings|scenario]',
  help: 'Editors with a YAML language server complete and check with it; see the first line of a configuration.',
  options: {},
  run: ({ files }) => {
    const [which = 'settings'] = files;
    if (files.length > 1 || !['settings', 'scenario'].includes(which))
      throw new CommandError(2, `schema ${files.join(' ')}: expected settings or scenario`);
    process.stdout.write(
      `${JSON.stringify(which === 'settings' ? settingsJsonSchema() : scenarioJsonSchema(), null, 2)}\n`,
    );
    return Promise.resolve(0);
  },
};
