// The contract's suite on its three ports, and the web host's door.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { memoryPorts, type Port } from '../core/contract/port.ts';
import { messagePort, webSocketPort } from '../core/host/ports.ts';
import { openWeb } from '../core/host/web.ts';
import { contractSuite } from './contract.suite.ts';

const assets = mkdtempSync(join(tmpdir(), 'gatehouse-web-'));
writeFileSync(join(assets, 'index.html'), '<!doctype html><title>Gatehouse</title>');
writeFileSync(join(assets, 'secret.pem'), 'key');
afterAll(() => rmSync(assets, { recursive: true }));

const token = 'f'.repeat(32);

contractSuite('memory', () => {
  const [window, host] = memoryPorts();
  return Promise.resolve({ window, host, close: () => host.close() });
});

contractSuite('a MessagePort', () => {
  const { port1, port2 } = new MessageChannel();
  const [window, host] = [messagePort(port1), messagePort(port2)];
  return Promise.resolve({ window, host, close: () => host.close() });
});

contractSuite('a WebSocket', async () => {
  let arrived: (port: Port) => void = () => undefined;
  const host = new Promise<Port>((resolve) => (arrived = resolve));
  const web = await openWeb({ assets: () => Promise.resolve(assets), port: 0, token, attach: (port) => arrived(port) });
  const socket = new WebSocket(`ws://127.0.0.1:${web.port}/port?token=${token}`, {
    origin: `http://127.0.0.1:${web.port}`,
  });
  const window = webSocketPort(socket);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { window, host: await host, close: () => web.close() };
});

describe('the web host', () => {
  const open = () => openWeb({ assets: () => Promise.resolve(assets), port: 0, token, attach: () => undefined });
  const get = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      })
        .once('error', reject)
        .end();
    });
  const knock = (port: number, path: string, origin: string | undefined, host?: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
        ...(origin ? { origin } : {}),
        headers: host ? { host } : {},
      });
      socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      socket.once('open', () => (socket.close(), resolve(101)));
      socket.once('error', () => undefined);
    });

  it('serves the window under a strict policy, and nothing outside its folder', async () => {
    const web = await open();
    const page = await get(web.port, '/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe-eval');
    const refused = ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/secret.pem', '/none.js', '/%'];
    for (const path of refused)
      expect([path, (await get(web.port, path)).status]).toEqual([path, path === '/%' ? 400 : 404]);
    expect((await get(web.port, '/', {}, 'POST')).status).toBe(405);
    await web.close();
  });

  it('refuses a foreign Host, a foreign Origin, and a wrong token', async () => {
    const web = await open();
    const own = `http://127.0.0.1:${web.port}`;
    expect((await get(web.port, '/', { host: 'evil.example' })).status).toBe(421);
    expect(await knock(web.port, `/port?token=${token}`, own)).toBe(101);
    expect(await knock(web.port, `/port?token=${token}`, own, `evil.example:${web.port}`)).toBe(421);
    expect(await knock(web.port, `/port?token=${token}`, 'http://evil.example')).toBe(403);
    expect(await knock(web.port, `/port?token=${token}`, undefined)).toBe(403);
    expect(await knock(web.port, '/port?token=wrong', own)).toBe(401);
    expect(await knock(web.port, '/port', own)).toBe(401);
    expect(await knock(web.port, `/other?token=${token}`, own)).toBe(404);
    await web.close();
  });
});
