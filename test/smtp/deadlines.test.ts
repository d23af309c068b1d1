// Holds sessions to their deadlines: each slow client is closed with its own reason, and a slow lookup with another.
import { Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { bodies, type Client, type Ground, grounds, heldWorld, mx, ofKind, storingAfter, until } from './playground.ts';

const start = grounds();

/** A receiver whose clock only the test moves on, in steps of a second, as long as something is due. */
async function slow(deadlines: NonNullable<SettingsInput['errors']>['deadlines'], more: SettingsInput = {}) {
  const held = heldWorld();
  const g = await start(
    {
      listeners: [{ ...mx, idleTimeout: 9000 }],
      ...more,
      errors: { deadlines, session: { maxJunk: 'unlimited' } },
    },
    { world: held.world },
  );
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      held.advance(1000);
      for (const timer of [...held.timers]) timer.fire();
    }
  };
  return { g, pass };
}

/** What was sent on loopback has been read. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const events = (g: Ground, session = 0) => g.journal.sessions[session]?.events ?? [];
const ended = (g: Ground, session = 0) => g.journal.sessions[session]?.ended === true;
const lastOf = async (g: Ground) => bodies(await g.events()).at(-1);

describe('a command line', () => {
  test('that comes octet by octet must end within its deadline', async () => {
    const { g, pass } = await slow({ commandLine: 20 });
    const c = await g.connect();
    await c.hello();
    pass(30);
    const line = 'NOOP with many words';
    for (const octet of line.slice(0, 19)) {
      const before = c.socket.bytesWritten;
      c.send(octet);
      await until(() => c.socket.bytesWritten > before && c.socket.writableLength === 0);
      await turns();
      pass(1);
    }
    expect(ended(g)).toBe(false);
    pass(2);
    expect(await c.reply()).toBe('421 4.4.2 gate.example Command took too long, closing connection');
    await c.over();
    expect(await lastOf(g)).toMatchObject({
      by: 'us',
      reason: 'command-deadline',
      detail: 'a command line took longer than 20 s',
    });
  });

  test('that ends in time has the next one to itself', async () => {
    const { g, pass } = await slow({ commandLine: 20 });
    const c = await g.connect();
    await c.hello();
    for (let round = 0; round < 4; round += 1) {
      c.send('NO');
      await until(() => c.socket.writableLength === 0);
      await turns();
      pass(15);
      expect(await c.ask('OP')).toMatch(/^250/);
    }
    const line = ofKind(events(g), 'line').at(-1);
    expect(line).toMatchObject({ bytes: 'NOOP', segments: 2 });
    expect(line?.took).toBeGreaterThanOrEqual(15_000);
  });
});

describe('a message', () => {
  const dripped = async (deadlines: Parameters<typeof slow>[0], octets: number) => {
    const { g, pass } = await slow(deadlines);
    const c = await g.connect();
    await c.hello();
    await c.toData();
    const drip = async () => {
      c.send('x'.repeat(octets));
      await turns();
      pass(1);
    };
    return { g, c, pass, drip };
  };

  test('must come within its deadline', async () => {
    const { g, c, drip } = await dripped({ data: 30 }, 1);
    for (let second = 0; second < 29; second += 1) await drip();
    expect(ended(g)).toBe(false);
    await drip();
    await drip();
    expect(await c.reply()).toBe('421 4.4.2 gate.example Message took too long, closing connection');
    expect(await lastOf(g)).toMatchObject({
      reason: 'data-deadline',
      detail: 'the message took longer than 30 s',
    });
    expect(g.journal.messages).toEqual([]);
    // What had come, and the setting that says how long.
    expect(ofKind(events(g), 'data').map(({ facts, ended }) => [facts.bytes, ended])).toEqual([[30, undefined]]);
    expect(ofKind(events(g), 'reply').at(-1)?.verdict.findings).toMatchObject([
      {
        setting: 'errors.deadlines.data',
        value: 30,
        text: 'the message took longer than 30 s',
      },
    ]);
  });

  test('must come with the least rate, once the grace is over', async () => {
    const { g, c, drip } = await dripped({ leastRate: 100, rateGrace: 10 }, 50);
    for (let second = 0; second < 9; second += 1) await drip();
    expect(ended(g)).toBe(false);
    await drip();
    await drip();
    expect(await c.reply()).toMatch(/^421 4\.4\.2 gate\.example Message came too slowly/);
    expect(await lastOf(g)).toMatchObject({
      reason: 'data-rate',
      detail: 'the message came with less than 100 octets/s',
    });
  });

  test('that is fast enough on average is taken', async () => {
    const { g, c, pass, drip } = await dripped({ leastRate: 100, rateGrace: 10 }, 150);
    for (let second = 0; second < 30; second += 1) await drip();
    c.send('\r\n.\r\n');
    expect(await c.reply()).toMatch(/^250/);
    pass(60);
    expect(ended(g)).toBe(false);
  });

  test('in chunks has the deadline for each chunk', async () => {
    const { g, pass } = await slow({ data: 30 });
    const c = await g.connect();
    if (!(await c.hello()).includes('CHUNKING')) return;
    await c.codes('MAIL FROM:<a@c.example>', 'RCPT TO:<b@gate.example>');
    c.send('BDAT 4\r\nab');
    await turns();
    pass(20);
    c.send('\r\n');
    expect(await c.reply()).toMatch(/^250/);
    c.send('BDAT 4 LAST\r\nab');
    await turns();
    pass(20);
    expect(ended(g)).toBe(false);
    pass(11);
    expect(await c.reply()).toMatch(/^421 4\.4\.2/);
    expect(await lastOf(g)).toMatchObject({ reason: 'data-deadline' });
    expect(g.journal.messages).toEqual([]);
  });
});

test('a session must end within its deadline, however busy', async () => {
  const { g, pass } = await slow({ session: 50 });
  const c = await g.connect();
  await c.hello();
  for (let round = 0; round < 4; round += 1) {
    pass(10);
    expect(await c.ask('NOOP')).toMatch(/^250/);
  }
  pass(11);
  expect(await c.reply()).toBe('421 4.4.2 gate.example Session took too long, closing connection');
  expect(await lastOf(g)).toMatchObject({
    reason: 'session-deadline',
    detail: 'the session took longer than 50 s',
  });
});

test.each(['starttls', 'implicit'] as const)(
  'a session must end within its deadline in a handshake: %s',
  async (tls) => {
    const held = heldWorld();
    const g = await start(
      { listeners: [{ ...mx, tls, handshakeTimeout: 60 }], errors: { deadlines: { session: 20 } } },
      { world: held.world },
    );
    const c = await g.connect();
    if (tls === 'starttls') {
      await c.hello();
      held.advance(5000);
      await c.ask('STARTTLS');
    }
    const most = tls === 'starttls' ? 15_000 : 20_000;
    const left = () => held.timers.find(({ ms }) => ms > most - 1000 && ms <= most);
    await until(() => left() !== undefined);
    left()?.fire();
    await c.over();
    expect(c.rest).toBe('');
    expect(bodies(await g.events()).slice(-2)).toMatchObject([
      { kind: 'tls', state: 'failed', error: 'the session took longer than 20 s' },
      { kind: 'close', by: 'us', reason: 'session-deadline', detail: 'the session took longer than 20 s' },
    ]);
  },
);

test('a session must end within its deadline while a lookup is never answered', async () => {
  const held = heldWorld();
  const g = await start(
    {
      dns: { timeout: 60, zone: 'silent.example TXT TIMEOUT' },
      errors: { deadlines: { lookup: 'unlimited', session: 20 } },
    },
    { world: held.world },
  );
  const c = await g.connect();
  await c.hello();
  c.send('MAIL FROM:<a@silent.example>\r\n');
  await until(() => held.timers.some(({ ms }) => ms > 50_000));
  for (let second = 0; second < 21; second += 1) {
    held.advance(1000);
    for (const timer of [...held.timers]) if (timer.ms < 50_000) timer.fire();
  }
  expect(await c.reply()).toBe('421 4.4.2 gate.example Session took too long, closing connection');
  expect(await lastOf(g)).toMatchObject({
    reason: 'session-deadline',
    detail: 'the session took longer than 20 s',
  });
  expect(ofKind(await g.events(), 'reply').at(-1)?.verdict).toMatchObject({
    stage: 'mail',
    findings: [{ setting: 'errors.deadlines.session', value: 20 }],
  });
});

test('a lookup that is never answered is 421, and its late answer is ignored', async () => {
  const dns = { timeout: 60, zone: 'silent.example TXT TIMEOUT' };
  const held = heldWorld();
  const g = await start(
    {
      dns,
      errors: { deadlines: { lookup: 20 } },
      sender: { spf: { mailFrom: true } },
    },
    { world: held.world },
  );
  const c = await g.connect();
  await c.hello();
  c.send('MAIL FROM:<a@silent.example>\r\n');
  const dnsTimer = () => held.timers.find(({ ms }) => ms > 50_000);
  await until(() => dnsTimer() !== undefined);
  const look = () => {
    for (const timer of [...held.timers]) if (timer !== dnsTimer()) timer.fire();
  };
  held.advance(19_000);
  look();
  expect(ended(g)).toBe(false);
  held.advance(1000);
  look();
  expect(await c.reply()).toBe('421 4.4.3 gate.example A lookup took too long, try again later');
  await c.over();
  const all = await g.events();
  expect(bodies(all).at(-1)).toMatchObject({
    by: 'us',
    reason: 'lookup-deadline',
    detail: 'the checks of one stage took longer than 20 s',
  });
  const count = all.length;
  held.advance(100_000);
  dnsTimer()?.fire();
  await turns();
  expect((await g.events()).length).toBe(count);
});

test('a lookup of a client that has gone comes to an end as well', async () => {
  const held = heldWorld();
  const g = await start(
    {
      dns: { timeout: 60, zone: 'silent.example TXT TIMEOUT' },
      errors: { deadlines: { lookup: 20 } },
    },
    { world: held.world },
  );
  const c = await g.connect();
  await c.hello();
  c.send('MAIL FROM:<a@silent.example>\r\n');
  await until(() => held.timers.some(({ ms }) => ms > 50_000));
  c.reset();
  await turns();
  expect(ended(g)).toBe(false);
  for (let second = 0; second < 21; second += 1) {
    held.advance(1000);
    for (const timer of [...held.timers]) if (timer.ms < 50_000) timer.fire();
  }
  expect(await lastOf(g)).toMatchObject({ by: 'client', reason: 'peer-rst' });
});

describe('a client that reads nothing', () => {
  test('is not worked for without bound, and closed when its time is up', async () => {
    const { g, pass } = await slow({ slowReader: 40 }, { acceptance: { hostname: `${'long.'.repeat(40)}example` } });
    const c = await g.connect();
    await c.hello();
    c.socket.pause();
    const count = 100_000;
    c.send('EHLO client.example\r\n'.repeat(count));
    while (!ended(g)) {
      pass(1);
      await turns();
    }
    const answered = ofKind(events(g), 'reply').length;
    expect(answered).toBeLessThan(count);
    expect(answered).toBeGreaterThan(100);
    expect(await lastOf(g)).toEqual({
      kind: 'close',
      by: 'us',
      reason: 'slow-reader',
      detail: 'the client read no reply for 40 s',
    });
    expect(ofKind(await g.events(), 'reply').at(-1)?.code).toBe(250);
  });

  test('is closed behind the message that is being stored, which stands in front of the close', async () => {
    const held = heldWorld();
    let stored = () => undefined as void;
    const onDisk = new Promise<void>((resolve) => (stored = resolve));
    const g = await start(
      { errors: { deadlines: { slowReader: 40 } } },
      {
        world: held.world,
        wrap: storingAfter(onDisk),
      },
    );
    const c = await g.connect();
    await c.hello();
    await c.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>');
    // What is said from here on counts as not taken.
    const write = Socket.prototype.write;
    const full = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args) {
      const hasRoom = write.apply(this, args);
      return this.localPort === g.port() ? false : hasRoom;
    });
    await c.ask('DATA');
    c.send('Subject: x\r\n\r\n.\r\n');
    await until(() => ofKind(events(g), 'data').length === 1);
    full.mockRestore();
    held.advance(41_000);
    for (const timer of [...held.timers]) timer.fire();
    await c.over();
    expect(ended(g)).toBe(false);
    stored();
    expect(bodies(await g.events()).slice(-3)).toMatchObject([
      { kind: 'stored' },
      { kind: 'reply', code: 250 },
      { kind: 'close', by: 'us', reason: 'slow-reader', detail: 'the client read no reply for 40 s' },
    ]);
  });

  test('for a while, and then reads, is served', async () => {
    const { g, pass } = await slow({ slowReader: 40 });
    const c = await g.connect();
    await c.hello();
    c.socket.pause();
    const count = 60_000;
    c.send(`${'HELP\r\n'.repeat(count)}QUIT\r\n`);
    for (let turn = 0; turn < 300; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    pass(30);
    c.socket.resume();
    let heard = 0;
    for (let said = await c.reply(); !/^221|^<closed>/.test(said); said = await c.reply()) heard += 1;
    expect(heard).toBe(count);
    pass(30);
    expect(await lastOf(g)).toMatchObject({ reason: 'quit' });
  });
});

test('no client that is heard in time is ever closed by a timer that looks too early', async () => {
  const { g, pass } = await slow(
    { commandLine: 2, data: 2, slowReader: 2, lookup: 2 },
    { listeners: [{ ...mx, idleTimeout: 30 }] },
  );
  const c: Client = await g.connect();
  await c.hello();
  pass(29);
  expect(await c.codes('NOOP', 'NOOP')).toEqual([250, 250]);
  pass(29);
  expect(ended(g)).toBe(false);
  pass(2);
  expect(await c.reply()).toBe('421 4.4.2 gate.example Timeout, closing connection');
});
