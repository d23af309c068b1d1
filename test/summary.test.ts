// Holds the row of a session to what decided it, whatever a client says afterwards.
import { expect, test } from 'vitest';
import type { Event } from '../core/contract/event.ts';
import { simulatedEpoch } from '../core/contract/scenarioWorld.ts';
import { emptyRow, foldSummary, isSimulated, placeInTime, runName } from '../core/contract/summary.ts';
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

test('what checks found out is named once each, and what became of accepted messages is counted', () => {
  const finding = (kind: string, result: string) => ({
    check: kind,
    text: '',
    action: 'record',
    answer: { kind, result },
  });
  const reply = (stage: string, findings: readonly object[]) => ({
    kind: 'reply',
    code: 250,
    verdict: { stage, action: 'accept', reason: 'r', because: '', findings, basis: 'ours' },
  });
  const sender = { raw: 'ann@example.com' };
  const events = [
    reply('ehlo', [finding('spf', 'none')]),
    reply('mail', [finding('spf', 'none'), finding('spf', 'fail'), { check: 'x', text: '', action: 'record' }]),
    { kind: 'stored', message: '1', sender, recipients: [], quarantine: 'dmarc' },
    reply('message', [finding('dmarc', 'fail-quarantine')]),
    { kind: 'discarded', message: '2', sender, recipients: [], check: 'dmarc' },
    reply('message', [finding('dmarc', 'fail-reject')]),
  ].map((body, index) => ({ n: index + 1, t: index, ...body }) as unknown as Event);
  expect(events.reduce(foldSummary, emptyRow('1'))).toMatchObject({
    outcome: 'accepted',
    stored: 1,
    quarantined: 1,
    discarded: 1,
    results: ['spf:none', 'spf:fail', 'dmarc:fail-quarantine', 'dmarc:fail-reject'],
  });
});

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

test('sessions of a simulated run stand where it began, in the order of their own times', () => {
  const began = Date.UTC(2026, 10, 22, 14, 2, 11);
  const day = 86_400_000;
  const at = (passed: number, run = runName(`${began}-3`, 'simulated')) => ({ run, started: simulatedEpoch + passed });
  const places = [0, 3, 3_600_000, day, 7 * day].map((passed) => placeInTime(at(passed)));
  expect(places[0]).toBe(began);
  expect(places.toSorted((a, b) => a - b)).toEqual(places);
  expect(new Set(places).size).toBe(places.length);
  // A week of virtual time takes about a minute of the list.
  expect((places[4] ?? 0) - began).toBeLessThan(61_000);
  expect(isSimulated(at(0))).toBe(true);
  for (const run of [undefined, runName(`${began}-3`, 'real')]) {
    const row = { started: 7, ...(run === undefined ? {} : { run }) };
    expect([isSimulated(row), placeInTime(row)]).toEqual([false, 7]);
  }
});
