// What the system says of a running process: the CPU time it has used, the memory it has, how many files it may open.
import { readdirSync, readFileSync } from 'node:fs';

/** ms of CPU, user and system together: of all threads, and of the main one. */
export interface Cpu {
  readonly all: number;
  readonly main: number;
}

/** Linux counts in ticks of 10 ms, whatever its kernel's own clock is (sysconf(_SC_CLK_TCK)). */
const TICK = 10;

/** Undefined where there is no /proc (anywhere but Linux), or no such process. */
export function cpuOf(pid: number): Cpu | undefined {
  const all = ticks(`/proc/${pid}/stat`);
  const main = ticks(`/proc/${pid}/task/${pid}/stat`);
  return all === undefined || main === undefined ? undefined : { all: all * TICK, main: main * TICK };
}

function ticks(file: string): number | undefined {
  const text = contentOf(file);
  // The name in brackets may hold anything, so fields are counted from behind it: utime and stime are the 12th and 13th.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && Number(fields[11]) + Number(fields[12]);
}

/** Octets of memory the process has in use (VmRSS). */
export function memoryOf(pid: number): number | undefined {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(contentOf(`/proc/${pid}/status`) ?? '');
  return found ? Number(found[1]) * 1024 : undefined;
}

/** Files a process started here may have open: Node raises its own limit up to the hard one. */
export function mostFiles(): number {
  const found = /^Max open files\s+\S+\s+(\d+)/m.exec(contentOf('/proc/self/limits') ?? '');
  return found ? Number(found[1]) : Infinity;
}

/** The machine's load average over a minute, for the reader to judge the figures by. */
export const loadAverage = () => contentOf('/proc/loadavg')?.split(' ')[0];

/** Files this process has open. */
export const openFiles = () => {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
};

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
