// What others may try against the checks of senders, through whole sessions: bounded, told of, and no message is lost.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Finding } from '../../core/contract/verdict.ts';
import { inlineWorkers } from '../../core/workers/inline.ts';
import { testKeyRecord } from '../../core/simulate/testKeys.table.ts';
import { signed } from '../message/examining.ts';
import { workersOf } from '../workers/tasks.ts';
import { type Client, grounds, heldWorld, until } from './playground.ts';

const start = grounds();

const findings = (events: readonly Event[], check: string): Finding[] =>
  events.flatMap((event) => ('verdict' in event ? event.verdict.findings.filter((one) => one.check === check) : []));

const all: SettingsInput['sender'] = {
  dkim: { enabled: true, maxSignatures: 50 },
  dmarc: { enabled: true },
  arc: { enabled: true },
  header: { from: 'record', syntax: 'record' },
};

/** Dots are stuffed; a header may be longer than any line that is written out. */
async function sends(client: Client, message: string): Promise<string> {
  await client.toData();
  client.send(`${message.replace(/^\./gm, '..')}.\r\n`);
  return client.reply();
}

async function plays(zone: string, message: string, over: SettingsInput = {}) {
  const g = await start({ dns: { zone }, sender: all, ...over });
  const client = await g.connect();
  await client.hello();
  const heard = await sends(client, message);
  expect(await client.ask('NOOP')).toMatch(/^250 /);
  await client.ask('QUIT');
  return { heard, events: await g.events(), stored: g.journal.messages };
}

const now = () => Date.now() - 60_000;
const text = 'From: Anna <anna@a.example>\r\nSubject: Seven boats\r\n\r\nSeven boats.\r\n';

test('a key of 100 KB is not read, and that is told', async () => {
  const key = `${testKeyRecord('rsa2048a')}; n=${'x'.repeat(100_000)}`;
  const strings =
    key
      .match(/.{1,250}/g)
      ?.map((one) => `"${one}"`)
      .join(' ') ?? '';
  const message = await signed(text, { signed: now() });
  const { heard, events, stored } = await plays(`s._domainkey.a.example TXT ${strings}`, message);
  expect(heard).toMatch(/^250 /);
  expect(stored).toHaveLength(1);
  const [finding] = findings(events, 'dkim');
  expect(finding?.answer).toMatchObject({ result: 'permerror' });
  expect(JSON.stringify(finding)).toMatch(/has 100\d{3} octets, more than the 8192 that are read/);
  expect(JSON.stringify(finding).length).toBeLessThan(10_000);
});

test('50 signatures: so many are verified as the settings say, each key is asked for once, the rest is counted', async () => {
  const one = await signed(text, { signed: now() });
  const field = one.slice(0, one.length - text.length);
  const zone = `s._domainkey.a.example TXT ${testKeyRecord('rsa2048a')}`;
  for (const maxSignatures of [50, 5]) {
    const { heard, events, stored } = await plays(zone, field.repeat(60) + text, {
      sender: { ...all, dkim: { enabled: true, maxSignatures } },
    });
    expect(heard).toMatch(/^250 /);
    expect(stored).toHaveLength(1);
    const answer = findings(events, 'dkim')[0]?.answer;
    if (answer?.kind !== 'dkim') throw new Error('no answer');
    expect(answer).toMatchObject({ result: 'pass', count: 60 });
    expect(answer.signatures.map(({ result }) => result)).toEqual(Array.from({ length: maxSignatures }, () => 'pass'));
    expect(answer.questions).toHaveLength(1);
  }
});

test.each([
  ['fields', 'X-Field: seven boats are in the harbour\r\n'.repeat(250_000)],
  ['one field', `X: ${'seven boats are in the harbour\r\n '.repeat(300_000)}end\r\n`],
])('10 MB of header, %s: stored as it came, and what is not read of it is told', async (what, fields) => {
  expect(fields.length).toBeGreaterThan(9_900_000);
  const over: SettingsInput = { strictness: { header: 'allow' }, acceptance: { maxDataSize: 0 } };
  const message = `${fields}${await signed(text, { signed: now() })}`;
  const { heard, events, stored } = await plays(
    `s._domainkey.a.example TXT ${testKeyRecord('rsa2048a')}`,
    message,
    over,
  );
  expect(heard).toMatch(/^250 /);
  expect(stored[0]?.bytes.length).toBeGreaterThanOrEqual(message.length);
  expect(findings(events, 'work')[0]?.work?.outcome).toBe('done');
  const said = JSON.stringify(findings(events, 'header-syntax'));
  if (what === 'fields') expect(said).toMatch(/more than 50000 fields/);
  else expect(findings(events, 'dkim')[0]?.answer).toMatchObject({ result: 'pass' });
  expect(JSON.stringify(events).length).toBeLessThan(100_000);
});

describe('a resolver that never answers', () => {
  const silent = [
    '127.0.0.1 PTR TIMEOUT',
    '1.0.0.127.bl.example A TIMEOUT',
    '2.0.0.127.bl.example A TIMEOUT',
    'client.example TXT TIMEOUT',
    'client.example A TIMEOUT',
    'client.example AAAA TIMEOUT',
    'client.example MX TIMEOUT',
    's._domainkey.a.example TXT TIMEOUT',
    '_dmarc.a.example TXT TIMEOUT',
    '_dmarc.example TXT TIMEOUT',
  ].join('\n');
  const sender: SettingsInput['sender'] = {
    ...all,
    spf: { map: { temperror: 'record' } },
    dmarc: { enabled: true, map: { temperror: 'record' } },
    reverseDns: { enabled: true },
    senderDomain: { enabled: true },
    dnsbl: { lists: [{ zone: 'bl.example' }] },
  };

  test('every check says so, the message is kept, and all of it takes no longer than the settings allow', async () => {
    const { world, timers, advance } = heldWorld();
    const workers = inlineWorkers(world, workersOf());
    const g = await start({ dns: { zone: silent, timeout: 2 }, sender }, { world, workers });
    const client = await g.connect();
    const message = await signed(text, { signed: now() });
    let waited = 0;
    let over = false;
    const talk = (async () => {
      await client.hello();
      const heard = await sends(client, message);
      await client.ask('QUIT');
      return heard;
    })().finally(() => (over = true));
    const spent = new Set<unknown>();
    await until(() => {
      const due = timers.filter((timer) => !spent.has(timer) && timer.ms <= 2000 && timer.ms > 0);
      if (due.length > 0) {
        waited += Math.max(...due.map(({ ms }) => ms));
        advance(Math.max(...due.map(({ ms }) => ms)));
        for (const timer of due) {
          spent.add(timer);
          timer.fire();
        }
      }
      return over;
    });
    expect(await talk).toMatch(/^250 /);
    expect(g.journal.messages).toHaveLength(1);
    const events = await g.events();
    const answers = events.flatMap((event) =>
      'verdict' in event ? event.verdict.findings.flatMap(({ answer }) => answer ?? []) : [],
    );
    const results = answers.map((answer) => `${answer.kind} ${'result' in answer ? answer.result : ''}`);
    expect([...new Set(results)].sort()).toEqual([
      'arc none',
      'dkim temperror',
      'dmarc temperror',
      'domain temperror',
      'list silent',
      'reverse temperror',
      'spf temperror',
    ]);
    // A group asks for at most two things one after the other, each 2 s, and there are seven of them.

    expect(waited).toBeLessThanOrEqual(14_000);
  });
});
