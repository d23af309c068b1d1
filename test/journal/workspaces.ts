// What the tests of the workspace share: a folder of their own, a session's worth of events, an envelope.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import type { Envelope, SessionLog } from '../../core/journal/journal.ts';
import { openWorkspace, type Workspace, type WorkspaceOptions } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';

const folders: string[] = [];
const open: Workspace[] = [];

afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that does not exist yet, gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'));
  folders.push(folder);
  return join(folder, 'test.gatehouse');
}

/** Opens a workspace and closes it after the test, if that was not done before. */
export async function opened(folder: string, o: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const result = await openWorkspace({ folder, world: realWorld, ...o });
  if ('refusal' in result) throw new Error(JSON.stringify(result.refusal));
  open.push(result.workspace);
  return result.workspace;
}

export const connect: EventBody = {
  kind: 'connect',
  listener: 'mx',
  role: 'mx',
  production: '0.0.0.0:25',
  local: { address: '127.0.0.1', port: 2525 },
  peer: { address: '198.51.100.7', port: 40_000 },
  secured: false,
  generation: 1,
  at: 1_700_000_000_000,
};

export const line = (bytes: string): EventBody => ({ kind: 'line', bytes, end: 'crlf', behind: 0 });
export const close: EventBody = { kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' };

const box = (raw: string) => ({ raw, local: raw.split('@')[0] ?? '', domain: raw.split('@')[1] ?? '' });

export const envelope: Envelope = {
  sender: box('a@example.org'),
  recipients: [box('b@example.com'), box('c@example.com')],
  user: 'joe',
  at: 1_700_000_000_500,
  messageId: '<1@example.org>',
  subject: 'Hello',
  from: 'Joe <a@example.org>',
  remote: false,
  trace: 'Received: from x\r\n',
};

/** Opens a session and commits one message of these bytes, in pieces. */
export async function deliver(session: SessionLog, bytes: Uint8Array, piece = 65_536): Promise<string> {
  const message = session.message();
  for (let at = 0; at < bytes.length; at += piece)
    if (!message.write(bytes.subarray(at, at + piece))) await message.drained();
  await message.commit(envelope);
  return message.id;
}

/** Bytes that differ from message to message and from place to place. */
export function bytesOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (seed * 31 + at * 7 + (at >>> 8)) & 0xff;
  return bytes;
}
