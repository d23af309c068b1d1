// The guard against real DNS can fail: every way to ask is trapped, and a test that swallowed the error fails all the same.
import { lookup, promises, Resolver, resolveTxt, reverse } from 'node:dns';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { defaults } from '../../core/contract/settings/settings.ts';
import { createDns } from '../../core/dns/dns.ts';
import { realWorld } from '../../core/world/real.ts';
import { nameServer } from '../dns/nameServer.ts';
import { failOnLookups, takeLookups } from './lookups.ts';

afterEach(() => void takeLookups());

const withServers = (...servers: string[]) => {
  const resolver = new promises.Resolver();
  resolver.setServers(servers);
  return resolver;
};

it.each([
  ['dns.lookup(a.test)', () => void lookup('a.test', () => undefined)],
  ['dns.resolveTxt(a.test)', () => void resolveTxt('a.test', () => undefined)],
  ['dns.reverse(192.0.2.1)', () => void reverse('192.0.2.1', () => undefined)],
  ['dns.promises.lookup(a.test)', () => promises.lookup('a.test')],
  ['dns.promises.resolve(a.test)', () => promises.resolve('a.test', 'MX')],
  ['dns.Resolver.resolve4(a.test)', () => void new Resolver().resolve4('a.test', () => undefined)],
  ['dns.promises.Resolver.resolveMx(a.test)', () => new promises.Resolver().resolveMx('a.test')],
  ['dns.promises.Resolver.resolve(a.test)', () => withServers('192.0.2.53').resolve('a.test', 'TXT')],
  // A resolver of this machine.
  ['dns.promises.Resolver.resolve(a.test)', () => withServers('127.0.0.53').resolve('a.test', 'TXT')],
  ['dns.lookup(a.test)', () => void connect({ host: 'a.test', port: 25 }).on('error', () => undefined)],
])('%s is trapped', async (what, ask) => {
  await expect(async () => ask()).rejects.toThrow(`tests may not ask real DNS: ${what}`);
  expect(failOnLookups).toThrow(`tests may not ask real DNS: ${what}`);
  expect(failOnLookups).not.toThrow();
});

it('a receiver that asks a server outside is found out, though it takes the failure for an answer', async () => {
  const dns = createDns(realWorld);
  const servers = { ...defaults.dns.servers, enabled: true, addresses: ['192.0.2.53'] };
  await dns
    .asked({ ...defaults.dns, servers })
    .resolve('a.test', 'A')
    .catch(() => undefined);
  expect(failOnLookups).toThrow('dns.promises.Resolver.resolve(a.test)');
});

it('servers of tests, addresses and this machine’s own name are asked for', async () => {
  const server = await nameServer(() => ({ answers: [{ type: 'A', name: 'a.test', data: '192.0.2.1' }] }));
  expect(await withServers(server.address).resolve('a.test', 'A')).toEqual(['192.0.2.1']);
  await server.close();
  expect((await promises.lookup('127.0.0.1')).address).toBe('127.0.0.1');
  expect((await promises.lookup('localhost')).address).toMatch(/^(127\.|::1)/);
  expect(failOnLookups).not.toThrow();
});
