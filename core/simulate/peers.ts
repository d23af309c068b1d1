// Clients with any address over real loopback sockets: a preamble in front of the SMTP dialogue that only the runner sees.
import { ipText, parseIp, parseIpSet } from '../contract/settings/network.ts';
import type { Connection, Peer } from '../world/connection.ts';
import type { Dial, Target } from '../world/dial.ts';
import type { Accepted, World } from '../world/world.ts';

/** Who connects, and what it sends in the same segment, before anybody could greet it. */
export interface Caller extends Peer {
  readonly ahead?: Buffer;
}

/** The longest preamble: an IPv6 address, a port, a line feed. */
const LONGEST = 64;

/**
 * The world of a private receiver: each connection begins with the line `address port`, which is taken off and
 * acknowledged with one byte before the receiver sees the connection, as coming from there.
 */
export function peerWorld(world: World): World {
  return {
    now: () => world.now(),
    elapsed: () => world.elapsed(),
    after: (ms, fire) => world.after(ms, fire),
    random: (octets) => world.random(octets),
    listen: (at, accept) => world.listen(at, (accepted) => readPreamble(accepted, accept)),
  };
}

function readPreamble(accepted: Accepted, accept: (accepted: Accepted) => void): void {
  const { socket } = accepted;
  let head: Buffer = Buffer.alloc(0);
  const drop = () => socket.destroy();
  const ignore = () => undefined;
  const read = () => {
    for (let chunk: Buffer | null = null; (chunk = socket.read() as Buffer | null) !== null;) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(10);
      if (end < 0) {
        if (head.length > LONGEST) drop();
        continue;
      }
      const peer = peerOf(head.toString('latin1', 0, end));
      socket.off('readable', read).off('end', drop);
      if (peer === undefined) return drop();
      if (end + 1 < head.length) socket.unshift(head.subarray(end + 1));
      socket.write(ACK);
      // A tick later the socket has left the reading mode that 'readable' put it in.
      return process.nextTick(() => {
        socket.off('error', ignore);
        accept({ socket, peer, local: accepted.local });
      });
    }
  };
  socket.on('error', ignore);
  socket.on('end', drop);
  socket.on('readable', read);
}

const ACK = Buffer.from([10]);

function peerOf(line: string): Peer | undefined {
  const match = /^(\S+) (\d{1,5})$/.exec(line);
  if (!match || parseIp(match[1] ?? '') === undefined) return undefined;
  return { address: match[1] ?? '', port: Number(match[2]) };
}

/** Connects as the caller; resolves when the private receiver has taken the connection. */
export async function dialAs(dial: Dial, target: Target, caller: Caller): Promise<Connection> {
  const socket = await dial(target);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const gone = () => fail(new Error('closed before the connection was taken'));
    const read = () => {
      const ack = socket.read(1) as Buffer | null;
      if (ack === null) return;
      socket.off('error', fail).off('end', gone).off('readable', read);
      resolve(socket);
    };
    socket.once('error', fail);
    socket.once('end', gone);
    socket.on('readable', read);
    const preamble = Buffer.from(`${caller.address} ${caller.port}\n`);
    socket.write(caller.ahead === undefined ? preamble : Buffer.concat([preamble, caller.ahead]));
  });
}

/** The address of client number `index` (from 0): `from` itself, or the next of its network, round and round. */
export const addressOf = (from: string, index: number): string => addressIn(from)(index);

/** Addresses for clients, from 0: the next one of each network in turn, of so many in all. */
export function addressesOf(from: readonly string[], most: number): (index: number) => string {
  const networks = from.map(addressIn);
  return (index) => {
    const place = index % most;
    return networks[place % networks.length]?.(Math.floor(place / networks.length)) ?? '';
  };
}

/** `from` itself, or the addresses of its network, the first one left out: it names the network. */
function addressIn(from: string): (index: number) => string {
  const range = from.includes('/') ? parseIpSet(from) : undefined;
  if (range === undefined) return () => from;
  const { family } = range;
  const all = range.last - range.first + 1n;
  const [first, usable] = all > 2n ? [range.first + 1n, all - 1n] : [range.first, all];
  if (family === 6) return (index) => ipText({ family, value: first + (BigInt(index) % usable) });
  const [low, many] = [Number(first), Number(usable)];
  return (index) => ip4Text(low + (index % many));
}

const ip4Text = (value: number) => `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
