// Reads the header of the PROXY protocol, version 1 and 2 (HAProxy, The PROXY protocol, sections 2.1 and 2.2): bytes in, what it says out.
import type { Endpoint } from '../contract/facts.ts';
import { parseIp } from '../contract/settings/network.ts';

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `local`: the proxy calls on its own behalf; `unknown`: it does not say for whom. */
  readonly command: 'proxy' | 'local' | 'unknown';
  /** Present with `proxy` alone. */
  readonly source?: Endpoint;
  readonly destination?: Endpoint;
}

export type ProxyReading =
  | { readonly state: 'more' }
  | { readonly state: 'done'; readonly header: ProxyHeader; readonly length: number }
  | { readonly state: 'bad'; readonly why: string };

/** The longest line of version 1, CR LF included. */
const longestLine = 107;
/** The most octets version 2 may announce behind its first 16; the addresses take 216 at most, the rest is extensions. */
export const longestRest = 4096;
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const keyword = Buffer.from('PROXY ', 'latin1');

/** Type of the first record of a TLS client (RFC 8446 section 5.1). */
const handshakeRecord = 0x16;

const more: ProxyReading = { state: 'more' };
const bad = (why: string): ProxyReading => ({ state: 'bad', why });

/** `head`: everything that has come so far. */
export function readProxyHeader(head: Buffer): ProxyReading {
  if (startsAs(head, signature)) return head.length < 16 ? more : readBinary(head);
  if (startsAs(head, keyword)) return head.length < keyword.length ? more : readLine(head);
  return bad(head[0] === handshakeRecord ? 'there is no PROXY header, TLS begins at once' : 'there is no PROXY header');
}

/** As far as it goes. */
function startsAs(head: Buffer, wanted: Buffer): boolean {
  const length = Math.min(head.length, wanted.length);
  return head.subarray(0, length).equals(wanted.subarray(0, length));
}

// ── version 1: one line of text

function readLine(head: Buffer): ProxyReading {
  const end = head.subarray(0, longestLine).indexOf('\r\n');
  if (end < 0)
    return head.length < longestLine
      ? more
      : bad(`the line is longer than ${longestLine} octets, or does not end in CR LF`);
  const line = head.toString('latin1', 0, end);
  const length = end + 2;
  const [, family, ...rest] = line.split(' ');
  // What stands behind UNKNOWN is ignored.
  if (family === 'UNKNOWN') return { state: 'done', length, header: { version: 1, command: 'unknown' } };
  if (family !== 'TCP4' && family !== 'TCP6') return bad('the protocol is none of TCP4, TCP6 and UNKNOWN');
  if (rest.length !== 4) return bad('two addresses and two ports must follow, with one blank in front of each');
  const [from = '', to = '', fromPort = '', toPort = ''] = rest;
  const source = endpoint(family, from, fromPort);
  const destination = endpoint(family, to, toPort);
  if (!source || !destination) return bad(`an address is not of ${family}, or a port is no number from 0 to 65535`);
  return { state: 'done', length, header: { version: 1, command: 'proxy', source, destination } };
}

function endpoint(family: 'TCP4' | 'TCP6', text: string, port: string): Endpoint | undefined {
  const ip = parseIp(text);
  if (!ip || text.includes(':') !== (family === 'TCP6') || !/^(?:0|[1-9]\d{0,4})$/.test(port)) return undefined;
  if (Number(port) > 65_535 || text.includes('%')) return undefined;
  return { address: ip.family === 4 ? dotted(octetsOf(ip.value)) : short(text), port: Number(port) };
}

function octetsOf(value: bigint): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(Number(value));
  return octets;
}

// ── version 2: 16 octets, addresses, extensions

/** Octets of two addresses and two ports. */
const sizes = { 1: 12, 2: 36, 3: 216 } as const;

function readBinary(head: Buffer): ProxyReading {
  const [versionCommand = 0, familyProtocol = 0] = [head[12], head[13]];
  const rest = head.readUInt16BE(14);
  const [version, command] = [versionCommand >> 4, versionCommand & 15];
  const [family, protocol] = [familyProtocol >> 4, familyProtocol & 15];
  if (version !== 2) return bad(`version ${version} behind the signature of version 2`);
  if (command > 1) return bad(`command ${command} is neither LOCAL nor PROXY`);
  if (family > 3 || protocol > 2) return bad(`address family ${family} with protocol ${protocol} is not defined`);
  if (rest > longestRest) return bad(`${rest} octets announced, ${longestRest} are taken`);
  const size = family === 0 ? 0 : sizes[family as keyof typeof sizes];
  if (command === 1 && rest < size) return bad(`${rest} octets are too few for the addresses, which take ${size}`);
  const length = 16 + rest;
  if (head.length < length) return more;
  const body = head.subarray(16, length);
  // A health check of the proxy itself; whatever addresses it holds are ignored.
  if (command === 0) return { state: 'done', length, header: { version: 2, command: 'local' } };
  const wrong = extensionsOf(body.subarray(size), head.subarray(0, length));
  if (wrong !== undefined) return bad(wrong);
  // Nothing but TCP over IP names a client that could be calling here: all else falls back to UNSPEC, as section 2.2 has it.
  if (protocol !== 1 || (family !== 1 && family !== 2))
    return { state: 'done', length, header: { version: 2, command: 'unknown' } };
  return { state: 'done', length, header: { version: 2, command: 'proxy', ...addressesOf(body, family) } };
}

function addressesOf(body: Buffer, family: 1 | 2): { readonly source: Endpoint; readonly destination: Endpoint } {
  const octets = family === 1 ? 4 : 16;
  const address = (at: number) => (family === 1 ? dotted : colons)(body.subarray(at, at + octets));
  return {
    source: { address: address(0), port: body.readUInt16BE(octets * 2) },
    destination: { address: address(octets), port: body.readUInt16BE(octets * 2 + 2) },
  };
}

const dotted = (octets: Buffer) => octets.join('.');

/** An IPv4 client of a dual-stack proxy is an IPv4 client (RFC 4291 section 2.5.5.2). */
function colons(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16));
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  return isMapped ? dotted(octets.subarray(12)) : short(groups.join(':'));
}

/** RFC 5952, by way of the URL parser, which compresses as it says. */
const short = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** PP2_TYPE_CRC32C. */
const checksum = 0x03;

/** Walks the extensions; returns what is wrong with them. */
function extensionsOf(area: Buffer, header: Buffer): string | undefined {
  for (let at = 0; at < area.length;) {
    if (area.length - at < 3) return `${area.length - at} octets stand behind the last extension`;
    const length = area.readUInt16BE(at + 1);
    if (at + 3 + length > area.length) return 'an extension is longer than what is left of the header';
    if (area[at] === checksum) {
      if (length !== 4) return 'the checksum must have 4 octets';
      if (!isRight(header, header.length - area.length + at + 3)) return 'the checksum (CRC-32C) is wrong';
    }
    at += 3 + length;
  }
  return undefined;
}

/** Section 2.2.3: the checksum of the whole header with its own octets as zeros. */
function isRight(header: Buffer, at: number): boolean {
  const blank = Buffer.from(header);
  blank.fill(0, at, at + 4);
  return crc32c(blank) === header.readUInt32BE(at);
}

/** RFC 3720 appendix B.4; a header is short and rare, so bit by bit will do. */
export function crc32c(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
