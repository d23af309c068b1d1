// Counts writes: replies to commands that came together leave together, and nothing waits that need not.
import { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Client, grounds, until } from './playground.ts';

const start = grounds();
afterEach(() => vi.restoreAllMocks());

/** Writes of the receiver from here on; those of the client are left out. */
function writes(c: Client): string[] {
  const seen: string[] = [];
  const write: (this: Socket, ...given: never[]) => boolean = Socket.prototype.write;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...given: unknown[]) {
    if (this !== c.socket) seen.push(String(given[0]));
    return write.apply(this, given as never[]);
  });
  return seen;
}

const count = (bytes: string) => bytes.split('\r\n').length - 1;
const mail = 'MAIL FROM:<a@c.example>\r\nRCPT TO:<b@gate.example>\r\nRCPT TO:<c@gate.example>\r\n';

describe('one segment of commands', () => {
  test('is answered in one write, although SPF is asked', async () => {
    const g = await start({ dns: { zone: 'c.example TXT v=spf1 +all' } });
    const c = await g.connect();
    await c.hello();
    c.send(`${mail}RSET\r\n`);
    await c.replies(4);
    const seen = writes(c);
    c.send(`${mail}DATA\r\n`);
    await c.replies(4);
    expect(seen.map(count)).toEqual([4]);
    c.send('x\r\n.\r\n');
    await c.reply();
    expect(seen.map(count)).toEqual([4, 1]);
  });

  test('is answered as far as it can be while a lookup is waited for, and then at once', async () => {
    const g = await start({ dns: { zone: 'c.example TXT v=spf1 +all' } });
    const c = await g.connect();
    await c.hello();
    const seen = writes(c);
    c.send(`RSET\r\n${mail}DATA\r\n`);
    await c.replies(5);
    expect(seen.map(count)).toEqual([1, 4]);
  });

  test('behind a message is answered behind its own reply', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    c.send(mail);
    await c.replies(3);
    await c.ask('DATA');
    const seen = writes(c);
    c.send('x\r\n.\r\nRSET\r\nQUIT\r\n');
    await c.replies(3);
    expect(seen.map(count)).toEqual([3]);
  });

  test('of a refusal and its 421 leaves in one write', async () => {
    const g = await start({ strictness: { pipelining: 'reject' }, errors: { maxErrors: 0 } });
    for (const bytes of ['WHAT\r\n', 'NOOP\r\nNOOP\r\n']) {
      const c = await g.connect();
      await c.hello();
      const seen = writes(c);
      c.send(bytes);
      await c.over();
      expect(seen.map(count)).toEqual([2]);
      vi.restoreAllMocks();
    }
  });

  test('of a thousand commands is answered in a few writes', async () => {
    const g = await start({ errors: { session: { maxJunk: 'unlimited' } } });
    const c = await g.connect();
    await c.hello();
    const seen = writes(c);
    c.send('RSET\r\n'.repeat(1000));
    await c.replies(1000);
    await until(() => seen.map(count).reduce((sum, one) => sum + one, 0) === 1000);
    // The parser gives other connections their turn after each hundred lines.
    expect(seen.length).toBeLessThanOrEqual(11);
  });
});
