// msmtp as a mail program: one run a message, all it is told in a file of its own.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, run, under } from './running.ts';
import { letter, sender } from './yard.ts';

export interface Way {
  readonly to: string;
  readonly port: number;
  /** Commands of msmtp's configuration, e.g. `tls on`. */
  readonly commands: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Hands the letter over; exit code 0 once it is accepted. */
export function deliver(program: string, folder: string, { to, port, commands, environment = {} }: Way): Promise<Run> {
  const file = join(mkdtempSync(join(folder, 'run-')), 'configuration');
  const account = ['account default', 'host localhost', `port ${port}`, `from ${sender}`, 'domain desk.client.example'];
  // msmtp refuses a file with a password that others may read.
  writeFileSync(file, `${[...account, ...commands].join('\n')}\n`, { mode: 0o600 });
  return run(...under(environment, program, [`--file=${file}`, '--debug', '--', to]), letter(to));
}
