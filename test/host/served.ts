// Starts `gatehouse serve` as a process of its own, and talks to it as a window would.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { Event } from '../../core/contract/event.ts';
import { type Client, connect } from '../../core/contract/rpc.ts';
import type { SessionRow } from '../../core/contract/summary.ts';
import { webSocketPort } from '../../core/host/ports.ts';

export const root = join(import.meta.dirname, '..', '..');
export const cli = join(root, 'core', 'host', 'cli.ts');

export interface Announcement {
  readonly web: string;
  readonly listeners: readonly {
    readonly name: string;
    readonly role: string;
    readonly address: string;
    readonly port: number;
    readonly tls: string;
    readonly state: string;
  }[];
  readonly workspace: string;
  readonly user?: { readonly name: string; readonly password: string };
}

export interface Served extends Announcement {
  readonly folder: string;
  readonly child: ChildProcess;
  /** A window's side of the contract. */
  window(): Promise<Client>;
  stop(): Promise<number | null>;
}

/** Serves a fresh workspace in a folder of its own, on free ports. */
export async function serveFresh(
  args: readonly string[] = [],
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-served-')),
): Promise<Served> {
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--json', '--workspace', join(folder, 'lab.gatehouse'), ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`serve ended with ${String(code)}: ${said}`))),
  ])) as [string];
  const announced = JSON.parse(line) as Announcement;
  const open: Client[] = [];
  return {
    ...announced,
    folder,
    child,
    window: async () => {
      const { port, hash } = new URL(announced.web);
      const socket = new WebSocket(`ws://127.0.0.1:${port}/port?${hash.slice(1)}`, {
        origin: `http://127.0.0.1:${port}`,
      });
      await once(socket, 'open');
      const client = connect(webSocketPort(socket));
      open.push(client);
      return client;
    },
    stop: async () => {
      for (const client of open) client.close();
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** Waits until the session list shows what is wanted; driven by `changed`, so nothing sleeps. */
export async function sessionsWhen(
  client: Client,
  wanted: (rows: readonly SessionRow[]) => boolean,
): Promise<readonly SessionRow[]> {
  const rows = new Map<string, SessionRow>();
  let after = 0;
  const pull = async () => {
    const page = await client.call('sessions.list', { after, limit: 1000 });
    after = page.revision;
    for (const row of page.rows) rows.set(row.id, row);
    return [...rows.values()];
  };
  for (;;) {
    const rung = new Promise<void>((resolve) => client.onChanged(() => resolve()));
    const now = await pull();
    if (wanted(now)) return now;
    await rung;
  }
}

export async function eventsOf(client: Client, session: string): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (let done = false; !done;) {
    const page = await client.call('sessions.events', { session, after: events.at(-1)?.n ?? 0 });
    events.push(...page.events);
    done = page.done || page.events.length === 0;
  }
  return events;
}

/** Runs a program to its end, with nothing on its standard input unless said. */
export async function runProgram(
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(program, args, { cwd: root, stdio: 'pipe' });
  // It may end without having read it.
  child.stdin.on('error', () => undefined).end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Runs `gatehouse` to its end. */
export const gatehouse = (...args: string[]) => runProgram(process.execPath, [cli, ...args]);
