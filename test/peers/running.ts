// Programs as children: run to their end with input, or held in a conversation; and folders that vanish behind a test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A program that hangs is ended before its test is, ms. */
export const patience = 15_000;

export interface Run {
  readonly code: number | null;
  /** What it wrote, both channels in the order it came; latin1, so that every octet is seen. */
  readonly said: string;
}

/** Runs a program to its end; `input` is all it reads. */
export async function run(program: string, args: readonly string[], input: Uint8Array | string = ''): Promise<Run> {
  const child = spawn(program, args, { stdio: 'pipe', timeout: patience });
  let said = '';
  const hear = (chunk: Buffer) => void (said += chunk.toString('latin1'));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  // A program that ends before it has read everything closes the pipe; its exit code tells.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

/** A program under an environment with more in it, as `run` takes it. */
export function under(
  environment: Readonly<Record<string, string>>,
  program: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  return ['env', [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), program, ...args]];
}

/** A child that is talked to line by line. */
export class Conversation {
  readonly child: ChildProcess;
  said = '';
  #over = false;
  #wake: () => void = () => undefined;

  constructor(program: string, args: readonly string[]) {
    const child = spawn(program, args, { stdio: 'pipe', timeout: patience });
    const hear = (chunk: Buffer) => {
      this.said += chunk.toString('latin1');
      this.#wake();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => undefined);
    child.once('close', () => {
      this.#over = true;
      this.#wake();
    });
    this.child = child;
  }

  /** Sends octets (latin1), then waits for what is looked for among what is said from here on; throws when the child ends first. */
  async say(octets: string, wanted: RegExp): Promise<string> {
    const from = this.said.length;
    this.child.stdin?.write(octets, 'latin1');
    return this.#hear(wanted, from);
  }

  /** Waits for it in all that was said. */
  hear(wanted: RegExp): Promise<string> {
    return this.#hear(wanted, 0);
  }

  async #hear(wanted: RegExp, from: number): Promise<string> {
    for (;;) {
      const found = wanted.exec(this.said.slice(from));
      if (found) return found[0];
      if (this.#over) throw new Error(`ended before ${String(wanted)} was heard:\n${this.said}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Closes its input and waits for its end. */
  async end(): Promise<number | null> {
    this.child.stdin?.end();
    while (!this.#over) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.child.exitCode;
  }
}

/** A temporary folder others may enter, since a peer gives up its rights; there while the tests around run. */
export function folderOf(peer: string): () => string {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `gatehouse-${peer}-`));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}
