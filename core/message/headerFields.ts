// Splits the header of a message into its fields, at their places, and finds where the body begins.

/** One field of the header. */
export interface HeaderField {
  /** As written; empty where the first line of the header is no field. */
  readonly name: string;
  /** In lower case. */
  readonly key: string;
  /** Octets from the start of the message: the whole field, its line end included. */
  readonly start: number;
  readonly end: number;
}

/** What is wrong with lines of the header (RFC 5322 section 2.2); places of the fields they belong to. */
export interface HeaderLines {
  /** Lines that are neither fields nor continue one: they count as more of the field above. */
  readonly stray: readonly number[];
  /** Blanks between name and colon (section 4.5.8 has them as obsolete). */
  readonly blankBeforeColon: readonly number[];
  /** NUL anywhere. */
  readonly nul: readonly number[];
  /** LF without CR before it, or CR without LF behind it. */
  readonly bare: readonly number[];
}

export interface MessageHeader {
  /** The octets of the header, without the empty line behind it. */
  readonly bytes: Buffer;
  readonly fields: readonly HeaderField[];
  readonly lines: HeaderLines;
  /** Octet at which the body begins; the length of the message where it has none. */
  readonly body: number;
  /** There are more than {@link mostFields}: those behind them were not read, and nothing is proved by such a header. */
  readonly more: boolean;
  /** Places of the fields of a name, in lower case, from the top. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

/** So many fields are read. Real messages have a few dozen; 50,000 objects are what a worker can hold without noticing. */
export const mostFields = 50_000;

/** So many octets of header are read: the largest `strictness.maxHeaderSize` can be passed by no header that is read. */
export const mostHeader = 32 * 1024 * 1024;

const lf = 0x0a;
const cr = 0x0d;

/** Reads the header. CRLF and a bare LF end lines alike, as mailauth has it and most programs that read mail. */
export function readHeader(chunks: readonly Uint8Array[]): MessageHeader {
  const { end, body } = headerEnd(chunks);
  const bytes = firstOctets(chunks, Math.min(end, mostHeader));
  const fields: { name: string; key: string; start: number; end: number }[] = [];
  const stray = new Set<number>();
  const blank = new Set<number>();
  const nul = new Set<number>();
  const bare = new Set<number>();
  let more = end > mostHeader;
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf(lf, at);
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const first = bytes[at];
    const colon = first === 0x20 || first === 0x09 ? 0 : nameEnd(bytes, at, next);
    if (colon > 0 || fields.length === 0) {
      if (fields.length >= mostFields) {
        more = true;
        break;
      }
      const raw = colon > 0 ? bytes.latin1Slice(at, colon) : '';
      const name = raw.trimEnd();
      if (name !== raw) blank.add(fields.length);
      if (colon <= 0) stray.add(0);
      fields.push({ name, key: name.toLowerCase(), start: at, end: next });
    } else {
      const last = fields.length - 1;
      const field = fields[last];
      if (field !== undefined) field.end = next;
      if (first !== 0x20 && first !== 0x09) stray.add(last);
    }
    if (lineEnd >= 0 && bytes[lineEnd - 1] !== cr) bare.add(fields.length - 1);
    at = next;
  }
  for (const place of placesOf(bytes, 0, fields)) nul.add(place);
  for (const place of bareReturns(bytes, fields)) bare.add(place);
  return {
    bytes,
    fields,
    lines: {
      stray: [...stray],
      blankBeforeColon: [...blank],
      nul: [...nul],
      bare: [...bare].sort((one, other) => one - other),
    },
    body,
    more,
    places: byName(fields),
  };
}

/** The octets of a field as RFC 6376 takes them: CRLF at every line end within, none at its end. */
export function fieldOctets({ bytes }: Pick<MessageHeader, 'bytes'>, { start, end }: HeaderField): Buffer {
  let last = end;
  if (bytes[last - 1] === lf) last -= bytes[last - 2] === cr && last - 2 >= start ? 2 : 1;
  const octets = bytes.subarray(start, last);
  if (!hasBareLf(octets)) return octets;
  return Buffer.from(octets.latin1Slice().replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** What stands behind the colon, unfolded (RFC 5322 section 2.2.3), as UTF-8. */
export function fieldValue(header: Pick<MessageHeader, 'bytes'>, field: HeaderField): string {
  const text = fieldOctets(header, field).toString('utf8');
  return text
    .slice(text.indexOf(':') + 1)
    .replace(/\r\n(?=[ \t])/g, '')
    .trim();
}

/** Where the name ends when the line begins a field: the place of its colon; 0 when it does not. */
function nameEnd(bytes: Buffer, from: number, to: number): number {
  let blanks = false;
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0;
    if (octet === 0x3a) return at > from ? at : 0;
    if (octet === 0x20 || octet === 0x09) blanks = true;
    else if (blanks || octet < 0x21 || octet > 0x7e) return 0;
  }
  return 0;
}

/** Octets of the header up to the empty line, and where the body begins behind it. */
function headerEnd(chunks: readonly Uint8Array[]): { readonly end: number; readonly body: number } {
  let offset = 0;
  for (const [index, chunk] of chunks.entries()) {
    const peek = (at: number): number | undefined => {
      let place = at;
      for (let which = index; which < chunks.length; which += 1) {
        const one = chunks[which] ?? chunk;
        if (place < one.length) return one[place];
        place -= one.length;
      }
      return undefined;
    };
    const emptyAt = (at: number): number => (peek(at) === lf ? 1 : peek(at) === cr && peek(at + 1) === lf ? 2 : 0);
    if (offset === 0 && chunk.length > 0) {
      const empty = emptyAt(0);
      if (empty > 0) return { end: 0, body: empty };
    }
    const within = lineBeforeEmpty(chunk);
    if (within >= 0) return { end: offset + within + 1, body: offset + within + 1 + emptyAt(within + 1) };
    // An empty line that begins here and ends in another chunk.
    for (let at = Math.max(0, chunk.length - 2); at < chunk.length; at += 1) {
      const empty = chunk[at] === lf ? emptyAt(at + 1) : 0;
      if (empty > 0) return { end: offset + at + 1, body: offset + at + 1 + empty };
    }
    offset += chunk.length;
  }
  return { end: offset, body: offset };
}

/** Where the line ends that an empty line follows, both within the chunk; -1 where there is none. Searched as a whole: lines may be millions. */
function lineBeforeEmpty(chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  const crlf = bytes.indexOf('\n\r\n', 'latin1');
  const bare = (crlf < 0 ? bytes : bytes.subarray(0, crlf + 1)).indexOf('\n\n', 'latin1');
  return bare < 0 ? crlf : bare;
}

function firstOctets(chunks: readonly Uint8Array[], length: number): Buffer {
  const [first] = chunks;
  if (first !== undefined && first.length >= length) return Buffer.from(first.buffer, first.byteOffset, length);
  return Buffer.concat(chunks, length);
}

function* placesOf(bytes: Buffer, octet: number, fields: readonly HeaderField[]): Generator<number> {
  let place = 0;
  for (let at = bytes.indexOf(octet); at >= 0; at = bytes.indexOf(octet, at)) {
    while ((fields[place]?.end ?? Infinity) <= at) place += 1;
    if (place >= fields.length) return;
    yield place;
    at = fields[place]?.end ?? bytes.length;
  }
}

function* bareReturns(bytes: Buffer, fields: readonly HeaderField[]): Generator<number> {
  let place = 0;
  for (let at = bytes.indexOf(cr); at >= 0; at = bytes.indexOf(cr, at + 1)) {
    if (bytes[at + 1] === lf) continue;
    while ((fields[place]?.end ?? Infinity) <= at) place += 1;
    if (place >= fields.length) return;
    yield place;
    // Once is enough for a field: the rest of it may be millions of them.
    at = (fields[place]?.end ?? bytes.length) - 1;
  }
}

function hasBareLf(octets: Buffer): boolean {
  for (let at = octets.indexOf(lf); at >= 0; at = octets.indexOf(lf, at + 1)) if (octets[at - 1] !== cr) return true;
  return false;
}

function byName(fields: readonly HeaderField[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { key }] of fields.entries()) {
    const known = places.get(key);
    if (known === undefined) places.set(key, [place]);
    else known.push(place);
  }
  return places;
}
