// Logins whose answer comes later: the session waits as for any check, is not held up for ever, and drops what nobody waits for.
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';
import type { Kerberos } from '../../core/sasl/kerberos.ts';
import { ann, people } from './loggingIn.ts';
import { usersWith } from './nobody.ts';
import {
  bodies,
  type GroundOptions,
  grounds,
  heldWorld,
  ofKind,
  password,
  plainResponse,
  until,
} from './playground.ts';

const start = grounds();
const good = `AUTH PLAIN ${plainResponse(ann, password)}`;

/** A source that answers when the test says so. */
function slowSource() {
  const asked: ((answer: 'ok' | 'wrong-password' | 'unavailable') => void)[] = [];
  const users = usersWith({
    verify: () => new Promise((resolve) => asked.push(resolve)),
    account: (name) => ({ name, aliases: [], quota: null }),
  });
  return { users, asked };
}

async function opened(over: SettingsInput, options: GroundOptions) {
  const g = await start(over, options);
  const c = await g.connect();
  await c.hello();
  return { g, c };
}

describe('a login that waits', () => {
  test('has what came behind it wait too, and ends as its source says', async () => {
    const { users, asked } = slowSource();
    const { g, c } = await opened({}, { users });
    c.send(`${good}\r\nNOOP\r\n`);
    await until(() => asked.length === 1);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'line').length).toBe(2);
    expect(c.rest).toBe('');
    asked[0]?.('wrong-password');
    expect((await c.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['535', '250']);
    c.send(`${good}\r\n`);
    await until(() => asked.length === 2);
    asked[1]?.('ok');
    expect(await c.reply()).toMatch(/^235/);
  });

  test('is 454 and no failed login where the source does not answer', async () => {
    const { users, asked } = slowSource();
    const { g, c } = await opened({ errors: { maxAuthErrors: 0 } }, { users });
    c.send(`${good}\r\n`);
    await until(() => asked.length === 1);
    asked[0]?.('unavailable');
    expect(await c.reply()).toMatch(/^454 4\.7\.0 /);
    expect(await c.ask('NOOP')).toMatch(/^250/);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'sasl')[0]?.ended?.result).toBe('temporary');
  });

  test('is 454 at the deadline of the source, slow or down', async () => {
    const held = heldWorld();
    const source = { delay: 5000, deadline: 3000 };
    const { c } = await opened({ authentication: { source } }, { users: people(), world: held.world });
    c.send(`${good}\r\n`);
    await until(() => held.timers.some(({ ms }) => ms === 3000));
    held.timers.find(({ ms }) => ms === 3000)?.fire();
    expect(await c.reply()).toMatch(/^454 4\.7\.0 /);
  });

  test('is given up at the deadline of checks, and what comes of it then is ignored', async () => {
    const held = heldWorld();
    const { users, asked } = slowSource();
    const { g, c } = await opened({ errors: { deadlines: { lookup: 30 } } }, { users, world: held.world });
    c.send(`${good}\r\n`);
    await until(() => asked.length === 1);
    for (let second = 0; second < 31; second += 1) {
      held.advance(1000);
      for (const timer of [...held.timers]) timer.fire();
    }
    expect(await c.reply()).toMatch(/^421 /);
    await c.over();
    asked[0]?.('ok');
    const events = await g.events();
    expect(ofKind(events, 'sasl').map(({ ended }) => ended?.result)).toEqual(['temporary']);
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'lookup-deadline' });
    expect(g.journal.sessions[0]?.row.user).toBeUndefined();
  });

  test('is given up at once when its client goes away', async () => {
    const { users, asked } = slowSource();
    const { g, c } = await opened({}, { users });
    c.send(`${good}\r\n`);
    await until(() => asked.length === 1);
    c.reset();
    const events = await g.events();
    expect(ofKind(events, 'sasl').map(({ ended }) => ended?.result)).toEqual(['cancelled']);
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'client', reason: 'peer-rst' });
    asked[0]?.('ok');
    expect(g.journal.sessions[0]?.row.user).toBeUndefined();
  });

  test('is not waited for when the receiver stops', async () => {
    const { users, asked } = slowSource();
    const { g, c } = await opened({}, { users });
    c.send(`${good}\r\n`);
    await until(() => asked.length === 1);
    await g.receiver.stop({ graceMs: 0 });
    expect(bodies(await g.events()).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'shutdown' });
  });

  test('that throws is a fault of ours, without a word of what was sent', async () => {
    const users: UserSource = usersWith({ verify: () => Promise.reject(new Error('no such table')) });
    const { g, c } = await opened({}, { users });
    expect(await c.ask(good)).toMatch(/^451 /);
    expect(await c.ask('NOOP')).toMatch(/^250/);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'fault').length).toBe(1);
    expect(JSON.stringify(g.journal.sessions[0]?.events)).not.toContain(password);
  });
});

describe('a security context', () => {
  /** Asks on and on; says when it is closed. */
  function endless() {
    let open = 0;
    let opened = 0;
    const kerberos: Kerberos = {
      problem: () => Promise.resolve(undefined),
      open: () => {
        open += 1;
        opened += 1;
        return {
          accept: () => Promise.resolve({ token: Buffer.from('more'), done: false }),
          wrap: (bytes) => Promise.resolve(bytes),
          unwrap: (bytes) => Promise.resolve(bytes),
          close: () => void (open -= 1),
        };
      },
    };
    return { kerberos, open: () => open, opened: () => opened };
  }

  const goodbyes: [string, (c: Awaited<ReturnType<typeof opened>>['c']) => Promise<unknown>][] = [
    ['*', (c) => c.ask('*')],
    ['no base64', (c) => c.ask('?')],
    ['a line too long', (c) => c.ask('A'.repeat(13_000))],
    ['a reset', (c) => Promise.resolve(c.reset())],
    ['a FIN', (c) => Promise.resolve(c.end())],
  ];
  test.each(goodbyes)('is freed by %s', async (_what, leave) => {
    const { kerberos, open, opened: count } = endless();
    const { c } = await opened({ authentication: { clear: ['GSSAPI'] } }, { kerberos });
    expect(await c.ask(`AUTH GSSAPI ${Buffer.from('token').toString('base64')}`)).toMatch(/^334 /);
    expect([open(), count()]).toEqual([1, 1]);
    await leave(c);
    await until(() => open() === 0);
  });
});
