// An address turned round: the labels in front of in-addr.arpa, ip6.arpa and the zones of block lists.
import type { Ip } from '../contract/settings/network.ts';

/** Octets (RFC 1035 section 3.5) or nibbles (RFC 3596 section 2.5), the last one first. */
export function reversed({ family, value }: Ip): string {
  if (family === 4) return [0n, 8n, 16n, 24n].map((shift) => String((value >> shift) & 255n)).join('.');
  return [...value.toString(16).padStart(32, '0')].reverse().join('.');
}

/** The name whose PTR records name the address. */
export function reverseName(ip: Ip): string {
  return `${reversed(ip)}.${ip.family === 4 ? 'in-addr' : 'ip6'}.arpa`;
}
