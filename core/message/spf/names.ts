// Domain names as SPF takes them: what is one (RFC 7208 sections 4.3 and 4.8), and how text from outside is shown.
import { domainToASCII } from 'node:url';

/** Octets of a name without its final dot (RFC 1035 section 2.3.4). */
const longestName = 253;
const longestLabel = 63;

/** toplabel of RFC 7208 section 7.1: letters, digits and inner hyphens, not digits alone. */
export function isTopLabel(label: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label) && /[a-z-]/i.test(label);
}

/**
 * Whether check_host() can be asked about a name, or a term about its target: two labels at least, each 1 to 63 printable
 * characters, the last one a toplabel. Address literals are none (RFC 7208 sections 4.3, 4.8).
 */
export function isDomain(name: string): boolean {
  if (name.length > longestName) return false;
  let start = 0;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', start)) {
    if (!isLabel(name, start, dot)) return false;
    start = dot + 1;
  }
  return start > 0 && isLabel(name, start, name.length) && isTopLabel(name.slice(start));
}

function isLabel(name: string, start: number, end: number): boolean {
  if (end === start || end - start > longestLabel) return false;
  for (let at = start; at < end; at += 1) {
    const code = name.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** A name from outside: in A-labels (RFC 8616 section 4), without its final dot. */
export function asciiDomain(name: string): string {
  const ascii = /[^\0-\x7f]/.test(name) ? domainToASCII(name) : name;
  return withoutDot(ascii);
}

/** Labels are taken away from the left until the name fits (RFC 7208 section 7.3); empty when none is left. */
export function fitted(name: string): string {
  const plain = withoutDot(name);
  if (plain.length <= longestName) return plain;
  const dot = plain.indexOf('.', plain.length - longestName - 1);
  return dot < 0 ? '' : plain.slice(dot + 1);
}

export function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** `name` is `domain`, or below it; in any case of letters. */
export function isWithin(name: string, domain: string): boolean {
  const [inner, outer] = [name.toLowerCase(), domain.toLowerCase()];
  return inner === outer || inner.endsWith(`.${outer}`);
}

/** Text from outside as one printable line. */
export function shown(text: string, longest = 1000): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return cut.replace(/[^\x20-\x7e]/g, '?');
}
