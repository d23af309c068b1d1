// Kill -9 at any moment, and a disk that is full: what was acknowledged is there, with its why; nothing is half kept.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { bytesFor } from './crashBytes.ts';
import { bytesOf, connect, deliver, newFolder, opened } from './workspaces.ts';

const childFile = join(import.meta.dirname, 'crash.child.ts');

interface Said {
  readonly acked: { session: string; message: string; size: number }[];
  readonly failed: { message: string; code: string }[];
}

/** Runs the child until it has said so many lines, then kills it and waits until it is gone. */
async function killedAfter(command: string, args: readonly string[], lines: number): Promise<Said> {
  const child: ChildProcess = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const said: Said = { acked: [], failed: [] };
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, session = '', message = '', last = ''] = line.split(' ');
    if (word === 'acked') said.acked.push({ session, message, size: Number(last) });
    if (word === 'failed') said.failed.push({ message, code: last });
    if (said.acked.length + said.failed.length === lines) child.kill('SIGKILL');
  }
  await gone;
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

async function verify(folder: string, said: Said, largest: number): Promise<void> {
  const workspace = await opened(folder);
  const told = new Map<string, Set<string>>();
  for (const { session, message, size } of said.acked) {
    const found = await workspace.message(message);
    expect(found?.row).toMatchObject({ id: message, session, size, messageId: message });
    expect(Buffer.from(found?.bytes ?? []).equals(bytesFor(message, largest))).toBe(true);
    if (!told.has(session)) {
      const read = await workspace.eventsOf(session, 0);
      const lines = read?.events.flatMap((event) => (event.kind === 'line' ? [event.bytes] : [])) ?? [];
      told.set(session, new Set(lines));
      expect(read?.events.map((event) => event.n)).toEqual(read?.events.map((_, index) => index + 1));
      expect(read?.done).toBe(true);
    }
    expect(told.get(session)?.has(`DATA ${message}`)).toBe(true);
  }
  const { rows, total } = await workspace.messagesAfter(0, 100_000);
  expect(total).toBe(rows.length);
  for (const row of rows) {
    const bytes = await workspace.messageBytes(row.id);
    expect(Buffer.from(bytes ?? []).equals(bytesFor(row.id, largest))).toBe(true);
  }
  const sessions = await workspace.sessionsAfter(0, 1000);
  expect(sessions.rows.every((row) => row.closed === 'shutdown')).toBe(true);
  const fresh = workspace.session();
  expect(sessions.rows.map((row) => row.id)).not.toContain(fresh.id);
  fresh.append(connect, 0);
  const next = await deliver(fresh, bytesOf(1000, 9));
  expect(rows.map((row) => row.id)).not.toContain(next);
  expect(await workspace.messageBytes(next)).toEqual(bytesOf(1000, 9));
  await workspace.close();
}

test.each([1, 37, 150, 400])('a process killed after %i answers has lost nothing it acknowledged', async (lines) => {
  const folder = newFolder();
  const said = await killedAfter(process.execPath, [childFile, folder, '8', '200000'], lines);
  expect(said.failed).toEqual([]);
  await verify(folder, said, 200_000);
});

test('killed again and again, with messages larger than memory holds back, it goes on where it was', async () => {
  const folder = newFolder();
  const all: Said = { acked: [], failed: [] };
  for (const lines of [10, 25, 40]) {
    const said = await killedAfter(process.execPath, [childFile, folder, '4', '4000000'], lines);
    all.acked.push(...said.acked);
  }
  expect(new Set(all.acked.map(({ message }) => message)).size).toBe(all.acked.length);
  await verify(folder, all, 4_000_000);
});

test('killed while old messages make room for new ones: whatever is listed has its own bytes, and the newest are', async () => {
  const folder = newFolder();
  const child = [childFile, folder, '8', '4000000', '50'];
  // A fifth of them has 2 MB on average: 600 fill three segments for certain.
  for (const lines of [600, 300]) {
    const said = await killedAfter(process.execPath, child, lines);
    expect(said.failed).toEqual([]);
    const mail = readdirSync(join(folder, 'mail'));
    const workspace = await opened(folder);
    const { rows } = await workspace.messagesAfter(0, 10_000);
    for (const { id } of rows)
      expect(Buffer.from((await workspace.messageBytes(id)) ?? []).equals(bytesFor(id, 4_000_000)), id).toBe(true);
    const listed = new Set(rows.map(({ id }) => id));
    // Up to eight that nobody heard of may stand among the newest.
    const newest = said.acked
      .map(({ message }) => message)
      .sort()
      .slice(-42);
    expect(newest.filter((id) => !listed.has(id))).toEqual([]);
    expect(mail.join()).toMatch(/spare|0000000[3-9].mail/);
    await workspace.close();
  }
});

test('a torn tail of a segment is cut off', async () => {
  const folder = newFolder();
  const first = await opened(folder);
  const id = await deliver(first.session(), bytesOf(5000, 1));
  await first.close();
  const mail = join(folder, 'mail');
  const segment = join(mail, readdirSync(mail)[0] ?? '');
  appendFileSync(segment, bytesOf(777, 2));
  const second = await opened(folder);
  expect(await second.messageBytes(id)).toEqual(bytesOf(5000, 1));
  const next = await deliver(second.session(), bytesOf(50, 3));
  expect(await second.messageBytes(next)).toEqual(bytesOf(50, 3));
  await second.close();
  expect(statSync(segment).size).toBe(5050);
});

// A limit on the size of files fails writes for real, in the middle of them: Node ignores SIGXFSZ, so the write says EFBIG.
test.skipIf(process.platform === 'win32')(
  'a write the disk refuses fails its commit, keeps nothing of it, and others go on',
  async () => {
    const folder = newFolder();
    const limited = ['-c', `ulimit -f 3000; exec "$0" "$@"`, process.execPath, childFile, folder, '6', '900000'];
    const said = await killedAfter('sh', limited, 60);
    expect(said.failed.length).toBeGreaterThan(0);
    expect(said.acked.length).toBeGreaterThan(0);
    expect(new Set(said.failed.map(({ code }) => code))).toEqual(new Set(['EFBIG']));
    const mail = join(folder, 'mail');
    expect(readdirSync(mail).every((name) => statSync(join(mail, name)).size <= 3000 * 1024)).toBe(true);
    await verify(folder, said, 900_000);
    const again = await opened(folder);
    for (const { message } of said.failed) expect(await again.message(message)).toBeUndefined();
  },
);
