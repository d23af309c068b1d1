// Broken parsers: copies of ours with one mistake each, of the kind that was made before by somebody.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Subject } from './wireCase.ts';

interface Mutation {
  readonly mistake: string;
  readonly file: 'wireLine.ts' | 'wireData.ts' | 'wireChunk.ts' | 'wireParser.ts';
  readonly from: string;
  readonly to: string;
}

export const mutations: readonly Mutation[] = [
  {
    mistake: 'a chunk is one octet longer than announced',
    file: 'wireChunk.ts',
    from: 'this.left = options.octets;',
    to: 'this.left = options.octets + 1;',
  },
  {
    mistake: 'a chunk ends with its segment',
    file: 'wireChunk.ts',
    from: 'this.left -= end - from;',
    to: 'this.left = 0;',
  },
  {
    mistake: 'where a message stood is forgotten when a segment ends',
    file: 'wireData.ts',
    from: 'this.#state = state;\n    this.#flush();',
    to: 'this.#state = state === AFTER_CR ? MIDDLE : state;\n    this.#flush();',
  },
  {
    mistake: 'a CR at the end of a segment is forgotten in a command',
    file: 'wireLine.ts',
    from: 'this.#cr = cr;\n    return chunk.length;',
    to: 'this.#cr = false;\n    return chunk.length;',
  },
  {
    mistake: 'a stuffed dot is kept',
    file: 'wireData.ts',
    from: 'kept = ++i;\n          //',
    to: '++i;\n          //',
  },
  {
    mistake: 'a bare LF ends a message under normalise (SMTP smuggling)',
    file: 'wireData.ts',
    from: "if (bareLf === 'allow') {",
    to: "if (bareLf !== 'reject') {",
  },
  {
    mistake: 'LF.LF is taken for the end under every policy (SMTP smuggling)',
    file: 'wireData.ts',
    from: "octet === LF && (state === DOTTED_CR || bareLf === 'allow')",
    to: 'octet === LF',
  },
  {
    mistake: 'dots are removed from chunks',
    file: 'wireData.ts',
    from: 'options.dots === false ? MIDDLE : START',
    to: 'START',
  },
  {
    mistake: 'the limit of a message is one octet out',
    file: 'wireData.ts',
    from: 'const last = after <= limit ? to',
    to: 'const last = after <= limit + 1 ? to',
  },
  {
    mistake: 'the limit of a command line is one octet out',
    file: 'wireLine.ts',
    from: ': this.maxLine) - 2;',
    to: ': this.maxLine) - 3;',
  },
  {
    mistake: 'a text line is broken one octet late',
    file: 'wireData.ts',
    from: 'this.#maxTextLine - 2 - this.#bytes',
    to: 'this.#maxTextLine - 1 - this.#bytes',
  },
  {
    mistake: 'an octet whose highest bit is cleared becomes a line end',
    file: 'wireData.ts',
    from: 'low === NUL || low === CR || low === LF ? 0x3f : low',
    to: 'low',
  },
  {
    mistake: 'what is handed over together is handed over too late',
    file: 'wireData.ts',
    from: '  finish(): void {\n    this.#views = 0;',
    to: '  finish(): void {',
  },
  {
    mistake: 'lines with dots, when copied together, pass the limit of a message',
    file: 'wireData.ts',
    from: 'copied + mostDotted <= room',
    to: 'copied <= room',
  },
  {
    mistake: 'where a line must be broken is forgotten behind many lines with dots',
    file: 'wireData.ts',
    from: 'stop = this.#stopAt(kept, length);\n            state = START;',
    to: 'state = START;',
  },
  {
    mistake: 'the final dot behind many lines with dots is one of them',
    file: 'wireData.ts',
    from: 'if (to === copied || chunk[i] !== CR',
    to: 'if (chunk[i] !== CR',
  },
  {
    mistake: 'a complete message waits for more octets',
    file: 'wireParser.ts',
    from: 'this.#at === this.#chunk.length && !this.#hasEnded',
    to: 'this.#at === this.#chunk.length',
  },
];

const source = join(import.meta.dirname, '../../core/smtp');

/** Makes the broken parser in a folder of its own, which is removed once it is loaded. @throws {Error} when the code has moved on */
export async function mutant({ mistake, file, from, to }: Mutation): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mutant-'));
  try {
    for (const name of readdirSync(source))
      if (/^wire\w+\.ts$/.test(name)) cpSync(join(source, name), join(folder, name));
    const text = readFileSync(join(folder, file), 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} no longer says ${JSON.stringify(from)} once: ${mistake}`);
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    );
    const load = (name: string) =>
      import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href) as Promise<Subject>;
    const [{ WireParser }, { DataReader }] = await Promise.all([load('wireParser.ts'), load('wireData.ts')]);
    return { WireParser, DataReader };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
