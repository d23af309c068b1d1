// Thousands of sessions that say EHLO and nothing more: what each costs in memory.
import { setTimeout as pause } from 'node:timers/promises';
import { memoryOf, mostFiles, openFiles } from './process.ts';
import type { Running, SubjectName } from './running.ts';
import { Talk } from './talk.ts';

const wanted = 8000;
/** Files a server has open beside its sessions, and some air. */
const spare = 100;
/** Sessions opened at a time: fewer than any queue of connections holds. */
const together = 100;

export interface Idle {
  readonly subject: SubjectName;
  readonly sessions: number;
  /** KB of the server process (VmRSS) each session takes. */
  readonly each: number;
  /** Sessions a GiB would hold. */
  readonly inGiB: number;
}

/** How many sessions can be held here, and why not all. */
export function idleSessions(): { readonly sessions: number; readonly because?: string } {
  const room = mostFiles() - spare - openFiles();
  if (room >= wanted) return { sessions: wanted };
  const because = `ulimit -n is ${mostFiles()}: ${Math.max(0, room)} sessions instead of ${wanted}; ulimit -n ${wanted + 2 * spare} before it holds all`;
  return { sessions: Math.max(0, room), because };
}

/** The subject must be fresh: what a process has used before, it uses again. Undefined where the system does not tell. */
export async function measureIdle({ name, port, pid }: Running, sessions: number): Promise<Idle | undefined> {
  // Code that runs for the first time takes memory that is no session's.
  const first = await open(port, together);
  for (const talk of first.splice(0)) talk.close();
  await pause(1000);
  const before = memoryOf(pid);
  const held: Talk[] = [];
  try {
    while (held.length < sessions) held.push(...(await open(port, Math.min(together, sessions - held.length))));
    await pause(2000);
    const after = memoryOf(pid);
    if (before === undefined || after === undefined) return undefined;
    const each = (after - before) / sessions;
    return { subject: name, sessions, each: Math.round(each / 102.4) / 10, inGiB: Math.floor(1024 ** 3 / each) };
  } finally {
    for (const talk of held) talk.close();
  }
}

const open = (port: number, count: number) => Promise.all(Array.from({ length: count }, () => Talk.open(port)));
