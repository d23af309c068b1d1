// Holds the receiver to its life: binding, failing with advice, changing while it runs, draining.
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { defaults, type Settings, settingsSchema, type SettingsInput } from '../core/contract/settings/settings.ts';
import { memoryJournal } from '../core/journal/memory.ts';
import { createReceiver } from '../core/receiver.ts';
import { nobody } from './smtp/nobody.ts';
import { identityOf } from '../core/smtp/certificates.ts';
import { CertificateError } from '../core/smtp/pem.ts';
import { threadWorkers } from '../core/workers/threads.ts';
import { realWorld } from '../core/world/real.ts';
import type { World } from '../core/world/world.ts';
import { bodies, certificates, Client, type Ground, ground, mx, ofKind } from './smtp/playground.ts';

let open: Ground[] = [];
let servers: Server[] = [];
const start = async (...args: Parameters<typeof ground>) => {
  const made = await ground(...args);
  open.push(made);
  return made;
};
afterEach(async () => {
  for (const each of open) await each.close();
  for (const each of servers) each.close();
  open = [];
  servers = [];
});

const six = { ...mx, name: 'six', address: '[::]:25', lab: '[::1]:0' };

/** A port somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const withSettings = (input: SettingsInput): Settings => settingsSchema.parse(input);

describe('a receiver', () => {
  test('binds every listener and says what a client will see there', async () => {
    const g = await start({
      listeners: [
        mx,
        six,
        { ...mx, name: 'off', enable: false },
        { ...mx, name: 'in', role: 'submissions', tls: 'implicit' },
      ],
    });
    const state = g.receiver.state();
    expect(state).toMatchObject({ running: true, generation: 1 });
    expect(state.listeners.map(({ name, state: word, loopback }) => [name, word, loopback])).toEqual([
      ['mx', 'listening', true],
      ['six', 'listening', true],
      ['off', 'disabled', true],
      ['in', 'listening', true],
    ]);
    expect(state.listeners[0]?.bound).toMatch(/^127\.0\.0\.1:[1-9]\d+$/);
    expect(state.listeners[0]?.wanted).toBe('127.0.0.1:0');
    expect(state.listeners[1]?.bound).toMatch(/^\[::1\]:[1-9]\d+$/);
    const c = await g.connect();
    const heard = (await c.hello()).split('\n').map((line) => line.slice(4));
    expect(state.listeners[0]?.ehlo.clear).toEqual(heard);
    await c.ask('STARTTLS');
    await c.secure();
    const secured = (await c.ask('EHLO client.example')).split('\n').map((line) => line.slice(4));
    expect(state.listeners[0]?.ehlo.secured).toEqual(secured);
    expect(state.listeners[3]?.ehlo).toEqual({ secured });
    expect(g.receiver.state().listeners.map(({ openSessions }) => openSessions)).toEqual([1, 0, 0, 0]);
    const v6 = await Client.open(g.port('six'), '::1');
    expect(await v6.reply()).toMatch(/^220/);
    expect(ofKind(g.journal.sessions[1]?.events ?? [], 'connect')[0]?.peer.address).toBe('::1');
    v6.reset();
  });

  test('says who has a port that is taken, offers a free one, and runs the others', async () => {
    const port = await takenPort();
    const g = await start({
      listeners: [
        { ...mx, lab: `127.0.0.1:${port}` },
        { ...mx, name: 'other' },
      ],
    });
    const [failed, other] = g.receiver.state().listeners;
    expect(failed).toMatchObject({ state: 'failed', bound: '', wanted: `127.0.0.1:${port}` });
    expect(failed?.error).toBe(
      `EADDRINUSE: another program listens on 127.0.0.1:${port}. Stop it, or give the listener another lab address.`,
    );
    const offered = Number(/^127\.0\.0\.1:(\d+)$/.exec(failed?.offer ?? '')?.[1]);
    expect(offered).toBeGreaterThan(port);
    expect(other?.state).toBe('listening');
    const { restarted, state } = await g.receiver.apply(
      withSettings({
        listeners: [
          { ...mx, lab: failed?.offer ?? '' },
          { ...mx, name: 'other' },
        ],
      }),
    );
    expect(restarted).toEqual(['mx']);
    expect(state.listeners[0]).toMatchObject({ state: 'listening', bound: failed?.offer });
    expect(state.listeners[0]).not.toHaveProperty('error');
    expect(state.listeners[1]?.bound).toBe(other?.bound);
  });

  test('binds :: after IPv4 listeners, whose port it could not leave to them the other way round', async () => {
    const hosts: string[] = [];
    const world: World = {
      ...realWorld,
      listen: (at, accept) => {
        hosts.push(at.host);
        return realWorld.listen(at, accept);
      },
    };
    const g = await start({ listeners: [{ ...six, lab: '[::]:0' }, mx, { ...six, name: 'seven' }] }, { world });
    expect(hosts).toEqual(['127.0.0.1', '::1', '::']);
    expect(g.receiver.state().listeners.map(({ name }) => name)).toEqual(['six', 'mx', 'seven']);
  });

  test('tries again where a port has become free', async () => {
    const port = await takenPort();
    const input = { listeners: [{ ...mx, lab: `127.0.0.1:${port}` }] };
    const g = await start(input);
    expect(g.receiver.state().listeners[0]?.state).toBe('failed');
    await new Promise((resolve) => servers[0]?.close(resolve));
    expect((await g.receiver.apply(withSettings(input))).restarted).toEqual(['mx']);
    expect(g.receiver.state().listeners[0]?.state).toBe('listening');
  });

  test('says what is wrong with an address or a certificate', async () => {
    const receiver = createReceiver({
      world: realWorld,
      journal: memoryJournal(),
      users: nobody,
      identity: () =>
        Promise.reject(new CertificateError('cert.pem: there is no such certificate file. Check the path.')),
      workers: threadWorkers({ world: realWorld, settings: defaults.workers }),
      onState: () => undefined,
    });
    const { listeners } = await receiver.start(
      withSettings({
        listeners: [
          { ...mx, tls: 'clear', lab: '192.0.2.1:2525' },
          { ...mx, name: 'secure' },
        ],
      }),
    );
    expect(listeners.map(({ state, loopback, error }) => ({ state, loopback, error }))).toEqual([
      {
        state: 'failed',
        loopback: false,
        error: 'EADDRNOTAVAIL: this machine has no address 192.0.2.1. Use 127.0.0.1 or an address it has.',
      },
      { state: 'failed', loopback: true, error: 'cert.pem: there is no such certificate file. Check the path.' },
    ]);
    await receiver.stop();
  });

  test('shows what is to be known of a certificate that works', async () => {
    const expired = 'cert.pem: the certificate expired on Jan 1 2020; clients that check will refuse it.';
    const receiver = createReceiver({
      world: realWorld,
      journal: memoryJournal(),
      users: nobody,
      identity: async (one) => ({
        ...(await identityOf(one, { world: realWorld, folder: certificates, hostname: 'gate.example' })),
        warnings: [expired],
      }),
      workers: threadWorkers({ world: realWorld, settings: defaults.workers }),
      onState: () => undefined,
    });
    const { listeners } = await receiver.start(withSettings({ listeners: [mx] }));
    expect(listeners[0]).toMatchObject({ state: 'listening', error: expired });
    await receiver.stop();
  });

  test('sees an IPv4 peer of an IPv6 listener by its IPv4 address', async () => {
    const g = await start({
      listeners: [{ ...mx, lab: '[::ffff:127.0.0.1]:0' }],
      access: { deny: [{ ipSet: '127.0.0.1' }] },
    });
    const c = await Client.open(g.port());
    expect(await c.reply()).toMatch(/^421/);
    const connect = ofKind(await g.events(), 'connect')[0];
    expect([connect?.peer.address, connect?.local.address]).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  test('survives a journal that opens no record, and serves again when it does', async () => {
    let broken = true;
    const g = await start(
      {},
      {
        wrap: (journal) => ({
          session: () => {
            if (broken) throw new Error('the journal is broken');
            return journal.session();
          },
        }),
      },
    );
    const lost = await g.connect();
    await lost.over();
    broken = false;
    expect(await (await g.connect()).reply()).toMatch(/^220/);
  });

  test('says 451 and closes when the journal throws in the middle of a message', async () => {
    const g = await start(
      {},
      {
        wrap: (journal) => ({
          session: () => {
            const log = journal.session();
            const message = () => ({
              ...log.message(),
              write: () => {
                throw new Error('the segment is gone');
              },
            });
            return { id: log.id, append: (body, t) => log.append(body, t), end: () => log.end(), message };
          },
        }),
      },
    );
    const [c, other] = [await g.connect(), await g.connect()];
    await c.hello();
    await other.hello();
    await c.toData();
    c.send('x\r\n');
    expect(await c.reply()).toMatch(/^451 4\.3\.0/);
    await c.over();
    const events = await g.events();
    expect(ofKind(events, 'fault')[0]?.error).toBe('the segment is gone');
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'fault' });
    expect(await other.codes('NOOP')).toEqual([250]);
  });

  test('applies settings without touching open sessions or the listeners they do not concern', async () => {
    const g = await start({ acceptance: { hostname: 'old.example' } });
    const old = await g.connect();
    await old.hello();
    const bound = g.receiver.state().listeners[0]?.bound;
    const { restarted, state } = await g.receiver.apply(
      withSettings({ listeners: [mx], acceptance: { hostname: 'new.example' } }),
    );
    expect(restarted).toEqual([]);
    expect(state).toMatchObject({ generation: 2, listeners: [{ bound, openSessions: 1 }] });
    const young = await g.connect();
    expect(await young.reply()).toMatch(/^220 new\.example /);
    expect(await old.ask('EHLO client.example')).toMatch(/^250-old\.example /);
    expect(g.journal.sessions.map(({ events }) => ofKind(events, 'connect')[0]?.generation)).toEqual([1, 2]);
  });

  test('binds anew only what changed, and sessions there go on', async () => {
    const g = await start({ listeners: [mx, { ...mx, name: 'other' }] });
    const c = await g.connect();
    await c.hello();
    const before = g.receiver.state().listeners.map(({ bound }) => bound);
    const { restarted, state } = await g.receiver.apply(
      withSettings({
        listeners: [
          { ...mx, tls: 'clear' },
          { ...mx, name: 'other' },
        ],
      }),
    );
    expect(restarted).toEqual(['mx']);
    expect(state.listeners[1]?.bound).toBe(before[1]);
    expect(state.listeners[0]?.openSessions).toBe(1);
    expect(await c.ask('EHLO client.example')).toContain('STARTTLS');
    const fresh = await g.connect();
    expect(await fresh.hello()).not.toContain('STARTTLS');
    await g.receiver.apply(withSettings({ listeners: [{ ...mx, name: 'other' }] }));
    expect(g.receiver.state().listeners.map(({ name }) => name)).toEqual(['other']);
    expect(await c.codes('NOOP', 'QUIT')).toEqual([250, 221]);
  });

  test('lets two listeners swap their ports', async () => {
    const g = await start({ listeners: [mx, { ...mx, name: 'other' }] });
    const [one, two] = g.receiver.state().listeners.map(({ bound }) => bound);
    const swapped = withSettings({
      listeners: [
        { ...mx, lab: two ?? '' },
        { ...mx, name: 'other', lab: one ?? '' },
      ],
    });
    const { restarted, state } = await g.receiver.apply(swapped);
    expect(restarted).toEqual(['mx', 'other']);
    expect(state.listeners.map(({ bound, state: word }) => [word, bound])).toEqual([
      ['listening', two],
      ['listening', one],
    ]);
  });

  test('starts again after it was stopped', async () => {
    const g = await start();
    const bound = g.port();
    await g.receiver.stop();
    expect(g.receiver.state()).toMatchObject({ running: false, listeners: [{ state: 'stopped', bound: '' }] });
    await expect(Client.open(bound)).rejects.toThrow('ECONNREFUSED');
    await g.receiver.start(g.settings);
    expect(await (await g.connect()).reply()).toMatch(/^220/);
    await expect(g.receiver.start(g.settings)).rejects.toThrow('running already');
  });

  test('when stopped lets a transaction end, says 421 to the idle, and cuts off what stays', async () => {
    const g = await start();
    const [idle, busy, stuck] = [await g.connect(), await g.connect(), await g.connect()];
    for (const c of [idle, busy, stuck]) await c.hello();
    await busy.toData();
    await stuck.toData();
    const stopped = g.receiver.stop({ graceMs: 300 });
    expect(await idle.reply()).toBe('421 4.3.2 gate.example Service closing');
    await idle.over();
    busy.send('x\r\n.\r\n');
    expect(await busy.replies(2)).toEqual([expect.stringMatching(/^250/), expect.stringMatching(/^421/)]);
    await stopped;
    await stuck.over();
    for (const index of [0, 1, 2])
      expect(bodies(await g.events(index)).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'shutdown' });
    expect(g.journal.messages.length).toBe(1);
  });
});
