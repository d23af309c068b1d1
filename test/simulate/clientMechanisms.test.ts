// Each mechanism as a client speaks it, against the vectors of its RFC; servers that cannot prove themselves are not believed.
import { describe, expect, test } from 'vitest';
import { mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import type { ClientMove, LoginContext } from '../../core/simulate/login/mechanism.ts';
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';

type Login = LoginContext['login'];

const context = (login: Login, over: Partial<LoginContext> = {}): LoginContext => ({
  login,
  host: 'mail.example.com',
  nonce: () => 'nonceOfTheClient',
  ...over,
});

const said = (move: ClientMove) => ('response' in move ? move.response.toString() : { cancel: move.cancel });

/** What the client answers to each challenge; null stands for the AUTH command. */
function play(name: keyof typeof clientMechanisms, of: LoginContext, challenges: readonly (string | null)[]) {
  const exchange = clientMechanisms[name].start(of);
  const answers = challenges.map((one) => {
    const move = exchange.next(one === null ? null : Buffer.from(one));
    if (move instanceof Promise) throw new Error('this mechanism answers at once');
    return said(move);
  });
  return { answers, owed: exchange.owed?.() };
}

describe('a client speaks', () => {
  test('PLAIN as in RFC 4616 section 4', () => {
    const tim = { user: 'tim', password: 'tanstaaftanstaaf' };
    expect(play('PLAIN', context(tim), [null]).answers).toEqual(['\0tim\0tanstaaftanstaaf']);
    const kurt = { user: 'Kurt', password: 'xipj3plmq', authzid: 'Ursel' };
    expect(play('PLAIN', context(kurt), ['']).answers).toEqual(['Ursel\0Kurt\0xipj3plmq']);
  });

  test('LOGIN: the user and the password, whatever the prompts are', () => {
    const tim = { user: 'tim', password: 'secret' };
    expect(play('LOGIN', context(tim), ['User Name\0', 'Password\0']).answers).toEqual(['tim', 'secret']);
    expect(play('LOGIN', context(tim), [null, 'Password:']).answers).toEqual(['tim', 'secret']);
  });

  test('CRAM-MD5 as in RFC 2195 section 2', () => {
    const tim = { user: 'tim', password: 'tanstaaftanstaaf' };
    const { answers } = play('CRAM-MD5', context(tim), ['<1896.697170952@postoffice.reston.mci.net>']);
    expect(answers).toEqual(['tim b913a602c7eda7a495b4e6e7334d3890']);
  });

  test('SCRAM-SHA-1 as in RFC 5802 section 5, both sides proved', () => {
    const of = context({ user: 'user', password: 'pencil' }, { nonce: () => 'fyko+d2lbbFgONRv9qkxdawL' });
    const { answers, owed } = play('SCRAM-SHA-1', of, [
      null,
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ]);
    expect(answers).toEqual([
      'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      '',
    ]);
    expect(owed).toBeUndefined();
  });

  test('SCRAM-SHA-256 as in RFC 7677 section 3, both sides proved', () => {
    const of = context({ user: 'user', password: 'pencil' }, { nonce: () => 'rOprNGfwEbeRWgbNEkqO' });
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const { answers, owed } = play('SCRAM-SHA-256', of, [
      null,
      `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ]);
    expect(answers).toEqual([
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
      '',
    ]);
    expect(owed).toBeUndefined();
  });

  test('OAUTHBEARER as in RFC 7628 section 4.1, but for the port; its error is answered by one octet', () => {
    const token = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';
    const of = context({ user: 'user@example.com', token }, { host: 'server.example.com' });
    const error = '{"status":"invalid_token","scope":"example_scope"}';
    expect(play('OAUTHBEARER', of, [null, error]).answers).toEqual([
      `n,a=user@example.com,\x01host=server.example.com\x01auth=Bearer ${token}\x01\x01`,
      '\x01',
    ]);
  });

  test('XOAUTH2 as Google has it; its error is answered by nothing', () => {
    const of = context({ user: 'someuser@example.com', token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg' });
    const first =
      'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==';
    expect(play('XOAUTH2', of, ['', '{"status":"401"}']).answers).toEqual([
      Buffer.from(first, 'base64').toString(),
      '',
    ]);
  });

  test('EXTERNAL: whom it acts for, or nothing', () => {
    expect(play('EXTERNAL', context({ user: 'alice' }), [null]).answers).toEqual(['']);
    expect(play('EXTERNAL', context({ user: 'alice', authzid: 'bob' }), [null]).answers).toEqual(['bob']);
  });
});

describe('a client believes', () => {
  const user = { user: 'user', password: 'pencil' };

  test.each([
    ['a signature that is wrong', 'v=rmF9pqV8S7suAoZWja4dJRkFsKR=', /cannot prove/],
    ['no signature at all', 'nonsense', /cannot prove/],
  ])('no SCRAM server with %s', (_, last, told) => {
    const of = context(user, { nonce: () => 'fyko+d2lbbFgONRv9qkxdawL' });
    const asked = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
    const { answers, owed } = play('SCRAM-SHA-1', of, [null, asked, last]);
    expect(answers[2]).toEqual({ cancel: expect.stringMatching(told) as string });
    expect(owed).toMatch(/without having proved/);
  });

  test('no SCRAM server whose nonce is not ours and more, that asks for too much work, or says 235 too early', () => {
    const answer = (asked: string) => play('SCRAM-SHA-1', context(user), [null, asked]);
    expect(answer('r=another,s=QSXCR+Q6sek8bf92,i=4096').answers[1]).toEqual({
      cancel: 'the nonce of the server does not go on from ours (RFC 5802 section 5.1)',
    });
    expect(answer('r=nonceOfTheClient,s=QSXCR+Q6sek8bf92,i=4096').answers[1]).toHaveProperty('cancel');
    expect(answer('r=nonceOfTheClient1,s=QSXCR+Q6sek8bf92,i=9999999').answers[1]).toEqual({
      cancel: 'the server asks for 9999999 iterations',
    });
    expect(answer('m=new,r=nonceOfTheClient1,s=QSXCR+Q6sek8bf92,i=4096').answers[1]).toHaveProperty('cancel');
    expect(answer('r=nonceOfTheClient1,s=QSXCR+Q6sek8bf92,i=4096').owed).toMatch(/without having proved/);
  });

  test('no DIGEST-MD5 server without its rspauth, and no challenge of another algorithm', () => {
    const asked = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
    const { answers, owed } = play('DIGEST-MD5', context(user), [asked, `rspauth=${'0'.repeat(32)}`]);
    expect(answers[0]).toMatch(/^charset=utf-8,username="user",realm="elwood\.innosoft\.com",nonce="OA6MG9tEQGm2hh",/);
    expect(answers[1]).toEqual({ cancel: expect.stringMatching(/rspauth is wrong/) as string });
    expect(owed).toMatch(/without rspauth/);
    const other = asked.replace('md5-sess', 'md5');
    expect(play('DIGEST-MD5', context(user), [other]).answers[0]).toHaveProperty('cancel');
    expect(play('DIGEST-MD5', context(user), [asked.replace('"auth"', '"auth-conf"')]).answers[0]).toEqual({
      cancel: 'the server offers no qop=auth',
    });
  });

  test.each(['PLAIN', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER', 'EXTERNAL'] as const)(
    'no first challenge that says something in %s, where it is to speak first',
    (name) => {
      const of = context({ user: 'user', password: 'pencil', token: 'token' });
      expect(play(name, of, ['Username:']).answers[0]).toHaveProperty('cancel');
    },
  );
});

describe('a bound login', () => {
  const asked = 'r=nonceOfTheClient1,s=QSXCR+Q6sek8bf92,i=4096';
  const channel = { binding: (type: string) => (type === 'tls-exporter' ? Buffer.from('the channel') : undefined) };
  const bound = (login: Partial<Login>, over: Partial<LoginContext> = { channel }) => {
    const of = context({ user: 'user', password: 'pencil', ...login }, over);
    return play('SCRAM-SHA-256-PLUS', of, [null, asked]).answers.map((one) => {
      const data = typeof one === 'string' ? /c=([^,]*)/.exec(one)?.[1] : undefined;
      return data === undefined ? one : Buffer.from(data, 'base64').toString();
    });
  };

  test('says what it is bound to, and to which channel', () => {
    expect(bound({})).toEqual(['p=tls-exporter,,n=user,r=nonceOfTheClient', 'p=tls-exporter,,the channel']);
    expect(bound({ authzid: 'a,b=c' })[0]).toBe('p=tls-exporter,a=a=2Cb=3Dc,n=user,r=nonceOfTheClient');
  });

  test('goes no further where the channel has no such binding', () => {
    const cancel = 'this connection has no tls-server-end-point';
    expect(bound({ binding: 'tls-server-end-point' })[1]).toEqual({ cancel });
    expect(bound({}, {})[1]).toEqual({ cancel: 'this connection has no tls-exporter' });
  });

  test('may be bound to something else, or say that the server offers no such thing', () => {
    expect(bound({ fault: 'wrong-binding' })[1]).toMatch(/^p=tls-exporter,,(?!the channel)/);
    const y = context({ user: 'user', password: 'pencil', fault: 'downgrade' });
    expect(play('SCRAM-SHA-256', y, [null]).answers).toEqual(['y,,n=user,r=nonceOfTheClient']);
  });
});

test('what is told of a login has no secret in it', () => {
  const login = { user: 'alice', password: 'hunter2-hunter2', token: 'token-of-alice', authzid: 'bob' };
  const asked: Partial<Record<string, readonly (string | null)[]>> = {
    'CRAM-MD5': ['<1@mail.example.com>'],
    'DIGEST-MD5': ['realm="a",nonce="b",qop="auth",algorithm=md5-sess,charset=utf-8'],
    LOGIN: ['Username:', 'Password:'],
  };
  for (const name of mechanismNames) {
    if (mechanismTable[name].needs === 'ticket') continue;
    const scram = [null, 'r=nonceOfTheClient1,s=QSXCR+Q6sek8bf92,i=4096'];
    const channel = { binding: () => Buffer.from('the channel') };
    const exchange = clientMechanisms[name].start(context(login, { channel }));
    for (const one of asked[name] ?? (name.startsWith('SCRAM') ? scram : [null])) {
      const move = exchange.next(one === null ? null : Buffer.from(one)) as ClientMove;
      expect(move).toHaveProperty('response');
      const { says } = move as { says?: unknown };
      expect(says).toBeDefined();
      const told = JSON.stringify(says);
      expect(told).not.toMatch(/hunter2|token-of-alice/);
      if (!('response' in move) || move.proof !== true) continue;
      for (const secret of /[0-9a-f]{32}|p=[^,]+/.exec(move.response.toString()) ?? [])
        expect(told).not.toContain(secret);
    }
  }
});
