// Which lines of a message a signature covers, and which are left out where it is handed on. Pure.
import type { DkimSignature } from '../../../core/contract/senderAnswers.ts';
import type { LineMark } from '../../ui/TextView.tsx';
import { textOf } from '../../ui/textRows.ts';

const [CR, LF, SPACE, TAB] = [13, 10, 32, 9];

interface Layout {
  /** First and last line of each field, from 1. */
  readonly fields: readonly (readonly [number, number])[];
  /** First line and first octet of the body. */
  readonly body: { readonly line: number; readonly octet: number };
}

/** Where the fields of the header and the body stand. */
export function layoutOf(bytes: Uint8Array): Layout {
  const fields: [number, number][] = [];
  let at = 0;
  for (let line = 1; at < bytes.length; line += 1) {
    const lf = bytes.indexOf(LF, at);
    const end = lf < 0 ? bytes.length : lf;
    const length = end > at && bytes[end - 1] === CR ? end - 1 - at : end - at;
    if (length === 0) return { fields, body: { line: line + 1, octet: end + 1 } };
    const last = fields.at(-1);
    if ((bytes[at] === SPACE || bytes[at] === TAB) && last) last[1] = line;
    else fields.push([line, line]);
    at = end + 1;
  }
  return { fields, body: { line: Infinity, octet: bytes.length } };
}

/** The line an octet stands on, from 1, and how many characters of it stand before it. */
function placeOf(bytes: Uint8Array, { line, octet }: Layout['body'], target: number) {
  let now = line;
  let begin = octet;
  for (let lf = bytes.indexOf(LF, begin); lf >= 0 && lf < target; lf = bytes.indexOf(LF, begin)) {
    begin = lf + 1;
    now += 1;
  }
  return { line: now, column: textOf(bytes.subarray(begin, Math.max(begin, target))).length };
}

type Covers = Pick<DkimSignature, 'covered' | 'bodyCovered'>;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What to say of a line of the message, from 1; nothing where nothing is known. */
export function marksOf(
  bytes: Uint8Array,
  signature: Covers | undefined,
  removed: readonly Range[] = [],
): (line: number) => LineMark | undefined {
  const layout = layoutOf(bytes);
  const marks = new Map<number, LineMark>();
  if (signature) {
    const covered = new Set(signature.covered);
    layout.fields.forEach(([from, to], index) => {
      for (let line = from; line <= to; line += 1)
        marks.set(line, { kind: covered.has(index) ? 'signed' : 'unsigned' });
    });
  }
  const top = { line: 1, octet: 0 };
  for (const { start, end } of removed) {
    const from = placeOf(bytes, top, start).line;
    const to = placeOf(bytes, top, Math.max(start, end - 1)).line;
    for (let line = from; line <= to; line += 1) marks.set(line, { kind: 'removed' });
  }
  const covered = signature?.bodyCovered;
  if (covered === undefined) return (line) => marks.get(line);
  const limit = layout.body.octet + covered;
  const isAll = limit >= bytes.length;
  const cut = placeOf(bytes, layout.body, limit);
  return (line) => {
    if (line < layout.body.line) return marks.get(line);
    if (isAll || line < cut.line) return { kind: 'signed' };
    if (line > cut.line || cut.column === 0) return { kind: 'unsigned' };
    return { kind: 'signed', until: cut.column };
  };
}
