// Mail that is taken and not delivered: discarded, or kept apart; decided at any stage, and carried out at the end of the message.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { grounds, ofKind } from './playground.ts';

const start = grounds();
const zone = ['fail.example TXT v=spf1 -all', 'pass.example TXT v=spf1 +all'].join('\n');

type Spf = NonNullable<NonNullable<SettingsInput['sender']>['spf']>;
const spf = (over: Spf): SettingsInput => ({ sender: { spf: { ehlo: false, ...over } }, dns: { zone } });

async function talk(over: SettingsInput, ...lines: string[]) {
  const g = await start(over);
  const c = await g.connect();
  await c.reply();
  const codes = await c.codes(...lines, 'QUIT');
  return { codes, events: await g.events(), messages: g.journal.messages, row: g.journal.sessions[0]?.row };
}

const envelope = ['MAIL FROM:<a@fail.example>', 'RCPT TO:<b@gate.example>', 'DATA', 'From: a@fail.example\r\n\r\n.'];

test.each(['ehlo', 'mail', 'rcpt', 'message'] as const)(
  'discard at %s: 250, and nothing is kept but that it was',
  async (stage) => {
    const { codes, events, messages, row } = await talk(
      spf({ ehlo: stage === 'ehlo', mailFrom: stage !== 'ehlo', stage, map: { fail: 'discard' } }),
      'EHLO fail.example',
      ...envelope,
    );
    expect(codes).toEqual([250, 250, 250, 354, 250, 221]);
    expect(messages).toEqual([]);
    expect(ofKind(events, 'stored')).toEqual([]);
    const [discarded] = ofKind(events, 'discarded');
    expect(discarded).toMatchObject({ size: 24, check: stage === 'ehlo' ? 'spf-ehlo' : `spf-${stage}` });
    expect(discarded?.sender.raw).toBe('a@fail.example');
    expect(row?.stored).toBe(0);
  },
);

test('quarantine: stored, apart, with the check that said so', async () => {
  const { codes, events, messages } = await talk(spf({ map: { fail: 'quarantine' } }), 'EHLO c.example', ...envelope);
  expect(codes).toEqual([250, 250, 250, 354, 250, 221]);
  expect(messages.map(({ envelope: { quarantine } }) => quarantine)).toEqual(['spf-mail']);
  expect(ofKind(events, 'stored')[0]?.quarantine).toBe('spf-mail');
});

test('the fate is the message’s own: the next one is stored', async () => {
  const { codes, messages, events } = await talk(
    spf({ map: { fail: 'discard' } }),
    'EHLO c.example',
    ...envelope,
    'MAIL FROM:<a@pass.example>',
    ...envelope.slice(1),
  );
  expect(codes).toEqual([250, 250, 250, 354, 250, 250, 250, 354, 250, 221]);
  expect(messages.map(({ envelope: { sender } }) => sender.raw)).toEqual(['a@pass.example']);
  expect(ofKind(events, 'discarded')).toHaveLength(1);
});

test('of an EHLO it stands until the next one that is accepted', async () => {
  const over = spf({ ehlo: true, mailFrom: false, stage: 'ehlo', map: { fail: 'discard' } });
  const pass = ['MAIL FROM:<a@c.example>', ...envelope.slice(1)];
  const { messages, events } = await talk(over, 'EHLO fail.example', 'EHLO', ...pass, 'EHLO pass.example', ...pass);
  expect(ofKind(events, 'discarded')).toHaveLength(1);
  expect(messages).toHaveLength(1);
});

test('of two fates quarantine counts: nothing is lost by it', async () => {
  const over = spf({ ehlo: true, stage: 'ehlo', map: { fail: 'discard', none: 'quarantine' } });
  const { messages } = await talk(over, 'EHLO fail.example', 'MAIL FROM:<a@none.example>', ...envelope.slice(1));
  expect(messages.map(({ envelope: { quarantine } }) => quarantine)).toEqual(['spf-mail']);
});

test('a later refusal still refuses', async () => {
  const over = { ...spf({ map: { fail: 'discard' } }), loops: { maxReceivedHeaders: 1 } };
  const looped = ['From: a@b.c', ...Array.from({ length: 3 }, () => 'Received: by x')].join('\r\n');
  const { codes, events } = await talk(over, 'EHLO c.example', ...envelope.slice(0, 3), `${looped}\r\n\r\n.`);
  expect(codes.at(-2)).toBe(554);
  expect(ofKind(events, 'discarded')).toEqual([]);
});

test('what a worker found that is to be left out is kept with the message, places that touch as one', async () => {
  const header = [
    'Authentication-Results: gate.example; spf=pass',
    'Authentication-Results: gate.example; dkim=pass',
    'From: a@b.c',
  ];
  const over: SettingsInput = { sender: { results: { foreign: 'ours' } }, acceptance: { hostname: 'gate.example' } };
  const { messages } = await talk(over, 'EHLO c.example', ...envelope.slice(0, 3), `${header.join('\r\n')}\r\n\r\n.`);
  const end = Buffer.byteLength(`${header.slice(0, 2).join('\r\n')}\r\n`);
  expect(messages[0]?.envelope.removed).toEqual([{ start: 0, end }]);
  expect(Buffer.from(messages[0]?.bytes ?? []).toString()).toContain('spf=pass');
});

test('what a worker had is recorded with its hash and its parts', async () => {
  const lines = [
    'From: a@pass.example',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'text',
    '--b',
    'Content-Type: application/pdf; name="bill.pdf"',
    '',
    'pdf',
    '--b--',
    '',
  ];
  const { events, messages } = await talk(
    { sender: { header: { from: 'record' } } },
    'EHLO c.example',
    'MAIL FROM:<a@pass.example>',
    ...envelope.slice(1, 3),
    [...lines, '.'].join('\r\n'),
  );
  const [stored] = ofKind(events, 'stored');
  expect(stored?.sha256).toBe(
    createHash('sha256')
      .update(Buffer.from(messages[0]?.bytes ?? []))
      .digest('hex'),
  );
  expect(stored?.parts).toEqual({
    count: 3,
    more: false,
    named: [{ type: 'application/pdf', name: 'bill.pdf', octets: 3, depth: 1 }],
  });
});
