// Holds a 250 to its promise: killed the moment it was heard, the message and its why are in the workspace.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';
import { Client, ofKind } from './playground.ts';

test('a receiver killed behind its 250 has the message, the event that it was stored and the reply that said so', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'gatehouse-killed-')), 'killed.gatehouse');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed.child.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const c = await Client.open(Number(port));
  await c.hello();
  await c.toData();
  c.send('Subject: kept\r\n\r\nkept\r\n.\r\n');
  expect(await c.reply()).toMatch(/^250/);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const opened = await openWorkspace({ folder, world: realWorld });
  if ('refusal' in opened) throw new Error(opened.refusal.what);
  const { workspace } = opened;
  const { rows } = await workspace.messagesAfter(0, 10);
  expect(rows.map(({ subject }) => subject)).toEqual(['kept']);
  expect(Buffer.from((await workspace.messageBytes(rows[0]?.id ?? '')) ?? []).toString()).toBe(
    'Subject: kept\r\n\r\nkept\r\n',
  );
  const { rows: sessions } = await workspace.sessionsAfter(0, 10);
  expect(sessions).toMatchObject([{ outcome: 'accepted', stored: 1, sender: 'a@client.example' }]);
  const { events = [] } = (await workspace.eventsOf(sessions[0]?.id ?? '', 0)) ?? {};
  expect(events.map(({ n }) => n)).toEqual(events.map((_, index) => index + 1));
  expect(events.slice(-3).map(({ kind }) => kind)).toEqual(['stored', 'reply', 'close']);
  expect(ofKind(events, 'reply').at(-1)).toMatchObject({
    code: 250,
    verdict: { stage: 'message', reason: 'message-ok' },
  });
  await workspace.close();
});
