// A password from standard input: a line of a pipe, or typed without being shown.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { CommandError } from './exit.ts';

/** The first line, without its end; exit 2 when there is none. */
export async function typedPassword(input: ReadStream): Promise<string> {
  const isTyped = input.isTTY;
  if (isTyped) process.stderr.write('Password: ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: isTyped, crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      if (line === '') break;
      return line;
    }
  } finally {
    lines.close();
    if (isTyped) process.stderr.write('\n');
  }
  throw new CommandError(2, 'no password on standard input', [
    'for example: echo "$PASSWORD" | gatehouse users add ann',
  ]);
}
