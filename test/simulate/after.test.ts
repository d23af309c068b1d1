// What a case finds afterwards: exact bytes, sizes, close reasons, open sessions, a full disk; and settings laid on listeners.
import { describe, expect, test } from 'vitest';
import { type Scenario, scenarioSchema } from '../../core/contract/scenario.ts';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import type { StartSubject } from '../../core/simulate/subject.ts';
import { startPrivate } from '../../core/simulate/private.ts';
import { playCase } from '../../core/simulate/run.ts';
import { caseSettings } from '../../core/simulate/settle.ts';
import { overLoopback } from '../../core/simulate/network.ts';
import { alwaysYes, dummy } from './dummies.ts';

const start = startPrivate();

const message = [
  { hear: 220 },
  { say: 'EHLO a.example' },
  { hear: 250 },
  { send: 'MAIL FROM:<a@example.org>\\r\\nRCPT TO:<b@example.com>\\r\\nDATA\\r\\n' },
  { hear: 250 },
  { hear: 250 },
  { hear: 354 },
  { send: 'A: b\\r\\n\\r\\n..\\r\\n.\\r\\n' },
];
const stored = { talk: [...message, { hear: 250 }, { end: 'quit' }] };

const scenario = (members: object): Scenario =>
  scenarioSchema.parse({
    title: 'A scenario of the test',
    row: 'DAT-01',
    talk: [{ hear: 220 }],
    kind: 'citizen',
    role: 'mx',
    about: 'Only used to try what is found afterwards.',
    knobs: [],
    presets: {},
    settings: { domains: { local: [{ name: 'example.com', accept: 'any' }] } },
    ...members,
  });

const play = async (members: object, against: StartSubject = start) => {
  const task = { id: 'test/one', scenario: scenario(members), case: '-', base: 'weak', world: 'real' } as const;
  const { result } = await playCase(task, { network: overLoopback, start: against, patience: 1000 });
  return result;
};

describe('afterwards', () => {
  test('a stored message is compared octet for octet, and by its size', async () => {
    const equals = ['A: b\\r\\n', { repeat: '\\r\\n', times: 1 }, '.\\r\\n'];
    expect(await play({ ...stored, after: { equals, octets: 11 } })).toMatchObject({ outcome: 'held' });
    expect((await play({ ...stored, after: { equals: 'A: b\\r\\n\\r\\n..\\r\\n' } })).why).toBe(
      'turned away: afterwards: expected a stored message that is exactly A: b<CR><LF><CR><LF>..<CR><LF>, found A: b<CR><LF><CR><LF>.<CR><LF>',
    );
    expect((await play({ ...stored, after: { octets: { least: 12 } } })).why).toContain(
      'expected at least 12 octets stored, found a message of 11',
    );
  });

  test('sessions are counted by why they ended', async () => {
    const quit = { reason: 'quit', count: 1 };
    expect(await play({ ...stored, after: { closed: quit } })).toMatchObject({ outcome: 'held' });
    const reset = [{ hear: 220 }, { end: 'rst' }];
    expect(await play({ talk: reset, after: { closed: { reason: 'peer-rst' } } })).toMatchObject({ outcome: 'held' });
    expect((await play({ talk: reset, after: { closed: quit } })).why).toContain(
      'expected 1 sessions closed for quit, found 0; all: peer-rst',
    );
  });

  test('a full disk is full for the first messages only', async () => {
    const twice = [...message, { expect: 452 }, ...message.slice(3), { expect: 250 }];
    const full = (times: number) => play({ talk: twice, disk: { full: times }, after: { stored: 1 } });
    expect(await full(1)).toMatchObject({ outcome: 'held' });
    expect((await full(2)).why).toMatch(/expected 250, heard 452/);
  });

  test('a session that outlives its client is a miss', { timeout: 20_000 }, async () => {
    const leaky: StartSubject = async (options) => {
      const subject = await dummy(alwaysYes)(options);
      options.journal.session();
      return subject;
    };
    expect((await play({ talk: [{ hear: 220 }] }, leaky)).why).toContain(
      'expected every session ended with its client, found 1 session left open',
    );
  });

  test('client certificates come from the authority that the private receiver trusts, or are wrong in one way', async () => {
    const settings = { listeners: { security: { clientCertificate: 'require' } } };
    const talk = (certificate: string) => [
      { hear: 220 },
      { say: 'EHLO a.example' },
      { hear: 250 },
      { starttls: { certificate } },
      { say: 'EHLO a.example' },
      { expect: 250 },
    ];
    const heard = async (kind: string) => (await play({ settings, talk: talk(kind) })).why;
    expect(await heard('good')).toContain('served');
    for (const kind of ['none', 'expired', 'wrong-ca', 'deep']) expect(await heard(kind)).toContain('heard 421');
  });
});

describe('settings of a scenario', () => {
  const settled = (settings: object, knobs: readonly string[] = []) =>
    caseSettings({ scenario: scenario({ settings, knobs }), variant: undefined, base: 'weak' });

  test('lay a mapping on each listener, and a list in place of all', () => {
    const each = settled({ listeners: { idleTimeout: 7, proxy: { from: ['192.0.2.1'] } } });
    const listeners = 'settings' in each ? each.settings.listeners : [];
    expect(listeners.map(({ name, idleTimeout, proxy }) => [name, idleTimeout, proxy.from])).toEqual([
      ['mx', 7, ['192.0.2.1']],
      ['submission', 7, ['192.0.2.1']],
      ['submissions', 7, ['192.0.2.1']],
    ]);
    const own = settled({ listeners: [{ name: 'only', address: '0.0.0.0:25' }] });
    expect('settings' in own && own.settings.listeners.map(({ name }) => name)).toEqual(['only']);
  });

  test('count for extensions also on a listener that differs', () => {
    const mine = settingsSchema.parse({
      listeners: [{ name: 'mx', address: '0.0.0.0:25', extensions: { chunking: 'off', dsn: 'on' } }],
    });
    const settings = { acceptance: { extensions: { chunking: true } } };
    const plan = { scenario: scenario({ settings }), variant: undefined, base: 'mine', mine } as const;
    const found = caseSettings(plan);
    expect('settings' in found && found.settings.listeners[0]?.extensions).toMatchObject({
      chunking: 'service',
      dsn: 'on',
    });
  });

  test('may not lay a knob on the listeners', () => {
    expect(settled({ listeners: { xclient: ['192.0.2.1'] } }, ['listeners.xclient'])).toMatchObject({
      problems: [{ message: expect.stringContaining('sets listeners.xclient') as string }],
    });
  });
});
