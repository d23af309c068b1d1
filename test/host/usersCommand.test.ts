// `gatehouse users`: a table of users from the command line, with passwords that never stand there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { UserRow } from '../../core/contract/userCalls.ts';
import { openWorkspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';
import { cli, runProgram } from './served.ts';

let folder = '';
const workspace = () => join(folder, 'lab.gatehouse');
const users = (args: readonly string[], input = '') =>
  runProgram(process.execPath, [cli, 'users', ...args, '--workspace', workspace()], input);

async function opened() {
  const found = await openWorkspace({ folder: workspace(), world: realWorld });
  if ('refusal' in found) throw new Error(found.refusal.what);
  return found.workspace;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-users-'));
  await (await opened()).close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('adds, imports, gives tokens, lists and removes', async () => {
  const added = await users(['add', 'ann', '--aliases', 'ann@x.example, @y.example', '--quota', '4'], 'hush hush\n');
  expect(added).toEqual({ code: 0, out: 'ann is added\n', err: '' });
  const file = join(folder, 'people.csv');
  writeFileSync(file, 'name,password\nbob,hush too\neve,\n');
  const lines = `${file}:2: bob: new\n${file}:3: eve: skipped: no password\n`;
  expect((await users(['import', file])).out).toBe(`${lines}nothing was changed; say --apply to do it\n`);
  expect((await users(['import', file, '--apply'])).out).toBe(lines);
  const token = await users(['token', 'ann', '--label', 'phone']);
  expect(token.out).toMatch(/^[\w-]{43}\n$/);
  expect((await users(['remove', 'bob'])).out).toBe('bob is removed\n');
  const listed = await users(['list']);
  expect(listed.out).toMatch(/^ann\n {2}aliases: ann@x\.example, @y\.example\n {2}held off after 4 failed logins\n/);
  expect(listed.out).toMatch(/ {2}token [0-9a-f]{12}: phone\n {2}can use: .*PLAIN, LOGIN\n$/);
  expect(listed.err).toContain('lies unencrypted in the workspace');
  const kept = readFileSync(join(workspace(), 'workspace.sqlite'), 'latin1');
  expect([kept.includes('"ann"'), kept.includes('hush'), kept.includes(token.out.trim())]).toEqual([
    true,
    false,
    false,
  ]);
}, 60_000);

it('imports more lines than it takes without a pause, and derives for the realm of --config', async () => {
  const [file, config] = [join(folder, 'many.csv'), join(folder, 'elsewhere.yml')];
  const names = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'];
  writeFileSync(file, `name,password\n${names.map((name) => `${name},hush\n`).join('')}`);
  writeFileSync(config, 'acceptance: { hostname: elsewhere.example }\n');
  const done = await users(['import', file, '--apply', '--config', config]);
  expect(done).toEqual({
    code: 0,
    out: names.map((name, at) => `${file}:${at + 2}: ${name}: new\n`).join(''),
    err: '',
  });
  const digest = async (args: readonly string[]) =>
    (JSON.parse((await users(['list', '--json', ...args])).out) as { readonly users: readonly UserRow[] }).users
      .find(({ name }) => name === 'm6')
      ?.mechanisms.find(({ name }) => name === 'DIGEST-MD5')?.why;
  expect(await digest(['--config', config])).toBe('');
  expect(await digest([])).toContain('holds for the realm elsewhere.example');
}, 60_000);

it.each([
  [['add', 'eve'], 'no password on standard input'],
  [['add', 'eve', '--quota', 'many'], '--quota many: expected a whole number'],
  [['remove', 'nobody'], 'there is no user nobody'],
  [['list', 'ann'], 'users list takes nothing'],
  [['nonsense'], 'users needs a word'],
  [['import', '/no/such.csv'], '/no/such.csv: cannot be read'],
])('refuses %j with 2 and a reason', async (args, reason) => {
  expect(await users(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) as string });
});

it('leaves a workspace alone that is open, and makes none', async () => {
  const open = await opened();
  try {
    expect(await users(['list'])).toMatchObject({ code: 3, err: expect.stringContaining('already open') as string });
  } finally {
    await open.close();
  }
  const none = await runProgram(process.execPath, [cli, 'users', 'list', '--workspace', join(folder, 'none')]);
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('there is no workspace here') as string });
});
