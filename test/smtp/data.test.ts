// Holds the message phase to its promises: bytes as sent, one end, every refusal behind the true end, bounded and counted.
import { describe, expect, test } from 'vitest';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import { type Client, type Ground, grounds, ofKind, until } from './playground.ts';

const start = grounds();

const stored = (g: Ground) => g.journal.messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));

/** Everything the server says until it has nothing more to say to `NOOP`. */
async function said(c: Client): Promise<string[]> {
  c.send('\r\n.\r\nNOOP end\r\n');
  const codes: string[] = [];
  for (;;) {
    const reply = await c.reply();
    codes.push(reply.slice(0, 3));
    if (reply === '<closed>' || reply.startsWith('250 2.0.0 OK')) return codes;
  }
}

describe('a message', () => {
  test.each(['.', '..', '.x', '..x', '...', 'x.', '. ', ''])('comes out as it went in: line %j', async (line) => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.toData();
    const stuffed = line.startsWith('.') ? `.${line}` : line;
    c.send(`${stuffed}\r\nmid\r\n${stuffed}\r\n.\r\n`);
    await c.reply();
    expect(stored(g)).toEqual([`${line}\r\nmid\r\n${line}\r\n`]);
  });

  test('of several megabytes in odd segments is kept whole', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.toData();
    const line = `${'0123456789'.repeat(7)}\r\n`;
    const message = line.repeat(60_000);
    for (let at = 0; at < message.length; at += 77_777) c.send(message.slice(at, at + 77_777));
    c.send('.\r\n');
    expect(await c.reply()).toMatch(/^250/);
    expect(stored(g)[0] === message).toBe(true);
  });

  test('waits for a journal that is behind, and takes every byte once it has caught up', async () => {
    let release: (() => void) | undefined;
    let waits = 0;
    const g = await start(
      {},
      {
        wrap: (journal) => ({
          session: () => {
            const log = journal.session();
            return {
              id: log.id,
              append: (body, t) => log.append(body, t),
              end: () => log.end(),
              message: () => {
                const message = log.message();
                return {
                  ...message,
                  write: (chunk) => {
                    message.write(chunk);
                    return false;
                  },
                  drained: () => {
                    waits += 1;
                    return new Promise((resolve) => (release = resolve));
                  },
                };
              },
            };
          },
        }),
      },
    );
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('one\r\n');
    await until(() => waits === 1);
    c.send('two\r\n.\r\n');
    release?.();
    await until(() => waits === 2);
    release?.();
    expect(await c.reply()).toMatch(/^250/);
    expect(stored(g)).toEqual(['one\r\ntwo\r\n']);
  });

  test.each([
    ['LF.LF', 'a\n.\nMAIL FROM:<evil@client.example>'],
    ['LF.CRLF', 'a\n.\r\nMAIL FROM:<evil@client.example>'],
    ['CRLF.LF', 'a\r\n.\nMAIL FROM:<evil@client.example>'],
    ['CR.CR', 'a\r.\rMAIL FROM:<evil@client.example>'],
    ['CR.LF', 'a\r.\nMAIL FROM:<evil@client.example>'],
    ['CRLF.CR', 'a\r\n.\rMAIL FROM:<evil@client.example>'],
    ['CRLF.CR CRLF', 'a\r\n.\r\r\nMAIL FROM:<evil@client.example>'],
    ['NUL before', 'a\r\n\0.\r\nMAIL FROM:<evil@client.example>'],
    ['NUL behind', 'a\r\n.\0\r\nMAIL FROM:<evil@client.example>'],
    ['LF.LF at once', '\n.\nMAIL FROM:<evil@client.example>'],
  ])('has one end, and %s is none, whatever the settings but allow say', async (_name, fake) => {
    for (const policy of ['reject', 'normalise'] as const) {
      const g = await start({ strictness: { bareLf: policy, bareCr: policy, nul: 'reject' } });
      const c = await g.connect();
      await c.hello();
      await c.toData();
      c.send(fake);
      const codes = await said(c);
      expect(codes.length).toBe(2);
      expect(codes[1]).toBe('250');
      const odd = policy === 'reject' || fake.includes('\0');
      expect(codes[0]).toBe(odd ? '554' : '250');
      expect(g.journal.messages.length).toBe(odd ? 0 : 1);
      await c.ask('QUIT');
      const lines = ofKind(await g.events(), 'line').map(({ bytes }) => bytes);
      expect(lines.filter((line) => line.includes('evil'))).toEqual([]);
    }
  });

  test('with bareLf allow shows the smuggling it allows', async () => {
    const g = await start({ strictness: { bareLf: 'allow' } });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('a\n.\nMAIL FROM:<evil@client.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nsmuggled\r\n.\r\n');
    expect((await c.replies(5)).map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '250', '354', '250']);
    await c.ask('QUIT');
    const events = await g.events();
    expect(ofKind(events, 'data').map(({ ended }) => ended)).toEqual(['lf.lf', 'crlf.crlf']);
    expect(transcriptText(foldTranscript(events))).toContain('ended by LF.LF, not CRLF.CRLF');
    expect(g.journal.messages.map(({ envelope }) => envelope.sender.raw)).toEqual([
      'a@client.example',
      'evil@client.example',
    ]);
  });

  test('is stored with CRLF for each bare LF under normalise, and the event names where', async () => {
    const g = await start({ strictness: { bareLf: 'normalise' } });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('a\nb\r\n.\r\n');
    await c.reply();
    await c.ask('QUIT');
    expect(stored(g)).toEqual(['a\r\nb\r\n']);
    const [data] = ofKind(await g.events(), 'data');
    expect(data?.facts).toMatchObject({ bareLf: 1, lines: 2 });
    expect(data?.exceptions).toEqual([{ kind: 'bare-lf', offset: 1 }]);
  });

  test('larger than allowed is swallowed to its true end, refused with 552 and not kept', async () => {
    const g = await start({ acceptance: { maxDataSize: 1 } });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send(`${'x'.repeat(1022)}\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^250/);
    await c.toData();
    c.send(`${'x'.repeat(1023)}\r\n.\nMAIL FROM:<evil@client.example>\n.\r\nRSET\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^552 5\.3\.4 .*1024/);
    expect(await c.codes('RCPT TO:<b@gate.example>', 'NOOP')).toEqual([503, 250]);
    expect(stored(g).map((message) => message.length)).toEqual([1024]);
    await c.ask('QUIT');
    const events = await g.events();
    expect(ofKind(events, 'data').map(({ facts }) => facts.overLimit)).toEqual([false, true]);
    expect(ofKind(events, 'reply').find(({ code }) => code === 552)?.verdict).toMatchObject({
      stage: 'body',
      reason: 'size-exceeded',
    });
  });

  test('whose header is cut off tells so in its reply, and so does a broken line', async () => {
    const strictness = {
      header: 'normalise',
      maxHeaderFields: 10,
      longTextLine: 'normalise',
      maxTextLine: 80,
    } as const;
    const g = await start({ strictness });
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send(`${'A: b\r\n'.repeat(12)}\r\n${'x'.repeat(100)}\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^250/);
    await c.toData();
    c.send('A: b\r\n\r\nx\r\n.\r\n');
    await c.reply();
    await c.ask('QUIT');
    const told = ofKind(await g.events(), 'reply').filter(({ bytes }) => bytes.includes('Message stored'));
    expect(told.map(({ verdict }) => verdict.findings.map(({ text, counter }) => [text, counter]))).toEqual([
      [
        ['12 header fields of 72 octets; what is beyond was cut off', { name: 'header fields', value: 12, limit: 10 }],
        // Its pieces are no longer than they may be.
        ['1 line of more than 80 octets, broken', undefined],
      ],
      [],
    ]);
  });

  test('that has been round too often is refused, however its Received fields are written', async () => {
    const g = await start({ loops: { maxReceivedHeaders: 2 } });
    const c = await g.connect();
    await c.hello();
    const hops = ['Received: one\r\n', 'RECEIVED:\r\n folded\r\n\tagain\r\n', 'received : three\r\n'];
    await c.toData();
    c.send(`${hops.slice(0, 2).join('')}Subject: x\r\n\r\nReceived: in the body\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^250/);
    await c.toData();
    c.send(`${hops.join('')}\r\nbody\r\n.\r\n`);
    expect(await c.reply()).toMatch(/^554 5\.4\.6 /);
    await c.ask('QUIT');
    const refused = ofKind(await g.events(), 'reply').find(({ code }) => code === 554);
    expect(refused?.verdict.findings.at(-1)?.counter).toMatchObject({ value: 3, limit: 2 });
    expect(g.journal.messages.length).toBe(1);
  });

  test('for a remote domain is held after a login, and its trace says so', async () => {
    const g = await start({ authentication: { remoteDelivery: 'all' } });
    const c = await g.connect();
    await c.reply();
    await c.codes(
      'HELO client.example',
      'MAIL FROM:<>',
      'RCPT TO:<x@remote.example>',
      'RCPT TO:<b@gate.example>',
      'DATA',
    );
    c.send('x\r\n.\r\n');
    await c.reply();
    const { envelope } = g.journal.messages[0] ?? {};
    expect(envelope?.remote).toBe(true);
    expect(envelope?.trace).toContain('Return-Path: <>\r\n');
    expect(envelope?.trace).toMatch(/by gate\.example with SMTP id \w+;\r\n\t/);
  });

  test('cut off before its end is forgotten', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('half a\r\nmessage');
    c.end();
    await c.over();
    const events = await g.events();
    expect(g.journal.messages).toEqual([]);
    expect(ofKind(events, 'data')[0]?.facts).toMatchObject({ bytes: 15, lines: 1 });
    expect(ofKind(events, 'close')[0]).toMatchObject({ by: 'client', reason: 'peer-fin' });
    expect(c.rest).toBe('');
  });

  test('that was complete when the client reset is stored, and the record says so', async () => {
    let commit: (() => void) | undefined;
    const g = await start(
      {},
      {
        wrap: (journal) => ({
          session: () => {
            const log = journal.session();
            return {
              id: log.id,
              append: (body, t) => log.append(body, t),
              end: () => log.end(),
              message: () => {
                const message = log.message();
                return {
                  ...message,
                  commit: (...all) => new Promise((resolve) => (commit = () => resolve(message.commit(...all)))),
                };
              },
            };
          },
        }),
      },
    );
    const c = await g.connect();
    await c.hello();
    await c.toData();
    c.send('x\r\n.\r\n');
    await until(() => commit !== undefined);
    c.reset();
    await until(() => g.receiver.state().listeners[0]?.openSessions === 1);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    commit?.();
    const events = await g.events();
    expect(events.slice(-3).map(({ kind }) => kind)).toEqual(['stored', 'reply', 'close']);
    expect(ofKind(events, 'close')[0]?.reason).toBe('peer-rst');
    expect(g.journal.messages.length).toBe(1);
  });
});
