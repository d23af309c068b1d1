// The real world: Node's clock, timers, randomness and TCP sockets.
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { realNameServers } from './nameServers.ts';
import type { Accepted, Bound, World } from './world.ts';

export const realWorld: World = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  random: (octets) => randomBytes(octets),
  nameServers: realNameServers,
  async listen(at, accept) {
    try {
      return await bind({ ...at, ipv6Only: false }, accept);
    } catch (error) {
      // A listener on 0.0.0.0 has the port already: then `::` takes the IPv6 half of it.
      if (at.host !== '::' || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      return await bind({ ...at, ipv6Only: true }, accept);
    }
  },
};

interface Place {
  readonly host: string;
  readonly port: number;
  readonly ipv6Only: boolean;
}

/** Most connections the system holds back until they are accepted; a flood is met by flow control, not by the kernel. */
const backlog = 1024;

function bind(place: Place, accept: (accepted: Accepted) => void): Promise<Bound> {
  // Half-open: a client that closes its side after QUIT or the final dot still hears the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.on('connection', (socket) => take(socket, accept));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...place, backlog }, () => {
      server.off('error', reject);
      // A connection that could not be accepted (EMFILE) is the system's loss, not the end of the listener.
      server.on('error', () => undefined);
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : place.port;
      resolve({ address: place.host, port, close: () => close(server) });
    });
  });
}

function take(socket: Socket, accept: (accepted: Accepted) => void): void {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) {
    // The client reset the connection before it was taken from the queue: there is nobody to talk to.
    socket.on('error', () => undefined);
    socket.destroy();
    return;
  }
  accept({
    socket,
    peer: { address: unmapped(remoteAddress), port: remotePort },
    local: { address: unmapped(localAddress ?? ''), port: localPort ?? 0 },
  });
}

/** An IPv4 peer of a dual-stack listener is an IPv4 peer (RFC 4291 section 2.5.5.2). */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The callback of close() waits for every open connection; the port is free at once.
    server.close();
    setImmediate(resolve);
  });
}
