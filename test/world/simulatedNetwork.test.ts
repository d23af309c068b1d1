// Holds the simulated network to its arithmetic: addresses, latency, bandwidth, segments, loss, and what waits for whom.
import { describe, expect, test } from 'vitest';
import type { Accepted } from '../../core/world/world.ts';
import { arrivals, driven, someone } from './driven.ts';

describe('addresses', () => {
  test.each([
    ['203.0.113.7', 40_000],
    ['10.0.0.1', 1],
    ['2001:db8::7', 65_535],
    ['fe80::1', 25],
    ['255.255.255.255', 9],
  ])('a peer can be %s port %i', async (address, port) => {
    const { world, during } = driven();
    await during(async () => {
      const taken: Accepted[] = [];
      await world.listen({ host: '::', port: 25 }, (accepted) => void taken.push(accepted));
      const to = { host: address.includes(':') ? '2001:db8::25' : '192.0.2.25', port: 25 };
      const client = await world.connect({ from: { address, port }, to });
      expect(taken).toMatchObject([{ peer: { address, port }, local: { address: to.host, port: 25 } }]);
      expect([taken[0]?.socket.remoteAddress, client.localAddress, client.remoteAddress]).toEqual([
        address,
        address,
        to.host,
      ]);
    });
  });

  test('listeners take what is theirs: the address itself, all of IPv4, all of both', async () => {
    const { world, during } = driven();
    const taken: string[] = [];
    const listen = (host: string, port: number) =>
      world.listen({ host, port }, ({ local }) => void taken.push(`${host} ${local.address}`));
    await during(async () => {
      await listen('192.0.2.1', 25);
      await listen('::', 25);
      await listen('0.0.0.0', 26);
      await listen('::', 27);
      await listen('0:0:0:0:0:0:0:1', 28);
      const connect = (host: string, port: number) => world.connect({ from: someone, to: { host, port } });
      await connect('192.0.2.1', 25);
      // `::` came second, so IPv4 is not its own.
      await expect(connect('192.0.2.2', 25)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await connect('2001:db8::1', 25);
      await connect('192.0.2.9', 26);
      await expect(connect('2001:db8::1', 26)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await connect('192.0.2.9', 27);
      await connect('::1', 28);
      expect(taken).toEqual([
        '192.0.2.1 192.0.2.1',
        ':: 2001:db8::1',
        '0.0.0.0 192.0.2.9',
        ':: 192.0.2.9',
        '0:0:0:0:0:0:0:1 ::1',
      ]);
    });
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '192.0.2.1'],
    ['192.0.2.1', '0.0.0.0'],
    ['::', '0.0.0.0'],
    ['::', '192.0.2.1'],
    ['::', '::1'],
    ['::1', '::'],
    ['::1', '0::1'],
  ])('%s on a port leaves no room for %s', async (first, second) => {
    const { world } = driven();
    await world.listen({ host: first, port: 25 }, () => undefined);
    await expect(world.listen({ host: second, port: 25 }, () => undefined)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await world.listen({ host: second, port: 26 }, () => undefined);
  });

  test('a call that is under way when the listener goes is refused', async () => {
    const { world, during, wait } = driven({ latency: 50 });
    await during(async () => {
      const bound = await world.listen({ host: '192.0.2.1', port: 25 }, () => undefined);
      const call = world.connect({ from: someone, to: { host: '192.0.2.1', port: 25 } });
      call.catch(() => undefined);
      await wait(10);
      await bound.close();
      await expect(call).rejects.toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 192.0.2.1:25' });
      expect(world.elapsed()).toBe(100);
    });
  });

  test('an accepted connection that was closed before anybody looked tells its end', async () => {
    const { world, during } = driven();
    await during(async () => {
      const taken: Accepted[] = [];
      await world.listen({ host: '192.0.2.1', port: 25 }, (accepted) => void taken.push(accepted));
      const client = await world.connect({
        from: someone,
        to: { host: '192.0.2.1', port: 25 },
        ahead: Buffer.from('EHLO x\r\n'),
      });
      client.destroy();
      await new Promise((resolve) => setImmediate(resolve));
      const seen = arrivals(world, taken[0]!.socket);
      await new Promise((resolve) => void taken[0]?.socket.once('end', resolve));
      expect(seen).toEqual(['0 EHLO x\r\n', '0 end']);
    });
  });
});

describe('time on the way', () => {
  test('is the latency, each way, and a round trip to connect', async () => {
    const { world, during, pair, wait } = driven({ latency: 40 });
    await during(async () => {
      const { client, server, accepted } = await pair();
      expect([accepted, world.elapsed()]).toEqual([40, 80]);
      const there = arrivals(world, server);
      const back = arrivals(world, client);
      server.once('data', () => server.write('pong'));
      client.write('ping');
      client.end();
      await wait(200);
      expect([there, back]).toEqual([['120 ping', '120 end'], ['160 pong']]);
    });
  });

  test('is what the bandwidth asks: octets wait for those before them, and both ways are apart', async () => {
    const { world, during, pair, wait } = driven({ latency: 10, bandwidth: 1000 });
    await during(async () => {
      const { client, server } = await pair();
      const [there, back] = [arrivals(world, server), arrivals(world, client)];
      client.write('x'.repeat(500));
      client.write('0123456789');
      client.end();
      server.write('y'.repeat(250));
      await wait(1000);
      // 500 octets of 1,000 a second take 500 ms, and 10 on the way; connecting took 20.
      expect(there).toEqual(['530 500 octets', '540 0123456789', '540 end']);
      expect(back).toEqual(['280 250 octets']);
    });
  });

  test('is that of each segment', async () => {
    const { world, during, pair, wait } = driven({ bandwidth: 100, segment: 4 });
    await during(async () => {
      const { client, server } = await pair();
      const seen = arrivals(world, server);
      client.write('abcdefghij');
      await wait(500);
      expect(seen).toEqual(['40 abcd', '80 efgh', '100 ij']);
    });
  });
});

describe('loss', () => {
  test.each([
    ['client', 'reset'],
    ['client', 'silence'],
    ['server', 'reset'],
    ['server', 'silence'],
  ] as const)('of the %s by %s comes behind the very octet', async (of, how) => {
    for (const after of [0, 1, 4, 5, 9]) {
      const { world, during, pair, wait } = driven({ latency: 5, segment: 3 });
      await during(async () => {
        const ends = await pair({ conditions: { loss: { of, after, how } } });
        const [from, to] = of === 'client' ? [ends.client, ends.server] : [ends.server, ends.client];
        const [fromSeen, toSeen] = [arrivals(world, from), arrivals(world, to)];
        const text = (seen: readonly string[]) => seen.map((one) => one.replace(/^\d+ /, '')).join('|');
        from.write('01234');
        from.write('56789');
        await wait(50);
        to.write('an answer');
        await wait(50);
        const came = '0123456789'.slice(0, after);
        if (how === 'silence') {
          expect([text(toSeen).replaceAll('|', ''), fromSeen]).toEqual([came, []]);
          expect([from.destroyed, to.destroyed]).toEqual([false, false]);
        } else {
          expect(text(toSeen).replaceAll('|', '')).toBe(`${came}ECONNRESET`);
          expect(text(fromSeen)).toBe('ECONNRESET');
        }
      });
    }
  });

  test('counts what came with the call', async () => {
    const { world, during, pair, wait } = driven();
    await during(async () => {
      const loss = { of: 'client', after: 6, how: 'silence' } as const;
      const { client, server } = await pair({ ahead: Buffer.from('EHLO'), conditions: { loss } });
      const seen = arrivals(world, server);
      client.write(' you there');
      await wait(10);
      expect(seen.map((one) => one.slice(2)).join('')).toBe('EHLO y');
    });
  });
});

describe('a reader that stops', () => {
  test('stops the writer: the window is 64 KiB, beside what the reader itself holds', async () => {
    const { during, pair, wait } = driven({ latency: 1 });
    await during(async () => {
      const { client, server } = await pair();
      let taken = 0;
      for (let count = 0; count < 8; count += 1) client.write(Buffer.alloc(32_768), () => (taken += 1));
      await wait(100);
      // What is in the stream's own buffer counts as read, 64 KiB of it; as many are under way.
      expect(taken).toBeLessThan(8);
      expect(server.bytesRead).toBe(4 * 32_768);
      let octets = 0;
      server.on('data', (chunk: Buffer) => (octets += chunk.length));
      await wait(100);
      expect([taken, octets]).toEqual([8, 8 * 32_768]);
    });
  });

  test('and goes, resets the other side', async () => {
    const { world, during, pair, wait } = driven();
    await during(async () => {
      const { client, server } = await pair();
      const seen = arrivals(world, client);
      client.write(Buffer.alloc(200_000));
      await wait(10);
      server.destroy();
      await wait(10);
      expect(seen).toEqual(['10 ECONNRESET']);
    });
  });
});

test('an idle connection says so after its time, which each octet begins anew; 0 is never', async () => {
  const { world, during, pair, wait } = driven();
  await during(async () => {
    const { client, server } = await pair();
    const seen: number[] = [];
    const idle = server as typeof server & { setTimeout(ms: number, late?: () => void): unknown };
    server.resume();
    idle.setTimeout(1000);
    server.on('timeout', () => void seen.push(world.elapsed()));
    for (const ms of [600, 600, 600]) {
      await wait(ms);
      client.write('x');
    }
    await wait(1500);
    expect(seen).toEqual([2800]);
    idle.setTimeout(0);
    await wait(5000);
    expect(seen).toEqual([2800]);
  });
});
