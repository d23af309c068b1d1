// `gatehouse run` in one world, with a seed and a bound, and `gatehouse journal hash` over what it dumped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Timeline } from '../../core/contract/timeline.ts';
import { cli, gatehouse, root } from './served.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const file = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};

const head = (world: string) => `title: A scenario of the tests
row: CON-01
kind: citizen
role: mx
about: Says hello to the receiver and leaves it again.
knobs: []
world: ${world}
presets: { weak: held }
`;
const hello = `talk:
  - hear: 220
  - send: "EHLO client.example\\\\r\\\\n"
  - expect: 250
`;
const society = `population:
  until: 1h
  groups:
    - { name: shops, kind: citizen, clients: 20, from: 192.0.2.0/24, arrival: { every: 1min } }
  expect:
    - { of: shops, served: { least: "100 %" } }
`;

let both = '';
let timed = '';
let sockets = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-run-'));
  both = file('both.yml', `${head('both')}${hello}`);
  timed = file('timed.yml', `${head('{ because: takes-too-long }')}${society}${hello}`);
  sockets = file('sockets.yml', `${head('{ because: system-sockets }')}${hello}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly journal: string;
  readonly world: string;
  readonly seed: number;
  readonly leftOut: readonly { readonly scenario: string; readonly because: string }[];
  readonly cases: readonly { readonly world: string; readonly outcome: string; readonly timeline?: Timeline }[];
}

const simulated = ['--presets', '--world', 'simulated', '--report', 'json'];

describe('gatehouse run', () => {
  it.each([
    [['--world', 'lunar'], '--world lunar: expected real or simulated'],
    [['--seed=-1'], '--seed -1: expected a whole number from 0 to 4294967295'],
    [['--seed', '1.5'], '--seed 1.5: expected'],
    [['--until', 'soon'], '--until soon: expected a time such as 500ms, 90s, 15min, 24h or 5d'],
    [['--until', '400d'], '--until 400d: expected a time'],
    [['--until', '1h', '--world', 'real'], '--until is virtual time'],
  ])('refuses %j with 2 and a reason', async (args, reason) => {
    const { code, out, err } = await gatehouse('run', both, ...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
  });

  it('refuses a folder for a dump that has something in it, or is a file', async () => {
    mkdirSync(at('full'));
    writeFileSync(at('full/letter.txt'), '');
    const full = await gatehouse('run', both, '--dump', at('full'));
    expect([full.code, full.err]).toEqual([2, expect.stringMatching(/something in it already \(letter\.txt\)/)]);
    const isFile = await gatehouse('run', both, '--dump', both);
    expect([isFile.code, isFile.err]).toEqual([2, expect.stringContaining('it is a file')]);
  });

  it('gives the same journal for the same seed, another for another, and leaves out what the world cannot do', async () => {
    const runs = [];
    for (const seed of ['7', '7', '8']) {
      const { code, out } = await gatehouse('run', both, timed, sockets, ...simulated, '--seed', seed);
      expect(code).toBe(0);
      runs.push(JSON.parse(out) as Report);
    }
    const [first, again, other] = runs;
    expect(again?.journal).toBe(first?.journal);
    expect(other?.journal).not.toBe(first?.journal);
    expect([first?.world, first?.seed]).toEqual(['simulated', 7]);
    expect(first?.leftOut).toEqual([{ scenario: 'sockets', because: 'system-sockets' }]);
    expect(first?.cases.map(({ world, outcome }) => [world, outcome])).toEqual([
      ['simulated', 'held'],
      ['simulated', 'held'],
    ]);
    const timeline = first?.cases[1]?.timeline;
    expect(timeline?.groups[0]).toMatchObject({ clients: 20, served: 20, tries: 20 });
    expect([timeline?.sessions, timeline?.kept]).toEqual([20, 20]);
    expect(timeline?.series.find(({ id }) => id === 'group shops served')?.values.at(-1)).toBe(20);
  });

  it('says in the table what was left out and how a population fared', async () => {
    const { code, out } = await gatehouse('run', both, timed, '--presets', '--world', 'real');
    expect(code).toBe(0);
    expect(out).toMatch(/1 left out, which cannot be played in the real world:\n {2}timed: takes-too-long\. /);
    const simulatedRun = await gatehouse('run', timed, '--presets', '--world', 'simulated');
    expect(simulatedRun.out).toMatch(/timed weak: .* \(.* to 1\), 20 sessions, 20 of them kept/);
    expect(simulatedRun.out).toMatch(/held: expected at least 100 % of shops served, found 100 % \(20 of 20\)/);
    expect(simulatedRun.out).toMatch(/journal [0-9a-f]{64}, seed 0\n$/);
  });

  it('stops at --until, keeps what it has, and exits 1', async () => {
    const { code, out } = await gatehouse('run', timed, ...simulated, '--until', '5min');
    const { cases, journal } = JSON.parse(out) as Report;
    expect([code, cases[0]?.outcome, cases[0]?.timeline?.stopped]).toEqual([
      1,
      'inconclusive',
      'the end of its virtual time was reached',
    ]);
    expect(cases[0]?.timeline?.groups[0]?.served).toBe(6 - 1);
    expect(journal).toMatch(/^[0-9a-f]{64}$/);
  });

  it('that is interrupted keeps what it has, and does not count what was cut off', async () => {
    const crowd = { groups: 'clients: 20', many: 'clients: 50000', net: '192.0.2.0/24', wide: '10.0.0.0/8' };
    const text = readFileSync(timed, 'utf8').replace(crowd.groups, crowd.many).replace(crowd.net, crowd.wide);
    const endless = file('endless.yml', text.replace('1min', '30ms'));
    const child = spawn(process.execPath, [cli, 'run', endless, ...simulated, '--dump', at('cut')], { cwd: root });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const ended = once(child, 'close');
    await expect.poll(() => existsSync(at('cut/00001.endless.weak.jsonl')), { timeout: 20_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    expect(err).toContain('cancelled after 0 of 1 case');
    const { cases, journal } = JSON.parse(out) as Report;
    expect(cases[0]?.timeline?.stopped).toBe('cancelled');
    expect(cases[0]?.timeline?.groups[0]?.begun).toBeGreaterThan(0);
    expect((await gatehouse('journal', 'hash', at('cut'))).out).toBe(`${journal}\n`);
  });

  it('is an error when nothing was played', async () => {
    const { code, out, err } = await gatehouse('run', sockets, '--presets', '--world', 'simulated');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /nothing was played: none of these .*simulated world\n {2}sockets: system-sockets\. It depends/,
    );
    const none = file(
      'none.yml',
      `${head('both').replace('role: mx', 'role: submissions').replace('weak: held', 'hardened-mx: notApplicable')}${hello}`,
    );
    const played = await gatehouse('run', none, '--presets');
    expect([played.code, played.err]).toEqual([1, expect.stringContaining('no events were recorded')]);
  });
});

describe('gatehouse journal hash', () => {
  const hash = (dir: string) => gatehouse('journal', 'hash', dir);

  it.each([
    [['journal'], 'journal hash needs one folder'],
    [['journal', 'sum', 'x'], 'journal sum: expected hash'],
    [['journal', 'hash', '/no/such/folder'], '/no/such/folder: cannot be read: it does not exist'],
    [['journal', 'hash', 'core'], 'core: is no folder that run --dump has written'],
  ])('refuses %j with 2 and a reason', async (args, reason) => {
    const { code, out, err } = await gatehouse(...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
  });

  it('computes what the report prints from the dumped events alone, in both worlds', async () => {
    for (const [dir, args] of [
      ['one', [both, timed, ...simulated]],
      ['two', [both, '--presets', '--world', 'real', '--report', 'json']],
    ] as const) {
      const { code, out } = await gatehouse('run', ...args, '--dump', at(dir));
      const { journal } = JSON.parse(out) as Report;
      expect([code, await hash(at(dir))]).toEqual([0, { code: 0, out: `${journal}\n`, err: '' }]);
    }
    const names = readdirSync(at('one'));
    expect(names).toEqual(['00001.both.weak.jsonl', '00002.timed.weak.jsonl', 'manifest.json']);
    for (const name of names) expect(readFileSync(join(at('one'), name), 'utf8')).not.toContain(folder);
  });

  it('says when the manifest was cut short, or is of another making', async () => {
    await gatehouse('run', both, ...simulated, '--dump', at('cutshort'));
    const manifest = at('cutshort/manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.slice(0, 60));
    expect((await hash(at('cutshort'))).err).toContain('manifest.json: is no JSON, or was cut short');
    writeFileSync(manifest, text.replace('"format": 1', '"format": 2'));
    expect((await hash(at('cutshort'))).err).toContain('was not written by run --dump of this version: format: ');
  });

  it('gives another checksum for a changed octet, and an error for a missing, added or spoilt file', async () => {
    const { out } = await gatehouse('run', both, timed, ...simulated, '--dump', at('dump'));
    const { journal } = JSON.parse(out) as Report;
    const [first = '', second = ''] = readdirSync(at('dump')).map((name) => join(at('dump'), name));
    const text = readFileSync(first, 'utf8');
    writeFileSync(first, text.replace('client.example', 'client.exampl3'));
    const changed = await hash(at('dump'));
    expect([changed.code, changed.out === `${journal}\n`]).toEqual([0, false]);
    writeFileSync(first, text.slice(0, -3));
    expect(await hash(at('dump'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/jsonl: line \d+: /) as string,
    });
    writeFileSync(first, text);
    writeFileSync(at('dump/more.jsonl'), '');
    expect(await hash(at('dump'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('more.jsonl is no part of it') as string,
    });
    rmSync(at('dump/more.jsonl'));
    const last = readFileSync(second);
    rmSync(second);
    expect(await hash(at('dump'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('timed.weak.jsonl is missing') as string,
    });
    writeFileSync(second, '');
    writeFileSync(first, '');
    expect(await hash(at('dump'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no events were recorded') as string,
    });
    writeFileSync(second, last);
    writeFileSync(first, text);
    expect((await hash(at('dump'))).out).toBe(`${journal}\n`);
    mkdirSync(at('empty'));
    expect(await hash(at('empty'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no events were recorded') as string,
    });
  });
});
