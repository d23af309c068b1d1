// What the benchmark drives: ours with everything on, stock smtp-server, the same with our storage, and smtp-sink.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

export const subjects = ['stock', 'stock+storage', 'gatehouse', 'smtp-sink'] as const;
export type SubjectName = (typeof subjects)[number];

export interface Running {
  readonly name: SubjectName;
  readonly port: number;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** All checks asked, everything captured; only the limits that would end the load are lifted. */
const configuration = `
listeners:
  - name: mx
    address: 0.0.0.0:25
    lab: 127.0.0.1:0
    flow: &open { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 }
flow: { service: { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 } }
queue: { keepMessages: 1000, keepSessions: 1000 }
dns:
  zone: |
    example.com TXT v=spf1 ip4:127.0.0.0/8 -all
    client.example TXT v=spf1 ip4:127.0.0.0/8 -all
`.replace(' &open', '');

/** Starts a subject on a free loopback port, or says what is missing. */
export async function startSubject(name: SubjectName, folder: string): Promise<Running | { readonly missing: string }> {
  if (name === 'smtp-sink') return startSink();
  if (name !== 'gatehouse') {
    const kind = name === 'stock' ? 'bare' : join(folder, 'stock.gatehouse');
    return announced(name, [join(root, 'test/bench/stock.ts'), kind], (line) => Number(line));
  }
  const config = join(folder, 'bench.yml');
  writeFileSync(config, configuration);
  const args = [
    join(root, 'core/host/cli.ts'),
    'serve',
    '--json',
    '--config',
    config,
    '--workspace',
    join(folder, 'bench.gatehouse'),
  ];
  return announced(
    name,
    args,
    (line) => (JSON.parse(line) as { listeners: { port: number }[] }).listeners[0]?.port ?? 0,
  );
}

/** Runs one of our programs, which says its port in the first line it prints. */
async function announced(
  name: SubjectName,
  args: readonly string[],
  portOf: (line: string) => number,
): Promise<Running> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${name} ended with ${String(code)} before it listened`)),
    ),
  ])) as [string];
  return { name, port: portOf(line), stop: () => stop(child) };
}

async function startSink(): Promise<Running | { readonly missing: string }> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const program = folders.map((folder) => join(folder, 'smtp-sink')).find((path) => existsSync(path));
  if (!program) return { missing: 'apt-get install postfix' };
  const port = await freePort();
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...asNobody, `inet:127.0.0.1:${port}`, '1024'], { stdio: 'ignore' });
  await answers(port);
  return { name: 'smtp-sink', port, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Tries to connect until somebody listens, for at most 5 s. */
async function answers(port: number): Promise<void> {
  for (const until = performance.now() + 5000; performance.now() < until;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on 127.0.0.1:${port}`);
}
