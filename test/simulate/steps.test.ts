// The odd steps of the byte-level client: cut sends, PROXY headers, second connections, a client that stops reading.
import { expect, test } from 'vitest';
import { type Scenario, scenarioSchema } from '../../core/contract/scenario.ts';
import type { Step } from '../../core/contract/scenarioStep.ts';
import { playCase } from '../../core/simulate/run.ts';
import { overLoopback } from '../../core/simulate/network.ts';
import { alwaysYes, type Answer, dummy } from './dummies.ts';

const scenario = (members: object): Scenario =>
  scenarioSchema.parse({
    title: 'A scenario of the test',
    row: 'CMD-01',
    kind: 'attack',
    role: 'mx',
    about: 'Only used to try the client against a dummy.',
    knobs: [],
    presets: {},
    ...members,
  });

const play = async (members: object, answer: Answer) => {
  const task = { id: 'test/one', scenario: scenario(members), case: '-', base: 'weak', world: 'real' } as const;
  const { result } = await playCase(task, {
    network: overLoopback,
    start: dummy(answer),
    patience: 800,
  });
  return result;
};

/** A server that greets, says nothing more, and notes what came over each connection and how it ended. */
function listener() {
  const seen: { bytes: string; end: string }[] = [];
  const answer: Answer = (socket) => {
    const one = { bytes: '', end: '' };
    seen.push(one);
    socket.write('220 hi\r\n');
    socket.on('data', (chunk: Buffer) => (one.bytes += chunk.toString('latin1')));
    socket.on('end', () => (one.end ||= 'fin'));
    socket.on('error', (error) => (one.end ||= (error as NodeJS.ErrnoException).code ?? ''));
  };
  return { seen, answer };
}

const heard = async (talk: readonly unknown[], members: object = {}) => {
  const { seen, answer } = listener();
  const result = await play({ talk, ...members }, answer);
  return { seen, result };
};

test('a send can be cut after any octet, with FIN or RST, in the middle of a list', async () => {
  const send = ['ab', { repeat: 'cd', times: 3 }, 'never'];
  const { seen } = await heard([
    { hear: 220 },
    { send, cut: { after: 5, end: 'rst' } },
    { connect: {} },
    { hear: 220 },
    { send, cut: { after: 2, end: 'fin' } },
    { expect: { closed: true } },
  ]);
  expect(seen).toEqual([
    { bytes: 'abcdc', end: 'ECONNRESET' },
    { bytes: 'ab', end: 'fin' },
  ]);
});

test('a connection begins with a PROXY header as its members say, and with what shares its segment', async () => {
  const proxy = (members: object) => ({ connect: { proxy: { version: 1, ...members } } });
  const { seen } = await heard(
    [
      proxy({ from: '198.51.100.7' }),
      proxy({ from: '2001:db8::7', to: '2001:db8::99' }),
      proxy({ command: 'unknown' }),
      proxy({ version: 2, from: '198.51.100.0/24' }),
      proxy({ version: 2, from: '2001:db8::7' }),
      proxy({ version: 2, command: 'local' }),
      { connect: { proxy: 'PROXY \\x00', first: ['EHLO a\\r\\n', { repeat: 'x', times: 3 }] } },
    ].flatMap((step) => [step, { hear: 220 }, { wait: 20 }]),
  );
  const signature = '\r\n\r\n\0\r\nQUIT\n';
  expect(seen.map(({ bytes }) => bytes)).toEqual([
    'PROXY TCP4 198.51.100.7 192.0.2.25 20000 25\r\n',
    'PROXY TCP6 2001:db8::7 2001:db8::99 20000 25\r\n',
    'PROXY UNKNOWN\r\n',
    `${signature}\x21\x11\0\x0c\xc6\x33\x64\x01\xc0\0\x02\x19\x4e\x20\0\x19`,
    `${signature}\x21\x21\0\x24\x20\x01\x0d\xb8${'\0'.repeat(11)}\x07\x20\x01\x0d\xb8${'\0'.repeat(11)}\x25\x4e\x20\0\x19`,
    `${signature}\x20\0\0\0`,
    'PROXY \0EHLO a\r\nxxx',
  ]);
});

test('the steps in front of every talk and behind it are played', async () => {
  const { seen, result } = await heard([{ say: 'b' }], {
    opening: [{ hear: 220 }, { say: 'a' }],
    closing: [{ say: 'c' }, { expect: { closed: false, within: 50 } }],
  });
  expect(seen[0]?.bytes).toBe('a\r\nb\r\nc\r\n');
  expect(result.lines.at(-1)).toMatchObject({ step: 5, ok: true });
});

test('a client that stops reading leaves the server with what it says, until it reads again', async () => {
  const left: number[] = [];
  const most = 16 * 1_048_576;
  const talkative: Answer = (socket) => {
    socket.write('220 hi\r\n');
    socket.once('data', () => {
      socket.write(Buffer.alloc(most, `250 ${'x'.repeat(994)}\r\n`));
      setTimeout(() => left.push(socket.writableLength), 200);
      socket.once('drain', () => left.push(socket.writableLength));
    });
  };
  const talk: Step[] = [{ hear: 220 }, { reading: false }, { say: 'HELP' }, { wait: 300 }, { reading: true }];
  await play({ talk: [...talk, { skip: 250 }] }, talkative);
  expect(left[0]).toBeGreaterThan(1_048_576);
  expect(left[1]).toBe(0);
});

test('a reply must not contain what an expectation forbids', async () => {
  const talk = (lacks: string) => [{ hear: 220 }, { say: 'NOOP' }, { expect: { reply: 250, lacks } }];
  expect(await play({ talk: talk('secret') }, alwaysYes)).toMatchObject({ outcome: 'held' });
  expect((await play({ talk: talk('ok') }, alwaysYes)).why).toBe(
    'client 1, step 3: expected 250 without "ok", heard 250 ok',
  );
});
