// How a message is read, with DATA or in chunks, and what is told of it afterwards.
import type { DataException } from '../contract/event.ts';
import type { DataFacts } from '../contract/facts.ts';
import type { LineEnd, LineEndPolicy, LongLinePolicy } from './wireLine.ts';

/** The line end before the final dot and the one behind it; anything but `crlf.crlf` is SMTP smuggling's open door. */
export type EndOfData = `${LineEnd}.${LineEnd}`;

/** What was seen in a message as it was read. Offsets and lengths are of the message as handed over, before `limit` cut it. */
export interface WireDataFacts extends DataFacts {
  /** Lines longer than `maxTextLine` as they came. */
  readonly longLines: number;
  /** Dots the client had put in front of lines that begin with one, taken away again (RFC 5321 section 4.5.2). */
  readonly dotsRemoved: number;
  /** Segments the message came in. */
  readonly segments: number;
  /** The first 100, by offset; the counts say how many there were. */
  readonly exceptions: readonly DataException[];
  /** What ended it; null while it is still coming, and for a message in chunks. */
  readonly ended: EndOfData | null;
}

/** What becomes of octets that no text holds. Only `normalise` changes what is handed over; who reads the facts refuses. */
export interface TextRules {
  /** `normalise`: NULs are taken out. */
  readonly nul?: LineEndPolicy;
  /** `normalise`: the highest bit is cleared; what would become a NUL, CR or LF by that is a question mark. */
  readonly eightBit?: LineEndPolicy;
  /** `normalise`: a line longer than `maxTextLine` is broken with CRLF; in the header a blank behind it keeps the field one. */
  readonly longLine?: LongLinePolicy;
  /** Octets, line end included, at least 80; 1000 unless given. */
  readonly maxTextLine?: number;
}

/**
 * How to read one message. Only CRLF.CRLF ends it, unless a policy says `allow`: then that bare LF or CR ends lines like
 * CRLF does, so that LF.LF, LF.CRLF and CRLF.LF (CR likewise) end the message. Dots are removed only at the start of
 * lines which end so. `normalise` hands CRLF over for each bare LF or CR; `reject` hands over what came and leaves the
 * refusal to whoever reads the facts, after the true end.
 */
export interface DataOptions extends TextRules {
  /** False for a message in chunks: dots mean nothing in it, and it ends when its reader is told (`DataReader.finish`). */
  readonly dots?: boolean;
  /** Octets handed over at most; what is beyond is read and counted to the end but handed to nobody. Infinity: no limit. */
  readonly limit: number;
  readonly bareLf: LineEndPolicy;
  readonly bareCr: LineEndPolicy;
  /**
   * Takes the next octets of the message, never none. They are views of network buffers: read, do not change.
   * False asks for a pause: the rest of this segment may still come, then nothing until `resumeData()`, called later.
   */
  readonly onChunk: (chunk: Buffer) => boolean;
}
