// As much of DER (ITU-T X.690) as it takes to walk down to one element.

/** One element; lengths of up to three octets, far more than a certificate or a TLS session has. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

/** The elements of a sequence, one after the other; undefined where it is no DER. */
export function elements(bytes: Buffer): readonly Element[] | undefined {
  const all: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (!element) return undefined;
    all.push(element);
    at += element.whole.length;
  }
  return all;
}

function elementAt(bytes: Buffer, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const from = at + 2 + more;
  if (first === 0x80 || more > 3 || from > bytes.length) return undefined;
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
  const end = from + length;
  return end > bytes.length ? undefined : { tag, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) };
}

/** The elements within the only element there is. */
export function within(bytes: Buffer): readonly Element[] | undefined {
  const all = elements(bytes);
  return all?.length === 1 && all[0] ? elements(all[0].content) : undefined;
}
