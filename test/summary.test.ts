// Holds the row of a session to what decided it, whatever a client says afterwards.
import { expect, test } from 'vitest';
import { emptyRow, foldSummary } from '../core/contract/summary.ts';
import { grounds, until } from './smtp/playground.ts';

const start = grounds();

async function rowOf(lines: readonly string[]) {
  const played = await start();
  const client = await played.connect();
  await client.hello();
  for (const line of lines) await client.ask(line);
  await client.ask('QUIT');
  await until(() => played.journal.sessions[0]?.ended === true);
  const { outcome, stage, reason, code } = (played.journal.sessions[0]?.events ?? []).reduce(
    foldSummary,
    emptyRow('1'),
  );
  return { outcome, stage, reason, code };
}

const relay = ['MAIL FROM:<ann@example.com>', 'RCPT TO:<eve@elsewhere.example>'];

test('a refusal stays the decision when its consequences follow', async () => {
  const refused = { outcome: 'refused', stage: 'rcpt', reason: 'relay-denied', code: 550 };
  expect(await rowOf(relay)).toEqual(refused);
  expect(await rowOf([...relay, 'DATA', 'RSET', 'RCPT TO:<bob@gate.example>'])).toEqual(refused);
});

test('a later refusal by policy decides instead, and nothing takes back a session without any', async () => {
  expect(await rowOf([...relay, 'RSET', 'AUTH NTLM'])).toMatchObject({ outcome: 'refused', stage: 'auth' });
  expect(await rowOf(['NOOP'])).toEqual({ outcome: 'closed', stage: undefined, reason: undefined, code: undefined });
});
