// Literal bytes of a scenario: escapes, repeats, and how bytes are shown to a person.
import { readable } from '../contract/transcriptWords.ts';

const single: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '0': 0, '\\': 92 };

/**
 * Reads the escapes `\r \n \t \0 \\ \xHH`; everything else is taken as UTF-8.
 * Throws a SyntaxError that names the place for an unknown or unfinished escape.
 */
export function unescape(text: string): Buffer {
  const parts: Buffer[] = [];
  let plain = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', plain)) {
    parts.push(Buffer.from(text.slice(plain, at)));
    const letter = text[at + 1] ?? '';
    const code = single[letter];
    const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(at + 1, at + 4))?.[1];
    if (code === undefined && hex === undefined)
      throw new SyntaxError(`unknown escape \\${letter} at character ${at + 1}: write \\r \\n \\t \\0 \\\\ or \\xHH`);
    parts.push(Buffer.from([code ?? Number.parseInt(hex ?? '', 16)]));
    plain = at + (code === undefined ? 4 : 2);
  }
  parts.push(Buffer.from(text.slice(plain)));
  return Buffer.concat(parts);
}

export type Literal = string | { readonly repeat: string; readonly times: number };

/** The bytes a `send` stands for, one buffer per segment. */
export function segmentsOf(send: Literal | readonly Literal[]): Buffer[] {
  const all = typeof send === 'string' || 'repeat' in send ? [send] : send;
  return all.map((one) => {
    if (typeof one === 'string') return unescape(one);
    const piece = unescape(one.repeat);
    return Buffer.alloc(piece.length * one.times, piece);
  });
}

/** What was sent, on one line: long bytes shortened, with their number. */
export function shown(bytes: Buffer): string {
  const most = 200;
  const head = readable(bytes.subarray(0, most).toString('latin1'));
  return bytes.length <= most ? head : `${head} … (${bytes.length} bytes)`;
}
