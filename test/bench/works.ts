// The works of the benchmark and their targets: what is sent, over how many sessions, and how fast it should be.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface Work {
  readonly name: string;
  /** Octets of each message. */
  readonly size: number;
  readonly messages: number;
  /** Many messages a session, or a session for each. */
  readonly kept: boolean;
  /** Least ratio to stock smtp-server, printed beside the figures and asserted nowhere. */
  readonly target: number;
}

export const works: readonly Work[] = [
  { name: '1 KB new', size: 1024, messages: 4000, kept: false, target: 1.3 },
  { name: '1 KB kept', size: 1024, messages: 20_000, kept: true, target: 1.5 },
  { name: '100 KB new', size: 102_400, messages: 1500, kept: false, target: 2.5 },
  { name: '100 KB kept', size: 102_400, messages: 4000, kept: true, target: 3 },
];

/** Sessions at a time. */
const parallel = 20;

/** Drives one load with Postfix's smtp-source; returns messages a second. */
export async function drive({ size, messages, kept }: Work, port: number): Promise<number> {
  const load = ['-s', String(parallel), '-m', String(messages), '-l', String(size), ...(kept ? ['-d'] : [])];
  const who = ['-M', 'client.example', '-f', 'ann@example.com', '-t', 'bob@gate.example'];
  const started = performance.now();
  const child = spawn('smtp-source', [...load, ...who, `inet:127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('smtp-source is missing: apt-get install postfix') : error),
    );
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`smtp-source ended with ${code}: ${said.trim()}`);
  return messages / ((performance.now() - started) / 1000);
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
