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
}

/**
 * Reads the structure. Unlike the reader for the eye it decodes nothing: sizes are counted from the encoded text, so that
 * neither a deep nest nor a million parts need more memory than the thousand that are told.
 */
export function readParts(chunks: readonly Uint8Array[]): Parts {
  const reader = new PartReader();
  eachLine(chunks, (line) => reader.take(line));
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
    if (isDashed(line) && this.#boundary(textOf(line))) return;
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
    const text = textOf(line);
    if (/^[ \t]/.test(text) && last >= 0) header[last] = `${header[last] ?? ''} ${text.trim()}`;
    else header.push(text);
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
    };
    this.#lineEnd = 0;
  }

  #bodyLine(leaf: Open, line: Line): void {
    const content = line.octets - line.lineEnd;
    switch (leaf.encoding) {
      case 'base64':
        leaf.signs += signsOf(line);
        return;
      case 'quoted-printable': {
        // An encoded octet is three; a line that ends in = has no line end.
        const soft = isSoft(line) ? 1 : 0;
        leaf.octets += this.#lineEnd + content - (escapesOf(line) - soft) * 2 - soft;
        this.#lineEnd = soft === 1 ? 0 : line.lineEnd;
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

/** One line, for as long as it is looked at: the next one has the same object. */
interface Line {
  /** Where it stands; of one that lies in several chunks the first octets. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Its pieces where it lies in several chunks. */
  pieces: readonly Buffer[];
  /** All of it, line end included. */
  octets: number;
  lineEnd: number;
}

const lf = 0x0a;
const cr = 0x0d;
const equals = 0x3d;

/** The lines of a message. Nothing is copied of them, and nothing made of them that nobody asks for: there may be millions. */
function eachLine(chunks: readonly Uint8Array[], take: (line: Line) => void): void {
  const line: Line = { bytes: Buffer.alloc(0), start: 0, end: 0, pieces: [], octets: 0, lineEnd: 0 };
  let pieces: Buffer[] = [];
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; at < bytes.length;) {
      const end = lineFeed(bytes, at);
      const next = end < 0 ? bytes.length : end + 1;
      if (end < 0 || pieces.length > 0) pieces.push(bytes.subarray(at, next));
      if (end >= 0 && pieces.length === 0) {
        line.bytes = bytes;
        line.start = at;
        line.end = next;
        line.octets = next - at;
        line.lineEnd = end > at && bytes[end - 1] === cr ? 2 : 1;
        take(line);
      } else if (end >= 0) {
        inPieces(line, pieces);
        pieces = [];
        take(line);
        line.pieces = [];
      }
      at = next;
    }
  }
  if (pieces.length === 0) return;
  inPieces(line, pieces);
  take(line);
}

/** The next LF; most lines that are many are short, and found without a call. */
function lineFeed(bytes: Buffer, from: number): number {
  const near = Math.min(from + 8, bytes.length);
  for (let at = from; at < near; at += 1) if (bytes[at] === lf) return at;
  return bytes.indexOf(lf, near);
}

function inPieces(line: Line, pieces: readonly Buffer[]): void {
  let octets = 0;
  for (const piece of pieces) octets += piece.length;
  const bytes = Buffer.concat(pieces, Math.min(octets, mostLine));
  const ends = Buffer.concat(pieces.slice(-2).map((piece) => piece.subarray(-2)));
  Object.assign(line, { bytes, start: 0, end: bytes.length, pieces, octets });
  line.lineEnd = ends.at(-1) !== lf ? 0 : ends.at(-2) === cr ? 2 : 1;
}

const isDashed = ({ bytes, start }: Line) => bytes[start] === 0x2d && bytes[start + 1] === 0x2d;

/** Its first octets as latin1, without its line end. */
function textOf({ bytes, start, end, octets, lineEnd }: Line): string {
  return bytes.latin1Slice(start, Math.min(end, start + mostLine, start + octets - lineEnd));
}

/** Signs of base64, and everything else that is neither blank nor control nor padding. */
function signsOf(line: Line): number {
  let signs = 0;
  eachOctet(line, (octet) => {
    if (octet > 0x20 && octet !== equals) signs += 1;
  });
  return signs;
}

function escapesOf(line: Line): number {
  let escapes = 0;
  eachOctet(line, (octet) => {
    if (octet === equals) escapes += 1;
  });
  return escapes;
}

function eachOctet({ bytes, start, end, pieces }: Line, take: (octet: number) => void): void {
  if (pieces.length === 0) for (let at = start; at < end; at += 1) take(bytes[at] ?? 0);
  else for (const piece of pieces) for (const octet of piece) take(octet);
}

/** It ends in = and blanks: the next line goes on with it (RFC 2045 section 6.7, rule 5). */
function isSoft(line: Line): boolean {
  return line.octets <= mostLine && /=[ \t]*$/.test(textOf(line));
}
