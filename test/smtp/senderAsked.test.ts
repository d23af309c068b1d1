// What sessions ask about their sender, over real sockets: each check at each stage, exemptions, and counts while DNS is waited for.
import { describe, expect, it, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { grounds, heldWorld, ofKind, password, plainResponse, until, user } from './playground.ts';

const open = grounds();

type Sender = NonNullable<SettingsInput['sender']>;

const quiet = { spf: { ehlo: false, mailFrom: false } } as const;
const local: SettingsInput = { domains: { local: [{ name: 'gate.example', accept: 'any' }] } };

const zone = [
  '127.0.0.1 PTR SERVFAIL',
  'none.example MX 0 .',
  '1.0.0.127.bl.example A 127.0.0.4',
  'bad.example.dbl.example A 127.0.0.2',
].join('\n');

type Stage = 'ehlo' | 'mail' | 'rcpt' | 'message';
const stages = ['ehlo', 'mail', 'rcpt', 'message'] as const;

const groups: readonly (readonly [check: string, of: (stage: Stage) => Sender, first?: Stage])[] = [
  ['reverse-dns', (stage) => ({ reverseDns: { enabled: true, map: { temperror: 'refuse' }, stage } })],
  ['ehlo-name', (stage) => ({ ehloName: { enabled: true, map: { unknown: 'refuse' }, stage } })],
  [
    'sender-domain',
    // Nobody knows the sender before MAIL.
    (stage) => ({
      senderDomain: { enabled: true, map: { 'null-mx': 'refuse' }, stage: stage === 'ehlo' ? 'mail' : stage },
    }),
    'mail',
  ],
  ['dnsbl', (stage) => ({ dnsbl: { lists: [{ zone: 'bl.example' }], probe: false, stage } })],
  [
    'domain-list',
    (stage) => ({ domainLists: { lists: [{ zone: 'dbl.example', of: ['ehlo'] }], probe: false, stage } }),
  ],
];

describe('a check acts at the stage of its group, and at no other', () => {
  const cases = groups.flatMap(([check, of, first]) =>
    stages.map((stage) => ({ check, sender: of(stage), stage, first })),
  );
  test.each(cases)('$check at $stage', async ({ check, sender, stage, first }) => {
    const { connect, events } = await open({ ...local, dns: { zone }, sender: { ...quiet, ...sender } });
    const client = await connect();
    await client.reply();
    const lines = [
      'EHLO bad.example',
      'MAIL FROM:<a@none.example>',
      'RCPT TO:<b@gate.example>',
      'DATA',
      'Subject: x\r\n\r\n.',
    ];
    const codes: number[] = [];
    for (const line of lines) {
      codes.push(...(await client.codes(line)));
      if ((codes.at(-1) ?? 0) >= 400) break;
    }
    const acting = stage === 'ehlo' ? (first ?? 'ehlo') : stage;
    const before = { ehlo: [], mail: [250], rcpt: [250, 250], message: [250, 250, 250, 354] }[acting];
    expect(codes).toEqual([...before, 550]);
    await client.ask('QUIT');
    const verdicts = ofKind(await events(), 'reply').flatMap(({ verdict }) => (verdict ? [verdict] : []));
    const findings = verdicts.flatMap((one) => one.findings.filter((finding) => finding.check === check));
    expect(findings.map(({ action }) => action)).toEqual(['refuse']);
    expect(findings[0]?.answer?.questions).toEqual(findings[0]?.dns);
  });
});

describe('what was asked once', () => {
  const sender: Sender = {
    ...quiet,
    dnsbl: { lists: [{ zone: 'bl.example', action: 'defer' }], probe: false, stage: 'rcpt' },
  };

  it('is not asked again for the next recipient, nor the next message', async () => {
    const { connect, events } = await open({ ...local, dns: { zone }, sender });
    const client = await connect();
    await client.hello();
    const rcpt = 'RCPT TO:<b@gate.example>';
    expect(await client.codes('MAIL FROM:<a@x.example>', rcpt, rcpt, 'RSET', 'MAIL FROM:<a@x.example>', rcpt)).toEqual([
      250, 451, 451, 250, 250, 451,
    ]);
    await client.ask('QUIT');
    const answers = ofKind(await events(), 'reply').flatMap(
      ({ verdict }) => verdict?.findings.flatMap(({ answer }) => answer ?? []) ?? [],
    );
    expect(new Set(answers).size).toBe(1);
  });

  it('is not asked at all of whoever has logged in', async () => {
    const { connect } = await open({
      ...local,
      dns: { zone },
      authentication: { requireTls: false, clear: ['PLAIN'] },
      sender,
    });
    const client = await connect();
    await client.hello();
    expect(
      await client.codes(
        `AUTH PLAIN ${plainResponse(user, password)}`,
        'MAIL FROM:<a@x.example>',
        'RCPT TO:<b@gate.example>',
      ),
    ).toEqual([235, 250, 250]);
  });
});

describe('while DNS is waited for', () => {
  const settings: SettingsInput = {
    ...local,
    dns: { zone: '1.0.0.127.bl.example A TIMEOUT', timeout: 5 },
    sender: { ...quiet, dnsbl: { lists: [{ zone: 'bl.example' }], stage: 'rcpt' } },
    protection: { nullSenders: { recipientMaxMessages: 2, timeInterval: 3600 } },
    errors: { deadlines: { lookup: 20 } },
  };
  const bounce = ['MAIL FROM:<>', 'RCPT TO:<b@gate.example>'] as const;

  it('no more bounces are taken for a recipient than may be, and the place of one that ended is free again', async () => {
    const { world, timers } = heldWorld();
    const { connect } = await open(settings, { world });
    const clients = await Promise.all([connect(), connect(), connect()]);
    for (const client of clients) {
      await client.hello();
      await client.ask(bounce[0]);
    }
    const lookups = () => timers.filter(({ ms }) => ms === 5000);
    const [first, second, third] = clients;
    first?.send(`${bounce[1]}\r\n`);
    second?.send(`${bounce[1]}\r\n`);
    await until(() => lookups().length === 2);
    // Both places are taken, though nobody has been answered.
    expect(await third?.ask(bounce[1])).toMatch(/^4/);
    for (const timer of lookups()) timer.fire();
    expect([(await first?.reply())?.slice(0, 3), (await second?.reply())?.slice(0, 3)]).toEqual(['250', '250']);
    expect(await third?.ask(bounce[1])).toMatch(/^4/);
  });

  it('a bounce that its checks refuse keeps no place', async () => {
    const { connect } = await open({
      ...settings,
      dns: { zone },
      sender: { ...quiet, dnsbl: { lists: [{ zone: 'bl.example' }], probe: false, stage: 'rcpt' } },
    });
    const client = await connect();
    await client.hello();
    const codes = await client.codes(bounce[0], bounce[1], bounce[1], bounce[1], bounce[1]);
    expect(codes).toEqual([250, 550, 550, 550, 550]);
  });

  it('pipelined commands keep their order', async () => {
    const { world, timers } = heldWorld();
    const { connect } = await open(settings, { world });
    const client = await connect();
    await client.hello();
    client.send('MAIL FROM:<a@x.example>\r\nRCPT TO:<b@gate.example>\r\nRCPT TO:<c@gate.example>\r\nNOOP\r\n');
    await until(() => timers.some(({ ms }) => ms === 5000));
    timers.find(({ ms }) => ms === 5000)?.fire();
    expect((await client.replies(4)).map((reply) => reply.slice(0, 9))).toEqual([
      '250 2.1.0',
      '250 2.1.5',
      '250 2.1.5',
      '250 2.0.0',
    ]);
  });
});
