// Extensions: offered and understood together, or neither; what their parameters ask is read strictly and kept.
import { describe, expect, test } from 'vitest';
import { foldTranscript } from '../../core/contract/transcript.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { fromXtext, readEnvid, readNotify, readOrcpt } from '../../core/smtp/dsn.ts';
import { bodies, type Client, grounds, mx, ofKind } from './playground.ts';

const start = grounds();
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

type Asked = readonly (readonly [line: string, reply: RegExp])[];

/** Says each line, with RSET in front of each MAIL, and compares what is heard. */
async function hears(client: Client, asked: Asked): Promise<void> {
  for (const [line, reply] of asked) {
    if (line.startsWith('MAIL')) await client.ask('RSET');
    expect({ [line]: await client.ask(line) }).toEqual({ [line]: expect.stringMatching(reply) });
  }
}

const on = (extensions: NonNullable<NonNullable<SettingsInput['acceptance']>['extensions']>) =>
  ({
    acceptance: { extensions },
    errors: { maxErrors: 'unlimited' },
    dns: { zone: '' },
    listeners: [{ ...mx, tls: 'starttls' }],
  }) satisfies SettingsInput;

describe('SMTPUTF8 (RFC 6531)', () => {
  test('IDN-01: an address above ASCII needs the parameter, and must be UTF-8', async () => {
    const g = await start(on({}));
    const c = await g.connect();
    expect(await c.hello()).toMatch(/^250-SMTPUTF8$/m);
    await hears(c, [
      [utf8('MAIL FROM:<jörg@client.example>'), /^550 5\.6\.7 /],
      [utf8('MAIL FROM:<jörg@client.example> SMTPUTF8=yes'), /^501 /],
      ['MAIL FROM:<j\xf6rg@client.example> SMTPUTF8', /^501 5\.1\.7 .*UTF-8/],
      [utf8('MAIL FROM:<jörg@münchen.example> SMTPUTF8 BODY=8BITMIME'), /^250 /],
      [utf8('RCPT TO:<ö@gate.example>'), /^250 /],
      ['RCPT TO:<\xf6@gate.example>', /^501 5\.1\.3 .*UTF-8/],
      ['MAIL FROM:<a@client.example>', /^250 /],
      [utf8('RCPT TO:<ö@gate.example>'), /^553 5\.6\.7 /],
    ]);
  });

  test('keeps what was written, and knows the domain by its A-labels', async () => {
    const g = await start({ ...on({}), domains: { local: [{ name: 'xn--mnchen-3ya.example' }] } });
    const c = await g.connect();
    await c.hello();
    await hears(c, [
      [utf8('MAIL FROM:<jörg@client.example> SMTPUTF8'), /^250 /],
      [utf8('RCPT TO:<ö@münchen.example>'), /^250 /],
      ['DATA', /^354 /],
      ['.', /^250 /],
    ]);
    const { envelope } = g.journal.messages[0] ?? {};
    expect(envelope?.sender).toEqual({ raw: 'jörg@client.example', local: 'jörg', domain: 'client.example' });
    expect(envelope?.recipients).toEqual([{ raw: 'ö@münchen.example', local: 'ö', domain: 'xn--mnchen-3ya.example' }]);
    expect(envelope?.trace).toContain('with UTF8SMTP id');
  });

  test('IDN-02: is not offered, and not understood, without 8BITMIME or when it is off', async () => {
    for (const off of [{ smtpUtf8: false }, { eightBitMime: false }]) {
      const g = await start(on(off));
      const c = await g.connect();
      expect(await c.hello()).not.toMatch(/SMTPUTF8/);
      await hears(c, [
        ['MAIL FROM:<a@client.example> SMTPUTF8', /^555 5\.5\.4 /],
        ['VRFY a SMTPUTF8', /^555 5\.5\.4 /],
        [utf8('MAIL FROM:<jörg@client.example>'), /^550 5\.6\.7 /],
      ]);
    }
  });
});

describe('DSN (RFC 3461)', () => {
  test('is off unless switched on, and then its parameters are unknown (CMD-12)', async () => {
    const g = await start(on({}));
    const c = await g.connect();
    expect(await c.hello()).not.toMatch(/^250[- ]DSN$/m);
    await hears(c, [
      ['MAIL FROM:<a@client.example> RET=FULL', /^555 5\.5\.4 /],
      ['MAIL FROM:<a@client.example> ENVID=x', /^555 /],
      ['MAIL FROM:<a@client.example>', /^250 /],
      ['RCPT TO:<b@gate.example> NOTIFY=NEVER', /^555 /],
      ['RCPT TO:<b@gate.example> ORCPT=rfc822;b@gate.example', /^555 /],
    ]);
  });

  test('reads each parameter strictly, and keeps them with the message', async () => {
    const g = await start(on({ dsn: true }));
    const c = await g.connect();
    expect(await c.hello()).toMatch(/^250-DSN$/m);
    const mail = 'MAIL FROM:<a@client.example>';
    await hears(c, [
      [`${mail} RET=ALL`, /^501 5\.5\.4 /],
      [`${mail} RET`, /^501 /],
      [`${mail} ENVID=a+2`, /^501 /],
      [`${mail} ENVID=a+0A`, /^501 /],
      [`${mail} ENVID=a+2b`, /^501 /],
      [`${mail} ENVID=${'x'.repeat(101)}`, /^501 /],
      [`${mail} RET=FULL RET=HDRS`, /^501 /],
      [`${mail} NOTIFY=NEVER`, /^555 /],
      [`${mail} ret=hdrs ENVID=QQ+2B314`, /^250 /],
      ['RCPT TO:<b@gate.example> NOTIFY=NEVER,DELAY', /^501 /],
      ['RCPT TO:<b@gate.example> NOTIFY=ALWAYS', /^501 /],
      ['RCPT TO:<b@gate.example> NOTIFY', /^501 /],
      ['RCPT TO:<b@gate.example> ORCPT=b@gate.example', /^501 /],
      ['RCPT TO:<b@gate.example> ORCPT=rfc822;b+zz', /^501 /],
      ['RCPT TO:<b@gate.example> RET=FULL', /^555 /],
      ['RCPT TO:<b@gate.example> NOTIFY=delay,Success ORCPT=rfc822;old+2Bb@gate.example', /^250 /],
      ['RCPT TO:<c@gate.example>', /^250 /],
      ['RCPT TO:<d@gate.example> NOTIFY=NEVER', /^250 /],
      ['DATA', /^354 /],
      ['.', /^250 /],
    ]);
    const dsn = g.journal.messages[0]?.envelope.recipients.map((each) => (each as { dsn?: unknown }).dsn);
    expect(dsn).toEqual([
      { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;old+b@gate.example' },
      undefined,
      { notify: ['NEVER'] },
    ]);
    const [stored] = ofKind(g.journal.sessions[0]?.events ?? [], 'stored');
    expect(stored?.dsn).toEqual({ ret: 'HDRS', envid: 'QQ+314' });
    expect(foldTranscript(g.journal.sessions[0]?.events ?? [])).toContainEqual(
      expect.objectContaining({
        kind: 'stored',
        text: 'stored, 0 bytes, 3 recipients, RET=HDRS, ENVID=QQ+314, delivery reports asked for 2, none is sent',
      }),
    );
  });

  test('xtext, lists of words and addresses in UTF-8 (RFC 6533) are what their grammar has', () => {
    expect(['a+2Bb', '+41', 'a b', 'a=b', '+', '+4', '+4a', '', 'ä'].map(fromXtext)).toEqual([
      'a+b',
      'A',
      ...Array<undefined>(7).fill(undefined),
    ]);
    expect([readEnvid('x'.repeat(100)), readEnvid('+09'), readNotify('never'), readNotify('SUCCESS,,DELAY')]).toEqual([
      'x'.repeat(100),
      undefined,
      ['NEVER'],
      undefined,
    ]);
    const orcpt = (value: string, smtpUtf8 = false) => readOrcpt(utf8(value), smtpUtf8);
    expect(orcpt('utf-8;j\\x{F6}rg@b')).toBe('utf-8;jörg@b');
    expect(orcpt('utf-8;jörg@b', true)).toBe('utf-8;jörg@b');
    const wrong = [
      'utf-8;jörg@b',
      'utf-8;\\x{D800}',
      'utf-8;\\x{f6}',
      'utf-8;\\xF6',
      ';a@b',
      'rfc822;',
      'a b;c',
      `rfc822;${'x'.repeat(500)}`,
    ];
    expect(wrong.map((value) => orcpt(value))).toEqual(wrong.map(() => undefined));
  });
});

test('REQUIRETLS (RFC 8689) is offered inside TLS only, has no value, and in clear needs STARTTLS first (TLS-14)', async () => {
  const g = await start({
    ...on({ requireTls: true }),
    listeners: [
      { ...mx, tls: 'starttls' },
      { ...mx, name: 'clear', tls: 'clear', address: '0.0.0.0:26' },
    ],
  });
  const c = await g.connect();
  expect(await c.hello()).not.toMatch(/REQUIRETLS/);
  expect(await c.ask('MAIL FROM:<a@client.example> REQUIRETLS')).toMatch(/^530 5\.7\.0 /);
  await c.ask('STARTTLS');
  await c.secure();
  expect(await c.ask('EHLO client.example')).toMatch(/^250-REQUIRETLS$/m);
  await hears(c, [
    ['MAIL FROM:<a@client.example> REQUIRETLS=1', /^501 /],
    ['MAIL FROM:<a@client.example> REQUIRETLS', /^250 /],
  ]);
  const clear = await g.connect('clear');
  await clear.hello();
  expect(await clear.ask('MAIL FROM:<a@client.example> REQUIRETLS')).toMatch(/^555 5\.5\.4 /);
});

test('LIMITS (RFC 9422) tells what the settings allow, and nothing where there is no limit', async () => {
  const offered = async (maxMessages: number | 'unlimited', maxRcptCount: number) => {
    const g = await start({ errors: { session: { maxMessages } }, acceptance: { maxRcptCount } });
    return /LIMITS.*/.exec(await (await g.connect()).hello())?.[0];
  };
  expect(await offered(7, 3)).toBe('LIMITS MAILMAX=7 RCPTMAX=3');
  expect(await offered('unlimited', 3)).toBe('LIMITS RCPTMAX=3');
  expect(await offered('unlimited', 0)).toBeUndefined();
});

describe('VRFY, EXPN and ETRN', () => {
  test('CMD-08: blind, VRFY and EXPN answer the same for every name', async () => {
    const g = await start({
      ...on({ expn: 'blind' }),
      domains: { local: [{ name: 'gate.example', accept: 'listed', recipients: ['bob'] }] },
    });
    const c = await g.connect();
    expect(await c.hello()).toMatch(/^250-EXPN$/m);
    for (const verb of ['VRFY', 'EXPN']) {
      const names = ['bob', 'nobody', 'bob@gate.example', '<x@y>', 'not an address', utf8('jörg SMTPUTF8')];
      const heard = new Set<string>();
      for (const name of names) heard.add(await c.ask(`${verb} ${name}`));
      expect([...heard]).toEqual([expect.stringMatching(/^252 2\.0\.0 /)]);
      await hears(c, [
        [verb, /^501 /],
        [`${verb} SMTPUTF8`, /^501 /],
        [utf8(`${verb} jörg`), /^553 5\.6\.7 /],
      ]);
    }
  });

  test('VRFY tells where it is to: 250 for one mailbox of ours, 550 for none, 553 for several', async () => {
    const g = await start({
      ...on({ vrfy: 'tell' }),
      domains: {
        local: [
          { name: 'gate.example', accept: 'listed', recipients: ['bob', 'ann'] },
          { name: 'other.example', accept: 'listed', recipients: ['ann'] },
        ],
      },
    });
    const c = await g.connect();
    await c.hello();
    await hears(c, [
      ['VRFY bob', /^250 2\.1\.5 <bob@gate\.example>$/],
      ['VRFY Bob@GATE.example', /^250 2\.1\.5 <Bob@gate\.example>$/],
      ['VRFY <bob@gate.example>', /^250 /],
      ['VRFY ann', /^553 5\.1\.4 /],
      ['VRFY postmaster@other.example', /^250 /],
      ['VRFY carol', /^550 5\.1\.1 /],
      ['VRFY bob@remote.example', /^550 /],
      ['VRFY <bob', /^550 /],
      ['VRFY bob smith', /^550 /],
    ]);
  });

  test('are 502 when off, and EXPN and ETRN are off', async () => {
    const g = await start(on({ vrfy: 'off' }));
    const c = await g.connect();
    expect(await c.hello()).not.toMatch(/EXPN|ETRN/);
    await hears(c, [
      ['VRFY bob', /^502 5\.5\.1 /],
      ['EXPN list', /^502 /],
      ['ETRN client.example', /^502 /],
      ['HELP', /^214-2\.0\.0 Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP QUIT\n/],
    ]);
  });

  test.each([
    ['refuse', /^459 4\.7\.1 Node client\.example not allowed/],
    ['accept', /^251 2\.0\.0 No messages waiting for node client\.example$/],
  ] as const)('ETRN: %s (RFC 1985)', async (etrn, reply) => {
    const g = await start(on({ etrn }));
    const c = await g.connect();
    await c.reply();
    expect(await c.ask('ETRN client.example')).toMatch(/^503 /);
    expect(await c.ask('EHLO client.example')).toMatch(/^250-ETRN$/m);
    await hears(c, [
      ['ETRN client.example', reply],
      ['ETRN @client.example', /^(?:459|251) /],
      ['ETRN #queue', /^(?:459|251) /],
      ['ETRN', /^501 /],
      ['ETRN a b', /^501 /],
      ['MAIL FROM:<a@client.example>', /^250 /],
      ['ETRN client.example', /^503 /],
    ]);
  });
});

test('CMD-09: HELP names what is offered now and no version', async () => {
  const g = await start({ ...on({ expn: 'blind', etrn: 'accept', chunking: false }), authentication: { clear: [] } });
  const c = await g.connect();
  await c.hello();
  const clear = await c.ask('HELP');
  expect(clear).toMatch(/Commands: EHLO HELO STARTTLS MAIL RCPT DATA RSET NOOP VRFY EXPN ETRN HELP QUIT\n/);
  expect(clear).not.toMatch(/gatehouse|node|smtp-server|\bv\d/i);
  await c.ask('STARTTLS');
  await c.secure();
  await c.ask('EHLO client.example');
  expect(await c.ask('HELP')).toMatch(/Commands: EHLO HELO AUTH MAIL /);
});

test('a listener that differs from the service is previewed as it is heard', async () => {
  const g = await start({
    ...on({ dsn: true }),
    listeners: [
      { ...mx, tls: 'clear', extensions: { dsn: 'off', help: 'off', etrn: 'accept' } },
      { ...mx, name: 'plain', tls: 'clear', address: '0.0.0.0:26' },
    ],
  });
  for (const name of ['mx', 'plain']) {
    const c = await g.connect(name);
    const heard = (await c.hello()).split('\n').map((line) => line.slice(4));
    expect(g.receiver.state().listeners.find((one) => one.name === name)?.ehlo.clear).toEqual(heard);
    expect([heard.includes('DSN'), heard.includes('HELP'), heard.includes('ETRN')]).toEqual(
      name === 'mx' ? [false, false, true] : [true, true, false],
    );
  }
});

test('strictness.grammar: what was taken is a finding in the reply’s verdict', async () => {
  const g = await start(on({}));
  const c = await g.connect();
  await c.hello();
  await c.codes('mail from: <a@client.example>', 'QUIT ');
  const told = bodies(await g.events()).flatMap((body) => (body.kind === 'reply' ? body.verdict.findings : []));
  expect(told.filter(({ check }) => check === 'grammar').map(({ text, action }) => [text, action])).toEqual([
    ['taken: space after colon', 'record'],
    ['taken: trailing space', 'record'],
  ]);
});

test('a line of blanks is judged at once, whatever the verb', async () => {
  const g = await start({ ...on({ dsn: true, etrn: 'accept' }), strictness: { longCommandLine: 'allow' } });
  const c = await g.connect();
  await c.hello();
  const blanks = ' '.repeat(900_000);
  for (const line of [
    'VRFY a#x',
    'VRFY a#SMTPUTF8',
    'ETRN a#',
    'MAIL FROM:<a@b># RET=FULL',
    'RSET#',
    'EHLO a#b',
    'XCLIENT a#b',
  ])
    expect(await c.ask(line.replace('#', blanks))).toMatch(/^[25]\d\d /);
});
