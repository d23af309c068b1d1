// Exim as a client with a smarthost: one run a message, configuration and spool in a temporary folder, no daemon.
import { chmodSync, copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './running.ts';
import { authority, letter, sender } from './yard.ts';

export interface Way {
  readonly to: string;
  readonly port: number;
  /** Options of its smtp transport. */
  readonly options: readonly string[];
  /** Options of its authenticator; none: no login. */
  readonly login?: readonly string[];
}

export interface Place {
  readonly program: string;
  /** A folder that others may enter. */
  readonly folder: string;
}

/** Of root's rights Exim keeps none; started by anyone else it stays who it is. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? 'Debian-exim' : process.getuid?.();
const group = isRoot ? 'Debian-exim' : process.getgid?.();

const indented = (options: readonly string[]) => options.map((option) => `  ${option}`).join('\n');

const configuration = ({ program, folder }: Place, { port, options, login }: Way) => `
exim_path = ${program}
exim_user = ${user}
exim_group = ${group}
keep_environment =
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
primary_hostname = exim.client.example
qualify_domain = client.example
local_interfaces = <; 127.0.0.1
disable_ipv6
local_from_check = false
untrusted_set_sender = *
begin routers
smarthost:
  driver = manualroute
  transport = smarthost
  route_list = * localhost::${port} byname
  self = send
begin transports
smarthost:
  driver = smtp
  tls_verify_certificates = ${folder}/authority.pem
${indented(options)}
begin authenticators
${login ? `login:\n${indented(login)}` : ''}
`;

/** Delivers the letter in the foreground and gives what Exim said of it; it keeps what it could not deliver. */
export async function deliver({ program, folder: around }: Place, way: Way): Promise<string> {
  const folder = mkdtempSync(join(around, 'run-'));
  chmodSync(folder, 0o777);
  const file = join(folder, 'configuration');
  writeFileSync(file, configuration({ program, folder }, way), { mode: 0o644 });
  copyFileSync(authority, join(folder, 'authority.pem'));
  chmodSync(join(folder, 'authority.pem'), 0o644);
  const { code, said } = await run(program, ['-C', file, '-v', '-odf', '-i', '-f', sender, way.to], letter(way.to));
  if (code !== 0) throw new Error(`Exim ended with ${code}: ${said}`);
  return said;
}
