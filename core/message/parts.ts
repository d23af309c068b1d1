// The parts of a message: their types, names and sizes, in one pass over its lines, whatever it was made of (RFC 2045, RFC 2046).
import type { PartFacts } from '../contract/senderAnswers.ts';
import { parameterOf, typeOf } from './partFields.ts';
import { printable } from './printable.ts';

export interface Parts {
  readonly parts: readonly PartFacts[];
  readonly moreParts: boolean;
}

/** Parts that are told, and how deep they may lie within one another: what is deeper counts to the part it lies in. */
export const mostParts = 1000;
export const mostDepth = 30;

/** Octets of a line that are looked at: a boundary has at most 70 characters (RFC 2046 section 5.1.1), a field of a part rarely thousands. */
const mostLine = 4096;

/** Octets of the header of one part that are read. */
const mostPartHeader = 65_536;

interface Open {
  readonly type: string;
  readonly name?: string;
  readonly depth: number;
  readonly encoding: string;
  octets: number;
  /** Signs of base64 so far. */
  signs: number;
  padding: number;
}

/**
 * Reads the structure. Unlike the reader for the eye it decodes nothing: sizes are counted from the encoded text, so that
 * neither a deep nest nor a million parts need more memory than the thousand that are told.
 */
export function readParts(chunks: readonly Uint8Array[]): Parts {
  const reader = new PartReader();
  for (const line of linesOf(chunks)) reader.take(line);
  return reader.finish();
}

class PartReader {
  readonly #parts: PartFacts[] = [];
  #more = false;
  /** Boundaries of the multiparts that are open, from the outside in. */
  readonly #boundaries: string[] = [];
  /** Lines of the header being read; undefined within a body. */
  #header: string[] | undefined = [];
  #headerOctets = 0;
  /** The leaf whose body is being read. */
  #leaf: Open | undefined;
  /** The line end before a boundary belongs to the boundary (RFC 2046 section 5.1.1). */
  #lineEnd = 0;
  /** Within multipart/digest parts are messages unless they say otherwise (section 5.1.5). */
  #standard = 'text/plain';

  take(line: Line): void {
    if (line.isDashed && this.#boundary(line.text)) return;
    if (this.#header !== undefined) this.#headerLine(this.#header, line);
    else if (this.#leaf !== undefined) this.#bodyLine(this.#leaf, line);
  }

  finish(): Parts {
    if (this.#header !== undefined) this.#begin(this.#header);
    this.#endLeaf(true);
    return { parts: this.#parts, moreParts: this.#more };
  }

  #headerLine(header: string[], line: Line): void {
    if (line.octets === line.lineEnd) {
      this.#begin(header);
      return;
    }
    this.#headerOctets += line.octets;
    if (this.#headerOctets > mostPartHeader) return;
    const last = header.length - 1;
    if (/^[ \t]/.test(line.text) && last >= 0) header[last] = `${header[last] ?? ''} ${line.text.trim()}`;
    else header.push(line.text);
  }

  #begin(header: readonly string[]): void {
    this.#header = undefined;
    const value = (name: string) =>
      header.find((line) => line.slice(0, line.indexOf(':')).trim().toLowerCase() === name)?.replace(/^[^:]*:/, '') ??
      '';
    const contentType = value('content-type');
    const type = typeOf(contentType) ?? this.#standard;
    const boundary = type.startsWith('multipart/') ? parameterOf(contentType, 'boundary') : undefined;
    const depth = this.#boundaries.length;
    const name = parameterOf(value('content-disposition'), 'filename') ?? parameterOf(contentType, 'name');
    if (boundary !== undefined && boundary !== '' && depth < mostDepth) {
      this.#add({ type, depth, octets: 0 });
      this.#boundaries.push(boundary);
      this.#standard = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
      this.#leaf = undefined;
      return;
    }
    this.#leaf = {
      type,
      ...(name === undefined || name === '' ? {} : { name: printable(name, 255) }),
      depth,
      encoding: value('content-transfer-encoding')
        .replace(/\(.*?\)/g, '')
        .trim()
        .toLowerCase(),
      octets: 0,
      signs: 0,
      padding: 0,
    };
    this.#lineEnd = 0;
  }

  #bodyLine(leaf: Open, line: Line): void {
    const content = line.octets - line.lineEnd;
    switch (leaf.encoding) {
      case 'base64':
        leaf.signs += line.signs;
        leaf.padding += line.padding;
        return;
      case 'quoted-printable': {
        // An encoded octet is three; a line that ends in = has no line end.
        const soft = line.isSoft ? 1 : 0;
        leaf.octets += this.#lineEnd + content - line.escapes * 2 - soft;
        this.#lineEnd = line.isSoft ? 0 : line.lineEnd;
        return;
      }
      default:
        leaf.octets += this.#lineEnd + content;
        this.#lineEnd = line.lineEnd;
    }
  }

  /** True when the line is a boundary of a multipart that is open; those within that one end with it. */
  #boundary(text: string): boolean {
    const plain = text.trimEnd();
    for (let depth = this.#boundaries.length - 1; depth >= 0; depth -= 1) {
      const boundary = `--${this.#boundaries[depth] ?? ''}`;
      if (plain !== boundary && plain !== `${boundary}--`) continue;
      if (this.#header !== undefined) this.#begin(this.#header);
      this.#endLeaf(false);
      const isLast = plain !== boundary;
      this.#boundaries.length = isLast ? depth : depth + 1;
      this.#header = isLast ? undefined : [];
      this.#headerOctets = 0;
      return true;
    }
    return false;
  }

  #endLeaf(isEnd: boolean): void {
    const leaf = this.#leaf;
    this.#leaf = undefined;
    if (leaf === undefined) return;
    const { type, name, depth, encoding } = leaf;
    const decoded =
      encoding === 'base64'
        ? Math.max(Math.floor((leaf.signs * 3) / 4), 0)
        : leaf.octets + (isEnd && depth === 0 ? this.#lineEnd : 0);
    this.#lineEnd = 0;
    this.#add({ type, ...(name === undefined ? {} : { name }), depth, octets: decoded });
  }

  #add(part: PartFacts): void {
    if (this.#parts.length < mostParts) this.#parts.push(part);
    else this.#more = true;
  }
}

interface Line {
  /** Its first octets, as latin1. */
  readonly text: string;
  /** All of it, line end included. */
  readonly octets: number;
  readonly lineEnd: number;
  readonly isDashed: boolean;
  /** What base64 and quoted-printable need of it. */
  readonly signs: number;
  readonly padding: number;
  readonly escapes: number;
  readonly isSoft: boolean;
}

/** The lines of a message; of one that is very long the first octets, and its length. */
function* linesOf(chunks: readonly Uint8Array[]): Generator<Line> {
  let kept: Buffer[] = [];
  let keptOctets = 0;
  let octets = 0;
  let counts = { signs: 0, padding: 0, escapes: 0 };
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(0x0a, at);
      const next = end < 0 ? bytes.length : end + 1;
      const piece = bytes.subarray(at, next);
      if (keptOctets < mostLine) kept.push(piece.subarray(0, mostLine - keptOctets));
      keptOctets += Math.min(piece.length, mostLine - keptOctets);
      octets += piece.length;
      counts = counted(piece, counts);
      if (end >= 0) {
        yield lineOf(kept, octets, counts);
        [kept, keptOctets, octets] = [[], 0, 0];
        counts = { signs: 0, padding: 0, escapes: 0 };
      }
      at = next;
    }
  }
  if (octets > 0) yield lineOf(kept, octets, counts);
}

type Counts = Pick<Line, 'signs' | 'padding' | 'escapes'>;

function counted(piece: Buffer, { signs, padding, escapes }: Counts): Counts {
  for (const octet of piece) {
    if (octet === 0x3d) {
      padding += 1;
      escapes += 1;
    } else if (octet > 0x20) signs += 1;
  }
  return { signs, padding, escapes };
}

function lineOf(kept: readonly Buffer[], octets: number, counts: Counts): Line {
  const [only] = kept;
  const bytes = kept.length === 1 && only !== undefined ? only : Buffer.concat(kept);
  const raw = bytes.latin1Slice();
  const text = raw.replace(/\r?\n$/, '');
  const isWhole = octets <= mostLine;
  const isSoft = isWhole && /=[ \t]*$/.test(text);
  return {
    text,
    octets,
    lineEnd: isWhole ? raw.length - text.length : 2,
    isDashed: text.startsWith('--'),
    ...counts,
    escapes: isSoft ? counts.escapes - 1 : counts.escapes,
    isSoft,
  };
}
