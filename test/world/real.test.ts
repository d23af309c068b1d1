// Holds the real world to its word: timers that can be cancelled, ports that are free once given back.
import { connect, type Socket } from 'node:net';
import type { Connection } from '../../core/world/connection.ts';
import { expect, test } from 'vitest';
import { realWorld } from '../../core/world/real.ts';

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

test('a timer fires once, and not when it was cancelled', async () => {
  let fired = 0;
  const cancelled = realWorld.after(0, () => (fired += 100));
  cancelled.cancel();
  await new Promise<void>((resolve) => {
    const timer = realWorld.after(1, () => {
      fired += 1;
      resolve();
    });
    expect(fired).toBe(0);
    void timer;
  });
  cancelled.cancel();
  expect(fired).toBe(1);
});

test('a port given back is free at once, and who is connected stays', async () => {
  const taken: Connection[] = [];
  const bound = await realWorld.listen({ host: '127.0.0.1', port: 0 }, ({ socket }) => void taken.push(socket));
  await expect(realWorld.listen({ host: '127.0.0.1', port: bound.port }, () => undefined)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  const client = await opened(bound.port);
  await bound.close();
  await expect(opened(bound.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const again = await realWorld.listen({ host: '127.0.0.1', port: bound.port }, () => undefined);
  const heard = new Promise((resolve) => client.once('data', (chunk) => resolve(chunk.toString())));
  taken[0]?.write('still here');
  expect(await heard).toBe('still here');
  client.destroy();
  taken[0]?.destroy();
  await again.close();
});

test('clocks go on, and chance has the length asked for', () => {
  const before = realWorld.elapsed();
  expect(realWorld.elapsed()).toBeGreaterThanOrEqual(before);
  expect(Math.abs(realWorld.now() - Date.now())).toBeLessThan(60_000);
  expect(realWorld.random(20).length).toBe(20);
  expect(realWorld.random(20)).not.toEqual(realWorld.random(20));
});
