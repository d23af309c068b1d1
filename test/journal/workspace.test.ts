// The workspace: what goes in comes out, before and after it was closed, and windows can follow its lists.
import { expect, test, vi } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, close, connect, deliver, envelope, line, newFolder, opened } from './workspaces.ts';

test('events are read back as they were appended, those not on disk yet included', async () => {
  const workspace = await opened(newFolder());
  const session = workspace.session();
  expect(session.append(connect, 0)).toBe(1);
  expect(session.append(line('EHLO client'), 1.5)).toBe(2);
  const live = await workspace.eventsOf(session.id, 0);
  expect(live).toEqual({
    events: [
      { ...connect, n: 1, t: 0 },
      { ...line('EHLO client'), n: 2, t: 1.5 },
    ],
    done: false,
  });
  for (let count = 0; count < 200; count += 1) session.append(line(`NOOP ${count}`), 2 + count);
  session.append(line('QUIT \u25ae \u00ff \0'), 300);
  session.append(close, 301);
  session.end();
  const all = await workspace.eventsOf(session.id, 0);
  expect(all?.events.map((event) => event.n)).toEqual(Array.from({ length: 204 }, (_, index) => index + 1));
  expect(all?.events.at(-2)).toEqual({ ...line('QUIT \u25ae \u00ff \0'), n: 203, t: 300 });
  expect(all?.done).toBe(true);
  expect(await workspace.eventsOf(session.id, 203)).toEqual({ events: [{ ...close, n: 204, t: 301 }], done: true });
  expect(await workspace.eventsOf(session.id, 204)).toEqual({ events: [], done: true });
  expect(await workspace.eventsOf('FFFFFFFF', 0)).toBeUndefined();
  expect(await workspace.eventsOf('no id', 0)).toBeUndefined();
});

test('everything is there again when the workspace is reopened, and ids go on', async () => {
  const folder = newFolder();
  const first = await opened(folder);
  const session = first.session();
  session.append(connect, 0);
  session.append(line('EHLO client'), 1);
  const bytes = bytesOf(3_000_000, 1);
  const message = await deliver(session, bytes);
  const small = await deliver(session, bytesOf(10, 2), 3);
  const empty = await deliver(session, new Uint8Array(0));
  session.append(close, 9);
  session.end();
  await first.saveYaml('# mine\ndomains: []\n');
  await first.saveUsers([{ name: 'test', secret: 'x' }, { name: 'a' }] as { name: string }[]);
  await first.saveRun({ id: 'r1', started: 1 });
  await first.saveRun({ id: 'r2', started: 2, done: 7 } as { id: string; started: number });
  await first.close();
  expect(readdirSync(folder).sort()).toEqual(['mail', 'workspace.sqlite']);

  const second = await opened(folder);
  const { rows } = await second.sessionsAfter(0, 10);
  expect(rows).toMatchObject([
    { id: session.id, helo: 'client', closed: 'quit', events: 3, started: 1_700_000_000_000 },
  ]);
  expect((await second.eventsOf(session.id, 0))?.events.map((event) => event.kind)).toEqual([
    'connect',
    'line',
    'close',
  ]);
  expect(Buffer.from((await second.messageBytes(message)) ?? []).equals(bytes)).toBe(true);
  expect(await second.messageBytes(small)).toEqual(bytesOf(10, 2));
  expect(await second.message(empty)).toEqual({
    row: {
      id: empty,
      session: session.id,
      at: envelope.at,
      size: 0,
      sender: 'a@example.org',
      recipients: ['b@example.com', 'c@example.com'],
      subject: 'Hello',
      messageId: '<1@example.org>',
      from: 'Joe <a@example.org>',
      remote: false,
      user: 'joe',
    },
    trace: 'Received: from x\r\n',
    bytes: new Uint8Array(0),
  });
  expect(await second.message('FFFFFFFF')).toBeUndefined();
  expect(await second.loadYaml()).toBe('# mine\ndomains: []\n');
  expect(await second.loadUsers()).toEqual([{ name: 'a' }, { name: 'test', secret: 'x' }]);
  expect(await second.loadRuns(5)).toEqual([
    { id: 'r2', started: 2, done: 7 },
    { id: 'r1', started: 1 },
  ]);
  expect(Number.parseInt(second.session().id, 16)).toBe(Number.parseInt(session.id, 16) + 1);
});

test('sixty sessions at once: each message keeps its own bytes', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const sizes = [0, 1, 1000, 65_536, 300_000, 1_048_576, 1_200_000];
  const sent = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const session = workspace.session();
      session.append(connect, 0);
      const bytes = bytesOf(sizes[index % sizes.length] ?? 0, index);
      const dropped = session.message();
      dropped.write(bytesOf(index * 40_000, 99));
      dropped.abort();
      const id = await deliver(session, bytes, 1 + ((index * 7919) % 100_000));
      session.end();
      return { id, bytes };
    }),
  );
  await workspace.close();
  const again = await opened(folder);
  for (const { id, bytes } of sent) expect(Buffer.from((await again.messageBytes(id)) ?? []).equals(bytes)).toBe(true);
  const { total, rows } = await again.messagesAfter(0, 100);
  expect([total, rows.length]).toEqual([60, 60]);
});

test('more is written than the shared memory holds, and drained says when to go on', async () => {
  const workspace = await opened(newFolder());
  const session = workspace.session();
  const message = session.message();
  const piece = bytesOf(1_000_000, 3);
  let waited = 0;
  for (let count = 0; count < 150; count += 1) {
    if (message.write(piece)) continue;
    waited += 1;
    await message.drained();
  }
  expect(waited).toBeGreaterThan(0);
  expect(await message.commit(envelope)).toEqual({ size: 150_000_000 });
  const bytes = Buffer.from((await workspace.messageBytes(message.id)) ?? []);
  expect(bytes.length).toBe(150_000_000);
  for (const at of [0, 42, 77, 149])
    expect(bytes.subarray(at * 1_000_000, (at + 1) * 1_000_000).equals(piece)).toBe(true);
});

test('a record larger than the shared memory takes at once arrives whole and in order', async () => {
  const workspace = await opened(newFolder());
  const session = workspace.session();
  session.append(connect, 0);
  session.append(line('X'.repeat(12_000_000)), 1);
  session.append(close, 2);
  session.end();
  const first = await workspace.eventsOf(session.id, 0);
  expect(first?.events.map((event) => (event.kind === 'line' ? event.bytes.length : event.kind))).toEqual([
    'connect',
    12_000_000,
  ]);
  expect(first?.done).toBe(false);
  const rest = await workspace.eventsOf(session.id, 2);
  expect(rest).toEqual({ events: [{ ...close, n: 3, t: 2 }], done: true });
});

test('a window follows the list of sessions by its revision', async () => {
  const workspace = await opened(newFolder());
  const one = workspace.session();
  const two = workspace.session();
  one.append(connect, 0);
  two.append(connect, 0);
  await workspace.eventsOf(one.id, 0);
  one.end();
  two.append(line('EHLO two'), 1);
  two.end();
  const first = await workspace.sessionsAfter(0, 10);
  expect(first).toMatchObject({ total: 2, removed: [], cleared: 0 });
  expect(first.rows.map((row) => row.id).sort()).toEqual([one.id, two.id]);
  expect(await workspace.sessionsAfter(first.revision, 10)).toMatchObject({ rows: [], revision: first.revision });

  const three = workspace.session();
  three.append(connect, 0);
  three.end();
  const next = await workspace.sessionsAfter(first.revision, 10);
  expect(next.rows.map((row) => row.id)).toEqual([three.id]);

  const pages: string[] = [];
  let after = 0;
  for (let page = await workspace.sessionsAfter(after, 1); page.rows.length > 0;) {
    pages.push(...page.rows.map((row) => row.id));
    after = page.revision;
    page = await workspace.sessionsAfter(after, 1);
  }
  expect(pages.sort()).toEqual([one.id, two.id, three.id]);
});

test('paging loses nothing while some rows are on disk and some are not', async () => {
  const workspace = await opened(newFolder());
  const ids: string[] = [];
  for (let count = 0; count < 30; count += 1) {
    const session = workspace.session();
    session.append(connect, 0);
    ids.push(session.id);
    if (count === 15) await deliver(session, bytesOf(5, 1));
    session.end();
  }
  const seen = new Set<string>();
  let after = 0;
  for (let turn = 0; turn < 100; turn += 1) {
    const page = await workspace.sessionsAfter(after, 7);
    for (const row of page.rows) seen.add(row.id);
    if (page.rows.length === 0) break;
    after = page.revision;
  }
  expect([...seen].sort()).toEqual(ids);
});

test('only the newest are kept, and a window hears which went', async () => {
  const folder = newFolder();
  const workspace = await opened(folder, { keep: { sessions: 0, messages: 0 } });
  const ids: string[] = [];
  const mail: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    const session = workspace.session();
    session.append(connect, 0);
    mail.push(await deliver(session, bytesOf(100, count)));
    session.end();
    ids.push(session.id);
  }
  const before = await workspace.sessionsAfter(0, 100);
  const open = workspace.session();
  open.append(connect, 0);
  await workspace.retain({ sessions: 5, messages: 4 });
  const after = await vi.waitFor(async () => {
    const page = await workspace.sessionsAfter(before.revision, 100);
    expect([page.total, page.removed.length]).toEqual([6, 7]);
    return page;
  }, 5000);
  expect(after.removed.toSorted()).toEqual(ids.slice(0, 7));
  expect(after.rows.map((row) => row.id)).toContain(open.id);
  expect((await workspace.messagesAfter(0, 100)).rows.map((row) => row.id)).toEqual(mail.slice(8));
  expect(await workspace.messageBytes(mail[0] ?? '')).toBeUndefined();
  expect(await workspace.messageBytes(mail[11] ?? '')).toEqual(bytesOf(100, 11));
  expect(await workspace.eventsOf(ids[0] ?? '', 0)).toBeUndefined();
});

test('clearing removes what has ended, makes older lists void and frees the disk', async () => {
  const folder = newFolder();
  const workspace = await opened(folder);
  const gone = workspace.session();
  gone.append(connect, 0);
  const message = await deliver(gone, bytesOf(500_000, 4));
  gone.end();
  const open = workspace.session();
  open.append(connect, 0);
  const before = await workspace.sessionsAfter(0, 10);
  expect(await workspace.clearSessions()).toBe(1);
  expect(await workspace.clearMessages()).toBe(1);
  const after = await workspace.sessionsAfter(before.revision, 10);
  expect(after.cleared).toBeGreaterThan(before.revision);
  expect(after).toMatchObject({ total: 1, rows: [{ id: open.id }] });
  expect((await workspace.messagesAfter(0, 10)).total).toBe(0);
  expect(await workspace.messageBytes(message)).toBeUndefined();
  const next = await deliver(open, bytesOf(20, 5));
  expect(await workspace.messageBytes(next)).toEqual(bytesOf(20, 5));
  await workspace.close();
  const mail = join(folder, 'mail');
  expect(readdirSync(mail).map((name) => readFileSync(join(mail, name)).length)).toEqual([20]);
});

test('sessions of a scenario run are listed with their run and kept out of the log', async () => {
  const heard: string[] = [];
  const workspace = await opened(newFolder(), { onEvent: (session) => heard.push(session) });
  const played = workspace.importSession(
    [
      { ...connect, n: 1, t: 0 },
      { ...close, n: 2, t: 5 },
    ],
    'run-7',
  );
  const live = workspace.session('run-8');
  live.append(connect, 0);
  await deliver(live, bytesOf(3, 1));
  const { rows } = await workspace.sessionsAfter(0, 10);
  expect(rows.find(({ id }) => id === played)).toMatchObject({ run: 'run-7', closed: 'quit', duration: 5 });
  expect(rows.find(({ id }) => id === live.id)).toMatchObject({ run: 'run-8', outcome: 'open' });
  expect((await workspace.eventsOf(played, 0))?.events.length).toBe(2);
  expect(heard).toEqual([]);
});

test('a message brings its own events with it, and what happens meanwhile follows them', async () => {
  const heard: string[] = [];
  const workspace = await opened(newFolder(), { onEvent: (_session, body) => heard.push(body.kind) });
  const session = workspace.session();
  session.append(connect, 0);
  const message = session.message();
  message.write(bytesOf(10, 1));
  const stored = message.commit(envelope, [{ body: line('promised'), t: 1 }]);
  session.append(line('meanwhile'), 2);
  session.append(close, 3);
  session.end();
  await stored;
  const read = await workspace.eventsOf(session.id, 0);
  expect(read?.events.map((event) => [event.n, event.kind === 'line' ? event.bytes : event.kind])).toEqual([
    [1, 'connect'],
    [2, 'promised'],
    [3, 'meanwhile'],
    [4, 'close'],
  ]);
  expect(read?.done).toBe(true);
  expect(heard).toEqual(['connect', 'line', 'line', 'close']);
});

test('the doorbell rings when lists grow, and each event is told once', async () => {
  const heard: string[] = [];
  const told: { sessions: number; messages: number }[] = [];
  const workspace = await opened(newFolder(), {
    onChanged: (revisions) => told.push(revisions),
    onEvent: (session, body, t) => heard.push(`${session} ${body.kind} ${t}`),
  });
  const session = workspace.session();
  session.append(connect, 0);
  await deliver(session, bytesOf(10, 1));
  session.append(close, 4);
  session.end();
  await vi.waitFor(() => expect(told.at(-1)).toEqual(workspace.revisions()), 5000);
  await vi.waitFor(() => expect(workspace.revisions().messages).toBe(1), 5000);
  expect(heard).toEqual([`${session.id} connect 0`, `${session.id} close 4`]);
});

test('a closed workspace refuses instead of hanging', async () => {
  const workspace = await opened(newFolder());
  const session = workspace.session();
  const message = session.message();
  message.write(bytesOf(10, 1));
  await workspace.close();
  await expect(message.commit(envelope)).rejects.toMatchObject({ code: 'EIO' });
  await expect(workspace.sessionsAfter(0, 1)).rejects.toMatchObject({ code: 'EIO' });
  session.append(close, 1);
  session.end();
});
