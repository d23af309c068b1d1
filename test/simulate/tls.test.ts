// The TLS side of the byte-level client, against a server of Node's own that notes what it was offered.
import type { Connection } from '../../core/world/connection.ts';
import { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket as TlsSocket, TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { type Scenario, scenarioSchema } from '../../core/contract/scenario.ts';
import { playCase } from '../../core/simulate/run.ts';
import { makeAuthority, makeServer, type Pem } from '../../core/world/authority.ts';
import { overLoopback } from '../../core/simulate/network.ts';
import { type Answer, dummy } from './dummies.ts';

let authority: Pem;
let server: Pem;
beforeAll(async () => {
  const now = Date.now();
  authority = await makeAuthority({ now, name: 'Test CA' });
  server = await makeServer({ now, authority, names: ['mail.example.com'] });
});

interface Seen {
  sni: string;
  version: string;
  alpn: string;
  /** Pieces of the raw stream, as read. */
  raw: Buffer[];
  inside: string;
}

/** The connection as it is, with every piece that is read put into `raw`. */
function tapped(plain: Connection, raw: Buffer[]): Duplex {
  const tap = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void plain.write(chunk, () => done()),
    final: (done) => void plain.end(done),
  });
  plain.on('data', (chunk: Buffer) => {
    raw.push(chunk);
    tap.push(chunk);
  });
  plain.on('end', () => tap.push(null));
  return tap;
}

/** Greets inside TLS; `options` are Node's for the server's side. */
function secure(options: object = {}): { seen: Seen[]; answer: Answer } {
  const seen: Seen[] = [];
  const answer: Answer = (plain: Connection) => {
    const one: Seen = { sni: '', version: '', alpn: '', raw: [], inside: '' };
    seen.push(one);
    const socket: TlsSocket = new TLSSocket(tapped(plain, one.raw), {
      isServer: true,
      secureContext: createSecureContext({ cert: server.cert, key: server.key, ...options }),
      SNICallback: (name: string, done: (error: null) => void) => {
        one.sni = name;
        done(null);
      },
      ...options,
    });
    socket.on('error', () => plain.destroy());
    socket.on('secure', () => {
      one.version = socket.getProtocol() ?? '';
      one.alpn = String(socket.alpnProtocol);
      socket.write('220 secured\r\n');
    });
    socket.on('data', (chunk: Buffer) => (one.inside += chunk.toString()));
  };
  return { seen, answer };
}

const scenario = (talk: readonly unknown[]): Scenario =>
  scenarioSchema.parse({
    title: 'A scenario of the test',
    row: 'TLS-01',
    kind: 'attack',
    role: 'submissions',
    about: 'Only used to try the client against a dummy.',
    knobs: [],
    presets: {},
    talk,
  });

const play = async (talk: readonly unknown[], answer: Answer, tls: 'implicit' | 'starttls' = 'implicit') => {
  const task = { id: 'test/one', scenario: scenario(talk), case: '-', base: 'weak', world: 'real' } as const;
  const start = dummy(answer, { tls, authority: authority.cert });
  const { result } = await playCase(task, { network: overLoopback, start, patience: 1500 });
  return result;
};

const greeted = [{ expect: 220 }];

test('a name, protocols and versions are offered as the scenario says, and what was agreed is compared', async () => {
  const { seen, answer } = secure({ ALPNProtocols: ['smtp'] });
  const tls = { sni: 'odd\\', alpn: ['x', 'smtp'], most: 'TLSv1.2', expect: { version: 'TLSv1.2', alpn: 'smtp' } };
  expect(await play([{ connect: { tls } }, ...greeted], answer)).toMatchObject({ outcome: 'held' });
  expect(seen).toMatchObject([{ sni: 'odd\\', version: 'TLSv1.2', alpn: 'smtp' }]);
  const named = (name: string) => [{ connect: { tls: { expect: { name } } } }, ...greeted];
  expect(await play(named('mail.example.com'), answer)).toMatchObject({ outcome: 'held' });
  expect((await play(named('other.example.com'), answer)).why).toContain(
    'heard a certificate for DNS:mail.example.com',
  );
  expect(seen.at(-1)?.sni).toBe('');
});

test('old versions are spoken when they are asked for', async () => {
  const { seen, answer } = secure({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
  await play([{ connect: { tls: { most: 'TLSv1' } } }, ...greeted], answer);
  await play([{ connect: { tls: { least: 'TLSv1.1', most: 'TLSv1.1' } } }, ...greeted], answer);
  expect(seen.map(({ version }) => version)).toEqual(['TLSv1', 'TLSv1.1']);
});

test('a refusal by the server is one, a client that likes nothing is none', async () => {
  const refused = (tls: object) => [{ connect: { tls: { ...tls, expect: 'refused' } } }];
  const { answer } = secure({ minVersion: 'TLSv1.3' });
  expect((await play(refused({ most: 'TLSv1.2' }), answer)).outcome).toBe('held');
  expect((await play(refused({}), answer)).why).toContain('expected a handshake that is refused, heard secured');
  expect((await play(refused({ ciphers: 'NONSENSE' }), answer)).outcome).toBe('breached');
  const closes: Answer = (socket) => void socket.end();
  expect((await play(refused({}), closes)).outcome).toBe('held');
  const silent: Answer = (socket) => void socket.resume();
  expect((await play(refused({ within: 100 }), silent)).why).toContain('not done within 100 ms');
});

test('a ClientHello crosses in records or segments of one octet, by half, or is something else', async () => {
  const { seen, answer } = secure();
  for (const hello of ['records', 'segments'])
    expect(await play([{ connect: { tls: { hello, expect: 'up' } } }, ...greeted], answer)).toMatchObject({
      outcome: 'held',
    });
  const [records, segments] = seen;
  expect([...Buffer.concat(records?.raw ?? []).subarray(0, 12)]).toEqual([22, 3, 1, 0, 1, 1, 22, 3, 1, 0, 1, 0]);
  expect(segments?.raw.length).toBeGreaterThan(20);
  const half = [{ connect: { tls: { hello: 'half', expect: 'refused', within: 100 } } }];
  expect((await play(half, answer)).why).toContain('not done within 100 ms');
  const nonsense = { hello: { bytes: ['EHLO', { repeat: ' a', times: 9 }, '\\r\\n'] }, expect: 'refused' };
  expect(await play([{ connect: { tls: nonsense } }], answer)).toMatchObject({ outcome: 'held' });
  expect(String(seen.at(-1)?.raw[0])).toBe(`EHLO${' a'.repeat(9)}\r\n`);
});

test('a listener with implicit TLS can be spoken to in clear, and secured later', async () => {
  const { seen, answer } = secure();
  const talk = [{ connect: { plain: true } }, { wait: 20 }, { tls: {} }, { expect: 220 }];
  expect(await play(talk, answer)).toMatchObject({ outcome: 'held' });
  expect(seen[0]?.version).toBe('TLSv1.3');
  const clear: Answer = (socket) => {
    socket.write('220 clear\r\n');
    socket.resume();
  };
  expect(await play([{ connect: { plain: true } }, { expect: { reply: 220, text: 'clear' } }], clear)).toMatchObject({
    outcome: 'held',
  });
});

test('TLS is ended by close_notify, and the next octet crosses in clear', async () => {
  const { seen, answer } = secure();
  const talk = [{ expect: 220 }, { say: 'inside' }, { wait: 20 }, { tls: 'off' }, { send: 'X' }, { wait: 50 }];
  expect(await play(talk, answer)).toMatchObject({ outcome: 'held' });
  const raw = Buffer.concat(seen[0]?.raw ?? []);
  expect(raw.at(-1)).toBe('X'.charCodeAt(0));
  expect(seen[0]?.inside).toBe('inside\r\n');
});

test('a secured connection is reset as hard as one in clear', async () => {
  const ends: string[] = [];
  const { answer } = secure();
  const noting: Answer = (socket) => {
    socket.on('error', (error) => ends.push((error as NodeJS.ErrnoException).code ?? ''));
    socket.on('end', () => ends.push('fin'));
    answer(socket);
  };
  await play([{ expect: 220 }, { end: 'rst' }, { wait: 50 }], noting);
  expect(ends[0]).toBe('ECONNRESET');
});
