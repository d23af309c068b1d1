// The power goes: what was not synced may be gone, whatever the order it was written in; the redo log alone brings it back.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Workspace } from '../../core/journal/workspace.ts';
import { bytesOf, close, connect, deliver, envelope, line, newFolder, opened } from './workspaces.ts';

/** Up to 16 KB bytes are part of the log. */
const sizes = [0, 1, 1000, 16_384, 300, 5, 0, 12_345];

/** A copy of the folder as it is now, whoever has it open. */
function copyOf(folder: string): string {
  const copy = newFolder();
  mkdirSync(copy);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** The copy as it were had only the redo log reached the disk since an earlier copy. */
function onlyLogOf(later: string, earlier: string): string {
  const copy = copyOf(earlier);
  cpSync(join(later, 'redo.log'), join(copy, 'redo.log'));
  return copy;
}

/** Delivers messages of several sizes, each told of by a line before it and two events that come with it. */
async function work(workspace: Workspace): Promise<{ readonly session: string; readonly ids: string[] }> {
  const log = workspace.session();
  log.append(connect, 0);
  const ids: string[] = [];
  for (const [index, size] of sizes.entries()) {
    const message = log.message();
    log.append(line(`DATA ${message.id}`), index);
    message.write(bytesOf(size, index));
    await message.commit(envelope, [
      { body: line(`stored ${message.id}`), t: index },
      { body: line(`250 ${message.id}`), t: index },
    ]);
    ids.push(message.id);
  }
  return { session: log.id, ids };
}

async function expectAll(folder: string, o: { readonly session: string; readonly ids: readonly string[] }) {
  const workspace = await opened(folder);
  for (const [index, id] of o.ids.entries())
    expect(Buffer.from((await workspace.messageBytes(id)) ?? []).equals(bytesOf(sizes[index] ?? 0, index)), id).toBe(
      true,
    );
  const { rows, total } = await workspace.messagesAfter(0, 1000);
  expect(rows.map(({ id }) => id)).toEqual(o.ids);
  expect(total).toBe(o.ids.length);
  const events = (await workspace.eventsOf(o.session, 0))?.events ?? [];
  const lines = events.flatMap((event) => (event.kind === 'line' ? [event.bytes] : []));
  expect(lines).toEqual(o.ids.flatMap((id) => [`DATA ${id}`, `stored ${id}`, `250 ${id}`]));
  expect(events.map(({ n }) => n)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ kind: 'close', reason: 'shutdown' });
  return workspace;
}

test('database and segments lost everything: the log has it', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const before = copyOf(folder);
  const done = await work(workspace);
  const copy = onlyLogOf(folder, before);
  expect(readdirSync(join(copy, 'mail')).every((name) => statSync(join(copy, 'mail', name)).size === 0)).toBe(true);
  const again = await expectAll(copy, done);
  const next = await deliver(again.session(), bytesOf(500, 9));
  expect(done.ids).not.toContain(next);
  await again.close();
  expect(readdirSync(copy)).not.toContain('redo.log');
  await (await expectAll2(copy, [...done.ids, next])).close();
});

async function expectAll2(folder: string, ids: readonly string[]): Promise<Workspace> {
  const workspace = await opened(folder);
  expect((await workspace.messagesAfter(0, 1000)).rows.map(({ id }) => id)).toEqual(ids);
  return workspace;
}

test('the database kept what the segments lost: bytes are put back, nothing is there twice', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const done = await work(workspace);
  // Asking brings the database up to date.
  await workspace.messagesAfter(0, 1);
  const copy = copyOf(folder);
  for (const name of readdirSync(join(copy, 'mail'))) rmSync(join(copy, 'mail', name));
  await expectAll(copy, done);
});

test('replayed twice, because the power went again during the replay', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const done = await work(workspace);
  const copy = copyOf(folder);
  const log = readFileSync(join(copy, 'redo.log'));
  const first = await opened(copy);
  await first.messagesAfter(0, 1);
  await first.close();
  writeFileSync(join(copy, 'redo.log'), log);
  await expectAll(copy, done);
});

test('a message that was removed does not come back with the log', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  await work(workspace);
  const log = readFileSync(join(folder, 'redo.log'));
  expect(log.includes(Buffer.from(bytesOf(300, 4)))).toBe(true);
  await workspace.clearMessages();
  expect(statSync(join(folder, 'redo.log')).size).toBe(0);
  const copy = copyOf(folder);
  // Also when the power takes back that the log was emptied.
  writeFileSync(join(copy, 'redo.log'), log);
  const again = await opened(copy);
  expect((await again.messagesAfter(0, 10)).rows).toEqual([]);
  await again.close();
  expect(readdirSync(join(copy, 'mail')).every((name) => statSync(join(copy, 'mail', name)).size === 0)).toBe(true);
});

test('a torn record ends the log, at every place it can be torn: what stands before it is kept whole', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const before = copyOf(folder);
  const log = join(folder, 'redo.log');
  const session = workspace.session();
  session.append(connect, 0);
  await deliver(session, bytesOf(3000, 1));
  const whole = endOf(readFileSync(log));
  session.append(close, 1);
  session.end();
  await deliver(workspace.session(), bytesOf(2000, 2));
  const end = endOf(readFileSync(log));
  expect(end).toBeGreaterThan(whole);
  for (const cut of [whole + 1, whole + 23, whole + 24, whole + 40, Math.floor((whole + end) / 2), end - 1]) {
    for (const tear of [
      (file: string) => truncateSync(file, cut),
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[cut] = (bytes[cut] ?? 0) ^ 0xff;
        writeFileSync(file, bytes);
      },
    ]) {
      const copy = onlyLogOf(folder, before);
      tear(join(copy, 'redo.log'));
      const again = await opened(copy);
      const { rows } = await again.messagesAfter(0, 10);
      expect(
        rows.map(({ size }) => size),
        `torn at ${cut}`,
      ).toEqual([3000]);
      expect(await again.messageBytes(rows[0]?.id ?? '')).toEqual(bytesOf(3000, 1));
      await again.close();
    }
  }
});

/** Where the records end: behind them is the room made ahead, zeros. */
function endOf(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

test('a log that was written anew from its start replays what is new, and the old part is not taken for it', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const session = workspace.session();
  session.append(connect, 0);
  const ids: string[] = [];
  // More than the log holds before it begins anew.
  for (let count = 0; count < 2500; count += 1) ids.push(await deliver(session, bytesOf(16_000, count)));
  const copy = copyOf(folder);
  expect(statSync(join(copy, 'redo.log')).size).toBeLessThan(40_000_000);
  const again = await opened(copy);
  expect((await again.messagesAfter(0, 10_000)).rows.map(({ id }) => id)).toEqual(ids);
  for (const [count, id] of ids.entries())
    expect(Buffer.from((await again.messageBytes(id)) ?? []).equals(bytesOf(16_000, count)), id).toBe(true);
});
