// A capture without rights: a proxy on loopback notes what crosses, and writes it as the packets a capture file would hold.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Tap {
  readonly port: number;
  /** Octets that have crossed. */
  octets(): number;
  /** Writes what crossed so far in pcap format; the service is given this port there, e.g. 25. */
  write(file: string, port: number): void;
  close(): void;
}

interface Crossing {
  readonly connection: number;
  readonly from: 'client' | 'server';
  /** Octets; none: the sender is done. */
  readonly bytes: Buffer;
}

/** Passes everything on to the port, and back. */
export async function tap(target: number): Promise<Tap> {
  const crossed: Crossing[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = sockets.length;
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    sockets.push(client, upstream);
    const pass = (source: Socket, sink: Socket, from: Crossing['from']) => {
      source.on('data', (bytes) => {
        crossed.push({ connection, from, bytes });
        sink.write(bytes);
      });
      source.on('end', () => {
        crossed.push({ connection, from, bytes: Buffer.alloc(0) });
        sink.end();
      });
      source.on('error', () => sink.destroy());
    };
    pass(client, upstream, 'client');
    pass(upstream, client, 'server');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    octets: () => crossed.reduce((sum, { bytes }) => sum + bytes.length, 0),
    write: (file, port) => writeFileSync(file, pcap(crossed, port)),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const SYN = 0x02;
const FIN = 0x01;
const PSH = 0x08;
const ACK = 0x10;
/** Octets of a segment. */
const most = 1460;

interface Side {
  readonly address: readonly number[];
  readonly port: number;
  next: number;
}

/** A pcap file (version 2.4, microseconds, raw IPv4): per connection a handshake, the octets in order, and the ends. */
function pcap(crossed: readonly Crossing[], port: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(101, 20);
  const records: Buffer[] = [header];
  const put = (from: Side, to: Side, packet: { readonly flags: number; readonly bytes?: Buffer }) => {
    const octets = segment(from, to, packet);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_800_000_000, 0);
    record.writeUInt32LE(records.length, 4);
    record.writeUInt32LE(octets.length, 8);
    record.writeUInt32LE(octets.length, 12);
    records.push(Buffer.concat([record, octets]));
    from.next += (packet.bytes?.length ?? 0) + (packet.flags & (SYN | FIN) ? 1 : 0);
  };
  const known = new Map<number, { readonly client: Side; readonly server: Side }>();
  for (const { connection, from, bytes } of crossed) {
    let sides = known.get(connection);
    if (!sides) {
      const client = { address: [192, 0, 2, 1], port: 40_000 + connection, next: 1000 };
      const server = { address: [192, 0, 2, 2], port, next: 5000 };
      sides = { client, server };
      known.set(connection, sides);
      put(client, server, { flags: SYN });
      put(server, client, { flags: SYN | ACK });
      put(client, server, { flags: ACK });
    }
    const source = sides[from];
    const sink = sides[from === 'client' ? 'server' : 'client'];
    if (bytes.length === 0) put(source, sink, { flags: FIN | ACK });
    for (let at = 0; at < bytes.length; at += most)
      put(source, sink, { flags: PSH | ACK, bytes: bytes.subarray(at, at + most) });
    put(sink, source, { flags: ACK });
  }
  return Buffer.concat(records);
}

/** One IPv4 packet with one TCP segment, checksums right (RFC 791 section 3.1, RFC 9293 section 3.1). */
function segment(from: Side, to: Side, { flags, bytes = Buffer.alloc(0) }: { flags: number; bytes?: Buffer }): Buffer {
  const tcp = Buffer.alloc(20 + bytes.length);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(from.next, 4);
  tcp.writeUInt32BE(flags & ACK ? to.next : 0, 8);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(0xffff, 14);
  bytes.copy(tcp, 20);
  const pseudo = Buffer.from([...from.address, ...to.address, 0, 6, tcp.length >> 8, tcp.length & 0xff]);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp])), 16);
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, ...from.address, ...to.address]);
  ip.writeUInt16BE(ip.length + tcp.length, 2);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([ip, tcp]);
}

/** RFC 1071. */
function checksum(octets: Buffer): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += ((octets[at] ?? 0) << 8) + (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
