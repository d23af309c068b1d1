// Holds logins to RFC 4954, counts the failed ones, and lets no credential into any record.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { redacted } from '../../core/contract/event.ts';
import { bodies, grounds, ofKind, password, plainResponse, user } from './playground.ts';
import { usersWith } from './nobody.ts';

const start = grounds();

const base64 = (text: string) => Buffer.from(text).toString('base64');
const cram = (challenge: string, secret: string) =>
  base64(
    `${user} ${createHmac('md5', secret)
      .update(Buffer.from(challenge.slice(4), 'base64'))
      .digest('hex')}`,
  );

describe('AUTH', () => {
  test('takes the right password by each mechanism, and no second login', async () => {
    const g = await start();
    const talks: ((ask: (line: string) => Promise<string>) => Promise<string>)[] = [
      (ask) => ask(`AUTH PLAIN ${plainResponse(user, password)}`),
      async (ask) => (expect(await ask('auth plain')).toBe('334 '), ask(plainResponse(user, password))),
      async (ask) => (await ask('AUTH LOGIN'), await ask(base64(user)), ask(base64(password))),
      async (ask) => (await ask(`AUTH LOGIN ${base64(user)}`), ask(base64(password))),
      async (ask) => ask(cram(await ask('AUTH CRAM-MD5'), password)),
    ];
    for (const [index, talk] of talks.entries()) {
      const c = await g.connect();
      await c.hello();
      expect(await talk((line) => c.ask(line))).toMatch(/^235 2\.7\.0 /);
      expect(await c.codes('AUTH PLAIN', 'QUIT')).toEqual([503, 221]);
      const row = g.journal.sessions[index]?.row;
      expect(row?.user).toBe(user);
    }
  });

  test('counts failed logins of every mechanism together, and the next one hears 535 and 421 in one write', async () => {
    const g = await start({ errors: { maxAuthErrors: 3 } });
    const c = await g.connect();
    await c.hello();
    expect((await c.ask(`AUTH PLAIN ${plainResponse(user, 'wrong')}`)).slice(0, 3)).toBe('535');
    await c.codes('AUTH LOGIN', base64('nobody'));
    expect(await c.ask(base64('wrong'))).toMatch(/^535 5\.7\.8 /);
    expect(await c.ask(cram(await c.ask('AUTH CRAM-MD5'), 'wrong'))).toMatch(/^535 /);
    expect(await c.codes('AUTH LOGIN', '*', 'AUTH PLAIN !!!', 'AUTH PLAIN')).toEqual([334, 501, 501, 334]);
    const chunks: string[] = [];
    c.socket.on('data', (chunk) => chunks.push(chunk.toString()));
    c.send(`${plainResponse(user, 'wrong')}\r\nAUTH PLAIN ${plainResponse(user, password)}\r\n`);
    expect(await c.replies(2)).toEqual([expect.stringMatching(/^535/), expect.stringMatching(/^421 4\.7\.0 .*logins/)]);
    await c.over();
    expect(chunks.length).toBe(1);
    const events = await g.events();
    const last = ofKind(events, 'reply').at(-1);
    expect(last).toMatchObject({
      joined: true,
      verdict: { stage: 'command', action: 'drop', reason: 'too-many-logins', closes: 'reply' },
    });
    expect(last?.verdict.findings[last.verdict.decider ?? 0]).toMatchObject({
      check: 'failed-logins',
      text: '4th failed login, 3 allowed',
      setting: 'errors.maxAuthErrors',
      value: 3,
      counter: { value: 4, limit: 3 },
    });
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'limit' });
    expect(g.journal.sessions[0]?.row.user).toBeUndefined();
  });

  test('RSET and EHLO forgive no failed login', async () => {
    const g = await start({ errors: { maxAuthErrors: 1 } });
    const c = await g.connect();
    await c.hello();
    expect(await c.codes(`AUTH PLAIN ${plainResponse(user, 'no')}`, 'RSET', 'EHLO again.example')).toEqual([
      535, 250, 250,
    ]);
    expect(await c.ask(`AUTH PLAIN ${plainResponse(user, 'no')}`)).toMatch(/^535/);
    expect(await c.reply()).toMatch(/^421/);
  });

  test('offers one list in clear and one when secured', async () => {
    const g = await start({ authentication: { clear: ['CRAM-MD5'], secured: ['PLAIN'] } });
    const c = await g.connect();
    expect(await c.hello()).toContain('AUTH CRAM-MD5\n');
    expect(await c.ask(`AUTH PLAIN ${plainResponse(user, password)}`)).toMatch(/^504 5\.5\.4 .*STARTTLS/);
    expect(await c.codes('AUTH LOGIN', 'AUTH NTLM', 'STARTTLS')).toEqual([504, 504, 220]);
    await c.secure();
    expect(await c.ask('EHLO client.example')).toContain('AUTH PLAIN\n');
    expect(await c.codes('AUTH CRAM-MD5', `AUTH PLAIN ${plainResponse(user, password)}`)).toEqual([504, 235]);
  });

  test('lets nobody act for another', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    expect(await c.ask(`AUTH PLAIN ${base64(`admin\0${user}\0${password}`)}`)).toMatch(/^535/);
    expect(await c.ask(`AUTH PLAIN ${base64(`${user}\0${user}\0${password}`)}`)).toMatch(/^235/);
  });

  test('prepares whom a login acts for, and refuses what cannot be prepared (RFC 4954 section 4)', async () => {
    const g = await start({ authentication: { actFor: 'anyone' } });
    const c = await g.connect();
    await c.hello();
    const asking = (authzid: string) => `AUTH PLAIN ${base64(`${authzid}\0${user}\0${password}`)}`;
    expect(await c.ask(asking('bob\u0007'))).toMatch(/^535/);
    expect(await c.ask(asking('\u00ad'))).toMatch(/^535/);
    expect(await c.ask(asking('b\u00adob'))).toMatch(/^235/);
    expect(await c.codes('QUIT')).toEqual([221]);
    await g.events();
    expect(g.journal.sessions[0]?.row.user).toBe('bob');
  });

  test('takes lines of 12,288 octets in an exchange (RFC 4954 section 4)', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.ask('AUTH PLAIN');
    expect(await c.ask('A'.repeat(12_284))).toMatch(/^501 5\.5\.2 /);
    await c.ask('AUTH PLAIN');
    expect(await c.ask('A'.repeat(12_300))).toMatch(/^500 5\.5\.6 /);
    expect(await c.ask('NOOP')).toMatch(/^250/);
  });
});

describe('a credential', () => {
  test('is in no event, whichever way it was sent', async () => {
    const g = await start({ errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' } });
    const c = await g.connect();
    await c.hello();
    const secrets = [
      'pa55word-one',
      'pa55word-two',
      'pa55word-three',
      'pa55word-four',
      'pa55word-five',
      'pa55word-six',
    ];
    const encoded = secrets.map((secret) => base64(`\0${user}\0${secret}`));
    const lines = [
      `AUTH PLAIN ${encoded[0]}`,
      `auth  plain   ${encoded[0]}`,
      `AUTH\tPLAIN\t${encoded[0]}`,
      ` AUTH PLAIN ${encoded[0]}`,
      `AUTH PLAIN ${encoded[1]} ${encoded[2]}`,
      `AUTH ${encoded[1]}`,
      `AUTH PLAIN=${encoded[1]}`,
      `AUTH=PLAIN ${encoded[1]}`,
      `AUTHPLAIN ${encoded[1]}`,
      `AUTHENTICATE PLAIN ${encoded[1]}`,
      'AUTH LOGIN',
      base64(user),
      base64(secrets[3] ?? ''),
      `AUTH NTLM ${encoded[2]}`,
      encoded[2] ?? '',
      `AUTH LOGIN ${base64(user)} ${base64(secrets[4] ?? '')}`,
      base64(secrets[4] ?? ''),
      'AUTH PLAIN',
      secrets[5] ?? '',
      `USER ${base64(user)} PASS ${base64(secrets[5] ?? '')}`,
    ];
    for (const line of lines) await c.ask(line);
    await c.ask('QUIT');
    const text = JSON.stringify(g.journal.sessions);
    for (const secret of [...secrets, ...encoded, ...secrets.map(base64), password, base64(password)])
      expect(text.includes(secret)).toBe(false);
    const shown = ofKind(await g.events(), 'line');
    expect(shown[1]?.bytes).toBe(`AUTH PLAIN ${redacted.repeat(encoded[0]?.length ?? 0)}`);
    expect(shown.map(({ bytes }) => bytes.length)).toEqual(
      ['EHLO client.example', ...lines, 'QUIT'].map(({ length }) => length),
    );
    expect(shown.filter(({ secret }) => secret).length).toBe(lines.length - 2);
  });

  test('is in no fault either', async () => {
    const g = await start(
      {},
      {
        users: usersWith({
          verify: (_name, secret) => {
            throw new TypeError(`cannot check ${secret.length} characters`);
          },
        }),
      },
    );
    const c = await g.connect();
    await c.hello();
    expect(await c.ask(`AUTH PLAIN ${plainResponse(user, 'pa55word')}`)).toMatch(/^451 /);
    await c.ask('QUIT');
    expect(JSON.stringify(await g.events())).not.toContain('pa55word');
  });

  test('ends to be looked for at MAIL', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
    await c.codes('Zm9vYmFy', 'MAIL FROM:<a@client.example>', 'Zm9vYmFy', 'QUIT');
    const lines = ofKind(await g.events(), 'line').map(({ bytes }) => bytes);
    expect(lines.filter((line) => line === 'Zm9vYmFy').length).toBe(1);
    expect(lines.filter((line) => line === redacted.repeat(8)).length).toBe(1);
  });
});
