// The body of a message as RFC 6376 section 3.4 canonicalises it, hashed once for any number of signatures.
import { createHash, type Hash } from 'node:crypto';

export type Canonical = 'simple' | 'relaxed';

export interface BodyWanted {
  readonly canonical: Canonical;
  readonly algorithm: 'sha1' | 'sha256';
  /** l=: octets of the canonical body; absent for all of it. */
  readonly length?: number;
}

export interface BodyDigest {
  /** In base64, as bh= has it. */
  readonly hash: string;
  /** Octets of the canonical body that were hashed, and all there are. */
  readonly hashed: number;
  readonly all: number;
  /** Octets of the body as it stands, up to the last one that was hashed. */
  readonly source: number;
}

const lf = 0x0a;
const cr = 0x0d;
const sp = 0x20;
const tab = 0x09;

/**
 * Hashes a body. Instead of mailauth's body hashes, which give the same: those make a chunk of every line that ends in a
 * bare LF (half a second for each MB), join all chunks of a line that does not end anew with each of them, and run once for
 * every length in l=; here each octet is looked at once for each canonicalisation, however many signatures there are.
 * A bare LF ends a line as CRLF does; a CR without LF is content.
 */
export function hashBody(
  body: Iterable<Uint8Array>,
  wanted: readonly BodyWanted[],
): (want: BodyWanted) => BodyDigest | undefined {
  const passes = new Map<string, Pass>();
  for (const want of wanted) {
    const key = `${want.canonical} ${want.algorithm}`;
    const pass = passes.get(key) ?? new Pass(want);
    passes.set(key, pass);
    if (want.length !== undefined) pass.stopAt(want.length);
  }
  if (passes.size > 0)
    for (const chunk of body) {
      for (const pass of passes.values()) pass.take(chunk);
    }
  for (const pass of passes.values()) pass.finish();
  return (want) => passes.get(`${want.canonical} ${want.algorithm}`)?.digest(want.length);
}

/** Most octets of the canonical body that one octet of the body can bring forth: a line end, a blank, a CR and itself. */
const mostAtOnce = 5;

/** One canonicalisation with one hash; lengths in l= are copies of its state on the way. */
class Pass {
  readonly #relaxed: boolean;
  readonly #hash: Hash;
  /** Octets of the canonical body that are not hashed yet, and those that are. */
  readonly #out = new Uint8Array(65_536);
  #filled = 0;
  #hashed = 0;
  /** When `out` holds so many they are hashed: it is full, or the next l= is reached. */
  #most = this.#out.length;
  /** Line ends that count only if something follows them, and where the first of them stands. */
  #lineEnds = 0;
  #lineEndsAt = 0;
  #blank = false;
  #return = false;
  /** Octets of the body as it stands before the chunk at hand. */
  #before = 0;
  #stops: number[] = [];
  readonly #digests = new Map<number, BodyDigest>();
  #all: BodyDigest | undefined;

  constructor({ canonical, algorithm }: BodyWanted) {
    this.#relaxed = canonical === 'relaxed';
    this.#hash = createHash(algorithm);
  }

  stopAt(length: number): void {
    if (this.#stops.includes(length)) return;
    this.#stops.push(length);
    this.#stops.sort((one, other) => one - other);
    if (length === 0) this.#mark(0);
    this.#flush();
  }

  take(chunk: Uint8Array): void {
    for (let at = this.#run(chunk, 0); at < chunk.length; at = this.#run(chunk, at + 1))
      this.#octet(chunk[at] ?? 0, at);
    this.#before += chunk.length;
  }

  finish(): void {
    if (this.#return) this.#content(cr, this.#before);
    const source = this.#lineEnds > 0 ? this.#lineEndsAt : this.#before;
    // Section 3.4.3: a body that is empty is one CRLF; section 3.4.4: it stays empty.
    if (!this.#relaxed || this.#hashed + this.#filled > 0) {
      this.#put(cr, source);
      this.#put(lf, source);
    }
    this.#flush();
    const all = this.#hashed;
    this.#all = { hash: this.#hash.digest('base64'), hashed: all, all, source: this.#before };
  }

  digest(length: number | undefined): BodyDigest | undefined {
    const all = this.#all;
    if (all === undefined || length === undefined) return all;
    const marked = this.#digests.get(length);
    return marked === undefined ? all : { ...marked, all: all.all };
  }

  /**
   * Does what {@link #octet} does for as many octets as there is room for, with its state in variables: ten times as fast.
   * Returns where it has stopped, for one octet to be done there in the other way.
   */
  #run(chunk: Uint8Array, from: number): number {
    const out = this.#out;
    const relaxed = this.#relaxed;
    const { length } = chunk;
    const most = this.#most - mostAtOnce;
    let [filled, lineEnds, blank, isReturn] = [this.#filled, this.#lineEnds, this.#blank, this.#return];
    let at = from;
    for (; at < length && filled < most; at += 1) {
      const octet = chunk[at] ?? 0;
      if (octet === lf) {
        if (lineEnds === 0) this.#lineEndsAt = this.#before + at + 1;
        lineEnds += 1;
        blank = false;
        isReturn = false;
        continue;
      }
      const isBlank = relaxed && (octet === sp || octet === tab);
      if (isReturn || !(isBlank || octet === cr)) {
        if (lineEnds > 1) break;
        if (lineEnds === 1) {
          out[filled] = cr;
          out[filled + 1] = lf;
          filled += 2;
          lineEnds = 0;
        }
        if (blank) {
          out[filled] = sp;
          filled += 1;
          blank = false;
        }
        if (isReturn) {
          out[filled] = cr;
          filled += 1;
          isReturn = false;
        }
      }
      if (octet === cr) isReturn = true;
      else if (isBlank) blank = true;
      else {
        out[filled] = octet;
        filled += 1;
        // Most octets are neither blank nor control, and follow another one.
        for (let next = chunk[at + 1] ?? 0; next > sp && filled < most; next = chunk[at + 1] ?? 0) {
          out[filled] = next;
          filled += 1;
          at += 1;
        }
      }
    }
    [this.#filled, this.#lineEnds, this.#blank, this.#return] = [filled, lineEnds, blank, isReturn];
    return at;
  }

  #octet(octet: number, at: number): void {
    const source = this.#before + at + 1;
    if (octet === lf) {
      if (this.#lineEnds === 0) this.#lineEndsAt = source;
      this.#lineEnds += 1;
      this.#blank = false;
      this.#return = false;
      return;
    }
    if (this.#return) {
      this.#return = false;
      this.#content(cr, source - 1);
    }
    if (octet === cr) this.#return = true;
    else if (this.#relaxed && (octet === sp || octet === tab)) this.#blank = true;
    else this.#content(octet, source);
  }

  /** An octet that is neither blank nor line end: what was held back before it counts now. */
  #content(octet: number, source: number): void {
    for (let at = this.#lineEndsAt; this.#lineEnds > 0; this.#lineEnds -= 1, at += 2) {
      const place = Math.min(at, source);
      this.#put(cr, place);
      this.#put(lf, place);
    }
    if (this.#blank) {
      this.#blank = false;
      this.#put(sp, source - 1);
    }
    this.#put(octet, source);
  }

  #put(octet: number, source: number): void {
    this.#out[this.#filled] = octet;
    this.#filled += 1;
    if (this.#filled < this.#most) return;
    if (this.#hashed + this.#filled === this.#stops[0]) this.#mark(source);
    else this.#flush();
  }

  #mark(source: number): void {
    this.#flush();
    const hashed = this.#hashed;
    this.#digests.set(hashed, { hash: this.#hash.copy().digest('base64'), hashed, all: hashed, source });
    this.#stops = this.#stops.filter((stop) => stop > hashed);
    this.#flush();
  }

  #flush(): void {
    if (this.#filled > 0) this.#hash.update(this.#out.subarray(0, this.#filled));
    this.#hashed += this.#filled;
    this.#filled = 0;
    this.#most = Math.min(this.#out.length, (this.#stops[0] ?? Infinity) - this.#hashed);
  }
}
