// Replays dialogues against stock smtp-server, ours and, where it is installed, a private Postfix: every difference is in the table.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, makeServer } from '../../core/world/authority.ts';
import { type ReceivingPostfix, startReceivingPostfix } from '../peers/postfixReceiving.ts';
import { describeWith } from '../tooling/programs.ts';
import { type Step, type Talk, talks } from './differences.table.ts';
import { Client, type Ground, ground, password, user } from './playground.ts';

let ours: Ground;
let stock: SMTPServer;
let stockPort = 0;

beforeAll(async () => {
  ours = await ground({
    acceptance: { hostname: 'gate.example', maxDataSize: 1024 },
    errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' },
  });
  stock = new SMTPServer({
    logger: false,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: 1_048_576,
    onAuth: (auth, _session, done) =>
      auth.username === user && auth.password === password
        ? done(null, { user })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onData: (stream, _session, done) => void stream.resume().on('end', () => done()),
  });
  // Without a listener one reset connection would end the process: stock smtp-server's own pitfall.
  stock.on('error', () => undefined);
  await new Promise<void>((resolve) => stock.listen(0, '127.0.0.1', resolve));
  const address = stock.server.address();
  stockPort = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  await ours.close();
  await new Promise<void>((resolve) => stock.close(resolve));
});

const servers = ['stock', 'postfix', 'ours'] as const;
type Server = (typeof servers)[number];

const lineOf = (step: Step): string => (typeof step === 'string' ? step : step[0]);
const code = (reply: string) => (reply === '<closed>' ? 'gone' : reply.slice(0, 3));

/** The code of each answer to a talk, the greeting first. */
async function answers(port: number, { steps, end }: Talk): Promise<string[]> {
  const client = await Client.open(port);
  const heard = [code(await client.reply())];
  for (const step of steps) heard.push(code(await client.ask(lineOf(step))));
  if (end) {
    client.send(end[0]);
    const rest: string[] = [];
    for (let reply = await client.reply(); reply !== '<closed>'; reply = await client.reply()) rest.push(code(reply));
    heard.push(rest.join(' '));
  }
  client.reset();
  return heard;
}

/** What each step should be answered, by the table; undefined where all agree and the code is not in it. */
function expected(talk: Talk, by: Server): (string | undefined)[] {
  const told = talk.steps.map((step) => (typeof step === 'string' ? undefined : step[1][servers.indexOf(by)]));
  return [undefined, ...told, ...(talk.end ? [talk.end[1]?.[servers.indexOf(by)]] : [])];
}

/** What was heard, where the table says nothing as ours has it: equal to `heard` when nothing else differs. */
function compared(talk: Talk, by: Server, own: readonly string[]): string[] {
  return expected(talk, by).map((one, index) => one ?? own[index] ?? '');
}

describe('the table of differences', () => {
  test('has more than a hundred steps, and each difference in it is one', () => {
    const steps = talks.flatMap(({ steps: all, end }) => [...all, ...(end ? [end] : [])]);
    expect(steps.length).toBeGreaterThan(100);
    const same = talks.flatMap(({ steps: all, end, notPostfix }) =>
      [...all, ...(end ? [end] : [])].filter((step) => {
        if (typeof step === 'string' || step[1] === undefined) return false;
        const [theirs, postfix, own] = step[1];
        return theirs === own && (postfix === own || notPostfix !== undefined);
      }),
    );
    expect(same).toEqual([]);
  });
});

describe('beside stock smtp-server', () => {
  test.each(talks.map((talk) => [talk.about, talk] as const))('%s', async (_, talk) => {
    const own = await answers(ours.port(), talk);
    expect(own, 'ours').toEqual(compared(talk, 'ours', own));
    expect(await answers(stockPort, talk), 'stock').toEqual(compared(talk, 'stock', own));
  });
});

describeWith('postfix', 'beside Postfix', (program) => {
  let postfix: ReceivingPostfix | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-differential-'));
  chmodSync(folder, 0o755);
  beforeAll(async () => {
    const now = Date.now();
    const { cert, key } = await makeServer({
      now,
      authority: await makeAuthority({ now, name: 'Somebody CA' }),
      names: ['gate.example'],
    });
    writeFileSync(join(folder, 'server.pem'), `${key}${cert}`, { mode: 0o600 });
    postfix = await startReceivingPostfix(program, folder);
  });
  afterAll(async () => {
    await postfix?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(talks.filter(({ notPostfix }) => notPostfix === undefined).map((talk) => [talk.about, talk] as const))(
    '%s',
    async (_, talk) => {
      const own = await answers(ours.port(), talk);
      expect(await answers(postfix?.port ?? 0, talk), 'Postfix').toEqual(compared(talk, 'postfix', own));
    },
  );
});
