// What a connection does, the same for those of the system and those in memory: data, ends, resets, errors and their order.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../core/world/connection.ts';
import type { World } from '../../core/world/world.ts';

/** A world with its way to connect, and what lets its time pass. */
export interface Wired {
  readonly world: World;
  connect(port: number): Promise<Connection>;
  /** Lets time pass until the work has ended. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

interface Ends {
  readonly client: Connection;
  readonly server: Connection;
  readonly heard: { readonly client: string[]; readonly server: string[] };
  /** Resolves when that end has closed. */
  closed(end: 'client' | 'server'): Promise<void>;
}

/** Notes what happens at an end; what comes in pieces is told as one. */
function listen(connection: Connection, { reads = true } = {}): string[] {
  const heard: string[] = [];
  if (reads)
    connection.on('data', (chunk: Buffer) => {
      const last = heard.at(-1);
      if (last?.startsWith('data ') === true) heard.push(`${heard.pop() ?? ''}${chunk.toString()}`);
      else heard.push(`data ${chunk.toString()}`);
    });
  connection.on('end', () => heard.push('end'));
  connection.on('finish', () => heard.push('finish'));
  connection.on('error', (error: NodeJS.ErrnoException) => heard.push(`error ${error.code ?? error.message}`));
  connection.on('close', (hadError: boolean) => heard.push(`close ${hadError}`));
  return heard;
}

export function connectionSuite(name: string, wired: () => Wired): void {
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  const over = (work: (ends: Ends) => Promise<void>, reads: { client?: boolean; server?: boolean } = {}) => {
    const { world, connect, during } = wired();
    return during(async () => {
      const accepted: Connection[] = [];
      let arrived: () => void = () => undefined;
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      const bound = await world.listen({ host: '127.0.0.1', port: 0 }, ({ socket }) => {
        accepted.push(socket);
        arrived();
      });
      const client = await connect(bound.port);
      await arrival;
      const server = accepted[0]!;
      const heard = {
        client: listen(client, { reads: reads.client ?? true }),
        server: listen(server, { reads: reads.server ?? true }),
      };
      const closed = (end: 'client' | 'server') => until(() => heard[end].at(-1)?.startsWith('close') === true);
      try {
        await work({ client, server, heard, closed });
      } finally {
        client.destroy();
        server.destroy();
        await bound.close();
      }
    });
  };
  const turns = async (count: number) => {
    for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  };

  describe(`a ${name} connection`, () => {
    test('carries octets both ways, and ends when both sides have', () =>
      over(async ({ client, server, heard, closed }) => {
        client.write('hello');
        client.end(' there');
        await until(() => heard.server.includes('end'));
        server.end('bye');
        await Promise.all([closed('client'), closed('server')]);
        expect(heard.server).toEqual(['data hello there', 'end', 'finish', 'close false']);
        expect(heard.client).toEqual(['finish', 'data bye', 'end', 'close false']);
        expect([client.bytesWritten, client.bytesRead, server.bytesWritten, server.bytesRead]).toEqual([11, 3, 3, 11]);
      }));

    test('knows both addresses', () =>
      over(async ({ client, server }) => {
        expect([server.localAddress, client.remoteAddress]).toEqual(['127.0.0.1', '127.0.0.1']);
        expect(server.localPort).toBe(client.remotePort);
        expect(server.remotePort).toBe(client.localPort);
        await Promise.resolve();
      }));

    test('stays open in one direction for as long as it is wanted', () =>
      over(async ({ client, server, heard, closed }) => {
        client.end();
        await until(() => heard.server.includes('end'));
        expect([server.writable, server.destroyed]).toEqual([true, false]);
        for (const word of ['one ', 'two ', 'three']) {
          server.write(word);
          await turns(5);
        }
        server.end();
        await closed('client');
        expect(heard.client).toEqual(['finish', 'data one two three', 'end', 'close false']);
      }));

    test('tells a reset as ECONNRESET', () =>
      over(async ({ client, heard, closed }) => {
        client.resetAndDestroy();
        await Promise.all([closed('client'), closed('server')]);
        expect(heard.server).toEqual(['error ECONNRESET', 'close true']);
        expect(heard.client).toEqual(['close false']);
      }));

    test('tells a destroyed side as an end', () =>
      over(async ({ client, server, heard, closed }) => {
        server.write('last words');
        await until(() => heard.client.length > 0);
        server.destroy();
        await until(() => heard.client.includes('end'));
        client.end();
        await closed('client');
        expect(heard.client).toEqual(['data last words', 'end', 'finish', 'close false']);
        expect(heard.server).toEqual(['close false']);
      }));

    test('tells a side that is destroyed with an error of its own as an end, and the error to that side only', () =>
      over(async ({ server, heard, closed }) => {
        server.destroy(Object.assign(new Error('of our own'), { code: 'EOWN' }));
        await closed('server');
        await until(() => heard.client.includes('end'));
        expect(heard.server).toEqual(['error EOWN', 'close true']);
        expect(heard.client).toEqual(['end']);
      }));

    test('is reset by a side that goes with octets it has not read', () =>
      over(
        async ({ client, server, heard, closed }) => {
          client.write('never read');
          await until(() => server.readableLength > 0 || server.bytesRead > 0);
          // What the system has not handed over yet.
          client.write('nor this'.repeat(50_000));
          await turns(50);
          server.destroy();
          await closed('client');
          expect(heard.client).toEqual(['error ECONNRESET', 'close true']);
        },
        { server: false },
      ));

    test('tells who writes to a side that is gone', () =>
      over(async ({ client, server, heard, closed }) => {
        server.destroy();
        await until(() => heard.client.includes('end'));
        const write = () => void (client.destroyed || client.write('anybody?'));
        for (let tries = 0; tries < 50 && !client.destroyed; tries += 1) {
          write();
          await turns(10);
        }
        await closed('client');
        expect(heard.client.slice(0, 1)).toEqual(['end']);
        expect(heard.client.at(-2)).toMatch(/^error (?:EPIPE|ECONNRESET)$/);
        expect(heard.client.at(-1)).toBe('close true');
      }));

    test('lets a writer wait whose reader does not read', () =>
      over(
        async ({ client, server }) => {
          const much = Buffer.alloc(32 * 1024 * 1024, 'x');
          let isTaken = false;
          client.write(much, () => (isTaken = true));
          await turns(200);
          expect([isTaken, client.writableNeedDrain]).toEqual([false, true]);
          let octets = 0;
          server.on('data', (chunk: Buffer) => (octets += chunk.length));
          await until(() => octets === much.length);
          await until(() => isTaken);
        },
        { server: false },
      ));

    test('carries a megabyte each way unharmed, with a reader that pauses', () =>
      over(
        async ({ client, server, closed }) => {
          const digest = (connection: Connection) =>
            new Promise<string>((resolve) => {
              const hash = createHash('sha256');
              connection.on('data', (chunk: Buffer) => {
                hash.update(chunk);
                connection.pause();
                setImmediate(() => connection.resume());
              });
              connection.on('end', () => resolve(hash.digest('hex')));
            });
          const body = Buffer.from(Array.from({ length: 1 << 20 }, (_, at) => (at * 31 + (at >> 8)) & 255));
          const both = [digest(client), digest(server)];
          for (let at = 0; at < body.length; at += 70_001) {
            client.write(body.subarray(at, at + 70_001));
            server.write(body.subarray(at, at + 70_001));
          }
          client.end();
          server.end();
          const sum = createHash('sha256').update(body).digest('hex');
          expect(await Promise.all(both)).toEqual([sum, sum]);
          await Promise.all([closed('client'), closed('server')]);
        },
        { client: false, server: false },
      ));

    test('goes when all that was written has gone, where it was told to be destroyed soon', () =>
      over(async ({ client, server, heard, closed }) => {
        server.write('a'.repeat(200_000));
        server.destroySoon();
        await closed('server');
        await until(() => heard.client.includes('end'));
        expect(heard.client[0]?.length).toBe(200_005);
        client.destroy();
      }));

    test('calls back for each write, then finishes, then closes', () =>
      over(async ({ client, server, heard, closed }) => {
        client.write('a', () => void heard.client.push('taken a'));
        client.write('b', () => void heard.client.push('taken b'));
        client.end(() => void heard.client.push('ended'));
        await until(() => heard.server.includes('end'));
        server.end();
        await closed('client');
        expect(heard.client.filter((one) => one !== 'end')).toEqual([
          'taken a',
          'taken b',
          'ended',
          'finish',
          'close false',
        ]);
      }));

    test('takes nothing behind its end', () =>
      over(async ({ client, heard, closed }) => {
        client.end();
        const error = await new Promise<NodeJS.ErrnoException>(
          (resolve) => void client.write('late', (failed) => resolve(failed as NodeJS.ErrnoException)),
        );
        expect(error.code).toBe('ERR_STREAM_WRITE_AFTER_END');
        await closed('client');
        expect(heard.client.filter((one) => one !== 'finish' && one !== 'end')).toEqual([
          'error ERR_STREAM_WRITE_AFTER_END',
          'close true',
        ]);
      }));

    test('is refused where nobody listens, and stays when its listener goes', async () => {
      const { world, connect, during } = wired();
      await during(async () => {
        const accepted: Connection[] = [];
        const bound = await world.listen({ host: '127.0.0.1', port: 0 }, ({ socket }) => void accepted.push(socket));
        const client = await connect(bound.port);
        await until(() => accepted.length === 1);
        await bound.close();
        await expect(connect(bound.port)).rejects.toMatchObject({
          code: 'ECONNREFUSED',
          syscall: 'connect',
          address: '127.0.0.1',
          port: bound.port,
        });
        const heard = listen(client);
        accepted[0]?.end('still here');
        await until(() => heard.includes('end'));
        expect(heard).toEqual(['data still here', 'end']);
        client.destroy();
      });
    });

    test('a port that is taken is not given twice', async () => {
      const { world, during } = wired();
      await during(async () => {
        const at = { host: '127.0.0.1', port: 0 };
        const bound = await world.listen(at, () => undefined);
        const taken = { code: 'EADDRINUSE', syscall: 'listen', port: bound.port };
        for (const host of ['127.0.0.1', '0.0.0.0'])
          await expect(world.listen({ host, port: bound.port }, () => undefined)).rejects.toMatchObject({
            ...taken,
            address: host,
          });
        const other = await world.listen(at, () => undefined);
        expect(other.port).not.toBe(bound.port);
        await Promise.all([bound.close(), other.close()]);
        const again = await world.listen({ ...at, port: bound.port }, () => undefined);
        await again.close();
      });
    });
  });
}
