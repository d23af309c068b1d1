// `gatehouse dns`: asks one question as the receiver would, and takes zone files of BIND in and out.
import { HostError } from '../../contract/rpc.ts';
import { senderCalls } from '../../contract/senderCalls.ts';
import { defaults } from '../../contract/settings/settings.ts';
import { readBind } from '../../dns/bindRead.ts';
import { writeBind } from '../../dns/bindWrite.ts';
import { createDns } from '../../dns/dns.ts';
import { realWorld } from '../../world/real.ts';
import type { Command, Given } from '../cli.ts';
import { askDns } from '../dnsHandlers.ts';
import { CommandError, type ExitCode } from '../exit.ts';
import { readText } from '../files.ts';
import { readConfig } from './check.ts';

const types = senderCalls['dns.ask'].input.shape.type.options;
type Type = (typeof types)[number];

const forms = ['ask NAME [TYPE]', 'import FILE', 'export'];

export const dns: Command = {
  name: 'dns',
  summary: 'ask a DNS question as the receiver would; read and write zone files',
  usage: `dns ${forms.join(' | ')} [--config FILE] [OPTIONS]`,
  help: `
ask looks in the zone of the configuration first, then asks servers where dns.servers.enabled is on, and says why the
answer is what it is. TYPE is A unless said; an address can be asked for with PTR. Exits 1 when there was no answer: a
failure, a refusal, a timeout.

import reads a zone file of BIND (RFC 1035 section 5) and prints lines for dns.zone; what a zone cannot hold is listed on
standard error with its line. Exits 2 when nothing could be taken. export prints the zone of the configuration as a zone
file; faults have no place there and are listed in the same way.`,
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration; the defaults when there is none' },
    origin: { type: 'string', value: 'NAME', help: 'import: what relative names are completed with' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  run: async (given) => {
    const [verb, ...words] = given.files;
    if (verb === 'ask' && words.length > 0 && words.length < 3) return ask(given, words);
    if (verb === 'import' && words.length === 1) return importZone(given, words[0] ?? '');
    if (verb === 'export' && words.length === 0) return exportZone(given);
    throw new CommandError(2, `dns ${given.files.join(' ')}: expected ${forms.join(', ')}`);
  },
};

const configOf = ({ values }: Given) =>
  typeof values['config'] === 'string' ? readConfig(values['config']) : defaults;

async function ask(given: Given, [name = '', word = 'A']: readonly string[]): Promise<ExitCode> {
  const type: Type | undefined = types.find((each) => each === word.toUpperCase());
  if (type === undefined)
    throw new CommandError(2, `there is no type ${word}`, [`expected one of ${types.join(', ')}`]);
  const asked = createDns(realWorld);
  const { question, because } = await askDns(asked, { name, type, group: configOf(given).dns })
    .catch((error: unknown) => {
      throw error instanceof HostError ? new CommandError(2, error.message, error.details) : error;
    })
    .finally(() => asked.close());
  const { answer } = question;
  if (given.values['json'] === true) process.stdout.write(`${JSON.stringify({ question, because })}\n`);
  else {
    const rows = typeof answer === 'string' ? [answer] : answer;
    for (const row of rows) process.stdout.write(`${question.name} ${type} ${row}\n`);
    process.stderr.write(`${because}; ${question.ms} ms\n`);
  }
  return typeof answer !== 'string' || answer === 'NXDOMAIN' || answer === 'NODATA' ? 0 : 1;
}

function importZone({ values }: Given, file: string): ExitCode {
  const { zone, records, problems } = readBind(readText(file), (values['origin'] as string | undefined) ?? '');
  const lines = problems.map(({ line, message }) => `${file}:${line}: ${message}`);
  if (values['json'] === true) process.stdout.write(`${JSON.stringify({ zone, records, problems })}\n`);
  else if (records === 0 && lines.length > 0) throw new CommandError(2, 'nothing was taken', lines);
  else {
    process.stdout.write(zone);
    for (const line of lines) process.stderr.write(`${line}\n`);
  }
  return records === 0 && lines.length > 0 ? 2 : 0;
}

function exportZone(given: Given): ExitCode {
  const { text, problems } = writeBind(configOf(given).dns.zone);
  if (given.values['json'] === true) process.stdout.write(`${JSON.stringify({ text, problems })}\n`);
  else {
    process.stdout.write(text);
    for (const { line, message } of problems) process.stderr.write(`line ${line} of the zone: ${message}\n`);
  }
  return 0;
}
