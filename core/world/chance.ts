// Chance from a seed: the same seed and label give the same octets and numbers, on any machine and in any order of runs.
import { createHash } from 'node:crypto';

/** A source of chance; not for secrets. */
export interface Chance {
  /** That many octets. */
  octets(count: number): Uint8Array;
  /** A number from 0 (inclusive) to 1 (exclusive), of 32 random bits. */
  fraction(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
}

/** The seed of a part of a run: drawing from it takes nothing from other parts. */
export const seedOf = (seed: number | string, ...labels: readonly (string | number)[]): string =>
  [seed, ...labels].join('\0');

/** xoshiro128** (Blackman and Vigna, 2018), its state taken from the SHA-256 of the seed. */
export function seededChance(seed: string): Chance {
  const digest = createHash('sha256').update(seed).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as [number, number, number, number];
  const next = (): number => {
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const fraction = () => next() / 0x1_0000_0000;
  return {
    octets(count) {
      const octets = new Uint8Array(count);
      for (let at = 0; at < count; at += 4) {
        const word = next();
        for (let byte = 0; byte < 4 && at + byte < count; byte += 1) octets[at + byte] = word >>> (byte * 8);
      }
      return octets;
    },
    fraction,
    below: (below) => Math.floor(fraction() * below),
  };
}
