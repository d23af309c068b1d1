// XCLIENT (Postfix, XCLIENT_README): who may use it, what it takes, and that the session begins anew as the client it names.
import { afterEach, describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { foldTranscript } from '../../core/contract/transcript.ts';
import { readXclient } from '../../core/smtp/xclientAttributes.ts';
import { type Lab, openLab } from '../settings/lab.ts';
import { mx, ofKind } from './playground.ts';

let open: Lab[] = [];
afterEach(async () => {
  for (const lab of open) await lab.close();
  open = [];
});

async function lab(settings: SettingsInput = {}): Promise<Lab> {
  const made = await openLab({
    listeners: [{ ...mx, tls: 'starttls', xclient: ['192.0.2.0/24', '2001:db8::/32'] }],
    ...settings,
  });
  open.push(made);
  return made;
}

const trusted = { from: '192.0.2.7' };
const stranger = { from: '198.51.100.1' };
const denied = (refusal: '421' | '554' | 'silent') => ({
  access: { refusal, deny: [{ ipSet: '203.0.113.9', priority: 1 }] },
});
const keyword = 'XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT';

describe('attributes', () => {
  test.each([
    ['NAME=spike.example ADDR=203.0.113.2', { name: 'spike.example', address: '203.0.113.2' }],
    ['addr=IPV6:2001:DB8::1 port=25', { address: '2001:db8::1', port: 25 }],
    ['ADDR=2001:db8::1', { address: '2001:db8::1' }],
    ['ADDR=[UNAVAILABLE] NAME=[tempunavail] LOGIN=[Unavailable]', { name: null, address: null, login: null }],
    ['PROTO=smtp HELO=[192.0.2.1]', { protocol: 'SMTP', helo: '[192.0.2.1]' }],
    ['LOGIN=a+2Bb', { login: 'a+b' }],
    ['DESTADDR=192.0.2.2 DESTPORT=587', { localAddress: '192.0.2.2', localPort: 587 }],
  ])('%s', (argument, said) => {
    expect(readXclient(argument)).toEqual({ ok: true, said });
  });

  test.each([
    '',
    'ADDR',
    'ADDR=',
    '=1',
    'ADDR=192.0.2',
    'ADDR=IPV6:192.0.2.1',
    'ADDR=192.0.2.1 ADDR=192.0.2.1',
    'COLOUR=red',
    'PORT=65536',
    'PORT=x',
    'PROTO=LMTP',
    'PROTO=[UNAVAILABLE]',
    'LOGIN=a+2',
    'LOGIN=a+2b',
    'LOGIN=a+00',
    'NAME=-x',
    'NAME=+FF',
    'HELO=a+20b',
    `HELO=${'x'.repeat(256)}`,
  ])('%j is none', (argument) => {
    expect(readXclient(argument).ok).toBe(false);
  });
});

test('PRX-01: a stranger is not offered it, and hears 550 5.7.0', async () => {
  const l = await lab();
  const c = await l.greeted(stranger);
  expect(await c.ask('EHLO client.example')).not.toMatch(/XCLIENT/);
  expect(await c.ask('XCLIENT ADDR=127.0.0.1')).toBe('550 5.7.0 Insufficient authorization');
  expect(await c.ask('HELP')).not.toMatch(/XCLIENT/);
  expect(l.journal.sessions[0]?.row).toMatchObject({ peer: '198.51.100.1' });
  expect(ofKind(l.journal.sessions[0]?.events ?? [], 'xclient')).toEqual([]);
});

test('nobody may use it where nobody is trusted', async () => {
  const l = await lab({ listeners: [mx] });
  expect(await (await l.greeted(trusted)).ask('XCLIENT ADDR=127.0.0.1')).toMatch(/^550 5\.7\.0 /);
});

test('PRX-02: odd values get 501, a transaction 503, and success the greeting; then the client is a new one', async () => {
  const l = await lab({ errors: { maxErrors: 'unlimited' } });
  const c = await l.connect(trusted);
  expect(await c.hello()).toMatch(new RegExp(`^250-${keyword}$`, 'm'));
  expect(await c.codes('XCLIENT', 'XCLIENT ADDR=x', 'XCLIENT LOGIN=a+2', 'XCLIENT COLOUR=red')).toEqual([
    501, 501, 501, 501,
  ]);
  expect(await c.codes('MAIL FROM:<a@client.example>', 'XCLIENT ADDR=203.0.113.2', 'RSET')).toEqual([250, 503, 250]);
  expect(await c.ask('XCLIENT ADDR=203.0.113.2 PORT=[UNAVAILABLE] NAME=[TEMPUNAVAIL]')).toBe(
    '220 gate.example ESMTP Gatehouse',
  );
  expect(await c.ask('MAIL FROM:<a@client.example>')).toMatch(/^503 .*EHLO/);
  // It speaks as somebody else now, who is not trusted.
  expect(await c.ask('EHLO client.example')).not.toMatch(/XCLIENT/);
  expect(await c.ask('XCLIENT ADDR=192.0.2.7')).toMatch(/^550 /);
  await c.ask('QUIT');
  const events = l.journal.sessions[0]?.events ?? [];
  const [event] = ofKind(events, 'xclient');
  expect(event?.peer).toEqual({ address: '203.0.113.2', port: 0 });
  expect(event?.xclient).toEqual({ through: { address: '192.0.2.7', port: 40_000 } });
  expect(foldTranscript(events)).toContainEqual(
    expect.objectContaining({ text: 'from here on this counts as 203.0.113.2 (XCLIENT from 192.0.2.7)' }),
  );
  expect(l.journal.sessions[0]?.row.peer).toBe('203.0.113.2');
});

test('several in a row add up while the address stays trusted, and name who began', async () => {
  const l = await lab();
  const c = await l.greeted(trusted);
  expect(
    await c.codes('XCLIENT NAME=spike.example LOGIN=ann', 'XCLIENT ADDR=IPV6:2001:db8::9 HELO=spike PROTO=ESMTP'),
  ).toEqual([220, 220]);
  expect(await c.codes('XCLIENT LOGIN=[UNAVAILABLE] ADDR=203.0.113.2')).toEqual([220]);
  const told = ofKind(l.journal.sessions[0]?.events ?? [], 'xclient').map(({ peer, xclient }) => [
    peer.address,
    xclient,
  ]);
  const through = { address: '192.0.2.7', port: 40_000 };
  expect(told).toEqual([
    ['192.0.2.7', { through, name: 'spike.example', login: 'ann' }],
    ['2001:db8::9', { through, name: 'spike.example', helo: 'spike', login: 'ann' }],
    ['203.0.113.2', { through, name: 'spike.example', helo: 'spike' }],
  ]);
});

test('HELO and LOGIN are as if the client had said them, and the message tells', async () => {
  const l = await lab();
  const c = await l.greeted(trusted);
  await c.ask('XCLIENT ADDR=203.0.113.2 HELO=spike.example LOGIN=ann DESTADDR=192.0.2.99 DESTPORT=25');
  expect(await c.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@remote.example>')).toEqual([250, 250]);
  expect(await c.codes('DATA', '.')).toEqual([354, 250]);
  const { envelope } = l.journal.messages[0] ?? {};
  expect(envelope?.user).toBe('ann');
  expect(l.journal.sessions[0]?.row).toMatchObject({ user: 'ann', peer: '203.0.113.2', helo: 'spike.example' });
  expect(envelope?.trace).toMatch(/^Received: from spike\.example \(\[203\.0\.113\.2\]\)/m);
});

test.each([
  ['421', /^421 4\.7\.0 |^421 gate/, true],
  ['554', /^554 /, false],
  ['silent', /^<closed>$/, true],
] as const)(
  'access rules are asked for the new address, and refuse as a greeting does: %s',
  async (refusal, reply, closes) => {
    const l = await lab(denied(refusal));
    const c = await l.greeted(trusted);
    expect(await c.ask('XCLIENT ADDR=203.0.113.9')).toMatch(reply);
    if (closes) return c.over();
    expect(await c.codes('EHLO client.example', 'MAIL FROM:<a@b>', 'QUIT')).toEqual([503, 503, 221]);
  },
);

test('an address nobody knows is nobody’s: rules for particular addresses do not fit', async () => {
  const l = await lab({ access: { allow: [{ ipSet: '192.0.2.7', priority: 1 }], last: 'deny' } });
  const c = await l.greeted(trusted);
  expect(await c.ask('XCLIENT ADDR=[UNAVAILABLE]')).toMatch(/^(?:421|554) /);
});

test('settings count as they do for the new address, and TLS goes on', async () => {
  const l = await lab({
    strictness: { exempt: [{ network: '203.0.113.0/24', from: ['eightBit'] }], eightBit: 'reject' },
  });
  const c = await l.greeted(trusted);
  await c.ask('STARTTLS');
  await c.secure();
  await c.ask('EHLO client.example');
  await c.toData();
  expect(await c.ask('\xe4\r\n.')).toMatch(/^554 /);
  expect(await c.ask('XCLIENT ADDR=203.0.113.2')).toMatch(/^220 /);
  expect(await c.ask('EHLO client.example')).not.toMatch(/STARTTLS/);
  await c.toData();
  expect(await c.ask('\xe4\r\n.')).toMatch(/^250 /);
});
