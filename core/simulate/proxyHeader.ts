// The PROXY header a load balancer puts in front of a connection, version 1 and 2 (HAProxy, The PROXY protocol).
import type { Connecting, ProxyHeader } from '../contract/scenarioStep.ts';
import { parseIp } from '../contract/settings/network.ts';
import { segmentsOf } from './bytes.ts';
import type { Peer } from '../world/connection.ts';
import { addressOf } from './peers.ts';

/** Where the client is said to have called, unless the scenario says. */
const called = { 4: '192.0.2.25', 6: '2001:db8::25' } as const;
const PORT = 25;

/** What a client sends in front of everything else: the PROXY header, and what shares its segment. */
export function aheadOf(
  { proxy, first }: Connecting,
  { client, peer }: { readonly client: number; readonly peer: Peer },
): Buffer {
  const from = typeof proxy === 'object' && 'version' in proxy ? proxy.from : undefined;
  const speaksFor = from === undefined ? peer : { address: addressOf(from, client - 1), port: peer.port };
  return Buffer.concat([
    ...(proxy === undefined ? [] : [proxyBytes(proxy, speaksFor)]),
    ...(first === undefined ? [] : segmentsOf(first)),
  ]);
}

/** The bytes of a header that speaks for `client`. */
function proxyBytes(header: ProxyHeader, client: Peer): Buffer {
  if (typeof header === 'string' || 'repeat' in header) return Buffer.concat(segmentsOf(header));
  const { version, command = 'proxy' } = header;
  const family = parseIp(client.address)?.family ?? 4;
  const to = header.to ?? called[family];
  if (version === 2) return second(command, { family, client, to });
  if (command !== 'proxy') return Buffer.from('PROXY UNKNOWN\r\n');
  return Buffer.from(`PROXY TCP${family} ${client.address} ${to} ${client.port} ${PORT}\r\n`);
}

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);

interface Said {
  readonly family: 4 | 6;
  readonly client: Peer;
  readonly to: string;
}

/** Section 2.2: signature, version and command, family and protocol, length, addresses. */
function second(command: 'proxy' | 'local' | 'unknown', { family, client, to }: Said): Buffer {
  const isKnown = command === 'proxy';
  const addresses = isKnown ? Buffer.concat([octets(client.address), octets(to), word(client.port), word(PORT)]) : [];
  const kind = Buffer.from([command === 'local' ? 0x20 : 0x21, isKnown ? (family === 4 ? 0x11 : 0x21) : 0x00]);
  return Buffer.concat([SIGNATURE, kind, word(addresses.length), Buffer.from(addresses)]);
}

function word(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function octets(address: string): Buffer {
  const ip = parseIp(address);
  if (!ip) return Buffer.alloc(4);
  return Buffer.from(ip.value.toString(16).padStart(ip.family === 4 ? 8 : 32, '0'), 'hex');
}
