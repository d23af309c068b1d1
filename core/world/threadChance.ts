// Chance that libraries draw in a virtual thread: message ids, boundaries, session ids. OpenSSL keeps its own.
import { createRequire } from 'node:module';
import type { Chance } from './chance.ts';

type Members = Record<string, unknown>;
type Filled = (error: null, filled: ArrayBufferView) => void;
const require = createRequire(import.meta.url);

/** Replaces every source of chance of this thread. `chance` is asked anew each time. */
export function seedThread(chance: () => Chance): void {
  const crypto = require('node:crypto') as Members;
  const octets = (count: number) => Buffer.from(chance().octets(count));
  const between = (low: number, high?: number) =>
    high === undefined ? chance().below(low) : low + chance().below(high - low);
  const uuid = (version: number, bytes: Buffer) => {
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };
  /** In octets of the view, as Web Crypto counts. */
  const fill = <T extends ArrayBufferView>(view: T, from = 0, count = view.byteLength - from): T => {
    Buffer.from(view.buffer, view.byteOffset + from, count).set(octets(count));
    return view;
  };
  const later = <T>(value: T, done?: (error: null, value: T) => void): T | undefined => {
    if (done === undefined) return value;
    process.nextTick(done, null, value);
    return undefined;
  };
  crypto.randomBytes = (count: number, done?: (error: null, bytes: Buffer) => void) => later(octets(count), done);
  crypto.pseudoRandomBytes = crypto.randomBytes;
  crypto.randomFillSync = fill;
  crypto.randomFill = (view: ArrayBufferView, ...rest: readonly (number | Filled)[]) => {
    const numbers = rest.filter((one) => typeof one === 'number');
    return later(fill(view, ...numbers), rest.at(-1) as Filled);
  };
  crypto.randomInt = (low: number, ...rest: readonly (number | ((error: null, value: number) => void))[]) => {
    const [high] = rest.filter((one) => typeof one === 'number');
    return later(
      between(low, high),
      rest.find((one) => typeof one === 'function'),
    );
  };
  crypto.randomUUID = () => uuid(4, octets(16));
  // RFC 9562 section 5.7: milliseconds since 1970 in front.
  crypto.randomUUIDv7 = () => {
    const bytes = octets(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    return uuid(7, bytes);
  };
  // crypto.getRandomValues asks this one.
  const web = Object.getPrototypeOf(globalThis.crypto) as Members;
  web.getRandomValues = (view: ArrayBufferView) => fill(view);
  web.randomUUID = crypto.randomUUID;
  Math.random = () => chance().fraction();
}
