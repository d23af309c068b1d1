// MD5 from a state in its middle (RFC 1321): what CRAM-MD5 keeps of a password is two such states, and node:crypto gives none out.
import { createHash } from 'node:crypto';

/** Octets of a block and of a state. */
const BLOCK = 64;
const STATE = 16;

const start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
const shifts = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
/** RFC 1321 section 3.4: the integer part of 4294967296 times abs(sin(i)), i from 1 to 64. */
const sines = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** One block into the state (RFC 1321 section 3.4). */
function compress(state: Int32Array, block: Buffer): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const [f, g] = mixed(round, { b, c, d }, i);
    const sum = (a + f + (sines[i] as number) + block.readInt32LE((g & 15) * 4)) | 0;
    const by = (shifts[round] as readonly number[])[i & 3] as number;
    [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

function mixed(round: number, { b, c, d }: { readonly b: number; readonly c: number; readonly d: number }, i: number) {
  if (round === 0) return [(b & c) | (~b & d), i] as const;
  if (round === 1) return [(d & b) | (~d & c), 5 * i + 1] as const;
  if (round === 2) return [b ^ c ^ d, 3 * i + 5] as const;
  return [c ^ (b | ~d), 7 * i] as const;
}

function stateOf(octets: Buffer): Int32Array {
  return Int32Array.from({ length: 4 }, (_, i) => octets.readInt32LE(4 * i));
}

function octetsOf(state: Int32Array): Buffer {
  const octets = Buffer.alloc(STATE);
  state.forEach((word, i) => octets.writeInt32LE(word, 4 * i));
  return octets;
}

/** The state after the first block, 16 octets. */
export function firstState(block: Buffer): Buffer {
  const state = Int32Array.from(start, (word) => word | 0);
  compress(state, block);
  return octetsOf(state);
}

/** The digest of a first block that led to `state`, and of `rest` behind it; 16 octets. */
export function finish(state: Buffer, rest: Buffer): Buffer {
  const padding = Buffer.alloc(BLOCK - ((rest.length + 8) % BLOCK) + 8);
  padding[0] = 0x80;
  padding.writeBigUInt64LE(BigInt(BLOCK + rest.length) * 8n, padding.length - 8);
  const message = Buffer.concat([rest, padding]);
  const words = stateOf(state);
  for (let at = 0; at < message.length; at += BLOCK) compress(words, message.subarray(at, at + BLOCK));
  return octetsOf(words);
}

/** RFC 2104 section 2: the key as one block; a longer one is hashed first. */
export function keyBlock(key: Buffer, pad: number): Buffer {
  const short = key.length > BLOCK ? createHash('md5').update(key).digest() : key;
  const block = Buffer.alloc(BLOCK, pad);
  short.forEach((octet, i) => (block[i] = octet ^ pad));
  return block;
}
