// SHA-256 and SHA-512 crypt, `$5$` and `$6$` (Ulrich Drepper, Unix crypt using SHA-256 and SHA-512), to check hashes of others.
import { createHash } from 'node:crypto';
import { letters, repeated } from './cryptMd5.ts';

type Triple = readonly [number, number, number];

/** The order in which octets of the hash are written: by threes, each triple the one before turned and moved by one. */
const orders = {
  5: { hash: 'sha256', first: [0, 10, 20], count: 10, next: ([a, b, c]: Triple): Triple => [c + 1, a + 1, b + 1] },
  6: { hash: 'sha512', first: [0, 21, 42], count: 21, next: ([a, b, c]: Triple): Triple => [b + 1, c + 1, a + 1] },
} as const;

/** The password hashed as `like` was: with its kind, rounds (5000 unless said, 1000 at least) and salt. */
export function shaCrypt(password: string, like: string): string {
  const [, kind, said, rounds, salt] = /^\$([56])\$(rounds=(\d+)\$)?([^$]{0,16})/.exec(like) ?? [];
  const order = orders[kind === '6' ? 6 : 5];
  const state = stretched({
    hash: order.hash,
    key: Buffer.from(password),
    salt: Buffer.from(salt ?? ''),
    rounds: rounds === undefined ? 5000 : Math.min(Math.max(Number(rounds), 1000), 999_999_999),
  });
  const at = (index: number) => state[index] ?? 0;
  let text = '';
  let triple: Triple = order.first;
  for (let i = 0; i < order.count; i++, triple = order.next(triple))
    text += letters([at(triple[0]), at(triple[1]), at(triple[2])], 4);
  text += kind === '6' ? letters([0, 0, at(63)], 2) : letters([0, at(31), at(30)], 3);
  return `$${kind ?? '5'}$${said ?? ''}${salt ?? ''}$${text}`;
}

interface Stretching {
  readonly hash: 'sha256' | 'sha512';
  readonly key: Buffer;
  readonly salt: Buffer;
  readonly rounds: number;
}

/** Steps 1 to 21 of the description. */
function stretched({ hash, key, salt, rounds }: Stretching): Buffer {
  const sha = (...parts: readonly Buffer[]) => {
    const made = createHash(hash);
    for (const part of parts) made.update(part);
    return made.digest();
  };
  const inner = sha(key, salt, key);
  const bits: Buffer[] = [];
  for (let i = key.length; i > 0; i >>= 1) bits.push(i & 1 ? inner : key);
  let state = sha(key, salt, repeated(inner, key.length), ...bits);
  const p = repeated(sha(...Array.from({ length: key.length }, () => key)), key.length);
  const s = repeated(sha(...Array.from({ length: 16 + (state[0] ?? 0) }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const middle = [...(round % 3 ? [s] : []), ...(round % 7 ? [p] : [])];
    state = sha(odd ? p : state, ...middle, odd ? state : p);
  }
  return state;
}
