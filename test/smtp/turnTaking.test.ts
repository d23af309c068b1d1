// Holds turn-taking to RFC 5321 section 4.3.1 and RFC 2920: who may talk when, and what becomes of those who do not wait.
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { StrictRule } from '../../core/contract/settings/strictness.ts';
import type { Finding } from '../../core/contract/verdict.ts';
import { bodies, Client, type Ground, grounds, heldWorld, mx, ofKind, storingAfter, until } from './playground.ts';

const start = grounds();
const words = ['reject', 'normalise', 'allow'] as const;

/** Findings of a check in a session that may still be open. */
function found(g: Ground, check: string, session = 0): Finding[] {
  const events = g.journal.sessions[session]?.events ?? [];
  return events
    .flatMap((event) => ('verdict' in event ? [...event.verdict.findings] : []))
    .filter((finding) => finding.check === check);
}

const codesOf = (replies: readonly string[]) => replies.map((reply) => reply.slice(0, 3)).join(' ');

/** Sends bytes behind EHLO in one segment and hears all that is said until the close, or `most` replies. */
async function heard(c: Client, bytes: string, most: number): Promise<string> {
  c.send(bytes);
  const all: string[] = [];
  for (let reply = ''; all.length < most && reply !== '<closed>'; all.push(reply)) reply = await c.reply();
  return codesOf(all).replace('<cl', 'closed');
}

describe('early talk', () => {
  const held = (strictness: SettingsInput['strictness']) => {
    const clock = heldWorld();
    return {
      clock,
      input: { strictness: { greetingDelay: 2000, ...strictness } },
      options: { world: clock.world },
    };
  };
  const greetNow = async (clock: ReturnType<typeof heldWorld>) => {
    await until(() => clock.timers.some(({ ms }) => ms === 2000));
    clock.timers.find(({ ms }) => ms === 2000)?.fire();
  };
  /** Resolves when the receiver has read what was sent before the greeting. */
  const arrived = (c: Client) => until(() => c.socket.writableLength === 0).then(() => turns(20));
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  test('the greeting waits, the teaser does not', async () => {
    const { clock, input, options } = held({ teaser: 'wait for it' });
    const g = await start(input, options);
    const c = await g.connect();
    await until(() => c.rest.endsWith('\r\n'));
    expect(c.rest).toBe('220-gate.example wait for it\r\n');
    await greetNow(clock);
    expect(await c.reply()).toBe('220-gate.example wait for it\n220 gate.example ESMTP Gatehouse');
    expect(await c.codes('EHLO client.example', 'QUIT')).toEqual([250, 221]);
    expect(found(g, 'early-talk')).toEqual([]);
  });

  test.each([
    ['reject', 'EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n', '554 503 503'],
    ['normalise', 'EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n', '220 250 250'],
    ['allow', 'EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n', '220 250 250'],
    ['reject', 'EHL', '554 503'],
    ['normalise', 'EHL', '220 250'],
  ] as const)('under %s, %j is answered by %s', async (earlyTalk, bytes, codes) => {
    const { clock, input, options } = held({ earlyTalk });
    const g = await start(input, options);
    const c = await g.connect();
    c.send(bytes);
    await arrived(c);
    await greetNow(clock);
    if (bytes === 'EHL') {
      const greeting = await c.reply();
      expect(codesOf([greeting, await c.ask('O c.example')])).toBe(codes);
    } else expect(codesOf(await c.replies(3))).toBe(codes);
    expect(codesOf([await c.ask('QUIT')])).toBe('221');
    const [finding] = found(g, 'early-talk');
    if (earlyTalk === 'allow') return expect(finding).toBeUndefined();
    expect(finding?.text).toBe(`${bytes.length} octets came before the greeting`);
    expect(finding?.evidence?.octets).toBe(bytes.replaceAll('\r', '<CR>').replaceAll('\n', '<LF>'));
  });

  test('keeps no credentials as evidence', async () => {
    const { clock, input, options } = held({});
    const g = await start(input, options);
    const c = await g.connect();
    c.send('EHLO c.example\r\nAUTH LOGIN\r\ndGVzdA==\r\nZ2VoZWlt\r\n');
    await arrived(c);
    await greetNow(clock);
    await c.replies(5);
    expect(JSON.stringify(g.journal.sessions)).not.toMatch(/dGVzdA|Z2VoZWlt/);
  });

  test('is answered although the client has closed its side, and reads no more than it must', async () => {
    const { clock, input, options } = held({ earlyTalk: 'allow' });
    const g = await start({ ...input, errors: { session: { maxJunk: 'unlimited' } } }, options);
    const c = await g.connect();
    const noops = 20_000;
    c.send(`EHLO c.example\r\n${'NOOP\r\n'.repeat(noops)}QUIT\r\n`);
    c.end();
    await turns(50);
    await greetNow(clock);
    expect(codesOf(await c.replies(2))).toBe('220 250');
    for (let index = 0; index < noops; index += 1) expect(await c.reply()).toMatch(/^250/);
    expect(codesOf([await c.reply()])).toBe('221');
    expect(bodies(await g.events()).at(-1)).toMatchObject({ reason: 'quit' });
  });

  test('behind an implicit TLS handshake is seen as well', async () => {
    const clock = heldWorld();
    const g = await start(
      {
        listeners: [{ ...mx, name: 'submissions', role: 'submissions', tls: 'implicit' }],
        strictness: { greetingDelay: 2000 },
      },
      { world: clock.world },
    );
    const c = await Client.implicit(g.port());
    c.send('EHLO c.example\r\n');
    await until(() => clock.timers.some(({ ms }) => ms === 2000));
    await arrived(c);
    await greetNow(clock);
    expect(codesOf(await c.replies(2))).toBe('554 503');
    expect(found(g, 'early-talk').length).toBe(1);
    c.reset();
  });

  test('is no matter to a client that is turned away, nor to one that goes before it is greeted', async () => {
    const { clock, input, options } = held({});
    const g = await start({ ...input, access: { deny: [{ ipSet: '127.0.0.2' }] } }, options);
    const c = await g.connect();
    c.reset();
    expect(bodies(await g.events()).at(-1)).toMatchObject({
      by: 'client',
      reason: 'peer-rst',
    });
    expect(clock.timers.filter(({ ms }) => ms === 2000)).toEqual([]);
  });
});

const mail = 'MAIL FROM:<a@c.example>\r\nRCPT TO:<b@gate.example>\r\n';

describe('pipelining', () => {
  const unlawful = {
    'more behind EHLO': ['', `EHLO c.example\r\n${mail}`, '250 250 250'],
    'before EHLO': ['', 'NOOP\r\nNOOP\r\n', '250 250'],
    'under HELO': ['HELO c.example', mail, '250 250'],
    'behind DATA': ['EHLO c.example', `${mail}DATA\r\nx\r\n.\r\n`, '250 250 354 250'],
    'behind NOOP': ['EHLO c.example', `NOOP\r\n${mail}`, '250 250 250'],
    'behind VRFY': ['EHLO c.example', 'VRFY test\r\nRSET\r\n', '252 250'],
    'behind QUIT': ['EHLO c.example', 'QUIT\r\nNOOP\r\n', '221 closed'],
    'behind AUTH': ['EHLO c.example', 'AUTH LOGIN\r\n*\r\n', '334 501'],
    'within a login': ['EHLO c.example', 'AUTH LOGIN\r\ndGVzdA==\r\nbm8=\r\n', '334 334 535'],
  } as const;
  const given = {
    strictness: {},
    acceptance: { extensions: { vrfy: 'blind' } },
  } as const;

  describe.each(Object.entries(unlawful))('%s', (_, [hello, bytes, codes]) => {
    test.each(words)('under %s', async (pipelining) => {
      const g = await start({ ...given, strictness: { pipelining } });
      const c = await g.connect();
      await c.reply();
      if (hello !== '') await c.ask(hello);
      const most = codes.split(' ').length;
      if (pipelining === 'reject') {
        expect(await heard(c, bytes, 9)).toMatch(/^(?:250 )*554 421 closed$/);
        const events = await g.events();
        const replies = ofKind(events, 'reply');
        expect(replies.at(-2)?.verdict).toMatchObject({
          reason: 'pipelining',
          stage: expect.stringMatching(/line|ehlo/),
        });
        expect(replies.at(-1)?.joined).toBe(true);
        expect(bodies(events).at(-1)).toMatchObject({
          by: 'us',
          reason: 'policy',
        });
        return expect(found(g, 'pipelining').at(-1)).toMatchObject({
          action: 'drop',
          value: 'reject',
        });
      }
      expect(await heard(c, bytes, most)).toBe(codes);
      expect(found(g, 'pipelining').length > 0).toBe(pipelining === 'normalise');
    });
  });

  test('executes nothing of what stands behind the refused command, nor that command', async () => {
    const g = await start({ strictness: { pipelining: 'reject' } });
    const c = await g.connect();
    await c.hello();
    await c.codes('MAIL FROM:<a@c.example>', 'RCPT TO:<b@gate.example>');
    expect(await heard(c, `DATA\r\nx\r\n.\r\n${mail}`, 9)).toBe('554 421 closed');
    const lines = ofKind(await g.events(), 'line').map(({ bytes }) => bytes);
    expect(lines.at(-1)).toBe('DATA');
    expect(g.journal.messages).toEqual([]);
  });

  test.each(words)('as RFC 2920 has it is lawful under %s', async (pipelining) => {
    const g = await start({ strictness: { pipelining } });
    const c = await g.connect();
    await c.hello();
    expect(await heard(c, `RSET\r\n${mail}RCPT TO:<c@gate.example>\r\nDATA\r\n`, 5)).toBe('250 250 250 250 354');
    expect(await heard(c, `x\r\n.\r\n${mail}DATA\r\n`, 4)).toBe('250 250 250 354');
    expect(await heard(c, `y\r\n.\r\nRSET\r\n${mail}DATA\r\n`, 5)).toBe('250 250 250 250 354');
    expect(await heard(c, 'z\r\n.\r\nQUIT\r\n', 2)).toBe('250 221');
    expect(found(g, 'pipelining')).toEqual([]);
    expect(g.journal.messages.length).toBe(3);
  });

  test('of a login that is over with its initial response is lawful (RFC 4954 section 4)', async () => {
    const g = await start({ strictness: { pipelining: 'reject' } });
    const c = await g.connect();
    await c.hello();
    expect(await heard(c, 'AUTH PLAIN AHRlc3QAeA==\r\nRSET\r\n', 2)).toBe('535 250');
  });

  test('of chunks is lawful (RFC 3030)', async () => {
    const g = await start({ strictness: { pipelining: 'reject' } });
    const c = await g.connect();
    if (!(await c.hello()).includes('CHUNKING')) return;
    expect(await heard(c, `${mail}BDAT 3\r\nx\r\nBDAT 3 LAST\r\ny\r\n`, 4)).toBe('250 250 250 250');
    expect(g.journal.messages.length).toBe(1);
  });

  test('is taken of an exempt network, and the finding says so', async () => {
    const from: StrictRule[] = ['pipelining'];
    const exempt = [{ network: '127.0.0.0/8', from }];
    const g = await start({ strictness: { pipelining: 'reject', exempt } });
    const c = await g.connect();
    await c.hello();
    expect(await heard(c, `NOOP\r\n${mail}`, 3)).toBe('250 250 250');
    expect(found(g, 'pipelining')[0]).toMatchObject({
      spare: true,
      setting: 'strictness.exempt.0',
      value: 'allow',
    });
    const same = await start({ strictness: { pipelining: 'allow', exempt } });
    const other = await same.connect();
    await other.hello();
    expect(await heard(other, `NOOP\r\n${mail}`, 3)).toBe('250 250 250');
    expect(found(same, 'pipelining')).toEqual([]);
  });
});

describe('plaintext behind STARTTLS', () => {
  const injected = 'STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@client.example>\r\n';

  test('under reject ends the session without TLS', async () => {
    const g = await start({ strictness: { startTlsInjection: 'reject' } });
    const c = await g.connect();
    await c.hello();
    c.send(injected);
    expect(await c.replies(3)).toEqual([
      '554 5.5.0 Plaintext was sent behind STARTTLS',
      '421 4.7.0 gate.example Closing connection',
      '<closed>',
    ]);
    const events = await g.events();
    expect(ofKind(events, 'tls')).toEqual([]);
    expect(ofKind(events, 'line').some(({ bytes }) => bytes.includes('evil'))).toBe(false);
  });

  test('under normalise is thrown away and noted', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    c.send(injected);
    expect(await c.reply()).toMatch(/^220/);
    await c.secure();
    expect(await c.codes('MAIL FROM:<a@client.example>')).toEqual([503]);
    expect(found(g, 'starttls-injection')[0]?.text).toBe('52 octets in clear behind STARTTLS, thrown away');
  });

  test('under allow is run inside TLS: the hole it is', async () => {
    const g = await start({ strictness: { startTlsInjection: 'allow' } });
    const c = await g.connect();
    await c.hello();
    c.send(injected);
    expect(await c.reply()).toMatch(/^220/);
    await c.secure();
    expect(codesOf(await c.replies(2))).toBe('250 250');
    expect(await c.codes('RCPT TO:<b@gate.example>')).toEqual([250]);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'tls')[0]).toMatchObject({ discarded: 0 });
    expect(found(g, 'starttls-injection')[0]?.action).toBe('record');
  });
});

describe('another protocol', () => {
  const hello = Buffer.from('16030100c8010000c4030300', 'hex').toString('latin1');
  const spoken = {
    'GET / HTTP/1.1\r\n': 'HTTP',
    'POST /send HTTP/1.1\r\nHost: gate.example\r\n': 'HTTP',
    'Host: gate.example\r\n': 'header lines',
    'User-Agent: Mozilla/5.0\r\n': 'header lines',
    'PRI * HTTP/2.0\r\n': 'HTTP',
    'SSH-2.0-OpenSSH_9.6\r\n': 'SSH',
    'OPTIONS rtsp://gate.example RTSP/1.0\r\n': 'RTSP',
    'OPTIONS sip:nm SIP/2.0\r\n': 'SIP',
    [hello]: 'TLS',
  };

  test.each(Object.entries(spoken))('%j under each setting', async (bytes, name) => {
    const refused = '500 5.5.2 This is SMTP';
    for (const foreignProtocol of words) {
      const g = await start({
        strictness: { foreignProtocol },
        errors: { maxErrors: 0 },
      });
      const c = await g.connect();
      await c.reply();
      c.send(bytes);
      if (foreignProtocol === 'allow') {
        expect(await c.reply()).toBe(refused);
        expect(await c.codes('NOOP')).toEqual([
          bytes.includes('Host: gate.example\r\n') && name === 'HTTP' ? 500 : 250,
        ]);
        continue;
      }
      const said = foreignProtocol === 'reject' ? '421 4.7.0 gate.example This is SMTP, closing connection' : refused;
      expect(await c.reply()).toBe(said);
      await c.over();
      const events = await g.events();
      const [octets] = ofKind(events, 'octets');
      expect(octets).toEqual(
        name === 'TLS' ? expect.objectContaining({ what: 'foreign', bytes, length: 12 }) : undefined,
      );
      expect(bodies(events).at(-1)).toMatchObject(
        foreignProtocol === 'reject'
          ? {
              reason: 'policy',
              detail: `client spoke ${name} on listener mx`,
            }
          : { reason: 'limit' },
      );
      expect(found(g, 'foreign-protocol')[0]?.text).toBe(`client spoke ${name} on listener mx`);
    }
  });

  test('in place of a command waits for the reply to the one before it', async () => {
    let stored = () => undefined as void;
    const onDisk = new Promise<void>((resolve) => (stored = resolve));
    const g = await start(
      {},
      {
        wrap: storingAfter(onDisk),
      },
    );
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('Subject: x\r\n\r\n.\r\n');
    await until(() => ofKind(g.journal.sessions[0]?.events ?? [], 'data').length === 1);
    const before = c.socket.bytesWritten;
    c.send(hello);
    await until(() => c.socket.bytesWritten > before && c.socket.writableLength === 0);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(c.rest).toBe('');
    stored();
    expect(await c.reply()).toMatch(/^250 2\.0\.0 Message stored/);
    c.send('\r\n');
    expect(await c.reply()).toMatch(/^500/);
    expect(await c.codes('NOOP')).toEqual([250]);
    expect(g.journal.messages.length).toBe(1);
  });

  test('is no other one for a message, nor for a wrong command', async () => {
    const g = await start({
      strictness: { foreignProtocol: 'reject', nul: 'allow' },
    });
    const c = await g.connect();
    await c.hello();
    expect(await c.codes('GETS it', 'MAIL FROM: <a@c.example>', 'RCPT TO:<b@gate.example>', 'DATA')).toEqual([
      500, 250, 250, 354,
    ]);
    c.send(`${hello}\r\nGET / HTTP/1.1\r\nHost: x\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^250/);
  });
});
