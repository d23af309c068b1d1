// Domain names as they are compared, and the names that addresses have.
import { parseIp } from '../contract/settings/network.ts';

/** Lower case, without the final dot. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Labels of 1 to 63 characters, 253 in all (RFC 1035 section 2.3.4); any printable character may stand in a label. */
export function isName(name: string): boolean {
  return (
    name.length <= 253 && name !== '' && name.split('.').every((label) => /^[\x21-\x2d\x2f-\x7e]{1,63}$/.test(label))
  );
}

/** The name PTR records of an address have (RFC 1035 section 3.5, RFC 3596 section 2.5); undefined when the text is no address. */
export function arpaName(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  if (ip.family === 4) {
    const octets = [0n, 8n, 16n, 24n].map((shift) => String((ip.value >> shift) & 255n));
    return `${octets.join('.')}.in-addr.arpa`;
  }
  const nibbles = ip.value.toString(16).padStart(32, '0');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}

/** The names above a name, from the closest one on; `a.b.c` has `b.c` and `c`. */
export function* above(name: string): Generator<string> {
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) yield name.slice(dot + 1);
}
