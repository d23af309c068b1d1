// Servers of others that the benchmark runs beside ours where they are present: smtp-sink, Haraka, aiosmtpd.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { firstLine, type Missing, type Running, stop } from './running.ts';

const run = promisify(execFile);

/** The version that is set up; every other would compare something else. */
const haraka = 'Haraka@3.3.4';

function program(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export async function startSink(): Promise<Running | Missing> {
  const sink = program('smtp-sink');
  if (!sink) return { missing: 'apt-get install postfix' };
  const port = await freePort();
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(sink, [...asNobody, `inet:127.0.0.1:${port}`, '1024'], { stdio: 'ignore' });
  await answers(port);
  return { name: 'smtp-sink', port, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** Installs Haraka in a folder that is removed at the end, and has it throw away what it takes. */
export async function startHaraka(folder: string): Promise<Running | Missing> {
  const npm = program(process.platform === 'win32' ? 'npm.cmd' : 'npm');
  if (!npm) return { missing: 'there is no npm to install it with' };
  const home = join(folder, 'haraka');
  const config = join(home, 'bench/config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  process.stderr.write(`Haraka: npm installs ${haraka} in ${home}\n`);
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    await run(npm, ['install', ...quiet, haraka], { cwd: home, timeout: 180_000 });
  } catch (error) {
    return { missing: `npm install ${haraka} failed: ${(error as Error).message.split('\n')[0] ?? ''}` };
  }
  const port = await freePort();
  const files: Readonly<Record<string, string>> = {
    'smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    plugins: 'rcpt_to.in_host_list\nqueue/discard\n',
    host_list: 'gate.example\n',
    'log.ini': '[main]\nlevel=WARN\nformat=DEFAULT\n',
    me: 'gate.example\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(config, name), text);
  const own = join(home, 'node_modules/Haraka');
  // It reads its greeting from here and falls over without.
  copyFileSync(join(own, 'config/connection.ini'), join(config, 'connection.ini'));
  const child = spawn(process.execPath, [join(own, 'bin/haraka'), '-c', join(home, 'bench')], {
    stdio: 'ignore',
    env: { ...process.env, YES_REALLY_DO_DISCARD: '1' },
  });
  try {
    await answers(port);
  } catch (error) {
    await stop(child);
    return { missing: (error as Error).message };
  }
  return { name: 'Haraka', port, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** The plainest server aiosmtpd makes: one handler that says 250. */
const aiosmtpd = `
import asyncio
from aiosmtpd.smtp import SMTP
class Taker:
    async def handle_DATA(self, server, session, envelope):
        return '250 OK'
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taker(), loop=loop), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
`;

export async function startAiosmtpd(): Promise<Running | Missing> {
  // Debian's package belongs to Debian's Python, whatever other one stands first in the path.
  const pythons = ['/usr/bin/python3', program('python3')].filter((path) => path !== undefined && existsSync(path));
  for (const python of pythons as string[]) {
    const has = await run(python, ['-c', 'import aiosmtpd']).then(
      () => true,
      () => false,
    );
    if (!has) continue;
    const child = spawn(python, ['-c', aiosmtpd], { stdio: ['ignore', 'pipe', 'ignore'] });
    const port = Number(await firstLine(child, 'aiosmtpd'));
    return { name: 'aiosmtpd', port, pid: child.pid ?? 0, stop: () => stop(child) };
  }
  return { missing: 'apt-get install python3-aiosmtpd' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Tries to connect until somebody listens, for at most 10 s. */
async function answers(port: number): Promise<void> {
  for (const until = performance.now() + 10_000; performance.now() < until;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await pause(50);
  }
  throw new Error(`nothing listens on 127.0.0.1:${port}`);
}
