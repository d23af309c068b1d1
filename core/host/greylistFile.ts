// Greylisting's memory in the workspace: a file of its own, read at the start and written whole, so that a restart keeps nobody waiting twice.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from '../contract/schema.ts';
import { Greylist, type GreylistEntry } from '../policy/greylist.ts';
import type { Timer, World } from '../world/world.ts';
import { systemReason } from './exit.ts';

/** ms: no more often is it written. */
const BETWEEN = 5000;
/** Entries made text at a time: the sessions are served between them. */
const AT_ONCE = 500;
const HEAD = JSON.stringify({ format: 'gatehouse greylist', version: 1 });

/** One line each: network, sender, recipient, first, last, passed. */
const line = z.tuple([z.string(), z.string(), z.string(), z.number(), z.number(), z.boolean()]);

export interface GreylistFileOptions {
  readonly folder: string;
  readonly world: Pick<World, 'now' | 'after'>;
  /** What is wrong now, in words; an empty text when it is over. */
  readonly onProblem: (problem: string) => void;
}

export class GreylistFile {
  readonly greylist: Greylist;
  readonly #options: GreylistFileOptions;
  readonly #path: string;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isChanged = false;
  #isClosed = false;

  private constructor(options: GreylistFileOptions, path: string, entries: readonly GreylistEntry[]) {
    this.#options = options;
    this.#path = path;
    this.greylist = new Greylist(entries);
    this.greylist.changed = () => this.#changed();
  }

  /** A file that cannot be read is kept beside, by another name, and told about; greylisting begins anew then. */
  static async open(options: GreylistFileOptions): Promise<GreylistFile> {
    const path = join(options.folder, 'greylist.jsonl');
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        options.onProblem(`${path}: cannot be read: ${systemReason(error)}. Greylisting begins anew.`);
      return new GreylistFile(options, path, []);
    }
    const read = readEntries(text);
    if ('entries' in read) return new GreylistFile(options, path, read.entries);
    const aside = `${path}.damaged-${options.world.now()}`;
    try {
      await rename(path, aside);
      options.onProblem(`${path}: ${read.problem}. It is kept as ${aside}; greylisting begins anew.`);
    } catch (error) {
      options.onProblem(`${path}: ${read.problem}, and cannot be put aside: ${systemReason(error)}.`);
    }
    return new GreylistFile(options, path, []);
  }

  #changed(): void {
    this.#isChanged = true;
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = this.#options.world.after(BETWEEN, () => {
      this.#timer = undefined;
      void this.#save();
    });
  }

  #save(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (!this.#isChanged) return;
      this.#isChanged = false;
      try {
        await writeEntries(this.#path, this.greylist.entries());
        this.#options.onProblem('');
      } catch (error) {
        // Tried again with the next change, and at the end.
        this.#isChanged = true;
        this.#options.onProblem(`${this.#path}: cannot be written: ${systemReason(error)}`);
      }
    });
    return this.#writing;
  }

  /** Writes what has changed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#save();
  }
}

function readEntries(text: string): { readonly entries: readonly GreylistEntry[] } | { readonly problem: string } {
  const [head, ...lines] = text.split('\n');
  if (head !== HEAD) return { problem: 'line 1 is not that of a greylist' };
  // Cut off, as no file is that we have written whole.
  if (lines.pop() !== '') return { problem: 'it ends in the middle of a line' };
  const entries: GreylistEntry[] = [];
  for (const [index, each] of lines.entries()) {
    const read = line.safeParse(parsed(each));
    if (!read.success) return { problem: `line ${index + 2} is no entry` };
    const [network, sender, recipient, first, last, passed] = read.data;
    entries.push({ network, sender, recipient, first, last, passed });
  }
  return { entries };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Beside it first, then renamed into place: there is the old one or the new one, whenever the power goes. */
async function writeEntries(path: string, entries: readonly GreylistEntry[]): Promise<void> {
  const draft = `${path}.part`;
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.write(`${HEAD}\n`);
      for (let from = 0; from < entries.length; from += AT_ONCE) {
        const some = entries.slice(from, from + AT_ONCE);
        await file.write(some.map((entry) => `${lineOf(entry)}\n`).join(''));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const lineOf = ({ network, sender, recipient, first, last, passed }: GreylistEntry) =>
  JSON.stringify([network, sender, recipient, first, last, passed]);
