// A server that does not prove itself, or speaks no RFC 4954, is told as what differed: its 235 is not taken for a login.
import { describe, expect, test } from 'vitest';
import { scenarioSchema } from '../../core/contract/scenario.ts';
import { overLoopback } from '../../core/simulate/network.ts';
import { playCase } from '../../core/simulate/run.ts';
import { type Answer, dummy } from './dummies.ts';
import type { Login } from './logins.ts';

const ELSE = '535 5.7.8 no';

/** Says 220, then to each line what stands for it, else that the login has failed; `*` is heard out. */
const scripted =
  (answer: (line: string, at: number) => string): Answer =>
  (socket) => {
    let pending = '';
    let at = 0;
    socket.write('220 liar.test\r\n');
    socket.on('data', (chunk: Buffer) => {
      const lines = (pending + chunk.toString()).split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines) socket.write(line === '*' ? '501 5.7.0 cancelled\r\n' : `${answer(line, at++)}\r\n`);
    });
  };

async function heard(login: Login, answer: (line: string, at: number) => string) {
  const scenario = scenarioSchema.parse({
    title: 'Logging in to a liar',
    row: 'AUT-01',
    kind: 'attack',
    role: 'submission',
    about: 'Only used to try what a client believes.',
    knobs: [],
    presets: {},
    talk: [{ hear: 220 }, { login }],
  });
  const task = { id: 'test/liar', scenario, case: '-', base: 'weak', world: 'real' } as const;
  const { result } = await playCase(task, { network: overLoopback, start: dummy(scripted(answer)) });
  return `${result.outcome}: ${result.why}`;
}

const challenge = (text: string) => `334 ${Buffer.from(text).toString('base64')}`;
const alice = { user: 'alice', password: 'secret' };

/** A server-first-message to the client's nonce in the line. */
function salted(line: string): string {
  const nonce = /r=(.*)$/.exec(Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString())?.[1] ?? '';
  return challenge(`r=${nonce}more,s=QSXCR+Q6sek8bf92,i=4096`);
}

describe('an attack', () => {
  const scram: Login = { mechanism: 'SCRAM-SHA-256', ...alice, hear: 235 };

  test('is not inconclusive but breached where what was to be heard says so', async () => {
    const told = await heard(scram, (line, at) =>
      at === 0 ? salted(line) : at === 1 ? challenge('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=') : '235 in',
    );
    expect(told).toBe(
      'breached: client 1, step 2: expected 235, heard 501 5.7.0 cancelled; the server cannot prove that it knows the password: its signature is wrong',
    );
  });

  test('hears 235 without a proof as none', async () => {
    const told = await heard(scram, (line, at) => (at === 0 ? salted(line) : '235 in'));
    expect(told).toMatch(/breached: .*heard the server said 235 without having proved that it knows the password$/);
    expect(
      await heard({ ...scram, mechanism: 'DIGEST-MD5' }, (_, at) =>
        at === 0 ? challenge('realm="a",nonce="b",qop="auth",algorithm=md5-sess') : '235 in',
      ),
    ).toMatch(/235 without rspauth/);
  });

  test('does not get to its point where nothing was to be heard', async () => {
    const told = await heard({ mechanism: 'SCRAM-SHA-256', ...alice }, () => challenge('nonsense'));
    expect(told).toBe(
      'inconclusive: the attack did not get to its point: client 1, step 2: expected an exchange to go on with, heard the server-first-message is none (RFC 5802 section 7)',
    );
  });
});

test.each([
  ['no base64', '334 not-base64'],
  ['base64 with bits left over', '334 QQ=1'],
  ['several lines', '334-QQ==\r\n334 QQ=='],
  ['no space', '334'],
])('a challenge with %s is none', async (_, said) => {
  const told = await heard({ mechanism: 'CRAM-MD5', ...alice }, () => said);
  expect(told).toMatch(/heard a challenge is none: "334 " and base64 belong there \(RFC 4954 section 4\): 334/);
});

test('a server that asks on for ever is cancelled', async () => {
  const told = await heard({ mechanism: 'PLAIN', ...alice }, () => '334 ');
  expect(told).toMatch(/the server asks for more than the mechanism has$/);
  expect(await heard({ mechanism: 'PLAIN', ...alice, hear: 535 }, () => ELSE)).toMatch(/^held/);
});
