// Certificate files that change while a listener runs: applying settings shows what they hold by now, and ends nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { makeCertificate } from '../../core/world/workshop.ts';
import { certificates, Client, grounds, mx } from './playground.ts';

const start = grounds();
const now = Date.now();
const file = join(certificates, 'renewed.pem');

async function write(name: string): Promise<void> {
  const { cert, key } = await makeCertificate({ kind: 'good', names: [name], now, usage: 'server' });
  writeFileSync(file, cert + key);
}

async function shown(port: number, servername = 'gate.example') {
  const client = await Client.implicit(port, { servername });
  const { subject, fingerprint256 } = (client.socket as TLSSocket).getPeerCertificate();
  client.reset();
  return { name: String(subject.CN), fingerprint256 };
}

test('a renewed certificate is shown to new clients; sessions and the port stay', async () => {
  await write('one.example');
  const g = await start({ listeners: [{ ...mx, tls: 'implicit', certificate: { certFile: file } }] });
  const port = g.port();
  const open = await Client.implicit(port);
  expect(await open.hello()).toMatch(/^250/);
  await write('two.example');
  expect((await shown(port)).name).toBe('one.example');
  expect(await g.receiver.apply(g.settings)).toMatchObject({ restarted: [] });
  expect([g.port(), (await shown(port)).name]).toEqual([port, 'two.example']);
  expect(await open.ask('NOOP')).toMatch(/^250/);
});

test('a file that cannot be used any more is told, and what was read before is shown on', async () => {
  await write('one.example');
  const g = await start({ listeners: [{ ...mx, tls: 'implicit', certificate: { certFile: file } }] });
  writeFileSync(file, 'half a file');
  await g.receiver.apply(g.settings);
  expect(g.receiver.state().listeners[0]).toMatchObject({
    state: 'listening',
    error: expect.stringMatching(
      /renewed\.pem: no certificate in it.* clients are shown what was read before/,
    ) as string,
  });
  expect((await shown(g.port())).name).toBe('one.example');
  await write('two.example');
  await g.receiver.apply(g.settings);
  expect(g.receiver.state().listeners[0]).not.toHaveProperty('error');
  expect((await shown(g.port())).name).toBe('two.example');
});

test('certificates that the workbench makes for itself stay the same', async () => {
  const certificate = { kind: 'expired' as const, sni: [{ name: 'made.example' }] };
  const g = await start({ listeners: [{ ...mx, tls: 'implicit', certificate }] });
  const names = ['gate.example', 'made.example'];
  const before = [await shown(g.port(), names[0]), await shown(g.port(), names[1])];
  await g.receiver.apply(g.settings);
  expect([await shown(g.port(), names[0]), await shown(g.port(), names[1])]).toEqual(before);
});
