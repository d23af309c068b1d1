// Sessions whose messages workers look at: whatever becomes of a worker, the session goes on, and nothing is lost.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Finding } from '../../core/contract/verdict.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { realWorld } from '../../core/world/real.ts';
import { program, toldBy, workersOf } from '../workers/tasks.ts';
import { type Client, grounds, heldWorld, ofKind, until } from './playground.ts';

const start = grounds();

type WorkersInput = NonNullable<SettingsInput['workers']>;

/** Settings that ask a worker about every message, whose program does what the message says. */
const asked = (workers: WorkersInput = {}, over: SettingsInput = {}): SettingsInput => ({
  sender: { header: { from: 'refuse' } },
  workers,
  ...over,
});

const ground = (workers: WorkersInput = {}, world = realWorld, over: SettingsInput = {}) =>
  start(asked(workers, over), { world, workers: threadWorkers({ world, settings: workersOf(workers), program }) });

async function sends(client: Client, text: string): Promise<string> {
  await client.toData();
  client.send(`From: a@client.example\r\n\r\n${text}\r\n.\r\n`);
  return client.reply();
}

const findings = (events: readonly Event[] = [], check = 'work'): Finding[] =>
  events.flatMap((event) => ('verdict' in event ? event.verdict.findings.filter((one) => one.check === check) : []));

describe('a worker that is lost in mid-message', () => {
  test.each(['EXIT', 'GREED', 'THROW'])(
    '%s: 451, nothing stored; the next message of the session is taken',
    async (text) => {
      const g = await ground({ most: 1, memory: 32 });
      const c = await g.connect();
      await c.hello();
      expect(await sends(c, text)).toBe('451 4.3.0 The message could not be checked, try again later');
      expect(g.journal.messages).toEqual([]);
      expect(await sends(c, 'fine')).toMatch(/^250 /);
      expect(await c.ask('QUIT')).toMatch(/^221 /);
      const [lost, done] = findings(await g.events());
      expect(lost).toMatchObject({
        action: 'defer',
        setting: 'workers.failed',
        work: { outcome: 'crashed' },
        evidence: { 'left out': 'rules for the header' },
      });
      expect(done).toMatchObject({ action: 'ignore', work: { outcome: 'done' } });
      expect(g.journal.messages).toHaveLength(1);
    },
  );

  test('accept: the message is stored, and the why says what was left out', async () => {
    const g = await ground({ failed: 'accept' });
    const c = await g.connect();
    await c.hello();
    expect(await sends(c, 'EXIT')).toMatch(/^250 /);
    await c.ask('QUIT');
    const [finding] = findings(await g.events());
    expect(finding).toMatchObject({ action: 'record', setting: 'workers.failed', value: 'accept' });
    expect(finding?.text).toBe('the worker failed: worker exited with code: 7; taken without rules for the header');
    expect(Buffer.from(g.journal.messages[0]?.bytes ?? []).toString()).toContain('EXIT');
  });

  test('one that hangs is ended; what it held up goes on', async () => {
    const { world, timers, advance } = heldWorld();
    const g = await ground({ most: 1, task: 7 }, world);
    const [first, second] = [await g.connect(), await g.connect()];
    await first.hello();
    await second.hello();
    const lost = sends(first, 'SPIN');
    await until(() => g.workers.state().working === 1);
    const next = sends(second, 'fine');
    await until(() => g.workers.state().waiting === 1);
    advance(7000);
    timers.find(({ ms }) => ms > 6000 && ms <= 7000)?.fire();
    expect(await lost).toMatch(/^451 4\.3\.0 /);
    expect(await next).toMatch(/^250 /);
    expect(findings(g.journal.sessions[0]?.events)[0]?.work).toMatchObject({ outcome: 'too-long' });
  });
});

describe('when all are busy', () => {
  test('the message for which there is no place is put off, or taken without being looked at', async () => {
    for (const busy of ['defer', 'accept'] as const) {
      const g = await ground({ most: 1, queue: 0, busy });
      const [first, second] = [await g.connect(), await g.connect()];
      await first.hello();
      await second.hello();
      const working = sends(first, 'WAIT');
      await until(() => g.workers.state().working === 1);
      const heard = await sends(second, 'fine');
      expect(heard).toMatch(busy === 'defer' ? /^451 4\.3\.2 The message cannot be checked now/ : /^250 /);
      expect(g.journal.messages).toHaveLength(busy === 'defer' ? 0 : 1);
      expect(findings(g.journal.sessions[1]?.events)[0]).toMatchObject({
        setting: 'workers.busy',
        work: { outcome: 'no-room' },
      });
      await g.workers.close();
      expect(await working).toMatch(/^451 4\.3\.0 /);
    }
  });

  test('a wait that is over ends with 451, and is told', async () => {
    const { world, timers, advance } = heldWorld();
    const g = await ground({ most: 1, wait: 5 }, world);
    const [first, second] = [await g.connect(), await g.connect()];
    await first.hello();
    await second.hello();
    void sends(first, 'WAIT');
    await until(() => g.workers.state().working === 1);
    const waiting = sends(second, 'fine');
    await until(() => g.workers.state().waiting === 1);
    advance(5000);
    timers.find(({ ms }) => ms > 4000 && ms <= 5000)?.fire();
    expect(await waiting).toMatch(/^451 4\.3\.2 /);
    expect(findings(g.journal.sessions[1]?.events)[0]?.text).toBe(
      'no worker was free in time: no worker was free for 5 s',
    );
  });

  test('a client that leaves while its message waits makes room for others, and its message is put off', async () => {
    const g = await ground({ most: 1, queue: 1 });
    const [first, second] = [await g.connect(), await g.connect()];
    await first.hello();
    await second.hello();
    const working = sends(first, 'WAIT');
    await until(() => g.workers.state().working === 1);
    await second.toData();
    second.send('From: a@client.example\r\n\r\nfine\r\n.\r\n');
    await until(() => g.workers.state().waiting === 1);
    second.reset();
    await until(() => g.workers.state().waiting === 0);
    const events = await g.events(1);
    expect(findings(events)[0]).toMatchObject({ action: 'defer', work: { outcome: 'waited' } });
    expect(findings(events)[0]?.text).toBe('no worker was free in time: its session ended while it waited');
    expect(ofKind(events, 'close')).toHaveLength(1);
    await g.workers.close();
    expect(await working).toMatch(/^451 4\.3\.0 /);
    expect(g.journal.messages).toEqual([]);
  });

  test('when the grace for stopping is over, what waits is given up and what is worked on is finished', async () => {
    const { world, timers, advance } = heldWorld();
    const g = await ground({ most: 1, task: 9 }, world);
    const clients = [await g.connect(), await g.connect()];
    for (const [index, client] of clients.entries()) {
      await client.hello();
      await client.toData();
      client.send('From: a@client.example\r\n\r\nWAIT\r\n.\r\n');
      await until(() => g.workers.state().working + g.workers.state().waiting === index + 1);
    }
    await g.receiver.stop({ graceMs: 0 });
    await until(() => g.workers.state().waiting === 0);
    expect(findings(await g.events(1))[0]?.work).toMatchObject({ outcome: 'waited' });
    expect(g.workers.state().working).toBe(1);
    advance(9000);
    timers.find(({ ms }) => ms > 8000 && ms <= 9000)?.fire();
    expect(findings(await g.events(0))[0]?.work).toMatchObject({ outcome: 'too-long' });
    expect(g.journal.messages).toEqual([]);
  });

  test('the deadline for lookups does not count what a worker takes', async () => {
    const { world, timers, advance } = heldWorld();
    const g = await ground({ most: 1, task: 300 }, world, { errors: { deadlines: { lookup: 2 } } });
    const c = await g.connect();
    await c.hello();
    const heard = sends(c, 'WAIT');
    await until(() => g.workers.state().working === 1);
    advance(100_000);
    for (const timer of timers.filter(({ ms }) => ms < 200_000)) timer.fire();
    advance(200_000);
    timers.find(({ ms }) => ms > 200_000 && ms <= 300_000)?.fire();
    expect(await heard).toMatch(/^451 4\.3\.0 /);
    expect(await c.ask('NOOP')).toMatch(/^250 /);
  });
});

test('a worker gets exactly what is stored: normalised, without dots, without what a header lost to its cap', async () => {
  const workers = threadWorkers({ world: realWorld, settings: workersOf(), program });
  const over = asked({}, { strictness: { bareLf: 'normalise', header: 'normalise', maxHeaderSize: 1 } });
  const g = await start(over, { workers });
  const c = await g.connect();
  await c.hello();
  await c.toData();
  const seen: number[] = [];
  const examine = workers.examine.bind(workers);
  workers.examine = async (task) => {
    const answer = await examine(task);
    seen.push(toldBy(answer).octets);
    return answer;
  };
  c.send(`From: a@client.example\r\nX: ${'x'.repeat(3000)}\r\n\r\n..dot\nbare\r\n.\r\n`);
  expect(await c.reply()).toMatch(/^250 /);
  expect(seen).toEqual([g.journal.messages[0]?.bytes.length]);
  expect(seen[0]).toBeLessThan(1100);
});

test('chunks of BDAT are one message to a worker', async () => {
  const g = await ground();
  const c = await g.connect();
  await c.hello();
  await c.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>');
  c.send('BDAT 12\r\nFrom: a@b.c\n');
  await c.reply();
  c.send('BDAT 6 LAST\r\n\r\nEXIT');
  expect(await c.reply()).toMatch(/^451 4\.3\.0 /);
  expect(await c.ask('NOOP')).toMatch(/^250 /);
});

describe('room for messages', () => {
  test('is given back by a client that leaves, by RSET, and by what is stored', async () => {
    const workers = threadWorkers({ world: realWorld, settings: workersOf(), program });
    const rooms: { held: number }[] = [];
    const collect = workers.collect.bind(workers);
    workers.collect = () => {
      const collected = collect();
      const note = { held: 0 };
      rooms.push(note);
      const { take, abandon, release } = collected;
      collected.take = (chunk) => ((note.held += chunk.length), take.call(collected, chunk));
      collected.abandon = () => abandon.call(collected);
      collected.release = () => ((note.held = 0), release.call(collected));
      return collected;
    };
    const g = await start(asked(), { workers });
    const leaves = await g.connect();
    await leaves.hello();
    await leaves.toData();
    leaves.send(`From: a@b.c\r\n\r\n${'x'.repeat(10_000)}`);
    await until(() => (rooms[0]?.held ?? 0) > 0);
    leaves.reset();
    await until(() => rooms[0]?.held === 0);
    const stays = await g.connect();
    await stays.hello();
    expect(await sends(stays, 'fine')).toMatch(/^250 /);
    expect(rooms.map(({ held }) => held)).toEqual([0, 0]);
  });
});

test('a receiver whose settings ask something of messages expects them once it listens, and no other does', async () => {
  const expecting = async (over: SettingsInput) => {
    const workers = threadWorkers({ world: realWorld, settings: workersOf({ least: 2 }), program, ahead: true });
    const g = await start(over, { workers });
    expect(workers.state().running).toBe(0);
    return { g, workers };
  };
  const { workers: idle, g } = await expecting({});
  const { workers } = await expecting(asked({ least: 2 }));
  await until(() => workers.state().running === 2);
  expect(idle.state().running).toBe(0);
  await g.receiver.apply({
    ...g.settings,
    sender: { ...g.settings.sender, dkim: { ...g.settings.sender.dkim, enabled: true } },
  });
  await until(() => idle.state().running > 0);
});

test('without a question nothing is collected and no worker is started', async () => {
  const g = await start({});
  let collected = 0;
  const collect = g.workers.collect.bind(g.workers);
  g.workers.collect = () => ((collected += 1), collect());
  const c = await g.connect();
  await c.hello();
  expect(await sends(c, 'fine')).toMatch(/^250 /);
  await c.ask('QUIT');
  const events = await g.events();
  expect(collected).toBe(0);
  expect(g.workers.state()).toMatchObject({ running: 0, done: 0 });
  expect(findings(events)).toEqual([]);
  expect(ofKind(events, 'stored')).toHaveLength(1);
});
