// A receiver with every check of a message on, which tells how long its event loop was held up; run by workers.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { openWorkspace } from '../../core/journal/workspace.ts';
import { createReceiver } from '../../core/receiver.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { realWorld } from '../../core/world/real.ts';
import { nobody } from '../smtp/nobody.ts';

/** Of the loop since it was asked last, ms; a loop that is never held up shows the millisecond it is looked at in. */
export interface LoopDelay {
  readonly median: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
  /** The longest by the loop's own CPU: what other processes took of the machine is not in it. */
  readonly mostCpu: number;
  /** Of the process with its threads, MB. */
  readonly rss: number;
  /** Of the loop's own heap, after a collection, MB. */
  readonly heap: number;
  /** What V8 holds for that heap, and what stands outside of it (buffers, the journal's ring), MB. */
  readonly held: number;
  readonly outside: number;
}

export interface Listening {
  readonly port: number;
}

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}') as SettingsInput);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-workers-'));
const opened = await openWorkspace({ folder: join(folder, 'bench.gatehouse'), world: realWorld });
if ('refusal' in opened) throw new Error(opened.refusal.what);
const { workspace } = opened;
await workspace.retain({ sessions: settings.queue.keepSessions, messages: settings.queue.keepMessages });
const workers = threadWorkers({ world: realWorld, settings: settings.workers, ahead: true });
const receiver = createReceiver({
  world: realWorld,
  journal: workspace,
  users: nobody,
  identity: () => Promise.reject(new Error('there is no TLS here')),
  workers,
  onState: () => undefined,
});
const { listeners } = await receiver.start(settings);
const held = monitorEventLoopDelay({ resolution: 1 });
held.enable();
let mostCpu = 0;
let before = cpu();
setInterval(() => {
  const now = cpu();
  mostCpu = Math.max(mostCpu, now - before);
  before = now;
}, 1);

/** ms this thread has worked. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

process.on('message', (message) => {
  if (message === 'end') return void end();
  const ms = (ns: number) => Math.round(ns / 1e4) / 100;
  const heap = collected();
  const memory = process.memoryUsage();
  const delay: LoopDelay = {
    median: ms(held.percentile(50)),
    p99: ms(held.percentile(99)),
    p999: ms(held.percentile(99.9)),
    most: ms(held.max),
    mostCpu: Math.round(mostCpu * 100) / 100,
    rss: megabytes(memory.rss),
    heap,
    held: megabytes(memory.heapTotal),
    outside: megabytes(memory.arrayBuffers),
  };
  held.reset();
  mostCpu = 0;
  before = cpu();
  process.send?.(delay);
});
const listening: Listening = { port: Number(listeners[0]?.bound.split(':')[1]) };
process.send?.(listening);

const megabytes = (octets: number) => Math.round(octets / 1e5) / 10;

/** After what nobody needs is gone; the process is started with `--expose-gc`. */
function collected(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return megabytes(process.memoryUsage().heapUsed);
}

async function end(): Promise<void> {
  await receiver.stop({ graceMs: 0 });
  await workers.close();
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
