// Text of any size cut into rows that a virtual list can show: by line, and a very long line by pieces. Pure.

/** A row of text: the first piece of a line carries its number. */
export interface TextRow {
  readonly line: number;
  readonly isFirst: boolean;
  readonly text: string;
}

/** The most characters in one row; what is longer goes on in the next. */
export const ROW_WIDTH = 1000;

/** Cuts at CRLF, LF and CR; what cannot be printed is left for the reader of the rows. */
export function textRows(text: string, width = ROW_WIDTH): TextRow[] {
  const rows: TextRow[] = [];
  let line = 0;
  let from = 0;
  while (from <= text.length) {
    const lf = text.indexOf('\n', from);
    const end = lf < 0 ? text.length : lf;
    if (lf < 0 && from === text.length && line > 0) break;
    line += 1;
    const stop = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    for (let at = from; at === from || at < stop; at += width) {
      rows.push({ line, isFirst: at === from, text: text.slice(at, Math.min(stop, at + width)) });
    }
    from = end + 1;
  }
  return rows;
}

/** Bytes of a message as text: UTF-8 where they are, else one character per octet (nothing is ever dropped). */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** Control characters as pictures of them, so that a row stays one row and nothing hides. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is made visible
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) =>
    c === '\u007f' ? '␡' : String.fromCharCode(0x2400 + c.charCodeAt(0)),
  );
}
