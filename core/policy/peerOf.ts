// The peer that is counted: an address, or its network, the same however it is written.
import { ip4Number, networkOf, parseIp } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';

/**
 * `203.0.113.9`, `203.0.113.0/24`, `2001:db8::/64`; an IPv4-mapped address is its IPv4 address. What is no address is its own key.
 * Asked for every connection of a flood, so that addresses as the system writes them are read without BigInt.
 */
export function peerOf(address: string, { peerPrefix4, peerPrefix6 }: Settings['flow']): string {
  const groups = groups6(address);
  if (groups) return key6(groups, peerPrefix6);
  const four = address.includes(':') ? undefined : ip4Number(address);
  if (four !== undefined) return peerPrefix4 === 32 ? address : network4(four, peerPrefix4);
  const ip = parseIp(address);
  return ip === undefined ? address : networkOf(ip, ip.family === 4 ? peerPrefix4 : peerPrefix6);
}

const colon = 58;

function network4(value: number, prefix: number): string {
  const size = 2 ** (32 - prefix);
  const first = value - (value % size);
  return `${Math.floor(first / 0x1000000)}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.${first & 255}/${prefix}`;
}

/** The eight groups of an IPv6 address; undefined when it is none, or has dots or a zone in it. */
function groups6(address: string): number[] | undefined {
  const groups: number[] = [];
  let group = -1;
  let digits = 0;
  let gap = -1;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code !== colon) {
      const digit = hexDigit(code);
      if (digit < 0 || (digits += 1) > 4) return undefined;
      group = (group < 0 ? 0 : group * 16) + digit;
      continue;
    }
    if (group >= 0) groups.push(group);
    else if (index > 1 && gap !== groups.length) return undefined;
    if (address.charCodeAt(index + 1) === colon) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      index += 1;
    } else if (group < 0 || index + 1 === address.length) return undefined;
    group = -1;
    digits = 0;
  }
  if (group >= 0) groups.push(group);
  if (gap < 0) return groups.length === 8 ? groups : undefined;
  if (groups.length > 7) return undefined;
  groups.splice(gap, 0, ...zeros.slice(groups.length));
  return isMapped(groups) ? undefined : groups;
}

const zeros = [0, 0, 0, 0, 0, 0, 0, 0];

const isMapped = (groups: readonly number[]) =>
  groups[5] === 0xffff && groups[4] === 0 && groups[3] === 0 && groups[2] === 0 && groups[1] === 0 && groups[0] === 0;

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** As `ipText` writes it: the first longest run of two zeros or more is left out. */
function key6(groups: number[], prefix: number): string {
  for (let index = 0; index < 8; index += 1) {
    const kept = Math.min(16, Math.max(0, prefix - index * 16));
    groups[index] = (groups[index] ?? 0) & (0xffff << (16 - kept)) & 0xffff;
  }
  let from = -1;
  let longest = 1;
  for (let index = 0, run = 0; index < 8; index += 1) {
    run = groups[index] === 0 ? run + 1 : 0;
    if (run <= longest) continue;
    longest = run;
    from = index - run + 1;
  }
  let text = '';
  for (let index = 0; index < 8; index += 1) {
    if (index === from) {
      text += '::';
      index += longest - 1;
      continue;
    }
    if (index > 0 && index !== from + longest) text += ':';
    text += (groups[index] ?? 0).toString(16);
  }
  return prefix === 128 ? text : `${text}/${prefix}`;
}
