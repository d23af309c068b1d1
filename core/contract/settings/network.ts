// Network addresses as settings write them: host and port, and the four forms of an IP set.

/** An IP address as a number, with its family; IPv4-mapped IPv6 counts as IPv4 (RFC 4291 section 2.5.5.2). */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses from `first` to `last`, both included. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** A host and port, e.g. `127.0.0.1:25` or `[::1]:25`. */
export interface HostPort {
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** The IPv4 address as a number; undefined when the text is none, or has leading zeros. */
export function ip4Number(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (part < 0) return undefined;
      value = value * 256 + part;
      part = -1;
      dots += 1;
      continue;
    }
    if (code < 48 || code > 57 || part === 0) return undefined;
    part = (part < 0 ? 0 : part * 10) + code - 48;
    if (part > 255) return undefined;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

function parse4(text: string): bigint | undefined {
  const value = ip4Number(text);
  return value === undefined ? undefined : BigInt(value);
}

function parse6(text: string): bigint | undefined {
  const plain = text.split('%')[0] ?? '';
  const tail4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  let source = plain;
  if (tail4) {
    const four = parse4(tail4[2] ?? '');
    if (four === undefined) return undefined;
    source = `${tail4[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined) => (half ? half.split(':') : []);
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

const mapped = 0xffffn << 32n;

/** Reads an IPv4 or IPv6 address; undefined when the text is none. */
export function parseIp(text: string): Ip | undefined {
  const four = parse4(text);
  if (four !== undefined) return { family: 4, value: four };
  const six = text.includes(':') ? parse6(text) : undefined;
  if (six === undefined) return undefined;
  if (six >> 32n === 0xffffn) return { family: 4, value: six - mapped };
  return { family: 6, value: six };
}

/**
 * Reads an IP set in the forms AXIGEN knows (axigen.cfg type IP_SET): `10.0.0.1`, `10.0.0.1-10.0.0.20`,
 * `10.0.0.0/8`, `10.0.0.0/255.0.0.0`; IPv6 likewise (no mask form). Undefined when the text is none, or a range runs backwards.
 */
export function parseIpSet(text: string): IpRange | undefined {
  const dash = text.indexOf('-');
  if (dash > 0) {
    const first = parseIp(text.slice(0, dash).trim());
    const last = parseIp(text.slice(dash + 1).trim());
    if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
    return { family: first.family, first: first.value, last: last.value };
  }
  const slash = text.indexOf('/');
  const ip = parseIp((slash > 0 ? text.slice(0, slash) : text).trim());
  if (!ip) return undefined;
  const bits = ip.family === 4 ? 32 : 128;
  let prefix = bits;
  if (slash > 0) {
    const right = text.slice(slash + 1).trim();
    if (/^\d{1,3}$/.test(right)) prefix = Number(right);
    else {
      const mask = ip.family === 4 ? parse4(right) : undefined;
      if (mask === undefined) return undefined;
      const inverse = mask ^ 0xffffffffn;
      if ((inverse & (inverse + 1n)) !== 0n) return undefined;
      prefix = 32 - (inverse === 0n ? 0 : inverse.toString(2).length);
    }
  }
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = ip.value - (ip.value % size);
  return { family: ip.family, first, last: first + size - 1n };
}

/** An address as people write it (RFC 5952 without the shortest-run rule: the first longest run of zeros is left out). */
export function ipText(ip: Ip): string {
  if (ip.family === 4) return [24n, 16n, 8n, 0n].map((shift) => ((ip.value >> shift) & 255n).toString()).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((ip.value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return groups.join(':');
  const text = groups.join(':');
  const head = text.slice(0, longest.index).replace(/:$/, '');
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${head}::${tail}`;
}

/** The network of an address, e.g. `203.0.113.0/24` or `2001:db8::/64`; the address itself when the prefix is whole. */
export function networkOf({ family, value }: Ip, prefix: number): string {
  const bits = family === 4 ? 32 : 128;
  const host = BigInt(bits - prefix);
  const text = ipText({ family, value: (value >> host) << host });
  return prefix === bits ? text : `${text}/${prefix}`;
}

/** Whether the address lies in the range. */
export function contains(range: IpRange, ip: Ip): boolean {
  return range.family === ip.family && ip.value >= range.first && ip.value <= range.last;
}

/** Reads `host:port` or `[ipv6]:port`, the host being an address, the port 0..65535. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);
  if (!match) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  if (match[2] !== undefined) return parse4(host) === undefined ? undefined : { host, family: 4, port };
  return parse6(host) === undefined ? undefined : { host, family: 6, port };
}

/** Writes host and port back, with brackets around IPv6. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether two addresses cannot both be bound: the same however written, or one of them is every address of the family. */
export function overlaps(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.family !== other.family) return false;
  const [first, second] = [parseIp(one.host)?.value, parseIp(other.host)?.value];
  return first === second || first === 0n || second === 0n;
}

/** Whether the address can be reached from this machine only (127.0.0.0/8, ::1). */
export function isLoopback(host: string): boolean {
  const ip = parseIp(host);
  if (!ip) return false;
  return ip.family === 4 ? ip.value >> 24n === 127n : ip.value === 1n;
}
