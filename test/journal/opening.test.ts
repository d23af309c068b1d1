// What cannot be opened as a workspace is refused with what, where and how to fix it, and left exactly as it was.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { eventVersion } from '../../core/contract/event.ts';
import type { WorkspaceRefusal } from '../../core/journal/protocol.ts';
import { openWorkspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';
import { bytesOf, close, connect, deliver, envelope, line, newFolder, opened } from './workspaces.ts';

async function refused(folder: string): Promise<WorkspaceRefusal> {
  const result = await openWorkspace({ folder, world: realWorld });
  if ('refusal' in result) return result.refusal;
  await result.workspace.close();
  throw new Error('the workspace was opened');
}

async function filled(): Promise<string> {
  const folder = newFolder();
  const workspace = await opened(folder);
  await Promise.all(
    Array.from({ length: 50 }, async (_, count) => {
      const session = workspace.session();
      session.append(connect, 0);
      for (let more = 0; more < 50; more += 1) session.append(line(`NOOP ${more}`), more);
      await deliver(session, bytesOf(1000, count));
      session.append(close, 99);
      session.end();
    }),
  );
  await workspace.close();
  return folder;
}

/** Every file of the folder with its bytes. */
function contents(folder: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, entry);
    if (statSync(file).isFile()) all[entry] = readFileSync(file).toString('latin1');
  }
  return all;
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  writeSync(openSync(file, 'r+'), bytes, 0, bytes.length, at);
}

const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['its header overwritten', (file) => overwrite(file, 0, bytesOf(100, 1))],
  ['pages in the middle overwritten', (file) => overwrite(file, 30_000, bytesOf(60_000, 2))],
  ['its end cut off', (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / 8192) * 8192)],
  ['a text in its place', (file) => writeFileSync(file, 'this is not a database, it only has its name'.repeat(50))],
];

test.each(damages)('a database with %s is damaged and stays as it is', async (_what, damage) => {
  const folder = await filled();
  damage(join(folder, 'workspace.sqlite'));
  const before = contents(folder);
  const refusal = await refused(folder);
  expect(refusal.kind).toBe('corrupt');
  expect(refusal.where).toBe(join(folder, 'workspace.sqlite'));
  expect(refusal.what).toContain('nothing in it was changed');
  expect(contents(folder)).toEqual(before);
});

test('a newer format is named with both versions and stays as it is', async () => {
  const folder = await filled();
  const database = new DatabaseSync(join(folder, 'workspace.sqlite'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = contents(folder);
  expect(await refused(folder)).toMatchObject({
    kind: 'newer',
    where: folder,
    what: expect.stringContaining('format 99') as string,
  });
  expect(contents(folder)).toEqual(before);
});

test('newer events are refused too', async () => {
  const folder = await filled();
  const database = new DatabaseSync(join(folder, 'workspace.sqlite'));
  database.exec("UPDATE meta SET value = '7' WHERE key = 'eventVersion'");
  database.close();
  expect(await refused(folder)).toMatchObject({ kind: 'newer', what: expect.stringContaining('events 7') as string });
});

test('a workspace of the version before opens with what it holds, and from then on says ours', async () => {
  const folder = await filled();
  const version = (change?: string) => {
    const database = new DatabaseSync(join(folder, 'workspace.sqlite'));
    if (change !== undefined) database.prepare("UPDATE meta SET value = ? WHERE key = 'eventVersion'").run(change);
    const { value } = database.prepare("SELECT value FROM meta WHERE key = 'eventVersion'").get() as { value: string };
    database.close();
    return Number(value);
  };
  expect(version(String(eventVersion - 1))).toBe(eventVersion - 1);
  const workspace = await opened(folder);
  const { rows } = await workspace.sessionsAfter(0, 100);
  expect(rows.length).toBe(50);
  await workspace.close();
  expect(version()).toBe(eventVersion);
});

test('a workspace of the format before has no place for what is left out of a message; it gets one, and what it holds stays', async () => {
  const folder = await filled();
  const database = new DatabaseSync(join(folder, 'workspace.sqlite'));
  database.exec('ALTER TABLE messages DROP COLUMN removed; PRAGMA user_version = 1');
  database.close();
  const workspace = await opened(folder);
  expect((await workspace.messagesAfter(0, 100)).rows.length).toBe(50);
  const session = workspace.session();
  session.append(connect, 0);
  const message = session.message();
  message.write(bytesOf(100, 1));
  const removed = [{ start: 3, end: 20 }];
  await message.commit({ ...envelope, quarantine: 'dmarc', removed });
  const kept = await workspace.message(message.id);
  expect(kept).toMatchObject({ row: { quarantine: 'dmarc' }, removed });
  expect(kept?.bytes).toHaveLength(100);
});

test('a folder of other things, a file, and another program’s database are no workspaces', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'letter.txt'), 'dear');
  expect(await refused(folder)).toMatchObject({
    kind: 'not-a-workspace',
    where: folder,
    what: expect.stringContaining('letter.txt') as string,
  });
  expect(await refused(join(folder, 'letter.txt'))).toMatchObject({ kind: 'not-a-workspace' });
  expect(contents(folder)).toEqual({ 'letter.txt': 'dear' });

  const other = newFolder();
  mkdirSync(other);
  const database = new DatabaseSync(join(other, 'workspace.sqlite'));
  database.exec('CREATE TABLE theirs (x)');
  database.close();
  expect(await refused(other)).toMatchObject({
    kind: 'not-a-workspace',
    what: expect.stringContaining('not made by Gatehouse') as string,
  });
});

test('an empty folder becomes a workspace', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  await opened(folder);
});

test('a workspace that is open is refused, in this process and in another, and free again afterwards', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  expect(await refused(folder)).toMatchObject({
    kind: 'in-use',
    what: expect.stringContaining('this very process') as string,
  });
  const id = await deliver(workspace.session(), bytesOf(10, 1));
  expect(await workspace.messageBytes(id)).toEqual(bytesOf(10, 1));
  await workspace.close();

  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.child.ts'), folder, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for await (const said of createInterface({ input: child.stdout })) {
    expect(said).toBe('ready');
    expect(await refused(folder)).toMatchObject({
      kind: 'in-use',
      what: expect.stringContaining(`process ${child.pid}`) as string,
    });
    child.kill('SIGKILL');
  }
  await gone;
  const again = await opened(folder);
  expect(await again.messageBytes(id)).toEqual(bytesOf(10, 1));
});

test('a folder that cannot be written is named with the remedy', async () => {
  const folder = await filled();
  const file = join(folder, 'workspace.sqlite');
  // Root may write anywhere but what the system itself protects.
  const place = process.getuid?.() === 0 ? '/proc/gatehouse' : folder;
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  const refusal = await refused(place);
  chmodSync(folder, 0o755);
  expect(['read-only', 'environment']).toContain(refusal.kind);
  expect(refusal.fix).toContain('name another folder');
});

test('a missing segment is told and does not keep the rest from being shown', async () => {
  const folder = await filled();
  const mail = join(folder, 'mail');
  const [segment = ''] = readdirSync(mail);
  truncateSync(join(mail, segment), 20_500);
  const result = await openWorkspace({ folder, world: realWorld });
  if ('refusal' in result) throw new Error(result.refusal.what);
  expect(result.problems).toEqual([expect.stringContaining('20500 of 50000 bytes')]);
  const { rows } = await result.workspace.messagesAfter(0, 100);
  expect(await result.workspace.messageBytes(rows[0]?.id ?? '')).toEqual(bytesOf(1000, 0));
  await expect(result.workspace.messageBytes(rows[49]?.id ?? '')).rejects.toThrow('ends before the message does');
  const id = await deliver(result.workspace.session(), bytesOf(30, 1));
  expect(await result.workspace.messageBytes(id)).toEqual(bytesOf(30, 1));
  await result.workspace.close();
});

test.skipIf(process.platform === 'win32')('a workspace is made for nobody else to look into', async () => {
  const folder = join(newFolder(), 'deeper', 'w.gatehouse');
  await (await opened(folder)).close();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});
