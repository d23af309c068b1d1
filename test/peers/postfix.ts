// A private Postfix that relays: own configuration, queue and log in a temporary folder, and a way of its own for each recipient.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patience, run } from './running.ts';
import { authority, sender } from './yard.ts';

/** Where mail for one recipient goes, and with which parameters of smtp(8). */
export interface Way {
  readonly to: string;
  readonly port: number;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Postfix {
  /** Hands a message to its sendmail; it is delivered later. */
  send(to: string, message: Uint8Array): Promise<void>;
  /** Resolves once it is said in the log; throws when Postfix has ended. */
  logged(wanted: RegExp): Promise<string>;
  readonly log: string;
  stop(): Promise<void>;
}

const daemons = ['/usr/lib/postfix/sbin', '/usr/libexec/postfix'].find(existsSync) ?? '/usr/lib/postfix/sbin';

const mainCf = (folder: string, ways: readonly Way[]) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
daemon_directory = ${daemons}
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = relay.client.example
myorigin = client.example
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtp_tls_CAfile = ${folder}/authority.pem
smtp_tls_loglevel = 1
# tlsproxy, which keeps TLS sessions, goes by this and not by the ways.
smtp_tls_security_level = may
transport_maps = inline:{ ${ways.map(({ to, port }, index) => `{ ${to} = way${index}:[localhost]:${port} }`).join(', ')} }
`;

const masterCf = (ways: readonly Way[]) => `
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
tlsproxy  unix - - n - 0 tlsproxy
postlog   unix-dgram n - n - 1 postlogd
${ways.map(({ parameters }, index) => [`way${index} unix - - n - - smtp`, ...Object.entries(parameters).map(([name, value]) => `  -o { ${name} = ${value} }`)].join('\n')).join('\n')}
`;

/** Needs root: its master gives each daemon other rights. */
export async function startPostfix(program: string, folder: string, ways: readonly Way[]): Promise<Postfix> {
  const configuration = join(folder, 'configuration');
  const logFile = join(folder, 'log');
  mkdirSync(configuration);
  mkdirSync(join(folder, 'queue'));
  copyFileSync(authority, join(folder, 'authority.pem'));
  writeFileSync(join(configuration, 'main.cf'), mainCf(folder, ways));
  writeFileSync(join(configuration, 'master.cf'), masterCf(ways));
  writeFileSync(logFile, '');
  // Makes the queue; then master itself, so that it is our child, in a session of its own (-s): it ends its whole group.
  const checked = await run(program, ['-c', configuration, 'check']);
  if (checked.code !== 0) throw new Error(`postfix check ended with ${checked.code}: ${checked.said}`);
  const master = spawn(join(daemons, 'master'), ['-c', configuration, '-s'], { stdio: 'ignore' });
  const log = () => readFileSync(logFile, 'utf8');
  const logged = async (wanted: RegExp) => {
    const end = performance.now() + patience;
    for (;;) {
      const found = wanted.exec(log());
      if (found) return found[0];
      if (master.exitCode !== null) throw new Error(`Postfix ended with ${master.exitCode}:\n${log()}`);
      if (performance.now() > end) throw new Error(`Postfix did not log ${String(wanted)}:\n${log().slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await logged(/daemon started/);
  return {
    logged,
    get log() {
      return log();
    },
    send: async (to, message) => {
      const { code, said } = await run(
        join(program, '../sendmail'),
        ['-C', configuration, '-i', '-f', sender, to],
        message,
      );
      if (code !== 0) throw new Error(`Postfix's sendmail ended with ${code}: ${said}`);
    },
    stop: () => ended(master),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
