// The journal in memory: numbering, ids, exact bytes, and a commit that fails.
import { expect, test } from 'vitest';
import type { Envelope } from '../../core/journal/journal.ts';
import { memoryJournal } from '../../core/journal/memory.ts';

const envelope: Envelope = {
  sender: { raw: 'a@example.org', local: 'a', domain: 'example.org' },
  recipients: [{ raw: 'b@example.com', local: 'b', domain: 'example.com' }],
  at: 5,
  remote: false,
  trace: '',
};

test('events are numbered from 1 within their session and reported as they come', () => {
  const heard: string[] = [];
  const journal = memoryJournal({
    onEvent: (session, event) => heard.push(`${session} ${event.n} ${event.kind}`),
    firstId: 0xabc,
  });
  const one = journal.session();
  const two = journal.session();
  expect(one.append({ kind: 'line', bytes: 'EHLO a', end: 'crlf', behind: 0 }, 1)).toBe(1);
  expect(two.append({ kind: 'line', bytes: 'NOOP', end: 'crlf', behind: 0 }, 1)).toBe(1);
  expect(one.append({ kind: 'close', by: 'client', reason: 'quit', detail: 'QUIT' }, 7)).toBe(2);
  expect(heard).toEqual(['00000ABC 1 line', '00000ABD 1 line', '00000ABC 2 close']);
  expect(journal.sessions[0]?.row).toMatchObject({ id: '00000ABC', helo: 'a', duration: 7, closed: 'quit', events: 2 });
});

test('a message is exactly the bytes written, also when the caller reuses its chunk', async () => {
  const journal = memoryJournal();
  const session = journal.session();
  const message = session.message();
  const chunk = new Uint8Array([1, 2, 3]);
  message.write(chunk);
  chunk.fill(9);
  message.write(chunk.subarray(1));
  expect(await message.commit(envelope)).toEqual({ size: 5 });
  const dropped = session.message();
  dropped.write(chunk);
  dropped.abort();
  expect(journal.messages).toEqual([
    { id: message.id, session: session.id, bytes: new Uint8Array([1, 2, 3, 9, 9]), envelope },
  ]);
});

test('a commit that fails carries the code and keeps nothing', async () => {
  const journal = memoryJournal({ failCommit: (size) => (size > 2 ? 'ENOSPC' : undefined) });
  const message = journal.session().message();
  message.write(new Uint8Array(3));
  await expect(message.commit(envelope)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(journal.messages).toEqual([]);
});

test('settled resolves when the last session has ended', async () => {
  const journal = memoryJournal();
  await journal.settled();
  const one = journal.session();
  const two = journal.session();
  let settled = false;
  const wait = journal.settled().then(() => void (settled = true));
  one.end();
  one.end();
  await Promise.resolve();
  expect(settled).toBe(false);
  two.end();
  await wait;
  expect(journal.sessions.map((session) => session.ended)).toEqual([true, true]);
});
