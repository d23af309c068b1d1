// The step compose in a talk, what is found of such messages afterwards, and what is wrong in files that compose.
import { expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { caseConditions, overLoopback, overSimulation } from '../../core/simulate/network.ts';
import { scenarioOf } from '../../core/simulate/load.ts';
import { startPrivate } from '../../core/simulate/private.ts';
import { playCase } from '../../core/simulate/run.ts';
import { isWithin, Tally } from '../../core/simulate/tally.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';

const file = (compose: string, more = '') => `
title: A scenario of the test
row: DKM-01
kind: citizen
role: mx
about: Only used to try what is composed and sent.
knobs: []
settings: { domains: { local: [{ name: example.com, accept: any }] }, sender: { spf: { mailFrom: true } } }
zone: |
  example.org TXT v=spf1 ip4:127.0.0.1 -all
  s1._domainkey.example.org DKIM rsa2048a
presets: { weak: held }
opening:
  - hear: 220
  - say: EHLO a.example
  - hear: 250
  - send: 'MAIL FROM:<a@example.org>\\r\\nRCPT TO:<b@example.com>\\r\\n'
  - hear: 250
  - hear: 250
talk:
${compose}
  - hear: 250
  - end: quit
${more}`;

const sent = `
  - say: DATA
  - hear: 354
  - compose: { subject: Hi, text: ".a\\n", hops: [{ sign: { domain: example.org } }] }`;

function read(yaml: string) {
  const { scenario, problems } = scenarioOf(yaml, 'test.yml', 'test');
  return { scenario, told: problems.map(({ line, message }) => `${line}: ${message}`) };
}

async function play(yaml: string, world: 'real' | 'simulated' = 'simulated') {
  const { scenario, told } = read(yaml);
  if (scenario === undefined) throw new Error(told.join('\n'));
  const task = { id: 'test', scenario, case: '-', base: 'weak', world } as const;
  const network =
    world === 'real'
      ? overLoopback
      : overSimulation(simulatedWorld({ seed: 'one', conditions: caseConditions(scenario, undefined) }));
  const stored: Event[] = [];
  const onEvent = (_: string, event: Event) => void (event.kind === 'stored' && stored.push(event));
  const played = await playCase(task, { network, start: startPrivate(), onEvent });
  return { ...played.result, digest: played.digest, stored };
}

test.each(['real', 'simulated'] as const)(
  'a composed message arrives as it was signed, in the %s world',
  async (world) => {
    const found = await play(
      file(
        sent,
        `after: { stored: 1, contains: '\\r\\n\\r\\n.a\\r\\n', trace: ['Received: from', 'by '], lacksTrace: DKIM-Signature, handedOn: { contains: 'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;' } }`,
      ),
      world,
    );
    expect(found).toMatchObject({ outcome: 'held' });
    expect(found.lines.map(({ sent: line }) => line)).toContainEqual(
      expect.stringMatching(/^\(message: From: Alice <alice@example.org>, signed by example.org; \d+ octets\)$/),
    );
  },
);

test('equal seeds make equal journals', async () => {
  const [one, two] = [await play(file(sent)), await play(file(sent))];
  expect(two.digest).toBe(one.digest);
  expect(two.stored).toEqual(one.stored);
});

test('chunks are sent as they are, each answered', async () => {
  const chunked = `
  - compose: { raw: '.a: b\\r\\n\\r\\n.c\\r\\n', chunks: 7 }
  - hear: 250`;
  expect(await play(file(chunked, `after: { equals: '.a: b\\r\\n\\r\\n.c\\r\\n' }`))).toMatchObject({
    outcome: 'held',
  });
});

test('a mail program signs what it sends', async () => {
  const yaml = file(sent, `after: { stored: 1, contains: 'DKIM-Signature: v=1; a=ed25519-sha256' }`)
    .replace(/opening:[^]*?talk:/, 'talk:')
    .replace(
      / {2}- say: DATA[^]*?quit/,
      '  - mail: { from: a@example.org, to: b@example.com, sign: { domain: example.org, key: ed25519a } }',
    );
  expect(await play(yaml)).toMatchObject({ outcome: 'held' });
  expect(await play(yaml, 'real')).toMatchObject({ outcome: 'held' });
});

test('what is missing of the trace, and what is there too much, is told', async () => {
  expect((await play(file(sent, 'after: { trace: [Received, No-Such] }'))).why).toMatch(
    /expected trace fields with "No-Such", found .*Received: from/,
  );
  expect((await play(file(sent, 'after: { lacksTrace: [No-Such, "Received:"] }'))).why).toContain(
    'expected trace fields without "Received:"',
  );
  expect((await play(file(sent, 'after: { quarantined: 1 }'))).why).toContain(
    'expected 1 kept apart, found 0 messages',
  );
  expect((await play(file(sent, 'after: { discarded: 1 }'))).why).toContain('expected 1 discarded, found 0 messages');
});

test('an answer is found by the members that are wanted of it', () => {
  const answer = { kind: 'dkim', result: 'pass', signatures: [{ result: 'fail' }, { result: 'pass', domain: 'a' }] };
  expect(isWithin(answer, { kind: 'dkim', signatures: [{ domain: 'a', result: 'pass' }] })).toBe(true);
  expect(isWithin(answer, { signatures: [{ domain: 'a', result: 'fail' }] })).toBe(false);
  expect(isWithin(answer, { result: ['none', 'pass'] })).toBe(true);
  expect(isWithin(answer, { result: ['none'] })).toBe(false);
  expect(isWithin(answer, { other: {} })).toBe(false);
  const tally = new Tally({ answer: { kind: 'spf', result: 'fail' } });
  const verdict = (result: string) =>
    ({
      kind: 'verdict',
      verdict: {
        reason: 'ok',
        stage: 'mail',
        action: 'accept',
        findings: [{ check: 'spf-mail', text: '', action: 'record', answer: { kind: 'spf', result } }],
      },
    }) as unknown as Event;
  tally.event('1', verdict('pass'));
  expect(tally.isAnswered).toBe(false);
  tally.event('1', verdict('fail'));
  expect(tally.isAnswered).toBe(true);
  expect([...tally.answers]).toEqual(['spf: pass', 'spf: fail']);
});

test('trace texts must stand together in one message', () => {
  const tally = new Tally({ trace: ['a', 'b'] });
  tally.message(Buffer.from(''), { trace: 'a' });
  tally.message(Buffer.from(''), { trace: 'b' });
  expect([...tally.missingTrace]).toEqual(['b']);
  tally.message(Buffer.from(''), { trace: 'a\r\n\tb' });
  expect([...tally.missingTrace]).toEqual([]);
});

test('what is handed on has our fields in front, and what is removed left out', () => {
  const removed = [
    { start: 0, end: 2 },
    { start: 4, end: 6 },
  ];
  const has = (handedOn: object) => {
    const tally = new Tally({ handedOn });
    tally.message(Buffer.from('aabbccdd'), { trace: 'T:', removed });
    return tally.has;
  };
  expect(has({ contains: 'T:bbdd', lacks: 'cc' })).toMatchObject({ handedContains: true, handedLacks: false });
  expect(has({ contains: 'aa', lacks: 'bbdd' })).toMatchObject({ handedContains: false, handedLacks: true });
});

test.each([
  ['  - compose: { raw: "a", subject: b }', '21: subject beside raw, which is the whole message'],
  ['  - compose: { raw: "\\\\q" }', '21: unknown escape \\q at character 1: write \\r \\n \\t \\0 \\\\ or \\xHH'],
  ['  - compose: { fields: ["a", "\\\\z"] }', '21: unknown escape \\z'],
  ['  - compose: { hops: [{ change: { add: ["\\\\z"] } }] }', '21: unknown escape \\z'],
  ['  - compose: { hops: [{ change: {} }] }', '21: a change that changes nothing'],
  [
    '  - compose: { hops: [{ sign: { domain: a.example, key: ed25519a, algorithm: rsa-sha1 } }] }',
    '21: ed25519a cannot sign by rsa-sha1',
  ],
  [
    '  - compose: { hops: [{ sign: { domain: a.example, fields: [To], fault: no-from } }] }',
    '21: no-from beside fields',
  ],
  [
    '  - mail: { from: a@b.example, to: c@example.com, sign: { domain: b.example, algorithm: ed25519-sha256 } }',
    '21: rsa2048a cannot sign by ed25519-sha256',
  ],
])('%s is a mistake', (step, told) => {
  expect(read(file(step)).told.join('\n')).toContain(told);
});

test('a key that is not there is told once, with its line of the zone', () => {
  const { told } = read(file(sent).replace('DKIM rsa2048a', 'DKIM rsa2048z'));
  expect(told).toEqual([expect.stringContaining('line 2: no test key rsa2048z: expected one of rsa2048a, rsa2048b')]);
});
