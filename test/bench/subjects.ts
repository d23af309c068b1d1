// What the benchmark drives: ours with everything on and without capture, stock smtp-server, and other servers beside them.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAiosmtpd, startHaraka, startSink } from './others.ts';
import { firstLine, type Missing, type Running, stop, type SubjectName } from './running.ts';

export interface Starting {
  /** Where workspaces and the like go; removed at the end. */
  readonly folder: string;
  /** Another checkout of ours. */
  readonly against?: string | undefined;
}

const root = join(import.meta.dirname, '../..');

/** All checks asked, everything captured; only the limits that would end the load are lifted. */
const configuration = `
listeners:
  - name: mx
    address: 0.0.0.0:25
    lab: 127.0.0.1:0
    flow: { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 }
flow: { service: { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 } }
errors: { session: { maxMessages: unlimited } }
queue: { keepMessages: 1000, keepSessions: 1000 }
dns:
  zone: |
    example.com TXT v=spf1 ip4:127.0.0.0/8 -all
    client.example TXT v=spf1 ip4:127.0.0.0/8 -all
`;

/** Starts a subject on a free loopback port, or says what is missing. */
export async function startSubject(name: SubjectName, { folder, against }: Starting): Promise<Running | Missing> {
  switch (name) {
    case 'stock':
      return announced(name, [join(root, 'test/bench/stock.ts'), 'bare'], Number);
    case 'stock+storage':
      return announced(name, [join(root, 'test/bench/stock.ts'), join(folder, 'stock.gatehouse')], Number);
    case 'gatehouse':
      return serving(name, root, folder);
    case 'against':
      if (against === undefined) return { missing: '--against names no folder' };
      return existsSync(join(against, 'core/host/cli.ts'))
        ? serving(name, against, folder)
        : { missing: `${against} is no checkout of Gatehouse` };
    case 'gatehouse-capture':
      return announced(name, [join(root, 'test/bench/unkept.ts'), configured(folder), join(folder, 'log')], Number);
    case 'smtp-sink':
      return startSink();
    case 'Haraka':
      return startHaraka(folder);
    case 'aiosmtpd':
      return startAiosmtpd();
  }
}

function configured(folder: string): string {
  const config = join(folder, 'bench.yml');
  writeFileSync(config, configuration);
  return config;
}

function serving(name: SubjectName, checkout: string, folder: string): Promise<Running> {
  const workspace = join(folder, `${name}.gatehouse`);
  const cli = join(checkout, 'core/host/cli.ts');
  const args = [cli, 'serve', '--json', '--config', configured(folder), '--workspace', workspace];
  const portOf = (line: string) => (JSON.parse(line) as { listeners: { port: number }[] }).listeners[0]?.port ?? 0;
  return announced(name, args, portOf);
}

/** Runs one of our programs, which says its port in the first line it prints. */
async function announced(
  name: SubjectName,
  args: readonly string[],
  portOf: (line: string) => number,
): Promise<Running> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = portOf(await firstLine(child, name));
  return { name, port, pid: child.pid ?? 0, stop: () => stop(child) };
}
