// MD5 crypt with Apache's mark `$apr1$` or the system's `$1$` (Poul-Henning Kamp, FreeBSD 2.0), to check hashes of others.
import { createHash } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Three octets as four letters, the lowest six bits first. */
export function letters([high, middle, low]: readonly [number, number, number], count: number): string {
  let bits = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let i = 0; i < count; i++, bits >>= 6) text += alphabet[bits & 63];
  return text;
}

/** As many octets of `block`, repeated, as asked for. */
export function repeated(block: Buffer, length: number): Buffer {
  return Buffer.alloc(length, block);
}

/** The password hashed as `like` was: with its mark and salt. */
export function md5Crypt(password: string, like: string): string {
  const [, mark = '', salt = ''] = like.split('$');
  const key = Buffer.from(password);
  const md5 = (...parts: readonly (Buffer | string)[]) => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = md5(key, salt, key);
  const bits: Buffer[] = [];
  for (let i = key.length; i > 0; i >>= 1) bits.push(i & 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  let state = md5(key, `$${mark}$${salt}`, repeated(inner, key.length), ...bits);
  for (let round = 0; round < 1000; round++) {
    const odd = round % 2 === 1;
    const middle = [...(round % 3 ? [salt] : []), ...(round % 7 ? [key] : [])];
    state = md5(odd ? key : state, ...middle, odd ? state : key);
  }
  const at = (index: number) => state[index] ?? 0;
  const groups = [0, 1, 2, 3, 4].map((i) => letters([at(i), at(i + 6), at(i === 4 ? 5 : i + 12)], 4));
  return `$${mark}$${salt}$${groups.join('')}${letters([0, 0, at(11)], 2)}`;
}
