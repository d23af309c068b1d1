// What is tried in a thread whose time is virtual: the first thing it runs makes it so. Posts what came of it.
import { parentPort } from 'node:worker_threads';
import { virtualThread } from '../../core/world/virtualThread.ts';

const thread = virtualThread();
const { simulatedWorld } = await import('../../core/world/simulated.ts');
const { overSimulation } = await import('../../core/simulate/network.ts');
const { lastingMint } = await import('../../core/world/lastingMint.ts');
const { makeCertificate } = await import('../../core/world/workshop.ts');
const crypto = await import('node:crypto');
const dgram = await import('node:dgram');
const dns = await import('node:dns');
const fs = await import('node:fs');
const http = await import('node:http');
const http2 = await import('node:http2');
const https = await import('node:https');
const net = await import('node:net');
const os = await import('node:os');
const perf = await import('node:perf_hooks');
const processes = await import('node:child_process');
const threads = await import('node:worker_threads');
const timers = await import('node:timers');
const timersPromises = await import('node:timers/promises');
const tls = await import('node:tls');
const util = await import('node:util');
const zlib = await import('node:zlib');

const made = await makeCertificate({
  kind: 'good',
  names: ['mail.example'],
  now: 0,
  usage: 'server',
  mint: lastingMint,
});

/** What every source of chance and every clock gives, under a seed. */
function drawn(seed: string) {
  const clock = thread.renew(seed);
  const chance = [
    crypto.randomBytes(8).toString('hex'),
    crypto.randomUUID(),
    crypto.randomUUIDv7(),
    globalThis.crypto.randomUUID(),
    crypto.randomInt(1_000_000),
    crypto.randomInt(5, 1_000_000),
    [...crypto.randomFillSync(new Uint16Array(3))],
    [...crypto.getRandomValues(new Uint8Array(4))],
    [...globalThis.crypto.getRandomValues(new Uint32Array(2))],
    Math.random(),
  ];
  const clocks = [
    Date.now(),
    new Date().toISOString(),
    new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(),
    performance.now(),
    perf.performance.now(),
    process.hrtime(),
    String(process.hrtime.bigint()),
    process.uptime(),
    clock.elapsed(),
  ];
  return { chance, clocks, host: os.hostname() };
}

/** When each way to wait ends, virtual ms. */
async function waited() {
  const clock = thread.renew('waits');
  const ends: Record<string, number> = {};
  const note = (name: string) => () => void (ends[name] = clock.elapsed());
  setTimeout(note('setTimeout'), 10);
  timers.setTimeout(note('timers.setTimeout'), 20);
  const repeating = setInterval(() => {
    note('setInterval')();
    clearInterval(repeating);
  }, 30);
  void timersPromises.setTimeout(40).then(note('timers/promises.setTimeout'));
  void timersPromises.scheduler.wait(50).then(note('scheduler.wait'));
  void util.promisify(setTimeout)(60).then(note('promisify'));
  AbortSignal.timeout(70).addEventListener('abort', note('AbortSignal.timeout'));
  void (async () => {
    for await (const _ of timersPromises.setInterval(80)) return note('timers/promises.setInterval')();
  })();
  new net.Socket().setTimeout(90, note('net.Socket'));
  const stopped = await clock.drive({ done: () => false });
  return { ends, stopped: stopped.why };
}

/** A TLS session that falls silent, with an idle time. */
async function silentTls() {
  const world = simulatedWorld({ seed: 'tls', clock: thread.renew('tls') });
  const seen: string[] = [];
  await overSimulation(world, {}, thread).during({
    otherwise: (halted) => void seen.push(halted.why),
    begin: async () => {
      await world.listen({ host: '192.0.2.1', port: 465 }, ({ socket }) => {
        const secureContext = tls.createSecureContext({ cert: made.cert, key: made.key });
        const above = new tls.TLSSocket(socket, { isServer: true, secureContext });
        above.on('error', () => undefined).resume();
        above.setTimeout(300_000, () => {
          seen.push(`idle after ${world.elapsed()}`);
          above.destroy();
        });
      });
      const from = { address: '203.0.113.7', port: 40_000 };
      const plain = await world.connect({ from, to: { host: '192.0.2.1', port: 465 } });
      const socket = tls.connect({ socket: plain, ca: made.authority.cert, servername: 'mail.example' });
      await new Promise((resolve) => socket.resume().once('secureConnect', resolve));
      setTimeout(() => socket.write('still here'), 200_000);
      await new Promise((resolve) => socket.once('end', resolve));
      seen.push(`heard of it after ${world.elapsed()}`);
    },
  });
  return seen;
}

/** Each thing that needs real time, and what it throws while time is driven. */
async function sealed() {
  const handle = await fs.promises.open(new URL(import.meta.url));
  const resolver = new dns.promises.Resolver();
  const tries: Readonly<Record<string, () => unknown>> = {
    'crypto.scrypt': () => crypto.scrypt('', '', 8, () => undefined),
    'crypto.pbkdf2': () => crypto.pbkdf2('', '', 1, 8, 'sha256', () => undefined),
    'crypto.generateKeyPair': () => crypto.generateKeyPair('ed25519', undefined, () => undefined),
    'crypto.sign': () => crypto.sign(null, Buffer.alloc(1), made.key, () => undefined),
    'crypto.subtle.digest': () => globalThis.crypto.subtle.digest('SHA-256', Buffer.alloc(1)),
    'zlib.gzip': () => zlib.gzip('', () => undefined),
    'zlib.createDeflate': () => zlib.createDeflate(),
    'zlib.Inflate': () => new zlib.Inflate(),
    'dns.lookup': () => dns.lookup('mail.example', () => undefined),
    'dns.promises.Resolver.resolveMx': () => resolver.resolveMx('mail.example'),
    'dns/promises.resolveTxt': () => dns.promises.resolveTxt('mail.example'),
    'fs.readFile': () => fs.readFile('/x', () => undefined),
    'fs.createReadStream': () => fs.createReadStream('/x'),
    'fs.watch': () => fs.watch('/x'),
    'fs/promises.readFile': () => fs.promises.readFile('/x'),
    'fs.FileHandle.read': () => handle.read(),
    'worker_threads.Worker': () => new threads.Worker('x'),
    MessageChannel: () => new MessageChannel(),
    'child_process.spawn': () => processes.spawn('x'),
    'net.connect': () => net.connect(1),
    'net.Socket.connect': () => new net.Socket().connect(1),
    'net.Server.listen': () => net.createServer().listen(0),
    'http.get': () => http.get('http://127.0.0.1:1'),
    'https.request': () => https.request('https://127.0.0.1:1'),
    'dgram.createSocket': () => dgram.createSocket('udp4'),
    fetch: () => fetch('http://127.0.0.1:1'),
    WebSocket: () => new WebSocket('ws://127.0.0.1:1'),
    CompressionStream: () => new CompressionStream('gzip'),
  };
  const others: Readonly<Record<string, () => unknown>> = {
    'tls.connect': () => tls.connect({ port: 1 }),
    'http2.connect': () => http2.connect('http://127.0.0.1:1'),
  };
  const fine: Readonly<Record<string, () => unknown>> = {
    scryptSync: () => crypto.scryptSync('', '', 8, { N: 2 }),
    'sign without a callback': () => crypto.sign(null, Buffer.alloc(1), made.key),
    gzipSync: () => zlib.gzipSync(''),
    readFileSync: () => fs.readFileSync(new URL(import.meta.url)),
    createServer: () => net.createServer(),
  };
  const thrown = (attempt: () => unknown): string => {
    thread.seal();
    try {
      attempt();
      return thread.broken?.what ?? 'nothing';
    } catch (error) {
      const { name, what } = error as Error & { readonly what?: string };
      return `${name} ${what ?? ''}`;
    } finally {
      thread.unseal();
    }
  };
  const all = (of: typeof tries) => Object.fromEntries(Object.entries(of).map(([name, each]) => [name, thrown(each)]));
  const told = { tries: all(tries), others: all(others), fine: all(fine), open: '' };
  told.open = await fs.promises.readFile(new URL(import.meta.url), 'utf8').then(() => 'read');
  await handle.close();
  return told;
}

/** Work that swallows what is thrown at it. */
async function swallowed() {
  const world = simulatedWorld({ seed: 'swallowed', clock: thread.renew('swallowed') });
  return overSimulation(world, {}, thread).during({
    begin: async () => {
      try {
        await fs.promises.readFile('/x');
      } catch {
        // Taken for a file that is not there.
      }
      return 'done';
    },
    otherwise: (halted) => JSON.stringify(halted),
  });
}

parentPort?.postMessage({
  seven: drawn('7'),
  again: drawn('7'),
  eight: drawn('8'),
  waited: await waited(),
  silent: await silentTls(),
  sealed: await sealed(),
  swallowed: await swallowed(),
});
