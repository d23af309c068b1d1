// The bytes of a test message, from its id alone: both the process that is killed and the one that looks afterwards know them.

/** 0 to `largest` octets, by the id; every place differs from its neighbours and from other messages. */
export function bytesFor(id: string, largest: number): Uint8Array {
  const seed = Number.parseInt(id, 16);
  const size = seed % 5 === 0 ? (seed * 7919) % (largest + 1) : (seed * 104_729) % 3000;
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (seed * 37 + at * 11 + (at >>> 8)) & 0xff;
  return bytes;
}
