// `gatehouse check`: says what is wrong with configurations and scenarios, with line and remedy, and changes nothing.
import { statSync } from 'node:fs';
import { type Advice, loginAdvice, notOffered } from '../../contract/advice.ts';
import { dnsAdvice, senderAdvice } from '../../contract/senderAdvice.ts';
import type { Settings } from '../../contract/settings/settings.ts';
import { problemText } from '../../formats/problem.ts';
import { settingsWarnings } from '../../formats/settingsWarnings.ts';
import { parseYaml } from '../../formats/yaml.ts';
import type { Command } from '../cli.ts';
import { CommandError } from '../exit.ts';
import { readText } from '../files.ts';
import { readConfiguration } from '../reading.ts';
import { tryKerberos } from '../tickets.ts';
import { tryTls } from '../tlsFiles.ts';
import { load } from './run.ts';

export const check: Command = {
  name: 'check',
  summary: 'say what is wrong with configurations and scenarios',
  usage: 'check FILE... [--json]',
  help: `
A folder, or a YAML file with a talk or a title, is checked as scenarios; any other file as a configuration, with
the certificates, keys and cipher lists of its listeners, and the keytab of GSSAPI. Exits 2 when anything is wrong; what
clients may not like, what works but is risky, and mechanisms that are listed but cannot be offered on this machine are
warnings. With --json it prints {"ok", "problems": [TEXT], "warnings": [TEXT]}.`,
  options: { json: { type: 'boolean', help: 'print JSON' } },
  run: async ({ values, files }) => {
    if (files.length === 0) throw new CommandError(2, 'check needs a file or folder');
    const problems: string[] = [];
    const warnings: string[] = [];
    for (const file of files) {
      try {
        if (isScenario(file)) await load([file]);
        else {
          const settings = readConfig(file);
          const tried = await tryTls(settings, file);
          problems.push(...tried.problems);
          warnings.push(...tried.warnings);
          const unavailable = await tryKerberos(settings, file);
          if (unavailable !== undefined) warnings.push(unavailable);
          warnings.push(...adviceOn(settings).map(({ path, text }) => `${file}: ${path}: ${text}`));
        }
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        problems.push(...(error.details.length > 0 ? error.details : [error.message]));
      }
    }
    if (values['json'] === true)
      process.stdout.write(`${JSON.stringify({ ok: problems.length === 0, problems, warnings })}\n`);
    else tell(files, problems, warnings);
    return problems.length > 0 ? 2 : 0;
  },
};

function tell(files: readonly string[], problems: readonly string[], warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (problems.length > 0)
    throw new CommandError(2, problems.length === 1 ? 'one problem' : `${problems.length} problems`, problems);
  process.stdout.write(`${files.join(', ')}: nothing is wrong\n`);
}

/** What works and deserves a warning all the same. */
function adviceOn(settings: Settings): readonly Advice[] {
  // Of stages only what shuts out somebody is told, and senderAdvice knows whom.
  const alone = settingsWarnings(settings).filter(({ path }) => !/^sender\.\w+\.stage$/.test(path));
  return [
    ...alone,
    ...loginAdvice(settings),
    ...notOffered(settings),
    ...senderAdvice(settings),
    ...dnsAdvice(settings),
  ];
}

function isScenario(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) return true;
  const parsed = parseYaml(readText(file), file);
  if ('errors' in parsed || typeof parsed.value !== 'object' || parsed.value === null) return false;
  return 'talk' in parsed.value || 'title' in parsed.value;
}

/** Reads a configuration; exit 2 with every mistake at its line. */
export function readConfig(file: string): Settings {
  const read = readConfiguration(readText(file), file);
  if ('errors' in read)
    throw new CommandError(
      2,
      `${file} is not a valid configuration; nothing was changed`,
      read.errors.map(problemText),
    );
  return read.value;
}
