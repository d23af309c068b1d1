// A private Postfix that receives on a loopback port and throws away what it took: what other servers' answers are compared with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { run } from './running.ts';

const daemons = ['/usr/lib/postfix/sbin', '/usr/libexec/postfix'].find(existsSync) ?? '/usr/lib/postfix/sbin';

const mainCf = (folder: string) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
daemon_directory = ${daemons}
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = gate.example
mydestination = gate.example
local_transport = discard:
default_transport = discard:
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.2/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
message_size_limit = 1048576
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
fast_flush_domains =
smtpd_helo_required = yes
smtpd_forbid_bare_newline = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/server.pem
`;

const masterCf = (port: number) => `
127.0.0.1:${port} inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
tlsmgr    unix - - n 1000? 1 tlsmgr
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;

export interface ReceivingPostfix {
  readonly port: number;
  stop(): Promise<void>;
}

/** Needs root: its master gives each daemon other rights. `folder` is its own, may be entered by everybody, and holds `server.pem`. */
export async function startReceivingPostfix(program: string, folder: string): Promise<ReceivingPostfix> {
  const configuration = join(folder, 'configuration');
  const port = await freePort();
  mkdirSync(configuration);
  mkdirSync(join(folder, 'queue'));
  writeFileSync(join(configuration, 'main.cf'), mainCf(folder));
  writeFileSync(join(configuration, 'master.cf'), masterCf(port));
  writeFileSync(join(folder, 'log'), '');
  const checked = await run(program, ['-c', configuration, 'check']);
  if (checked.code !== 0) throw new Error(`postfix check ended with ${checked.code}: ${checked.said}`);
  const master = spawn(join(daemons, 'master'), ['-c', configuration, '-s'], { stdio: 'ignore' });
  while (!readFileSync(join(folder, 'log'), 'utf8').includes('daemon started')) {
    if (master.exitCode !== null) throw new Error(`Postfix ended with ${master.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    stop: async () => {
      if (master.exitCode !== null || master.signalCode !== null) return;
      master.kill('SIGTERM');
      await once(master, 'exit');
    },
  };
}

/** A port that was free a moment ago: Postfix takes a number only. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
