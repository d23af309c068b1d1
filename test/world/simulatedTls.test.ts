// TLS over simulated connections: both versions, one octet at a time, and broken in the handshake.
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { lastingMint } from '../../core/world/lastingMint.ts';
import { makeCertificate } from '../../core/world/workshop.ts';
import { driven, type Ends } from './driven.ts';

const made = await makeCertificate({
  kind: 'good',
  names: ['mail.example'],
  now: 0,
  usage: 'server',
  mint: lastingMint,
});

/** Shakes hands over both ends; resolves with what came of each side. */
function handshake({ client, server }: Ends, version: 'TLSv1.2' | 'TLSv1.3') {
  const above = new TLSSocket(server, {
    isServer: true,
    secureContext: createSecureContext({ cert: made.cert, key: made.key, minVersion: version, maxVersion: version }),
  });
  const socket = connect({ socket: client, ca: made.authority.cert, servername: 'mail.example' });
  const came = (one: TLSSocket, event: string) =>
    new Promise<string>((resolve) => {
      one.once(event, () => resolve('up'));
      one.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      one.on('_tlsError', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      one.once('close', () => resolve('closed'));
    });
  return { socket, above, came: Promise.all([came(socket, 'secureConnect'), came(above, 'secure')]) };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  test.each([undefined, 1, 7])('carries a megabyte in segments of %s', async (segment) => {
    const { during, pair } = driven({ latency: 3 });
    await during(async () => {
      const { socket, above, came } = handshake(await pair({ conditions: { segment } }), version);
      expect(await came).toEqual(['up', 'up']);
      expect([socket.authorized, socket.getProtocol()]).toEqual([true, version]);
      const much = segment === undefined ? 1 << 20 : 5000;
      let octets = 0;
      above.on('data', (chunk: Buffer) => (octets += chunk.length));
      const ended = new Promise((resolve) => above.once('end', resolve));
      socket.end(Buffer.alloc(much, 'a'));
      await ended;
      expect(octets).toBe(much);
    });
  });

  test('takes the round trips it takes: two for 1.2, one for 1.3', async () => {
    const { world, during, pair } = driven({ latency: 100 });
    await during(async () => {
      const ends = await pair();
      const began = world.elapsed();
      const { socket } = handshake(ends, version);
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      expect(world.elapsed() - began).toBe(version === 'TLSv1.2' ? 400 : 200);
    });
  });

  test.each(['client', 'server'] as const)('is broken by a loss of the %s in the handshake', async (of) => {
    const { during, pair } = driven({ latency: 3 });
    await during(async () => {
      for (const after of [0, 3, 100]) {
        const { came } = handshake(await pair({ conditions: { loss: { of, after, how: 'reset' } } }), version);
        expect(await came).not.toContain('up');
      }
    });
  });

  test('hangs when its octets vanish, until somebody loses patience', async () => {
    const { during, pair, wait } = driven();
    await during(async () => {
      const ends = await pair({ conditions: { loss: { of: 'server', after: 50, how: 'silence' } } });
      const { came } = handshake(ends, version);
      let isOver = false;
      came.then(() => (isOver = true)).catch(() => undefined);
      await wait(3_600_000);
      expect(isOver).toBe(false);
      ends.client.destroy();
      ends.server.destroy();
      expect(await came).not.toContain('up');
    });
  });
});
