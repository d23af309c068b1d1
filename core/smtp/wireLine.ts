// One command line at a time out of the segments of a connection: where it ends and what is odd in it (RFC 5321 section 2.3.8).

/** What ended a line: CRLF, an LF without a CR before it, or a CR without an LF behind it. */
export type LineEnd = 'crlf' | 'lf' | 'cr';

/** What an administrator lets a bare LF or a bare CR mean; `strictness` in the settings. */
export type LineEndPolicy = 'reject' | 'normalise' | 'allow';

/**
 * What becomes of a line beyond `maxLine`. `reject`: handed out once as too long, the rest swallowed. `normalise`: handed
 * out at its end, cut off at the limit. `allow`: taken up to {@link mostLine}, and rejected beyond.
 */
export type LongLinePolicy = LineEndPolicy;

/** The longest line `allow` takes, octets, CRLF included. */
export const mostLine = 1_048_576;

/** One command line as it crossed the wire. */
export interface WireLine {
  /** The line without its end; a view of the segment it came in, so copy what is kept for long. At most `maxLine - 2` octets. */
  readonly bytes: Buffer;
  /** `none`: the line was too long and its end is still to come, or the client closed in the middle of it. Never a command. */
  readonly terminator: LineEnd | 'none';
  /** Longer than `maxLine`: handed out once, as soon as that is certain; the rest up to its end is swallowed. */
  readonly tooLong: boolean;
  /** Longer than `maxLine` and cut off there, because `longLine` is `normalise`; the other facts are of the whole line. */
  readonly cut: boolean;
  readonly hasNul: boolean;
  /** An octet above 0x7F. */
  readonly hasEightBit: boolean;
  /** A CR without an LF behind it, inside the line. */
  readonly hasBareCr: boolean;
  /** Octets on the wire, end included; `maxLine + 1` when too long. */
  readonly length: number;
  /** Octets swallowed before this line, the rest of one that was too long. */
  readonly skippedBefore: number;
  /** When its first octet arrived, ms of the injected clock. */
  readonly started: number;
  /** When its last octet arrived, ms of the injected clock. */
  readonly arrival: number;
  /** Segments it was spread over. */
  readonly segments: number;
  /** Octets the parser already held behind it when it was handed out. */
  readonly bufferedAfter: number;
}

/** A line on its way out: the parser adds what waits behind it. */
export type LineInHand = Omit<WireLine, 'bufferedAfter'> & {
  bufferedAfter: number;
};

const LF = 0x0a;
const CR = 0x0d;
const none = Buffer.alloc(0);

/**
 * Assembles command lines. An LF always ends one, with or without a CR before it: were it content under some settings,
 * the same octets would be one command to one receiver and two to the next. The session sees the terminator and
 * answers 500 to a bare LF under `reject`. A bare CR ends a line only under `allow`; otherwise it is content, flagged,
 * and no command admits it, so `MAIL FROM:<a@b>\rRCPT TO:<c@d>` is one refused command and never two.
 */
export class LineReader {
  /** Longest line, octets, CRLF included (RFC 5321 section 4.5.3.1.4: at least 512). A bare LF counts as two. */
  maxLine: number;
  /** The line that ended with the last {@link take}, if one did. */
  line: LineInHand | null = null;
  readonly #splitsAtCr: boolean;
  readonly #longLine: LongLinePolicy;
  #held = none;
  #heldLength = 0;
  /** Octets of the line before the segment in work, those beyond the limit included. */
  #seen = 0;
  #cr = false;
  #nul = false;
  #eightBit = false;
  #bareCr = false;
  #segments = 0;
  #started = 0;
  #skipping = false;
  #skipped = 0;

  constructor(maxLine: number, bareCr: LineEndPolicy, longLine: LongLinePolicy = 'reject') {
    this.maxLine = maxLine;
    this.#splitsAtCr = bareCr === 'allow';
    this.#longLine = longLine;
  }

  /** When the first octet of the line now being read arrived; undefined between lines. */
  get began(): number | undefined {
    return this.inside ? this.#started : undefined;
  }

  /** Octets of an unfinished line held back so far. */
  get held(): number {
    return this.#heldLength;
  }

  /** Whether a line has begun and not ended, the rest of one that was too long included. */
  get inside(): boolean {
    return this.#segments > 0 || this.#skipping;
  }

  /** What is held back of an unfinished line, which is then forgotten. */
  giveUp(): Buffer {
    const given = this.#held.subarray(0, this.#heldLength);
    this.#forget();
    return given;
  }

  /** Octets of content a line may have. */
  get #most(): number {
    return (this.#longLine === 'allow' ? Math.max(this.maxLine, mostLine) : this.maxLine) - 2;
  }

  /** Reads from `from`, which is inside `chunk`, to the end of a line or of the chunk; returns where it stopped. */
  take(chunk: Buffer, from: number, arrival: number): number {
    this.line = null;
    if (this.#skipping) return this.#skip(chunk, from);
    if (this.#segments++ === 0) this.#started = arrival;
    const most = this.#longLine === 'normalise' ? 0x7fffffff : this.#most - this.#seen + from;
    let cr = this.#cr;
    for (let i = from; i < chunk.length; i++) {
      const octet = chunk[i]!;
      // Most octets are text, and only counted.
      if (octet > CR && octet < 0x80 && !cr && i < most) continue;
      if (octet === LF) {
        this.#finish(cr ? 'crlf' : 'lf', this.#join(chunk, from, i), arrival);
        return i + 1;
      }
      if (cr) {
        if (this.#splitsAtCr) {
          this.#finish('cr', this.#join(chunk, from, i), arrival);
          return i;
        }
        this.#bareCr = true;
      }
      cr = octet === CR;
      if (octet === 0) this.#nul = true;
      else if (octet > 0x7f) this.#eightBit = true;
      // A CR counts when the octet behind it shows that it is content.
      if ((cr ? i : i + 1) > most) {
        this.#finish('none', this.#join(chunk, from, i + 1), arrival);
        this.#skipping = true;
        this.#cr = cr;
        return i + 1;
      }
    }
    this.#hold(chunk, from, chunk.length);
    this.#cr = cr;
    return chunk.length;
  }

  /** What is left when the client has closed its side: an unfinished line, which must not be run. */
  flush(arrival: number): LineInHand | null {
    this.line = null;
    if (this.#heldLength === 0) return null;
    const ended = this.#cr && this.#splitsAtCr;
    this.#bareCr ||= this.#cr && !ended;
    this.#finish(ended ? 'cr' : 'none', this.#join(none, 0, 0), arrival);
    return this.line;
  }

  /** `raw`: the line without an LF at its end; when it is cut off, as much of it as was kept. */
  #finish(terminator: WireLine['terminator'], raw: Buffer, arrival: number): void {
    const ending = terminator === 'crlf' ? 2 : terminator === 'none' ? 0 : 1;
    const content = terminator === 'lf' || terminator === 'none' ? this.#seen : this.#seen - 1;
    const isLong = content > this.#most;
    const cut = isLong && this.#longLine === 'normalise';
    this.line = {
      bytes: raw.subarray(0, isLong ? this.#most : content),
      terminator,
      tooLong: isLong && !cut,
      cut,
      hasNul: this.#nul,
      hasEightBit: this.#eightBit,
      hasBareCr: this.#bareCr,
      length: isLong && !cut ? this.#most + 3 : content + ending,
      skippedBefore: this.#skipped,
      started: this.#started,
      arrival,
      segments: this.#segments,
      bufferedAfter: 0,
    };
    this.#forget();
  }

  #forget(): void {
    this.#held = none;
    this.#heldLength = this.#seen = this.#segments = this.#skipped = 0;
    this.#cr = this.#nul = this.#eightBit = this.#bareCr = false;
  }

  /** The line so far: earlier segments and this one up to `to`. Copies only when there are earlier ones. */
  #join(chunk: Buffer, from: number, to: number): Buffer {
    if (this.#heldLength > 0) {
      this.#hold(chunk, from, to);
      return this.#held.subarray(0, this.#heldLength);
    }
    this.#seen += to - from;
    return chunk.subarray(from, to);
  }

  /** Copies, so that a line typed octet by octet holds its own few bytes and not one network buffer for each. */
  #hold(chunk: Buffer, from: number, to: number): void {
    this.#seen += to - from;
    // One more than is handed out: a CR that may be half of a CRLF.
    const last = Math.min(to, from + this.#most + 1 - this.#heldLength);
    if (last <= from) return;
    const length = this.#heldLength + last - from;
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(128, 2 * length));
      this.#held.copy(larger, 0, 0, this.#heldLength);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldLength, from, last);
    this.#heldLength = length;
  }

  #skip(chunk: Buffer, from: number): number {
    const end = this.#splitsAtCr ? this.#endAtCrOrLf(chunk, from) : afterLf(chunk, from);
    if (end >= 0) this.#skipping = this.#cr = false;
    const at = end < 0 ? chunk.length : end;
    this.#skipped += at - from;
    return at;
  }

  /** Where the next line begins when a bare CR ends one too; -1 when this one does not end here. */
  #endAtCrOrLf(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      if (chunk[i] === LF) return i + 1;
      if (this.#cr) return i;
      this.#cr = chunk[i] === CR;
    }
    return -1;
  }
}

function afterLf(chunk: Buffer, from: number): number {
  const lf = chunk.indexOf(LF, from);
  return lf < 0 ? -1 : lf + 1;
}
