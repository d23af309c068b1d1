// PLAIN, LOGIN and CRAM-MD5 against the examples of their RFCs and against clients that get it wrong (AUT-01, AUT-04, AUT-07).
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../core/sasl/base64.ts';
import { cramMd5 } from '../../core/sasl/cramMd5.ts';
import { login } from '../../core/sasl/login.ts';
import { begin, type Mechanism, respond } from '../../core/sasl/mechanism.ts';
import { plain } from '../../core/sasl/plain.ts';
import { b64, bare, contextOf, play as playIn, source, there } from './people.ts';

const { users } = source([
  { name: 'tim', password: 'tanstaaftanstaaf' },
  { name: 'Kurt', password: 'xipj3plmq' },
  { name: 'test', password: '1234' },
  { name: 'Jörg Müller', password: 'päss wörd' },
  { name: 'hashed', password: 'only', denied: 'no-secret' },
]);
const context = contextOf(users, { host: 'postoffice.reston.mci.net' });

/** All steps of one exchange, without what is told to people: the initial response or null, then the client's lines. */
function play(mechanism: Mechanism, initial: string | null, ...lines: string[]): unknown[] {
  return playIn(mechanism, context, [initial, ...lines]).map(bare);
}

describe('base64', () => {
  it('decodes the vectors of RFC 4648 section 10 and encodes them back', () => {
    const vectors = {
      '': '',
      f: 'Zg==',
      fo: 'Zm8=',
      foo: 'Zm9v',
      foob: 'Zm9vYg==',
      fooba: 'Zm9vYmE=',
      foobar: 'Zm9vYmFy',
    };
    const decoded = Object.values(vectors).map((text) => decodeBase64(text)?.toString());
    expect(decoded).toEqual(Object.keys(vectors));
    expect(Object.keys(vectors).map((text) => encodeBase64(Buffer.from(text)))).toEqual(Object.values(vectors));
  });

  it.each([
    'Zg',
    'Zg=',
    'Zg===',
    '=',
    '=AAA',
    'AAA=BBB',
    'Zm9v!',
    ' Zm9v',
    'Zm9v\n',
    'Zh==',
    'Zm9=',
    '-_-_',
    'Zg==Zg==',
    '*',
  ])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe('PLAIN', () => {
  it('logs in with an initial response or after an empty challenge (RFC 4616 section 4)', () => {
    const response = b64('\0tim\0tanstaaftanstaaf');
    expect(play(plain, response)).toEqual([{ user: 'tim' }]);
    expect(play(plain, null, response)).toEqual(['', { user: 'tim' }]);
  });

  it('names an authorisation identity only when it differs (RFC 4616 section 4, RFC 4954 section 4.1)', () => {
    expect(play(plain, b64('Ursel\0Kurt\0xipj3plmq'))).toEqual([{ user: 'Kurt', authzid: 'Ursel' }]);
    expect(play(plain, 'dGVzdAB0ZXN0ADEyMzQ=')).toEqual([{ user: 'test' }]);
  });

  it('reads UTF-8', () => {
    expect(play(plain, b64('\0Jörg Müller\0päss wörd'))).toEqual([{ user: 'Jörg Müller' }]);
  });

  it('fails the same way for a wrong password and an unknown user, but for the private detail', () => {
    const fail = 'credentials';
    expect(play(plain, b64('\0tim\0wrong'))).toEqual([{ fail, user: 'tim', detail: 'wrong password' }]);
    expect(play(plain, b64('\0tom\0wrong'))).toEqual([{ fail, user: 'tom', detail: 'no such user' }]);
  });

  it.each([
    ['=', 'no octets', '0 NUL octets where PLAIN has 2', undefined],
    [b64('tim\0tanstaaftanstaaf'), 'one NUL', '1 NUL octets where PLAIN has 2', undefined],
    [b64('\0tim\0tanstaaf\0taaf'), 'three NULs', '3 NUL octets where PLAIN has 2', undefined],
    [b64('\0\0x'), 'no user', 'no user name', undefined],
    [b64('\0tim\0'), 'no password', 'no password', 'tim'],
    [b64(`\0tim\0${'x'.repeat(1025)}`), 'a long password', 'a field is too long', undefined],
    [Buffer.from('\0t\xe4m\0x', 'latin1').toString('base64'), 'latin1', 'not UTF-8', undefined],
    ['!!!', 'junk', 'the response is not base64', undefined],
  ])('calls %s malformed: %s', (response, _what, detail, user) => {
    expect(play(plain, response)).toEqual([{ fail: 'malformed', detail, ...(user && { user }) }]);
  });

  it('can be cancelled, and is over then', () => {
    expect(play(plain, null, '*')).toEqual(['', { fail: 'cancelled', detail: 'the client cancelled with *' }]);
  });

  it('takes no second response', () => {
    const over = { fail: 'malformed', detail: 'the exchange is over' };
    const good = b64('\0tim\0tanstaaftanstaaf');
    expect(play(plain, b64('\0tim\0wrong'), good).slice(1)).toEqual([over]);
    expect(play(plain, good, good).slice(1)).toEqual([over]);
    expect(play(plain, null, good, good).slice(2)).toEqual([over]);
  });
});

describe('LOGIN', () => {
  it('asks for both, or for the password alone after an initial response', () => {
    const password = b64('tanstaaftanstaaf');
    const ok = { user: 'tim' };
    expect(play(login, null, b64('tim'), password)).toEqual(['Username:', 'Password:', ok]);
    expect(play(login, b64('tim'), password)).toEqual(['Password:', ok]);
  });

  it('fails for a wrong password, an empty one, and an unknown user', () => {
    const last = (...lines: [string, ...string[]]) => play(login, ...lines).at(-1);
    const wrong = { fail: 'credentials', user: 'tim', detail: 'wrong password' };
    expect(last(b64('tim'), b64('x'))).toEqual(wrong);
    expect(last(b64('tim'), '')).toEqual(wrong);
    expect(last(b64('tom'), b64('x'))).toEqual({ fail: 'credentials', user: 'tom', detail: 'no such user' });
  });

  it('calls an empty name, junk and NULs malformed, and takes no third answer', () => {
    const malformed = (detail: string, user?: string) => ({ fail: 'malformed', detail, ...(user && { user }) });
    expect(play(login, '=')).toEqual([malformed('no user name')]);
    expect(play(login, null, b64('a\0b'))).toEqual(['Username:', malformed('the user name is no text')]);
    expect(play(login, b64('tim'), b64('a\0b')).slice(1)).toEqual([malformed('the password is no text', 'tim')]);
    expect(play(login, b64('tim'), 'x').slice(1)).toEqual([malformed('the response is not base64')]);
    const good = b64('tanstaaftanstaaf');
    expect(play(login, b64('tim'), b64('x'), good).at(-1)).toEqual(malformed('the exchange is over'));
    expect(play(login, null, b64('tim'), b64('x'), good).at(-1)).toEqual(malformed('the exchange is over'));
  });
});

describe('CRAM-MD5', () => {
  const asked = '<1896.697170952@postoffice.reston.mci.net>';

  it('plays the example of RFC 2195 section 2', () => {
    const [first, end] = play(cramMd5, null, 'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw');
    expect([first, end]).toEqual([asked, { user: 'tim' }]);
    expect(b64(first as string)).toBe('PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+');
  });

  it('takes names with spaces, and hexadecimal digits of either case', () => {
    const digest = createHmac('md5', 'päss wörd').update(asked).digest('hex').toUpperCase();
    expect(play(cramMd5, null, b64(`Jörg Müller ${digest}`)).at(-1)).toEqual({ user: 'Jörg Müller' });
  });

  it('fails for a wrong digest, an unknown user, and one without a shared secret', () => {
    const end = (name: string, key: string) => {
      const digest = createHmac('md5', key).update(asked).digest('hex');
      return play(cramMd5, null, b64(`${name} ${digest}`)).at(-1);
    };
    const fail = 'credentials';
    expect(end('tim', 'wrong')).toEqual({ fail, user: 'tim', detail: 'wrong password' });
    // Nor with what the source made up for the name.
    expect(end('tom', 'nobody tom')).toEqual({ fail, user: 'tom', detail: 'no such user' });
    expect(end('hashed', 'only')).toEqual({
      fail,
      user: 'hashed',
      detail: 'the user has no secret for this mechanism',
    });
  });

  it('refuses an initial response, a missing name and what is no digest', () => {
    const malformed = (detail: string, user?: string) => ({ fail: 'malformed', detail, ...(user && { user }) });
    expect(play(cramMd5, b64('tim x'))).toEqual([malformed('CRAM-MD5 takes no initial response')]);
    expect(play(cramMd5, null, b64('tim')).slice(1)).toEqual([malformed('no user name')]);
    expect(play(cramMd5, null, '').slice(1)).toEqual([malformed('no user name')]);
    const digest = 'b913a602c7eda7a495b4e6e7334d3890';
    expect(play(cramMd5, null, b64(` ${digest}`)).slice(1)).toEqual([malformed('no user name')]);
    const bad = malformed('the digest is not 32 hexadecimal digits', 'tim');
    expect(play(cramMd5, null, b64(`tim ${digest}0`)).slice(1)).toEqual([bad]);
  });

  it('does not take the answer to another challenge (AUT-09)', () => {
    const exchange = cramMd5.start({ ...context, nonce: () => '1896.697170953' });
    void begin(exchange, null);
    const step = there(respond(exchange, 'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw'));
    expect(bare(step)).toEqual({ fail: 'credentials', user: 'tim', detail: 'wrong password' });
  });
});

describe('what is told of a login', () => {
  const secret = 'tanstaaftanstaaf-x';

  it('never holds a password or what is made of one', () => {
    const steps = [
      [plain, b64(`\0tim\0${secret}`)],
      [plain, b64(`tim\0${secret}`)],
      [plain, b64(`\0tim\0${secret}`).slice(0, -3)],
      [login, b64('tim'), b64(secret)],
      [login, b64('tim'), b64(`${secret}\0`)],
      [cramMd5, null, b64(`tim ${secret}`)],
    ] as const;
    const told = steps.map(([mechanism, ...lines]) => playIn(mechanism, context, lines));
    expect(JSON.stringify(told)).not.toContain('tanstaaf');
  });

  it('is each message with its fields, and of secrets the length (PLAIN)', () => {
    const [first, end] = playIn(plain, context, [null, b64(`Ursel\0tim\0${secret}`)]);
    expect(first).toEqual({ challenge: Buffer.alloc(0), asks: { what: 'challenge', octets: 0, fields: [] } });
    expect(end?.heard).toEqual({
      what: 'message',
      octets: 28,
      fields: [
        { name: 'authzid', value: 'Ursel' },
        { name: 'authcid', value: 'tim' },
        { name: 'passwd', secret: 18 },
      ],
    });
  });

  it('is the prompts and the two answers (LOGIN)', () => {
    const steps = playIn(login, context, [null, b64('tim'), b64('pä')]);
    const prompt = (text: string) => ({ what: 'prompt', octets: 9, fields: [{ name: 'prompt', value: text }] });
    expect(steps.map((step) => ('challenge' in step ? step.asks : undefined))).toEqual([
      prompt('Username:'),
      prompt('Password:'),
      undefined,
    ]);
    expect(steps.map((step) => step.heard)).toEqual([
      undefined,
      { what: 'user name', octets: 3, fields: [{ name: 'user name', value: 'tim' }] },
      { what: 'password', octets: 3, fields: [{ name: 'password', secret: 3 }] },
    ]);
  });

  it('is the challenge, the user and the length of the digest (CRAM-MD5)', () => {
    const [first, end] = playIn(cramMd5, context, [null, b64('tim b913a602c7eda7a495b4e6e7334d3890')]);
    const text = '<1896.697170952@postoffice.reston.mci.net>';
    expect(first && 'challenge' in first && first.asks).toEqual({
      what: 'challenge',
      octets: 42,
      fields: [{ name: 'challenge', value: text }],
    });
    expect(end?.heard).toEqual({
      what: 'response',
      octets: 36,
      fields: [
        { name: 'user', value: 'tim' },
        { name: 'digest', secret: 32 },
      ],
    });
  });
});
