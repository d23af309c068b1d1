// The Kerberos helper from both ends: it is started when it is needed, anew when it broke, and holds nothing it was told to close.
import { describe, expect, it } from 'vitest';
import { Helper, type HelperProcess } from '../../core/sasl/gss/calling.ts';
import { Desk } from '../../core/sasl/gss/desk.ts';
import { type GssLibrary, realmOf } from '../../core/sasl/gss/library.ts';
import { type Call, readAnswer, readCall } from '../../core/sasl/gss/messages.ts';
import { kerberosOf } from '../../core/sasl/gss/kerberos.ts';
import { heldWorld } from '../smtp/playground.ts';

interface Child {
  readonly posted: Call[];
  ended: boolean;
  say(message: unknown): void;
  die(how: string): void;
}

/** A helper, its processes in the order of their starts, and a clock that is held. */
function scene() {
  const children: Child[] = [];
  const clock = heldWorld();
  const spawn = (): HelperProcess => {
    let onMessage: (message: unknown) => void = () => undefined;
    let onEnd: (how: string) => void = () => undefined;
    const child: Child = {
      posted: [],
      ended: false,
      say: (message) => onMessage(message),
      die: (how) => onEnd(how),
    };
    children.push(child);
    return {
      post: (call) => void child.posted.push(call),
      onMessage: (take) => void (onMessage = take),
      onEnd: (take) => void (onEnd = take),
      end: () => void (child.ended = true),
    };
  };
  const patienceMs = 5000;
  return { children, ...clock, spawn, helper: new Helper({ spawn, world: clock.world, patienceMs }) };
}

describe('the host’s side', () => {
  it('starts nothing before the first call, and takes answers in any order', async () => {
    const { helper, children } = scene();
    helper.tell({ do: 'close', context: 1 });
    expect(children).toHaveLength(0);
    const [first, second] = [helper.ask({ do: 'ticket' }), helper.ask({ do: 'ticket' })];
    const [child] = children;
    const [a, b] = child?.posted.map(({ n }) => n) ?? [];
    child?.say({ n: b, is: 'fine' });
    child?.say({ n: a, is: 'failed', failed: 'no', ours: false });
    expect([(await first).is, (await second).is]).toEqual(['failed', 'fine']);
  });

  it('fails what is under way when it dies, starts it at once, and then later and later', async () => {
    const { helper, children, advance } = scene();
    const under = helper.ask({ do: 'ticket' });
    children[0]?.die('signal SIGSEGV');
    expect(await under).toMatchObject({
      is: 'failed',
      ours: true,
      failed: expect.stringContaining('SIGSEGV') as string,
    });
    const again = helper.ask({ do: 'ticket' });
    expect(children).toHaveLength(2);
    children[1]?.die('exit code 1');
    await again;
    expect(await helper.ask({ do: 'ticket' })).toMatchObject({
      failed: expect.stringContaining('again in 1 s') as string,
    });
    expect(children).toHaveLength(2);
    advance(1001);
    const third = helper.ask({ do: 'ticket' });
    children[2]?.die('exit code 1');
    await third;
    expect(await helper.ask({ do: 'ticket' })).toMatchObject({
      failed: expect.stringContaining('again in 2 s') as string,
    });
    // One that lived a minute was well.
    advance(2001);
    const fourth = helper.ask({ do: 'ticket' });
    advance(60_001);
    children[3]?.die('exit code 1');
    await fourth;
    void helper.ask({ do: 'ticket' });
    expect(children).toHaveLength(5);
  });

  it('ends a process that does not answer in time, or says what is no answer', async () => {
    const { helper, children, timers } = scene();
    const slow = helper.ask({ do: 'ticket' });
    expect(timers.map(({ ms }) => ms)).toEqual([5000]);
    timers[0]?.fire();
    expect(await slow).toMatchObject({ ours: true, failed: expect.stringContaining('within 5 s') as string });
    expect(children[0]?.ended).toBe(true);
    const odd = helper.ask({ do: 'ticket' });
    children[1]?.say({ n: 1, is: 'root' });
    expect(await odd).toMatchObject({ ours: true });
    expect(children[1]?.ended).toBe(true);
    // What it still says is nobody's.
    children[1]?.say({ n: 3, is: 'fine' });
    children[1]?.die('signal SIGTERM');
    expect(timers).toHaveLength(0);
  });

  it('is over once it is closed', async () => {
    const { helper, children } = scene();
    const open = helper.ask({ do: 'ticket' });
    helper.close();
    expect([(await open).is, children[0]?.ended]).toEqual(['failed', true]);
    expect((await helper.ask({ do: 'ticket' })).is).toBe('failed');
    expect(children).toHaveLength(1);
  });

  it('takes no context over into another process', async () => {
    const { children, spawn, world } = scene();
    const kerberos = kerberosOf({ spawn, world, folder: '/etc' });
    const context = kerberos.open({ keytab: 'own.keytab', service: 'smtp' });
    const accepted = context.accept(Buffer.from('token'));
    expect(children[0]?.posted).toMatchObject([{ do: 'accept', keytab: '/etc/own.keytab', service: 'smtp' }]);
    children[0]?.say({ n: 1, is: 'token', token: new Uint8Array(), done: true, principal: 'a@B', realm: 'B' });
    expect(await accepted).toMatchObject({ done: true, principal: 'a@B' });
    children[0]?.die('signal SIGSEGV');
    const other = kerberos.open({ keytab: 'FILE:/x', service: 'smtp' });
    void other.accept(Buffer.from('token'));
    expect(await context.wrap(Buffer.from('x'))).toMatchObject({ ours: true });
    context.close();
    expect(children[1]?.posted.map((call) => call.do)).toEqual(['accept']);
    other.close();
    expect(children[1]?.posted.map((call) => call.do)).toEqual(['accept', 'close']);
  });
});

describe('the helper’s side', () => {
  /** Counts what it gives out and gets back; tokens say what is to happen. */
  function library() {
    const held = { credentials: 0, contexts: 0 };
    const failed = { failed: 'bad', ours: false };
    const acquire = () => {
      held.credentials += 1;
      return { credentials: 1n };
    };
    const advance = (context: bigint | null, token: Uint8Array) => {
      const text = Buffer.from(token).toString();
      if (context === null && text !== 'bad') held.contexts += 1;
      if (context !== null && text === 'bad') held.contexts -= 1;
      return text === 'bad' ? failed : { context: 2n, token: new Uint8Array([1]), done: text === 'last' };
    };
    const fake: GssLibrary = {
      acquireKeys: ({ service }) => (service === 'none' ? { failed: 'no entry', ours: true } : acquire()),
      acquireTicket: acquire,
      accept: (context, _credentials, token) => advance(context, token),
      initiate: (context, _from, token) => advance(context, token),
      names: () => ({ principal: 'a@B', realm: 'B' }),
      wrap: (_context, bytes) => bytes,
      unwrap: () => failed,
      releaseCredentials: () => void (held.credentials -= 1),
      releaseContext: () => void (held.contexts -= 1),
    };
    return { held, desk: new Desk(fake) };
  }
  const accept = (n: number, context: number, token: string): Call => ({
    n,
    do: 'accept',
    context,
    keytab: '',
    service: 'smtp',
    token: Buffer.from(token),
  });

  it('keeps many contexts at once and nothing of those that are over', () => {
    const { desk, held } = library();
    expect(desk.answer(accept(1, 1, 'more'))).toMatchObject({ n: 1, is: 'token', done: false });
    expect(desk.answer(accept(2, 2, 'last'))).toMatchObject({ n: 2, is: 'token', done: true, principal: 'a@B' });
    expect(desk.answer(accept(3, 1, 'last'))).toMatchObject({ done: true });
    expect(held).toEqual({ credentials: 2, contexts: 2 });
    desk.answer({ n: 4, do: 'close', context: 1 });
    expect(desk.answer({ n: 5, do: 'wrap', context: 1, bytes: new Uint8Array() })).toMatchObject({ is: 'failed' });
    expect(desk.answer(accept(6, 2, 'bad'))).toMatchObject({ is: 'failed', ours: false });
    expect(desk.answer(accept(7, 3, 'bad'))).toMatchObject({ is: 'failed' });
    desk.answer({ n: 8, do: 'close', context: 2 });
    desk.answer({ n: 9, do: 'close', context: 99 });
    expect(held).toEqual({ credentials: 0, contexts: 0 });
    expect(desk.answer({ n: 10, do: 'keys', keytab: '', service: 'smtp' })).toEqual({ n: 10, is: 'fine' });
    expect(desk.answer({ n: 11, do: 'keys', keytab: '', service: 'none' })).toMatchObject({
      unable: { kind: 'no-key' },
    });
    expect(held.credentials).toBe(0);
  });

  it('has a bound on contexts, and says why there is no library at all', () => {
    const { desk } = library();
    for (let context = 0; context < 4096; context += 1) desk.answer(accept(context, context, 'more'));
    expect(desk.answer(accept(5000, 5000, 'more'))).toMatchObject({ is: 'failed', ours: true });
    const unable = { kind: 'koffi', detail: 'not found' } as const;
    expect(new Desk(unable).answer({ n: 1, do: 'ticket' })).toEqual({ n: 1, is: 'unable', unable });
  });

  it.each([
    ['platform', /Linux/],
    ['koffi', /npm install --include=optional/],
    ['library', /apt-get install libgssapi-krb5-2/],
    ['no-keytab', /\/etc\/k.*authentication\.gssapi\.keytab.*ktadd -k \/etc\/k smtp\/HOST/],
    ['no-key', /addprinc -randkey smtp\/HOST/],
  ])('%s is told with how to repair it', async (kind, words) => {
    const { children, spawn, world } = scene();
    const problem = kerberosOf({ spawn, world, folder: '/' }).problem({ keytab: '/etc/k', service: 'smtp' });
    children[0]?.say({ n: 1, is: 'unable', unable: { kind, detail: 'what the library says' } });
    expect(await problem).toMatch(words);
  });

  it('believes no message it has not looked at', () => {
    const bytes = new Uint8Array(65_537);
    for (const call of [
      null,
      'ticket',
      {},
      { n: -1, do: 'ticket' },
      { n: 1, do: 'exit' },
      { n: 1, do: 'wrap', context: 1, bytes: 'text' },
      { n: 1, do: 'wrap', context: 1, bytes },
      { n: 1, do: 'accept', context: 1, keytab: 7, service: 'smtp', token: new Uint8Array() },
      { n: 1, do: 'keys', keytab: 'x'.repeat(9000), service: 'smtp' },
    ])
      expect(readCall(call)).toBeUndefined();
    for (const answer of [undefined, { n: 1 }, { n: 1, is: 'token', token: bytes, done: true }, { n: 1, is: 'unable' }])
      expect(readAnswer(answer)).toBeUndefined();
    expect(readAnswer({ n: 1, is: 'bytes', bytes: new Uint8Array(3) })).toBeDefined();
  });

  it.each([
    ['smtp/localhost@GATE.EXAMPLE', 'GATE.EXAMPLE'],
    ['a\\@b@R', 'R'],
    ['a\\\\@R', 'R'],
    ['a\\@b', ''],
    ['none', ''],
  ])('the realm of %s is %s', (principal, realm) => {
    expect(realmOf(principal)).toBe(realm);
  });
});
