// Holds a session to RFC 5321: who says what when, what is refused, and what is recorded.
import { afterEach, describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { bodies, type Ground, ground, type GroundOptions, ofKind, plainResponse, until } from './playground.ts';
import { usersWith } from './nobody.ts';

let open: Ground[] = [];
const start = async (over?: SettingsInput, options?: GroundOptions) => {
  const made = await ground(over, options);
  open.push(made);
  return made;
};
afterEach(async () => {
  for (const each of open) await each.close();
  open = [];
});

describe('a session', () => {
  test('takes a message byte for byte and says why at every step', async () => {
    const g = await start();
    const c = await g.connect();
    expect(await c.reply()).toBe('220 gate.example ESMTP Gatehouse');
    expect(await c.ask('EHLO client.example')).toBe(
      [
        '250-gate.example at your service',
        '250-PIPELINING',
        '250-AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5',
        '250-STARTTLS',
        '250-8BITMIME',
        '250-BINARYMIME',
        '250-CHUNKING',
        '250-SIZE 10485760',
        '250-SMTPUTF8',
        '250-ENHANCEDSTATUSCODES',
        '250-LIMITS MAILMAX=1000 RCPTMAX=1000',
        '250 HELP',
      ].join('\n'),
    );
    expect(await c.ask('MAIL FROM:<a@client.example> SIZE=100 BODY=8BITMIME')).toMatch(/^250 2\.1\.0 /);
    expect(await c.ask('RCPT TO:<b@gate.example>')).toMatch(/^250 2\.1\.5 /);
    expect(await c.ask('DATA')).toMatch(/^354 /);
    const message = 'Subject: two\r\n words\r\nMessage-ID: <1@client.example>\r\n\r\n.dot\r\n\xe9\r\n';
    c.send(message.replace('\r\n.dot', '\r\n..dot') + '.\r\n');
    expect(await c.reply()).toBe('250 2.0.0 Message stored');
    expect(await c.ask('QUIT')).toMatch(/^221 2\.0\.0 /);
    await c.over();

    const events = await g.events();
    expect(events.map(({ n }) => n)).toEqual(events.map((_, index) => index + 1));
    expect(events.every(({ t }, index) => t >= (events[index - 1]?.t ?? 0))).toBe(true);
    expect(events.map(({ kind }) => kind).join(' ')).toBe(
      'connect reply line reply line reply line reply line reply data stored reply line reply close',
    );
    expect(
      ofKind(events, 'reply').map(({ verdict }) => `${verdict.stage} ${verdict.action} ${verdict.reason}`),
    ).toEqual([
      'connect accept greeting',
      'ehlo accept ehlo-ok',
      'mail accept mail-ok',
      'rcpt accept rcpt-ok',
      'data accept data-go',
      'message accept message-ok',
      'command accept quit-ok',
    ]);
    expect(bodies(events).at(-1)).toEqual({ kind: 'close', by: 'us', reason: 'quit', detail: 'the client said QUIT' });
    expect(ofKind(events, 'stored')[0]).toMatchObject({
      size: message.length,
      messageId: '<1@client.example>',
      remote: false,
    });

    const [stored] = g.journal.messages;
    expect(Buffer.from(stored?.bytes ?? []).toString('latin1')).toBe(message);
    expect(stored?.envelope).toMatchObject({
      sender: { raw: 'a@client.example', local: 'a', domain: 'client.example' },
      recipients: [{ raw: 'b@gate.example', local: 'b', domain: 'gate.example' }],
      subject: 'two words',
      remote: false,
    });
    expect(stored?.envelope.trace).toMatch(
      /^Return-Path: <a@client\.example>\r\n(?:Received-SPF: none [^\r]*\r\n\t[^\r]*\r\n)?Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby gate\.example with ESMTP id 00000001\r\n\tfor <b@gate\.example>;\r\n\t\w{3}, \d+ \w{3} \d{4} [\d:]{8} \+0000\r\n$/,
    );
  });

  test('keeps the order of the RFC', async () => {
    const g = await start();
    const c = await g.connect();
    await c.reply();
    expect(
      await c.codes(
        'MAIL FROM:<a@client.example>',
        'RCPT TO:<b@gate.example>',
        'DATA',
        'AUTH PLAIN',
        'EHLO client.example',
        'RCPT TO:<b@gate.example>',
        'DATA',
        'MAIL FROM:<a@client.example>',
        'MAIL FROM:<a@client.example>',
        'AUTH PLAIN',
        'DATA',
        'RCPT TO:<b@remote.example>',
        'DATA',
        'RSET',
        'RCPT TO:<b@gate.example>',
        'MAIL FROM:<>',
        'RCPT TO:<b@gate.example>',
        'EHLO again.example',
        'DATA',
      ),
    ).toEqual([503, 503, 503, 503, 250, 503, 503, 250, 503, 503, 503, 550, 554, 250, 503, 250, 250, 250, 503]);
  });

  test('answers what is no command, malformed or not offered by the code of RFC 5321 section 4.2.4', async () => {
    const g = await start({ errors: { maxErrors: 100 } });
    const c = await g.connect();
    await c.hello();
    const asked: Record<string, RegExp> = {
      'FOO bar': /^500 5\.5\.2 /,
      WIZ: /^500 /,
      SHELL: /^500 /,
      'KILL me': /^500 /,
      '': /^500 /,
      'EXPN list': /^502 5\.5\.1 /,
      ETRN: /^502 /,
      TURN: /^502 /,
      EHLO: /^501 /,
      'RSET x': /^501 /,
      'QUIT x': /^501 /,
      'DATA x': /^501 /,
      VRFY: /^501 /,
      'MAIL FROM:<a@client.example> FOO=1': /^555 5\.5\.4 /,
      'MAIL FROM:<a@client.example> BODY=9BIT': /^501 /,
      'SEND FROM:<a@client.example>': /^502 /,
      'SOML FROM:<a@client.example>': /^502 /,
      'SAML FROM:<a@client.example>': /^502 /,
      'MAIL FROM:<a@client.example> SIZE=1e3': /^501 /,
      'MAIL FROM:<a@client.example> SIZE=99999999999': /^552 5\.3\.4 /,
      'MAIL FROM:a@client.example>': /^501 /,
      'MAIL <a@client.example>': /^501 /,
      NOOP: /^250 2\.0\.0 /,
      'noop anything': /^250 /,
      HELP: /^214[- ]/,
      'VRFY test': /^252 2\.0\.0 /,
      'VRFY nobody': /^252 2\.0\.0 /,
      'mail from:<a@client.example> auth=<>': /^250 /,
      'RCPT TO:<b@gate.example> NOTIFY=NEVER': /^555 /,
      'RCPT TO:<>': /^501 /,
    };
    const heard: Record<string, string> = {};
    for (const line of Object.keys(asked)) heard[line] = await c.ask(line);
    for (const [line, pattern] of Object.entries(asked))
      expect({ [line]: heard[line] }).toEqual({ [line]: expect.stringMatching(pattern) });
    expect(heard['VRFY test']).toBe(heard['VRFY nobody']);
  });

  test('offers and understands only the extensions that are on', async () => {
    const off = {
      pipelining: false,
      size: false,
      eightBitMime: false,
      startTls: false,
      smtpUtf8: false,
      chunking: false,
      binaryMime: false,
      enhancedStatusCodes: false,
      limits: false,
      help: false,
    };
    const g = await start({ acceptance: { extensions: off }, authentication: { clear: [] } });
    const c = await g.connect();
    expect(await c.hello()).toBe('250 gate.example at your service');
    expect(await c.ask('MAIL FROM:<a@client.example> SIZE=1')).toMatch(/^555 [^\d]/);
    expect(await c.ask('MAIL FROM:<a@client.example> BODY=8BITMIME')).toMatch(/^555 /);
    expect(await c.ask('MAIL FROM:<a@client.example> AUTH=<>')).toMatch(/^555 /);
    expect(await c.codes('STARTTLS', 'HELP', 'AUTH PLAIN')).toEqual([502, 502, 502]);
    expect(await c.ask('NOOP')).toBe('250 OK');
  });

  test('with AXIGEN’s dialect sends its words, its order and its 250 OK', async () => {
    const g = await start({
      acceptance: { dialect: 'axigen', extensions: { enhancedStatusCodes: false, authEquals: true } },
    });
    const c = await g.connect();
    expect(await c.reply()).toBe('220 gate.example Axigen ESMTP ready');
    expect((await c.ask('EHLO client.example')).split('\n')).toEqual([
      '250-gate.example Axigen ESMTP hello',
      '250-PIPELINING',
      '250-AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5',
      '250-AUTH=PLAIN LOGIN CRAM-MD5 DIGEST-MD5',
      '250-STARTTLS',
      '250-8BITMIME',
      '250-BINARYMIME',
      '250-CHUNKING',
      '250-SIZE 10485760',
      '250-SMTPUTF8',
      '250-LIMITS MAILMAX=1000 RCPTMAX=1000',
      '250-HELP',
      '250 OK',
    ]);
    expect(await c.ask('MAIL FROM:<a@client.example>')).toBe('250 Sender accepted');
  });

  test('closes after one wrong command more than allowed, reply and 421 in one write', async () => {
    const g = await start({ errors: { maxErrors: 2 } });
    const c = await g.connect();
    await c.hello();
    expect(await c.codes('FOO', 'RCPT TO:<b@gate.example>')).toEqual([500, 503]);
    const chunks: string[] = [];
    c.socket.on('data', (chunk) => chunks.push(chunk.toString()));
    c.send('MAIL FROM:a\r\nNOOP\r\n');
    expect(await c.replies(2)).toEqual([expect.stringMatching(/^501/), expect.stringMatching(/^421 4\.7\.0 /)]);
    await c.over();
    expect(chunks.length).toBe(1);
    expect(c.rest).toBe('');
    const events = await g.events();
    const last = ofKind(events, 'reply').slice(-2);
    expect(last.map(({ joined, verdict }) => [joined, verdict.reason])).toEqual([
      [undefined, expect.any(String)],
      [true, 'too-many-errors'],
    ]);
    expect(last[1]?.verdict.findings.at(-1)?.counter).toEqual({ name: 'wrong commands', value: 3, limit: 2 });
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'limit' });
  });

  test('counts no policy refusal and no failed login as a wrong command', async () => {
    const g = await start({ errors: { maxErrors: 0, maxAuthErrors: 'unlimited' } });
    const c = await g.connect();
    await c.hello();
    expect(
      await c.codes(
        `AUTH PLAIN ${plainResponse('test', 'no')}`,
        'AUTH LOGIN dGVzdA==',
        '*',
        'MAIL FROM:<a@client.example> SIZE=99999999999',
        'MAIL FROM:<a@client.example>',
        'RCPT TO:<b@remote.example>',
        'RCPT TO:<c@remote.example>',
      ),
    ).toEqual([535, 334, 501, 552, 250, 550, 550]);
    expect(await c.ask('FOO')).toMatch(/^500/);
    expect(await c.reply()).toMatch(/^421/);
  });

  test('does not count what is out of order because a pipelined MAIL was refused', async () => {
    const g = await start({ errors: { maxErrors: 0 } });
    const c = await g.connect();
    await c.hello();
    c.send('MAIL FROM:<a@client.example> SIZE=99999999999\r\nRCPT TO:<b@gate.example>\r\nDATA\r\n');
    expect((await c.replies(3)).map((reply) => reply.slice(0, 3))).toEqual(['552', '503', '503']);
    expect(await c.ask('RCPT TO:<b@gate.example>')).toMatch(/^503/);
    expect(await c.reply()).toMatch(/^421/);
  });

  test('answers pipelined commands in their order, whatever the segments', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    const talk = 'MAIL FROM:<a@client.example>\r\nRCPT TO:<b@remote.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\n';
    for (const octet of talk) c.send(octet);
    expect((await c.replies(4)).map((reply) => reply.slice(0, 3))).toEqual(['250', '550', '250', '354']);
    c.send('x\r\n.\r\nMAIL FROM:<c@client.example>\r\nQUIT\r\n');
    expect((await c.replies(3)).map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '221']);
    const events = await g.events();
    expect(ofKind(events, 'line').find(({ bytes }) => bytes.startsWith('MAIL FROM:<c'))?.behind).toBe(6);
  });

  test('puts replies to commands that came together into one write', async () => {
    const g = await start({ sender: { spf: { ehlo: false, mailFrom: false } } });
    const c = await g.connect();
    await c.hello();
    const chunks: string[] = [];
    c.socket.on('data', (chunk) => chunks.push(chunk.toString()));
    c.send('NOOP\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nRSET\r\n');
    await c.replies(4);
    expect(chunks.length).toBe(1);
  });

  test('swallows an over-long line whole and goes on behind it', async () => {
    const g = await start({ strictness: { maxCommandLine: 512 } });
    const c = await g.connect();
    await c.hello();
    expect(await c.ask(`NOOP ${'x'.repeat(600)}`)).toMatch(/^500 5\.5\.6 /);
    expect(await c.ask(`NOOP ${'x'.repeat(500)}`)).toMatch(/^250/);
    c.send('QUIT '.repeat(100_000));
    expect(await c.reply()).toMatch(/^500 5\.5\.6 /);
    c.send('\r\n');
    expect(await c.ask('NOOP')).toMatch(/^250/);
    c.end();
    await c.over();
    const lines = ofKind(await g.events(), 'line');
    expect(Math.max(...lines.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(512);
  });

  test('takes a bare CR in a command for one refused command, never for two', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    expect(await c.ask('MAIL FROM:<a@client.example>\rRCPT TO:<b@gate.example>')).toMatch(/^50[01]/);
    expect(await c.ask('NO\0OP')).toMatch(/^500/);
    expect(await c.ask('RCPT TO:<b@gate.example>')).toMatch(/^503/);
  });

  test('never runs a command the client did not finish', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    c.send('MAIL FROM:<a@client.example>');
    c.end();
    await c.over();
    const events = await g.events();
    expect(ofKind(events, 'line').at(-1)).toMatchObject({ bytes: 'MAIL FROM:<a@client.example>', end: 'none' });
    expect(ofKind(events, 'reply').length).toBe(2);
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'client', reason: 'peer-fin' });
  });

  test('still answers a client that closes its side behind its last command', async () => {
    const g = await start();
    const c = await g.connect();
    await c.reply();
    c.send('EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\n\r\nx\r\n.\r\n');
    c.end();
    const heard = await c.replies(5);
    expect(heard.map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '250', '354', '250']);
    await c.over();
    expect(bodies(await g.events()).at(-1)).toMatchObject({ reason: 'peer-fin' });
    expect(g.journal.messages.length).toBe(1);
  });

  test('a throw answers 451, leaves a fault and harms nobody', async () => {
    const g = await start(
      {},
      {
        users: usersWith({
          verify: () => {
            throw new Error('the table of users is broken');
          },
        }),
      },
    );
    const [c, other] = [await g.connect(), await g.connect()];
    await c.hello();
    await other.hello();
    expect(await c.ask(`AUTH PLAIN ${plainResponse('test', 'geheim')}`)).toBe('451 4.3.0 Local error in processing');
    expect(await c.codes('NOOP', 'QUIT')).toEqual([250, 221]);
    expect(await other.codes('NOOP')).toEqual([250]);
    const [fault] = ofKind(await g.events(), 'fault');
    expect(fault?.error).toBe('the table of users is broken');
    expect(fault?.stack).toContain('test/smtp/session.test.ts');
    expect(fault?.stack).not.toContain(process.cwd());
  });

  test('a journal that cannot keep the message is 452, and the next one is taken', async () => {
    let full = true;
    const g = await start({}, { journal: { failCommit: () => (full ? 'ENOSPC' : undefined) } });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('x\r\n.\r\n');
    expect(await c.reply()).toBe('452 4.3.1 The message could not be stored, try again later');
    full = false;
    await c.toData();
    c.send('y\r\n.\r\n');
    expect(await c.reply()).toMatch(/^250/);
    await c.ask('QUIT');
    expect(ofKind(await g.events(), 'stored').length).toBe(1);
    expect(g.journal.messages.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['y\r\n']);
  });

  test.each([
    '',
    'EHLO c.example\r\n',
    'EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n',
    'EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nhalf',
  ])('reset behind %j ends with peer-rst and stores nothing', async (talk) => {
    const g = await start();
    const c = await g.connect();
    await c.reply();
    c.send(talk);
    await until(() => ofKind(g.journal.sessions[0]?.events ?? [], 'reply').length === talk.split('\r\n').length);
    c.reset();
    const events = await g.events();
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'client', reason: 'peer-rst' });
    expect(ofKind(events, 'close').length).toBe(1);
    expect(g.journal.messages).toEqual([]);
    if (talk.endsWith('half')) expect(ofKind(events, 'data')[0]?.facts.bytes).toBe(4);
  });
});
