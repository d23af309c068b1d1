// A server the benchmark has started: its name, where it listens, and how it is stopped.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const subjects = [
  'stock',
  'stock+storage',
  'gatehouse',
  'gatehouse-capture',
  'against',
  'smtp-sink',
  'Haraka',
  'aiosmtpd',
] as const;
export type SubjectName = (typeof subjects)[number];

/** What each one is, for `--help`. */
export const meanings: Readonly<Record<SubjectName, string>> = {
  stock: 'smtp-server without its 100 ms timer, which throws messages away; always measured',
  'stock+storage': 'the same, each message in our workspace before its 250',
  gatehouse: 'ours: all checks, log, every byte captured',
  'gatehouse-capture': 'ours, with a journal that keeps nothing: what is missing is the cost of capture',
  against: 'ours as it is in the folder that --against names: another checkout',
  'smtp-sink': 'of Postfix: throws messages away',
  Haraka: 'from npm, set up in a temporary folder: throws messages away',
  aiosmtpd: 'the Debian package python3-aiosmtpd: throws messages away',
};

export interface Running {
  readonly name: SubjectName;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Missing {
  readonly missing: string;
}

/** The first line a program prints on its standard output. */
export async function firstLine(child: ChildProcess, name: string): Promise<string> {
  if (child.stdout === null) throw new Error(`${name} has no output`);
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${name} ended with ${String(code)} before it listened`)),
    ),
  ])) as [string];
  return line;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
