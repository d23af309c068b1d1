// Holds the receiver to whom it turns away: unwanted connections, silent clients, clients that take no replies.
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { bodies, grounds, heldWorld, mx, ofKind, until } from './playground.ts';

const start = grounds();

describe('a connection that is not wanted', () => {
  const deny = [{ ipSet: '127.0.0.0/8' }];

  test.each([
    ['421', /^421 gate\.example /, 'policy'],
    ['silent', /^<closed>$/, 'drop'],
  ] as const)('under refusal %s hears %s', async (refusal, pattern, reason) => {
    const g = await start({ access: { refusal, deny } });
    const c = await g.connect();
    expect(await c.reply()).toMatch(pattern);
    await c.over();
    const events = await g.events();
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason });
    const verdict = ofKind(events, 'reply')[0]?.verdict ?? ofKind(events, 'verdict')[0]?.verdict;
    expect(verdict?.findings.at(-1)?.rule).toMatchObject({ layer: 'service', action: 'deny', path: 'access.deny.0' });
  });

  test('under refusal 554 hears 503 until QUIT, and is closed when it goes on for too long', async () => {
    const g = await start({ access: { refusal: '554', deny }, errors: { maxErrors: 3 } });
    const c = await g.connect();
    expect(await c.reply()).toMatch(/^554 gate\.example /);
    expect(await c.codes('EHLO client.example', 'MAIL FROM:<a@client.example>', 'QUIT')).toEqual([503, 503, 221]);
    const other = await g.connect();
    await other.reply();
    expect(await other.codes('NOOP', 'NOOP', 'NOOP', 'NOOP')).toEqual([503, 503, 503, 503]);
    expect(await other.reply()).toMatch(/^421/);
  });

  test('over a flow limit hears 421 or nothing, and the limit recovers', async () => {
    const flow = { peerMaxConnections: 2, answer: { peerMaxConnections: 'reply' } } as const;
    const g = await start({ listeners: [{ ...mx, flow }] });
    const [one, two] = [await g.connect(), await g.connect()];
    expect(await one.reply()).toMatch(/^220/);
    expect(await two.reply()).toMatch(/^220/);
    const third = await g.connect();
    expect(await third.reply()).toMatch(/^421 gate\.example Too many connections/);
    await third.over();
    const events = await g.events(2);
    expect(bodies(events).at(-1)).toMatchObject({ reason: 'limit' });
    const verdict = ofKind(events, 'reply')[0]?.verdict;
    expect(verdict?.findings[verdict.decider ?? 0]?.counter).toMatchObject({ value: 3, limit: 2 });
    await one.ask('QUIT');
    expect(await (await g.connect()).reply()).toMatch(/^220/);
    await g.receiver.apply(
      settingsSchema.parse({
        listeners: [{ ...mx, flow: { peerMaxConnections: 2, answer: { peerMaxConnections: 'silent' } } }],
      }),
    );
    const silent = await g.connect();
    await silent.over();
    expect(silent.rest).toBe('');
  });

  test('is counted under the limits of the allow rule that lets it in', async () => {
    const allow = [{ ipSet: '127.0.0.1', flow: { maxConnections: 1 } }];
    const g = await start({ access: { allow } });
    expect(await (await g.connect()).reply()).toMatch(/^220/);
    expect(await (await g.connect()).reply()).toMatch(/^421/);
    const events = await g.events(1);
    const verdict = ofKind(events, 'reply')[0]?.verdict;
    expect(verdict?.findings[verdict.decider ?? 0]).toMatchObject({ check: 'rule-flow' });
  });

  test('is not counted under a rule when its listener turns it away', async () => {
    const allow = [{ ipSet: '127.0.0.1', flow: { maxIntervalConnections: 2 } }];
    const g = await start({ listeners: [{ ...mx, flow: { maxConnections: 1 } }], access: { allow } });
    const one = await g.connect();
    await one.reply();
    for (const again of [1, 2, 3]) {
      const away = await g.connect();
      expect(await away.reply()).toMatch(/^421/);
      await away.over();
      await g.events(again);
    }
    await one.ask('QUIT');
    await g.events(0);
    const two = await g.connect();
    expect(await two.reply()).toMatch(/^220/);
    await two.ask('QUIT');
    await g.events(4);
    expect(await (await g.connect()).reply()).toMatch(/^421/);
    const verdict = ofKind(await g.events(5), 'reply')[0]?.verdict;
    const finding = verdict?.findings[verdict.decider ?? 0];
    expect(finding?.text).toMatch(/^3rd new connection under access.allow.0 within 60 s, 2 allowed; .+ to relief$/);
    expect(finding?.counter).toMatchObject({ value: 3, limit: 2 });
    expect(finding?.counter?.relief).toBeLessThanOrEqual(60_000);
    expect(finding?.evidence).toMatchObject({ scope: 'under access.allow.0', window: 'sliding' });
  });

  test('by the hundreds at once is turned away without harm to those inside', async () => {
    const g = await start({
      listeners: [
        {
          ...mx,
          flow: { maxConnections: 10, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 },
        },
      ],
      flow: {
        service: { maxConnections: 0, peerMaxConnections: 0, maxIntervalConnections: 0, peerMaxIntervalConnections: 0 },
      },
    });
    const clients = await Promise.all(Array.from({ length: 300 }, () => g.connect()));
    const heard = await Promise.all(clients.map((c) => c.reply()));
    expect(heard.filter((reply) => reply.startsWith('220')).length).toBe(10);
    expect(heard.filter((reply) => reply.startsWith('421')).length).toBe(290);
    const inside = clients[heard.findIndex((reply) => reply.startsWith('220'))];
    expect(await inside?.codes('EHLO client.example', 'QUIT')).toEqual([250, 221]);
    for (const c of clients) c.reset();
    await until(() => g.receiver.state().listeners[0]?.openSessions === 0);
  });
});

describe('a silent client', () => {
  test('hears 421 after the idle timeout, whichever byte came last', async () => {
    const held = heldWorld();
    const g = await start({ listeners: [{ ...mx, idleTimeout: 9 }] }, { world: held.world });
    const c = await g.connect();
    await c.hello();
    const timer = () => held.timers.find(({ ms }) => ms <= 9000 && ms > 1000);
    held.advance(5000);
    expect(await c.ask('NOOP')).toMatch(/^250/);
    held.advance(5000);
    timer()?.fire();
    expect(await c.ask('NOOP')).toMatch(/^250/);
    held.advance(9000);
    timer()?.fire();
    expect(await c.reply()).toBe('421 4.4.2 gate.example Timeout, closing connection');
    await c.over();
    expect(bodies(await g.events()).at(-1)).toEqual({
      kind: 'close',
      by: 'us',
      reason: 'idle',
      detail: 'nothing came for 9 s',
    });
  });

  test('in the middle of a message hears the same, and the message is forgotten', async () => {
    const held = heldWorld();
    const g = await start({ listeners: [{ ...mx, idleTimeout: 9 }] }, { world: held.world });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('half');
    held.advance(20_000);
    held.timers.find(({ ms }) => ms <= 9000)?.fire();
    expect(await c.reply()).toMatch(/^421/);
    await c.over();
    await g.events();
    expect(g.journal.messages).toEqual([]);
  });
});

describe('a client that takes no replies', () => {
  test('is not read from either', async () => {
    const g = await start({ errors: { session: { maxJunk: 'unlimited' } } });
    const c = await g.connect();
    await c.hello();
    c.socket.pause();
    const noise = 'HELP\r\n'.repeat(10_000);
    let written = 0;
    while (written < 400 && (c.socket.write(noise), c.socket.writableLength) < 1_000_000) {
      written += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const lines = () => ofKind(g.journal.sessions[0]?.events ?? [], 'line').length;
    let before = -1;
    while (before !== lines()) {
      before = lines();
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(c.socket.writableLength).toBeGreaterThan(0);
    expect(before).toBeLessThan(written * 10_000);
    c.reset();
    expect(bodies(await g.events()).at(-1)).toMatchObject({ reason: 'peer-rst' });
  });
});
