// The octets of one BDAT chunk, segment by segment: counted and handed over, whatever they are (RFC 3030 section 2).

/** What has come of a chunk. */
export interface ChunkFacts {
  readonly octets: number;
  /** What BDAT said. */
  readonly announced: number;
  /** Segments the chunk came in. */
  readonly segments: number;
}

export interface ChunkOptions {
  readonly octets: number;
  /** Takes views of network buffers, never empty ones. False asks for a pause until `resumeData()`. */
  readonly onChunk: (chunk: Buffer) => boolean;
}

/** Nothing ends a chunk but its count: no line end, no dot and no octet means anything in it. */
export class ChunkReader {
  /** The consumer asked for a pause; the parser clears it. */
  full = false;
  /** Octets still to come. */
  left: number;
  readonly #options: ChunkOptions;
  #segments = 0;

  constructor(options: ChunkOptions) {
    this.#options = options;
    this.left = options.octets;
  }

  /** Octets of the chunk so far. */
  get bytes(): number {
    return this.#options.octets - this.left;
  }

  facts(): ChunkFacts {
    return {
      octets: this.bytes,
      announced: this.#options.octets,
      segments: this.#segments,
    };
  }

  /** Reads from `from` to the end of the chunk or of the segment; returns where it stopped. */
  take(segment: Buffer, from: number): number {
    const end = Math.min(segment.length, from + this.left);
    if (end === from) return from;
    this.#segments++;
    this.left -= end - from;
    if (!this.#options.onChunk(from === 0 && end === segment.length ? segment : segment.subarray(from, end)))
      this.full = true;
    return end;
  }
}
