// Addresses no mail can reach from outside: the special-purpose networks that are not global, and multicast.
import { contains, type Ip, type IpRange, parseIp, parseIpSet } from '../contract/settings/network.ts';

/**
 * RFC 6890 sections 2.2.2 and 2.2.3, every entry whose "Global" is False; multicast by RFC 5771 and RFC 4291 section 2.7. Left
 * out are the networks for documentation (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32): in zones and
 * scenarios they stand for the world outside.
 */
const networks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '100::/64',
  '2001::/23',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
] as const;

let ready: readonly IpRange[] | undefined;

const rangesOf = (sets: readonly string[]) => sets.flatMap((set) => parseIpSet(set) ?? []);

/** Whether mail could be sent there; `except`: settings `sender.senderDomain.reachable`. An IPv4-mapped AAAA leads nowhere. */
export function isReachable(address: string, except: readonly string[]): boolean {
  const ip = parseIp(address);
  if (ip === undefined || (address.includes(':') && ip.family === 4)) return false;
  return holds(rangesOf(except), ip) || !holds((ready ??= rangesOf(networks)), ip);
}

function holds(ranges: readonly IpRange[], ip: Ip): boolean {
  return ranges.some((range) => contains(range, ip));
}
