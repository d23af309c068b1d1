// Three servers that know no mail: what a scenario shows against them must not count as held.
import type { Connection } from '../../core/world/connection.ts';
import type { Bound } from '../../core/world/world.ts';
import type { StartSubject, SubjectListener } from '../../core/simulate/subject.ts';

export type Answer = (socket: Connection) => void;

/** Agrees to everything: greets, takes every command, every login and every message. */
export const alwaysYes: Answer = (socket) => {
  let inData = false;
  let pending = '';
  socket.write('220 dummy.example ESMTP\r\n');
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end).replace(/\r$/, '');
      pending = pending.slice(end + 1);
      if (inData) {
        if (line !== '.') continue;
        inData = false;
      }
      socket.write(agree(line));
      if (/^DATA$/i.test(line)) inData = true;
      if (/^QUIT$/i.test(line)) socket.end();
    }
  });
};

function agree(line: string): string {
  if (/^DATA$/i.test(line)) return '354 go on\r\n';
  if (/^AUTH (LOGIN|CRAM-MD5)$/i.test(line)) return '334 Z28gb24=\r\n';
  if (/^AUTH/i.test(line)) return '235 welcome\r\n';
  if (/^QUIT$/i.test(line)) return '221 bye\r\n';
  return '250 ok\r\n';
}

/** Refuses everything. */
export const alwaysNo: Answer = (socket) => {
  socket.write('550 no\r\n');
  socket.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) socket.write('550 no\r\n');
  });
};

/** Closes at once. */
export const closes: Answer = (socket) => {
  socket.resume();
  socket.end();
};

/** How the listeners of a dummy are secured, and by whose certificate. */
interface Secured {
  readonly tls: SubjectListener['tls'];
  readonly authority: string;
}

/** Starts a dummy on every listener of the settings, in clear unless said. */
export const dummy =
  (answer: Answer, { tls, authority }: Secured = { tls: 'clear', authority: '' }): StartSubject =>
  async ({ settings, world }) => {
    const sockets = new Set<Connection>();
    const listeners: SubjectListener[] = [];
    const bound: Bound[] = [];
    for (const { role } of settings.listeners) {
      const one = await world.listen({ host: '127.0.0.1', port: 0 }, ({ socket }) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('end', () => socket.end());
        socket.on('close', () => sockets.delete(socket));
        answer(socket);
      });
      bound.push(one);
      listeners.push({ role, tls, host: '127.0.0.1', port: one.port });
    }
    return {
      listeners,
      hostname: 'dummy.test',
      authority,
      certificate: () => Promise.resolve(undefined),
      close: async () => {
        for (const socket of sockets) socket.destroy();
        await Promise.all(bound.map((one) => one.close()));
      },
    };
  };
