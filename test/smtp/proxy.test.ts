// Holds listeners behind a proxy to HAProxy's text: who may send the header, when it must come, and what then counts.
import { describe, expect, test } from 'vitest';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { bodies, Client, grounds, heldWorld, mx, until } from './playground.ts';

const start = grounds();
const v1 = 'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n';
const v2 = '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\x9c\x40\0\x19';
const behind = (over: object = {}, more: SettingsInput = {}): SettingsInput => ({
  listeners: [{ ...mx, proxy: { from: ['127.0.0.0/8'] }, ...over }],
  ...more,
});

describe.each([
  ['version 1', v1, 1],
  ['version 2', v2, 2],
] as const)('a header of %s', (_name, header, version) => {
  const client = { address: '192.0.2.7', port: 40_000 };

  test('names the client, on record and for everything that counts', async () => {
    const g = await start(behind({}, { access: { deny: [{ ipSet: '192.0.2.7' }] } }));
    const c = await g.connect();
    c.send(header);
    expect(await c.reply()).toMatch(/^421 .*not available to your address$/);
    const events = await g.events();
    expect(bodies(events)[0]).toMatchObject({
      kind: 'connect',
      peer: client,
      local: { address: '198.51.100.1', port: 25 },
      proxy: { version, command: 'proxy', through: { address: '127.0.0.1' } },
    });
    expect(bodies(events)[1]).toEqual({ kind: 'octets', what: 'proxy', bytes: header, length: header.length });
    expect(g.journal.sessions[0]?.row.peer).toContain('192.0.2.7');
  });

  test('is counted by flow control under the address in it', async () => {
    const g = await start(behind({ flow: { peerMaxConnections: 1 } }));
    const [one, two, three] = [await g.connect(), await g.connect(), await g.connect()];
    one.send(header);
    expect(await one.reply()).toMatch(/^220/);
    two.send(header);
    expect(await two.reply()).toMatch(/^421/);
    three.send('PROXY TCP4 192.0.2.8 198.51.100.1 40000 25\r\n');
    expect(await three.reply()).toMatch(/^220/);
  });

  test('comes before the handshake on implicit TLS', async () => {
    const g = await start(behind({ tls: 'implicit' }));
    const c = await Client.open(g.port());
    c.send(header);
    await c.secure();
    expect(await c.reply()).toMatch(/^220/);
    expect(await c.ask('EHLO client.example')).toMatch(/^250/);
    expect(bodies(g.journal.sessions[0]?.events ?? [])[0]).toMatchObject({ peer: client });
  });

  test('octet by octet, and what comes with it in one segment is kept', async () => {
    const g = await start(behind({}, { strictness: { earlyTalk: 'allow' } }));
    const slow = await g.connect();
    for (const octet of header) {
      slow.send(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await slow.hello()).toMatch(/^250/);
    const early = await g.connect();
    early.send(`${header}EHLO client.example\r\n`);
    expect((await early.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['220', '250']);
  });

  test('and STARTTLS behind it', async () => {
    const g = await start(behind());
    const c = await g.connect();
    c.send(header);
    await c.hello();
    await c.ask('STARTTLS');
    await c.secure();
    expect(await c.ask('EHLO client.example')).toMatch(/^250/);
  });
});

test.each([
  ['PROXY UNKNOWN\r\n', 'unknown', 1],
  ['\r\n\r\n\0\r\nQUIT\n\x20\0\0\0', 'local', 2],
  ['\r\n\r\n\0\r\nQUIT\n\x21\0\0\0', 'unknown', 2],
] as const)('%j leaves the proxy’s own address', async (header, command, version) => {
  const g = await start(behind());
  const c = await g.connect();
  c.send(header);
  expect(await c.reply()).toMatch(/^220/);
  expect(bodies(g.journal.sessions[0]?.events ?? [])[0]).toMatchObject({
    peer: { address: '127.0.0.1' },
    proxy: { version, command, through: { address: '127.0.0.1' } },
  });
});

test.each([
  [
    'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n',
    'PROXY header, 44 bytes: PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\n',
  ],
  ['PROXY TCP4 192.0.2.7\r\nEHLO', 'PROXY header, 26 bytes: PROXY TCP4 192.0.2.7\n'],
  [`\x16\x03\x01${'x'.repeat(500)}`, `in place of a PROXY header, 503 bytes   (\\x16\\x03\\x01${'x'.repeat(97)}…)\n`],
])('%j is told in short', (bytes, text) => {
  const event = { kind: 'octets', what: 'proxy', bytes, length: bytes.length, n: 1, t: 0 } as const;
  expect(transcriptText(foldTranscript([event]))).toBe(`    0.000     ${text}`);
});

test.each<[string, string, RegExp]>([
  ['missing', 'EHLO client.example\r\n', /no PROXY header/],
  ['malformed', 'PROXY TCP4 192.0.2.7\r\n', /two addresses/],
  ['oversize', `PROXY UNKNOWN ${'x'.repeat(200)}`, /longer than 107/],
  ['oversize in version 2', '\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff', /65535 octets announced/],
])('a header that is %s ends the connection without a word', async (_name, bytes, why) => {
  for (const tls of ['starttls', 'implicit'] as const) {
    const g = await start(behind({ tls }));
    const c = await g.connect();
    c.send(bytes);
    await c.over();
    expect(c.rest).toBe('');
    const events = bodies(await g.events());
    expect(events.map(({ kind }) => kind)).toEqual(['connect', 'octets', 'close']);
    expect(events[1]).toMatchObject({ what: 'proxy', length: bytes.length });
    expect(events[2]).toMatchObject({ by: 'us', reason: 'proxy-error', detail: expect.stringMatching(why) as string });
    expect(events[0]).not.toHaveProperty('proxy');
    const text = transcriptText(foldTranscript(await g.events()));
    expect(text).toContain(
      `${why.source.startsWith('no ') ? 'in place of a ' : '     '}PROXY header, ${bytes.length} bytes`,
    );
    await until(() => g.receiver.state().listeners[0]?.openSessions === 0);
  }
});

test('a header that is late, a proxy that leaves or resets, and a receiver that stops', async () => {
  const held = heldWorld();
  const g = await start(behind({ proxy: { from: ['127.0.0.1'], timeout: 7 } }), { world: held.world });
  const late = await g.connect();
  late.send('PROXY ');
  await until(() => held.timers.some(({ ms }) => ms === 7000) && g.receiver.state().listeners[0]?.openSessions === 1);
  held.timers.find(({ ms }) => ms === 7000)?.fire();
  await late.over();
  expect(bodies(await g.events(0)).at(-1)).toMatchObject({
    reason: 'proxy-error',
    detail: 'the PROXY header took longer than 7 s',
  });
  const gone = await g.connect();
  gone.end();
  expect(bodies(await g.events(1)).at(-1)).toMatchObject({ by: 'client', reason: 'peer-fin' });
  const reset = await g.connect();
  await until(() => g.receiver.state().listeners[0]?.openSessions === 1);
  reset.reset();
  expect(bodies(await g.events(2)).at(-1)).toMatchObject({ by: 'client', reason: 'peer-rst' });
  const waiting = await g.connect();
  await until(() => g.receiver.state().listeners[0]?.openSessions === 1);
  await g.receiver.stop();
  await waiting.over();
  expect(bodies(await g.events(3)).at(-1)).toMatchObject({ by: 'us', reason: 'shutdown' });
});

test('from anybody else it is an unknown command, and changes nothing', async () => {
  const g = await start(behind({ proxy: { from: ['192.0.2.0/24'] } }));
  const c = await g.connect();
  await c.reply();
  expect(await c.ask(v1.trim())).toMatch(/^500/);
  expect(bodies(g.journal.sessions[0]?.events ?? [])[0]).toMatchObject({ peer: { address: '127.0.0.1' } });
});
