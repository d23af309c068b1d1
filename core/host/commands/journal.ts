// `gatehouse journal`: what can be told from dumped events alone.
import { join } from 'node:path';
import { digestOfRun } from '../../simulate/digest.ts';
import { NoEvent, readDump } from '../../simulate/dump.ts';
import type { Command } from '../cli.ts';
import { CommandError, systemReason } from '../exit.ts';
import { readManifest } from './dumping.ts';

export const journal: Command = {
  name: 'journal',
  summary: 'compute the checksum of dumped events again',
  usage: 'journal hash DIR',
  help: `
Reads every event in a folder that gatehouse run --dump DIR has written, and prints the checksum that the report of that
run prints as its journal: nothing else is read. Of simulated cases every octet counts; of those played on real sockets only
what is the same in every equal run: no times, ports and ids, and replies by their codes and reasons. A file that is missing
or was added is an error, and so are no events at all.`,
  options: {},
  run: async ({ files: [verb, folder, ...more] }) => {
    if (verb !== 'hash' || folder === undefined || more.length > 0)
      throw new CommandError(
        2,
        verb === undefined || verb === 'hash' ? 'journal hash needs one folder' : `journal ${verb}: expected hash`,
        ['for example: gatehouse journal hash dump'],
      );
    const { cases } = readManifest(folder);
    const digests: string[] = [];
    let events = 0;
    for (const { file, world, broken } of cases) {
      const read = broken ? { digest: '', events: 0 } : await readCase(join(folder, file), world);
      digests.push(read.digest);
      events += read.events;
    }
    if (events === 0) throw new CommandError(1, `${folder}: no events were recorded`);
    process.stdout.write(`${digestOfRun(digests)}\n`);
    return 0;
  },
};

async function readCase(file: string, world: Parameters<typeof readDump>[1]) {
  try {
    return await readDump(file, world);
  } catch (error) {
    if (error instanceof NoEvent) throw new CommandError(1, `${file}: ${error.message}`);
    throw new CommandError(2, `${file}: cannot be read: ${systemReason(error)}`);
  }
}
