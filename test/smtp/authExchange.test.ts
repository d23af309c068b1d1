// AUTH as RFC 4954 has it, line by line: what ends an exchange, what a server never takes, and who may act for whom.
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';
import { ann, annsToken, logIn, people } from './loggingIn.ts';
import { type Client, grounds, ofKind, password, plainResponse } from './playground.ts';

const start = grounds();
const all = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER'] as const;
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function opened(over: SettingsInput = {}) {
  const g = await start({ ...over, authentication: { clear: [...all], ...over.authentication } }, { users: people() });
  const c = await g.connect();
  await c.hello();
  return { g, c };
}

const good = plainResponse(ann, password);
const wrong = plainResponse(ann, 'wrong');
const refused = base64(`n,a=${ann},\x01auth=Bearer wrong\x01\x01`);

/** Failed logins that the session counts; one more shows it. */
async function failedBefore(c: Client, g: Awaited<ReturnType<typeof opened>>['g']): Promise<number> {
  await c.ask(`AUTH PLAIN ${wrong}`);
  const last = ofKind(g.journal.sessions[0]?.events ?? [], 'reply').at(-1);
  return (last?.verdict.findings.find(({ check }) => check === 'credentials')?.counter?.value ?? 0) - 1;
}

describe('an exchange', () => {
  test('of a mechanism in which the server begins takes no initial response (501 5.7.0)', async () => {
    const { c, g } = await opened();
    expect(await c.ask('AUTH CRAM-MD5 =')).toMatch(/^501 5\.7\.0 /);
    expect(await c.ask(`AUTH digest-md5 ${base64('x')}`)).toMatch(/^501 5\.7\.0 /);
    expect(await c.ask(`AUTH PLAIN ${good}`)).toMatch(/^235/);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'sasl').length).toBe(1);
  });

  test('begins with one blank and nothing where there is nothing to say', async () => {
    const { c } = await opened();
    for (const name of ['PLAIN', 'plain', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER'])
      expect([await c.ask(`AUTH ${name}`), (await c.ask('*')).slice(0, 9)], name).toEqual(['334 ', '501 5.7.0']);
  });

  test('has an empty response in = of AUTH and in an empty line, and nothing else is one', async () => {
    const { c } = await opened();
    const malformed = expect.stringMatching(/^501 5\.5\.2 /) as string;
    expect(await c.ask('AUTH PLAIN =')).toEqual(malformed);
    await c.ask('AUTH PLAIN');
    expect(await c.ask('')).toEqual(malformed);
    await c.ask('AUTH PLAIN');
    expect(await c.ask('=')).toEqual(malformed);
    for (const line of ['=AAA', 'AAA=BBB', 'Zm9v!', ' Zm9v', 'Zh=='])
      expect([await c.ask('AUTH PLAIN'), await c.ask(line)], line).toEqual(['334 ', malformed]);
  });

  test('is over with *, with bad base64 and with a line too long: lines behind it are commands, and none is a failed login', async () => {
    const { c, g } = await opened({ errors: { maxErrors: 'unlimited' } });
    expect(await c.codes('AUTH LOGIN', '*', 'NOOP')).toEqual([334, 501, 250]);
    expect(await c.codes('AUTH LOGIN', base64(ann), '*', 'NOOP')).toEqual([334, 334, 501, 250]);
    expect(await c.codes('AUTH LOGIN', 'n0t base64', 'NOOP')).toEqual([334, 501, 250]);
    await c.ask('AUTH SCRAM-SHA-256');
    expect(await c.ask('A'.repeat(12_288))).toMatch(/^500 5\.5\.6 /);
    expect(await c.codes('NOOP', base64(password), 'NOOP')).toEqual([250, 500, 250]);
    expect(await failedBefore(c, g)).toBe(0);
  });

  test('needs a name, and at most one response behind it', async () => {
    const { c } = await opened();
    const answers = ['AUTH', 'AUTH ', 'AUTH PLAIN a b', 'AUTH PL/AIN', `AUTH ${'A'.repeat(21)}`];
    for (const line of answers) expect(await c.ask(line), line).toMatch(/^501 5\.5\.4 /);
  });

  test('is not within a transaction, not before EHLO, and not twice (503)', async () => {
    const g = await start({}, { users: people() });
    const c = await g.connect();
    await c.reply();
    expect(await c.codes(`AUTH PLAIN ${good}`, 'EHLO client.example', 'MAIL FROM:<a@b.example>')).toEqual([
      503, 250, 250,
    ]);
    expect(await c.codes(`AUTH PLAIN ${good}`, 'RSET', `AUTH PLAIN ${good}`, 'AUTH LOGIN')).toEqual([
      503, 250, 235, 503,
    ]);
  });

  test('counts as failed once its refusal is told, whatever the client says then', async () => {
    const { c, g } = await opened({ errors: { maxAuthErrors: 'unlimited' } });
    for (const answer of ['AQ==', '*', '', 'not base64', 'AAAA'])
      expect(await c.codes(`AUTH OAUTHBEARER ${refused}`, answer), answer).toEqual([334, 535]);
    expect(await failedBefore(c, g)).toBe(5);
    const ends = ofKind(g.journal.sessions[0]?.events ?? [], 'sasl').flatMap(({ ended }) => ended?.result ?? []);
    expect(new Set(ends)).toEqual(new Set(['credentials']));
  });

  test('counts as failed for its peer even when the client goes away with the refusal', async () => {
    const { c, g } = await opened({
      protection: { failedLogins: { account: { maxRetry: 1, findTime: 60, banTime: 60 } } },
    });
    await c.ask(`AUTH OAUTHBEARER ${refused}`);
    c.reset();
    await g.events();
    const next = await g.connect();
    await next.hello();
    expect(await next.ask(`AUTH PLAIN ${good}`)).toMatch(/^454 4\.7\.0 /);
  });
});

describe('pipelining', () => {
  test('a login that is over with its initial response may have a command behind it (RFC 4954 section 4)', async () => {
    const { c, g } = await opened({ strictness: { pipelining: 'reject' } });
    c.send(`AUTH PLAIN ${good}\r\nMAIL FROM:<${ann}>\r\n`);
    expect((await c.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['235', '250']);
    const other = await g.connect();
    await other.hello();
    other.send(`AUTH PLAIN\r\n${good}\r\n`);
    expect(await other.reply()).toMatch(/^554/);
  });
});

describe('acting for another', () => {
  const asBen = base64(`ben@gate.example\0${ann}\0${password}`);

  test('is nobody’s right unless the settings say so', async () => {
    const { c, g } = await opened();
    expect(await c.ask(`AUTH PLAIN ${asBen}`)).toMatch(/^535 5\.7\.8 /);
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'sasl')[0]?.ended).toEqual({
      result: 'credentials',
      user: ann,
      detail: `the login is right, but ${ann} may not act for ben@gate.example (authentication.actFor)`,
    });
  });

  test('makes the session count as the other, and keeps whose login it was', async () => {
    const { c, g } = await opened({ authentication: { actFor: 'alias', senderLogin: 'exact' } });
    expect(await c.ask(`AUTH PLAIN ${asBen}`)).toMatch(/^235/);
    expect(g.journal.sessions[0]?.row.user).toBe('ben@gate.example');
    const last = ofKind(g.journal.sessions[0]?.events ?? [], 'reply').at(-1);
    expect(last?.verdict.findings.find(({ check }) => check === 'credentials')?.evidence).toMatchObject({
      user: ann,
      authzid: 'ben@gate.example',
    });
  });

  test('is asked by the name beside a token as well', async () => {
    const { c } = await opened({ authentication: { actFor: 'alias' } });
    const token = (name: string) => base64(`user=${name}\x01auth=Bearer ${annsToken}\x01\x01`);
    expect(await c.codes(`AUTH XOAUTH2 ${token('eve@gate.example')}`)).toEqual([535]);
    expect(await c.codes(`AUTH XOAUTH2 ${token('ben@gate.example')}`)).toEqual([235]);
  });
});

describe('who is held off', () => {
  const held: SettingsInput = { protection: { failedLogins: { account: { maxRetry: 1, findTime: 60, banTime: 60 } } } };

  test('hears the same from every mechanism, whatever is right or wrong, and nothing is checked', async () => {
    const { c, g } = await opened({ ...held, errors: { maxAuthErrors: 'unlimited', maxErrors: 'unlimited' } });
    await c.ask(`AUTH PLAIN ${wrong}`);
    for (const mechanism of all)
      for (const secret of [
        { password, token: annsToken },
        { password: 'wrong', token: 'wrong' },
      ]) {
        const { reply } = await logIn(c, { mechanism, ...secret });
        expect(reply, `${mechanism} ${secret.password}`).toMatch(/^454 4\.7\.0 /);
      }
    const ends = ofKind(g.journal.sessions[0]?.events ?? [], 'sasl').flatMap(({ ended }) => ended?.detail ?? []);
    // A token that nobody has is nobody's who could be held off.
    expect(new Set(ends.slice(1))).toEqual(
      new Set([`${ann} is held off, so it was not checked`, 'nobody has this token']),
    );
  });

  test.each(['SCRAM-SHA-256', 'DIGEST-MD5', 'CRAM-MD5'] as const)(
    'hears the same of a proof by %s that was begun before',
    async (mechanism) => {
      const g = await start({ ...held, authentication: { clear: [mechanism] } }, { users: people() });
      const begun = async (secret: string) => {
        const c = await g.connect();
        await c.hello();
        const login = { user: ann, password: secret };
        const exchange = clientMechanisms[mechanism].start({ login, host: 'gate.example', nonce: () => 'a1' });
        const said = async (challenge: Buffer | null) => {
          const move = await exchange.next(challenge);
          return 'response' in move ? move.response.toString('base64') : '*';
        };
        const isFirst = clientMechanisms[mechanism].initial === 'usual';
        const asked = await c.ask(`AUTH ${mechanism}${isFirst ? ` ${await said(null)}` : ''}`);
        return async () => c.ask(await said(Buffer.from(asked.slice(4), 'base64')));
      };
      const proofs = [await begun('wrong'), await begun('wrong'), await begun(password)];
      const ends: string[] = [];
      for (const proof of proofs) ends.push(await proof());
      expect(ends[0]).toMatch(/^535 /);
      expect(ends[1]).toMatch(/^454 /);
      expect(ends[2]).toBe(ends[1]);
    },
  );

  test('is counted by a quota of one’s own where there is one', async () => {
    const users = people();
    const patient = { account: (name: string) => ({ name, aliases: [], quota: 3 }) };
    const wrapped = new Proxy(users, { get: (of, key) => (key === 'account' ? patient.account : bound(of, key)) });
    const g = await start(held, { users: wrapped });
    const c = await g.connect();
    await c.hello();
    expect(await c.codes(...Array.from({ length: 4 }, () => `AUTH PLAIN ${wrong}`))).toEqual([535, 535, 535, 454]);
  });
});

const bound = (of: object, key: string | symbol): unknown => {
  const value: unknown = Reflect.get(of, key);
  return typeof value === 'function' ? (value.bind(of) as unknown) : value;
};
