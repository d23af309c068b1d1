// The byte-level client: what it sends, hears, notes and refuses, against servers that know no mail.
import { describe, expect, test } from 'vitest';
import { type Scenario, scenarioSchema } from '../../core/contract/scenario.ts';
import { segmentsOf, unescape } from '../../core/simulate/bytes.ts';
import { addressOf } from '../../core/simulate/peers.ts';
import { matches, ReplyReader } from '../../core/simulate/reply.ts';
import { playCase } from '../../core/simulate/run.ts';
import { overLoopback } from '../../core/simulate/network.ts';
import { dialLoopback } from '../../core/world/dial.ts';
import { alwaysNo, alwaysYes, type Answer, closes, dummy } from './dummies.ts';

const attack = (members: object): Scenario =>
  scenarioSchema.parse({
    title: 'A scenario of the test',
    row: 'CMD-01',
    kind: 'attack',
    role: 'mx',
    about: 'Only used to try the client against a dummy.',
    knobs: ['errors.maxErrors'],
    presets: {},
    ...members,
  });

const play = async (scenario: Scenario, answer: Answer, deadline = 10_000) => {
  const task = { id: 'test/one', scenario, case: '-', base: 'weak', world: 'real' } as const;
  const { result } = await playCase(task, { network: overLoopback, start: dummy(answer), deadline });
  return result;
};

describe('bytes', () => {
  test('read escapes and nothing else', () => {
    expect([...unescape('a\\r\\n\\t\\0\\\\\\xFFé')]).toEqual([97, 13, 10, 9, 0, 92, 255, 0xc3, 0xa9]);
    expect(() => unescape('a\\q')).toThrow('unknown escape \\q at character 2');
  });

  test('are segments: one for a text, one for each of a list, pieces repeated', () => {
    expect(segmentsOf(['ab', { repeat: 'x\\n', times: 3 }]).map(String)).toEqual(['ab', 'x\nx\nx\n']);
  });
});

describe('replies', () => {
  test('are read whatever the segments, with exact bytes', () => {
    const reader = new ReplyReader();
    const text = '220 hi\r\n250-one\r\n250-two\r\n250 2.1.0 three\r\nrubbish\r\n';
    const replies = [...text].flatMap((letter, at) => reader.push(Buffer.from(letter), at));
    expect(replies.map(({ code, enhanced, lines }) => ({ code, enhanced, lines }))).toEqual([
      { code: 220, enhanced: undefined, lines: ['hi'] },
      { code: 250, enhanced: '2.1.0', lines: ['one', 'two', '2.1.0 three'] },
      { code: 0, enhanced: undefined, lines: ['rubbish'] },
    ]);
    expect(replies.map(({ bytes }) => bytes).join('')).toBe(text);
  });

  test('match a code, a class, or both codes', () => {
    const reply = { code: 550, enhanced: '5.7.1', lines: [], bytes: '', at: 0 };
    expect(['550', '5xx', '550 5.7.1'].map((pattern) => matches(reply, pattern))).toEqual([true, true, true]);
    expect(['551', '4xx', '550 5.7.2'].map((pattern) => matches(reply, pattern))).toEqual([false, false, false]);
  });
});

describe('addresses', () => {
  test('are taken from a network one after the other, round and round', () => {
    expect([0, 1, 254, 255].map((index) => addressOf('192.0.2.0/24', index))).toEqual([
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.255',
      '192.0.2.1',
    ]);
    expect([0, 65_535].map((index) => addressOf('2001:db8:0:7::/64', index))).toEqual([
      '2001:db8:0:7::1',
      '2001:db8:0:7::1:0',
    ]);
    expect(addressOf('203.0.113.9', 5)).toBe('203.0.113.9');
  });

  test('that are not of this machine are never dialled', async () => {
    await expect(dialLoopback({ host: '192.0.2.1', port: 25 })).rejects.toThrow('only this machine');
    await expect(dialLoopback({ host: 'example.com', port: 25 })).rejects.toThrow('only this machine');
  });

  test('are what the server sees, and the preamble is not part of the talk', async () => {
    const seen: string[] = [];
    const scenario = attack({
      population: { clients: 3, from: '2001:db8::/32' },
      talk: [{ hear: '220' }, { say: 'NOOP' }, { expect: '250' }],
    });
    const start = dummy(alwaysYes);
    await playCase(
      { id: 'test/peers', scenario, case: '-', base: 'weak', world: 'real' },
      {
        network: overLoopback,
        start: (options) =>
          start({
            ...options,
            world: {
              ...options.world,
              listen: (at, accept) =>
                options.world.listen(at, (accepted) => {
                  seen.push(accepted.peer.address);
                  accepted.socket.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
                  accept(accepted);
                }),
            },
          }),
      },
    );
    expect(seen.toSorted()).toEqual(
      ['2001:db8::1', '2001:db8::2', '2001:db8::3', 'NOOP\r\n', 'NOOP\r\n', 'NOOP\r\n'].toSorted(),
    );
  });
});

describe('a talk', () => {
  test('holds when everything is as expected', async () => {
    const scenario = attack({
      talk: [{ hear: '220' }, { say: 'EHLO a' }, { expect: '2xx' }, { end: 'quit' }, { expect: { closed: true } }],
    });
    const result = await play(scenario, alwaysYes);
    expect(result).toMatchObject({ outcome: 'held', why: 'held; last heard: closed' });
    expect(result.lines).toEqual([
      { client: 1, step: 1, expected: '220', heard: '220 dummy.example ESMTP', ok: true },
      { client: 1, step: 2, sent: 'EHLO a', ok: true },
      { client: 1, step: 3, expected: '2xx', heard: '250 ok', ok: true },
      { client: 1, step: 4, sent: 'QUIT', ok: true },
      { client: 1, step: 4, expected: '221', heard: '221 bye', ok: true },
      { client: 1, step: 5, expected: 'the connection closed', heard: 'closed', ok: true },
    ]);
  });

  test('is a breach where the point differs, inconclusive where the way does', async () => {
    const talk = [{ hear: '220' }, { say: 'FOO' }, { expect: '500' }];
    expect(await play(attack({ talk }), alwaysYes)).toMatchObject({
      outcome: 'breached',
      why: 'client 1, step 3: expected 500, heard 250 ok',
    });
    expect(await play(attack({ talk }), closes)).toMatchObject({
      outcome: 'inconclusive',
      why: 'the attack did not get to its point: client 1, step 1: expected 220, heard closed',
    });
    expect(await play(attack({ talk, kind: 'citizen' }), alwaysNo)).toMatchObject({
      outcome: 'breached',
      why: 'turned away: client 1, step 1: expected 220, heard 550 no',
    });
  });

  test('counts a reset as closed, and says so', async () => {
    const resets: Answer = (socket) => void setImmediate(() => socket.resetAndDestroy());
    const scenario = attack({ talk: [{ expect: { closed: true } }] });
    const result = await play(scenario, resets);
    expect(result.outcome).toBe('held');
    expect(result.why).toMatch(/closed \(ECONNRESET\)/);
  });

  test('does not hold where nothing comes', async () => {
    const scenario = attack({ talk: [{ expect: { reply: '220', within: 50 } }] });
    const result = await play(scenario, (socket) => void socket.resume());
    expect(result.why).toBe('client 1, step 1: expected 220, heard nothing within 50 ms');
  });

  test('that is not done in time says what it waited for', async () => {
    const result = await play(attack({ talk: [{ hear: '220' }] }), (socket) => void socket.resume(), 100);
    expect(result).toMatchObject({
      outcome: 'inconclusive',
      why: 'not done after 0.1 s; client 1 waited for step 1 (hear)',
    });
  });

  test('lets clients that are refused leave quietly, counts the rest, and lets all meet', async () => {
    let open = 0;
    let most = 0;
    const twenty: Answer = (socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.on('close', () => (open -= 1));
      if (open > 20) return void socket.end('421 too many\r\n');
      alwaysYes(socket);
    };
    const talk = [{ hear: '220', else: 'stop' }, { mark: 'greeted' }, { meet: true }, { end: 'quit' }];
    const held = attack({
      talk,
      population: { clients: 500, from: '198.51.100.0/24' },
      after: { marks: { greeted: { most: 20 } } },
    });
    expect(await play(held, twenty)).toMatchObject({ outcome: 'held' });
    expect(most).toBeGreaterThan(20);
    const wrong = attack({ talk, population: { clients: 30 }, after: { marks: { greeted: 5 } } });
    expect((await play(wrong, alwaysYes)).why).toBe(
      'afterwards: expected 5 clients at "greeted", found 30 clients there',
    );
  });

  test('never shows a credential', async () => {
    const scenario = attack({
      talk: [
        { hear: '220' },
        { login: { mechanism: 'PLAIN', user: 'alice', password: 'secret', hear: '235' } },
        { login: { mechanism: 'LOGIN', user: 'alice', password: 'secret' } },
        { say: 'AUTH PLAIN AGFsaWNlAHNlY3JldA==' },
        { expect: '235' },
      ],
    });
    const { lines } = await play(scenario, alwaysYes);
    expect(lines.map(({ sent }) => sent).filter((sent) => sent !== undefined)).toEqual([
      'AUTH PLAIN ▮▮▮▮',
      'AUTH LOGIN',
      '▮▮▮▮',
      'AUTH PLAIN ▮▮▮▮',
    ]);
  });

  test('stops guessing when the server says 421, and leaves that reply to the next step', async () => {
    let tries = 0;
    const threeTries: Answer = (socket) => {
      socket.write('220 hi\r\n');
      socket.on('data', () => {
        tries += 1;
        if (tries > 3) return void socket.end('535 no\r\n421 enough\r\n');
        socket.write('535 no\r\n');
      });
    };
    const scenario = attack({
      talk: [
        { hear: '220' },
        { login: { mechanism: 'PLAIN', user: 'a', password: 'b', times: 10, hear: '535' } },
        { expect: { reply: '421', closed: true } },
      ],
    });
    expect(await play(scenario, threeTries)).toMatchObject({ outcome: 'held' });
    expect(tries).toBe(4);
  });

  test('sends a whole message with the client that behaves', async () => {
    const scenario = attack({
      kind: 'citizen',
      talk: [{ mail: { from: 'a@example.org', to: ['b@example.com', 'c@example.com'] } }],
    });
    expect(await play(scenario, alwaysYes)).toMatchObject({ outcome: 'held', why: 'served; last heard: 250 ok' });
    expect(await play(scenario, alwaysNo)).toMatchObject({ outcome: 'breached' });
  });
});
