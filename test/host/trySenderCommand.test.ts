// `gatehouse try-sender`: what would happen to a sender and why, with exit codes that scripts can go by.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatehouse } from './served.ts';

let folder = '';
let config = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-try-sender-'));
  config = join(folder, 'gate.yml');
  const text = [
    'listeners:',
    '  - { name: in, role: submission, address: "0.0.0.0:587", lab: "127.0.0.1:0" }',
    '  - { name: out, role: mx, address: "0.0.0.0:25", lab: "127.0.0.1:0" }',
    'domains:',
    '  local: [{ name: gate.example, accept: any }]',
    'sender:',
    '  spf: { map: { fail: refuse } }',
    '  dmarc: { enabled: true, map: { fail-reject: discard } }',
    'dns:',
    '  zone: |',
    '    closed.example TXT "v=spf1 -all exp=why.closed.example"',
    '    why.closed.example TXT "ask %{d}"',
    '    open.example TXT "v=spf1 +all"',
    '    _dmarc.kept.example TXT "v=DMARC1; p=quarantine"',
    '    _dmarc.lost.example TXT "v=DMARC1; p=reject"',
  ];
  writeFileSync(config, text.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tried = (...args: readonly string[]) =>
  gatehouse('try-sender', '--config', config, '--peer', '203.0.113.7', '--ehlo', 'mail.example.org', ...args);

it('says with 1 what the client would hear, what decided, and which setting has it so', async () => {
  const { code, out, err } = await tried('--from', 'ann@closed.example');
  expect([code, err]).toEqual([1, '']);
  const stages = out.split('\n\n').map((stage) => stage.split('\n'));
  expect(stages.map(([head]) => head)).toEqual([
    'connect 203.0.113.7: accept, no limit and no rule stands against the connection',
    'ehlo mail.example.org: accept, the client has named itself',
    'mail <ann@closed.example>: refuse, the domain does not allow the address to send for it',
  ]);
  expect(stages[2]).toEqual(
    expect.arrayContaining([
      '  > 550-5.7.23 SPF: 203.0.113.7 may not send for closed.example',
      '  > 550 5.7.23 The domain closed.example explains: ask closed.example',
      expect.stringMatching(/^ {2}refuse +spf-mail +SPF fail for .*\(sender\.spf\.map\.fail\)$/),
    ]),
  );
});

it.each([
  [0, 'nobody@open.example', 'accept'],
  [0, 'ann@kept.example', 'quarantine'],
  [1, 'ann@lost.example', 'discard'],
])('exits %i for a message of %s, which means %s', async (expected, author, action) => {
  const args = ['--from', 'a@open.example', '--to', 'bob@gate.example', '--header-from', author, '--json'];
  const { code, out } = await tried(...args);
  const { stages } = JSON.parse(out) as { stages: { stage: string; verdict: { action: string } }[] };
  expect([code, stages.at(-1)?.stage, stages.at(-1)?.verdict.action]).toEqual([expected, 'message', action]);
});

it('reads a message from a file, the null sender, and where it calls', async () => {
  const message = join(folder, 'message.eml');
  writeFileSync(message, 'From: ann@lost.example\nSubject: x\n\nx\n');
  expect((await tried('--from', 'a@open.example', '--message', message)).code).toBe(1);
  const bounce = await tried('--from', '', '--listener', 'in');
  expect([bounce.code, bounce.out]).toEqual([1, expect.stringContaining('mail <>: ')]);
});

it('says with 2 what is missing or cannot be read', async () => {
  const wrong = async (...args: readonly string[]) => {
    const { code, out, err } = await gatehouse('try-sender', ...args);
    expect([code, out]).toEqual([2, '']);
    return err;
  };
  expect(await wrong('--peer', '203.0.113.7')).toContain('try-sender needs --ehlo');
  expect(await wrong('--peer', 'x', '--ehlo', 'a b', '--from', 'c')).toMatch(/Peer: expected.*EHLO: expected/s);
  expect(await wrong('file.eml')).toContain('did you mean --message FILE');
  const both = ['--peer', '192.0.2.1', '--ehlo', 'a.example', '--from', '', '--message', config, '--header-from', 'x'];
  expect(await wrong(...both)).toContain('exclude each other');
  expect(await wrong('--peer', '192.0.2.1', '--ehlo', 'a.example', '--from', '', '--listener', 'none')).toContain(
    'there is no listener none; these are: ',
  );
});
