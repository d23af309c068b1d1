// DIGEST-MD5 against the examples of RFC 2831, and clients that get it wrong.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestResponse, digestSecret } from '../../core/sasl/derive.ts';
import { digestMd5 } from '../../core/sasl/digestMd5.ts';
import { b64, bare, contextOf, play, source } from './people.ts';

const people = [
  { name: 'chris', password: 'secret' },
  { name: 'Jörg "J" Müller', password: 'päss wörd' },
  { name: 'Łukasz', password: 'hasło' },
  { name: 'closed', password: 'secret', denied: 'disabled' },
  { name: 'hashed', password: 'secret', denied: 'no-secret' },
] as const;
const { users } = source(people);
const host = 'elwood.innosoft.com';
const context = contextOf(users, { host, nonce: () => 'OA6MG9tEQGm2hh' });

const md5 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('md5');
  parts.forEach((part) => hash.update(part));
  return hash.digest();
};

interface Talk {
  readonly user?: Buffer | string;
  /** The name as it is hashed, where that is not how it crosses. */
  readonly hashed?: Buffer;
  readonly password?: Buffer | string;
  readonly realm?: string;
  readonly nonce?: string;
  readonly uri?: string;
  readonly authzid?: string;
  readonly nc?: string;
  readonly qop?: string;
  readonly charset?: boolean;
  /** Behind the directives. */
  readonly more?: string;
  readonly realmOfUs?: string;
  readonly last?: string;
}

/** A client of its own, by the letter of RFC 2831 section 2.1.2; the steps of its exchange. */
function talk(how: Talk = {}) {
  const { user = 'chris', password = 'secret', realm = host, nonce = 'OA6MG9tEQGm2hh', uri = `smtp/${host}` } = how;
  const { authzid, nc = '00000001', qop = 'auth', charset = true, more = '', realmOfUs = '' } = how;
  const cnonce = 'OA6MHXh6VqTrRk';
  const a1 = md5(
    md5(how.hashed ?? user, `:${realm}:`, password),
    `:${nonce}:${cnonce}${authzid === undefined ? '' : `:${authzid}`}`,
  );
  const answer = (a2: string) =>
    md5(`${a1.toString('hex')}:${nonce}:${nc}:${cnonce}:${qop}:${md5(a2).toString('hex')}`).toString('hex');
  const quote = (text: Buffer | string) =>
    Buffer.from(Buffer.from(text).toString('latin1').replaceAll('"', '\\"'), 'latin1');
  const sent = Buffer.concat([
    Buffer.from(`${charset ? 'charset=utf-8,' : ''}username="`),
    quote(user),
    Buffer.from(`",realm="${realm}",nonce="${nonce}",nc=${nc},cnonce="${cnonce}",digest-uri="${uri}",`),
    Buffer.from(`response=${answer(`AUTHENTICATE:${uri}`)},qop=${qop}`),
    Buffer.from(`${authzid === undefined ? '' : `,authzid="${authzid}"`}${more}`),
  ]);
  const settings = { ...context.settings, realm: realmOfUs };
  const steps = play(digestMd5, { ...context, settings }, [null, b64(sent), how.last ?? '']);
  return { steps, ends: steps.map(bare), rspauth: `rspauth=${answer(`:${uri}`)}` };
}

const end = (how: Talk) =>
  talk(how)
    .ends.slice(1)
    .find((one) => typeof one === 'object');
const refused = (detail: string, user = 'chris') => ({ fail: 'credentials', user, detail });
const malformed = (detail: string, user?: string) => ({ fail: 'malformed', detail, ...(user && { user }) });

describe('the examples of RFC 2831 section 4', () => {
  const secret = digestSecret('chris', host, 'secret');
  it.each([
    [
      'imap',
      'OA6MG9tEQGm2hh',
      'OA6MHXh6VqTrRk',
      'd388dad90d4bbd760a152321f2143af7',
      'ea40f60335c427b5527b84dbabcdfffd',
    ],
    [
      'acap',
      'OA9BSXrbuRhWay',
      'OA9BSuZWMSpW8m',
      '6084c6db3fede7352c551284490fd0fc',
      '2f0b3d7c3c2e486600ef710726aa2eae',
    ],
  ])('for %s are computed', (service, nonce, cnonce, response, rspauth) => {
    const input = { nonce, cnonce, count: '00000001', uri: `${service}/${host}` };
    expect([digestResponse(secret, input, 'AUTHENTICATE'), digestResponse(secret, input, '')]).toEqual([
      response,
      rspauth,
    ]);
  });

  it('are the challenge, but for the service', () => {
    const [first] = play(digestMd5, context, [null]).map(bare);
    expect(first).toBe(
      'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8',
    );
  });
});

describe('a login', () => {
  it('is proved from both sides, and ends with an empty response', () => {
    const { ends, rspauth } = talk();
    expect(ends.slice(1)).toEqual([rspauth, { user: 'chris' }]);
    expect(talk({ last: b64('x') }).ends[2]).toEqual(malformed('a response where none is left to give', 'chris'));
  });

  it('hashes in ISO 8859-1 what fits in there, else in UTF-8 (section 2.1.2.1)', () => {
    // The name crosses in UTF-8, but both sides hash it as ISO 8859-1: only the hash's input is narrow.
    const narrow = (text: string) => Buffer.from(text, 'latin1');
    const name = 'Jörg "J" Müller';
    const hashed = digestSecret(name, host, 'päss wörd');
    expect(hashed.hash).toEqual(md5(narrow(`${name}:${host}:päss wörd`)));
    expect(digestSecret('Łukasz', host, 'päss').hash).toEqual(md5(`Łukasz:${host}:`, narrow('päss')));
    expect(end({ user: 'Łukasz', password: 'hasło' })).toEqual({ user: 'Łukasz' });
    expect(end({ user: name, hashed: narrow(name), password: narrow('päss wörd') })).toEqual({ user: name });
    expect(end({ user: name, password: narrow('päss wörd') })).toEqual(refused('wrong password', name));
    // Without charset the name crosses in ISO 8859-1 as well.
    expect(end({ user: narrow(name), password: narrow('päss wörd'), charset: false })).toEqual({ user: name });
    expect(end({ user: narrow(name), password: narrow('päss wörd') })).toEqual(malformed('not UTF-8'));
  });

  it('may be for another (authzid), which is hashed', () => {
    expect(end({ authzid: 'bob' })).toEqual({ user: 'chris', authzid: 'bob' });
    expect(end({ authzid: 'chris' })).toEqual({ user: 'chris' });
    expect(end({ more: ',authzid="bob"' })).toEqual(refused('wrong password'));
  });

  it('is for the realm of the settings, and digest-uri names the host or the realm', () => {
    expect(end({ realm: 'innosoft', realmOfUs: 'innosoft' })).toEqual({ user: 'chris' });
    expect(end({ realm: 'innosoft', realmOfUs: 'innosoft', uri: 'smtp/innosoft' })).toEqual({ user: 'chris' });
    expect(end({ uri: `SMTP/ELWOOD.innosoft.com/innosoft.com` })).toEqual({ user: 'chris' });
  });

  it('passes over maxbuf, unknown directives, empty elements and white space', () => {
    expect(end({ more: ' ,, ,\tmaxbuf=1024 , x-y="a,b\\"c", z=1,' })).toEqual({ user: 'chris' });
  });
});

describe('a login is refused', () => {
  it('for a wrong password and for users that cannot log in, with the reason for nobody but us', () => {
    expect(end({ password: 'wrong' })).toEqual(refused('wrong password'));
    expect(end({ user: 'nobody' })).toEqual(refused('no such user', 'nobody'));
    expect(end({ user: 'nobody', password: 'nobody nobody' })).toEqual(refused('no such user', 'nobody'));
    expect(end({ user: 'closed' })).toEqual(refused('the user is disabled', 'closed'));
    expect(end({ user: 'hashed' })).toEqual(refused('the user has no secret for this mechanism', 'hashed'));
  });

  it('when the nonce is another exchange’s, or was used before (AUT-09)', () => {
    expect(end({ nonce: 'OA9BSXrbuRhWay' })).toEqual(refused('the nonce is not that of this exchange'));
    expect(end({ nc: '00000002' })).toEqual(refused('the nonce was used before (nc is not 00000001)'));
  });

  it.each([`imap/${host}`, 'smtp/elsewhere.example', 'smtp', 'smtp/', `smtp/${host}/a/b`, ''])(
    'when the client thinks that it speaks with another service or host: %j',
    (uri) => {
      expect(end({ uri })).toEqual(
        refused(
          `digest-uri is ${uri === '' ? 'empty' : uri}, not smtp/${host}: clients must connect by the receiver’s host name (RFC 2831 section 2.1.2)`,
        ),
      );
    },
  );

  it('for another realm', () => {
    expect(end({ realm: 'elsewhere' })).toEqual(refused(`the realm is not ${host}`));
  });

  it.each(['auth-int', 'auth-conf', 'other'])('when it asks for a security layer: %s', (qop) => {
    expect(end({ qop })).toEqual(malformed(`qop is ${qop}, but only auth is offered: no security layers`, 'chris'));
  });

  it('when it begins by itself, as subsequent authentication does (section 2.2)', () => {
    const [first, second] = play(digestMd5, context, [b64('username="chris"'), '']).map(bare);
    expect([first, second]).toEqual([
      malformed('DIGEST-MD5 takes no initial response'),
      malformed('the exchange is over'),
    ]);
  });
});

describe('a response is malformed', () => {
  const good = {
    charset: 'utf-8',
    username: '"chris"',
    realm: `"${host}"`,
    nonce: '"OA6MG9tEQGm2hh"',
    nc: '00000001',
    cnonce: '"OA6MHXh6VqTrRk"',
    'digest-uri': `"smtp/${host}"`,
    response: 'd388dad90d4bbd760a152321f2143af7',
    qop: 'auth',
  };
  const written = (fields: object) =>
    Object.entries(fields)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
  const step = (message: string) => play(digestMd5, context, [null, b64(Buffer.from(message, 'latin1'))]).map(bare)[1];

  it('is not what this is', () => {
    expect(step(written(good))).toEqual(refused('wrong password'));
    expect(step(written(Object.fromEntries(Object.entries(good).reverse())))).toEqual(refused('wrong password'));
  });

  it.each(['username', 'realm', 'nonce', 'nc', 'cnonce', 'digest-uri', 'response'])('without %s', (name) => {
    const left = Object.entries(good).filter(([key]) => key !== name);
    expect(step(written(Object.fromEntries(left)))).toEqual(malformed(`no ${name}`));
  });

  it.each([...Object.keys(good), 'authzid', 'maxbuf', 'cipher'])('with %s twice', (name) => {
    const value = (good as Record<string, string>)[name] ?? '"1"';
    expect(step(`${written({ ...good, [name]: value })},${name.toUpperCase()}=${value}`)).toEqual(
      malformed(`${name} stands twice`),
    );
  });

  it.each([
    [{ username: 'chris' }, 'username is not quoted'],
    [{ cnonce: 'abc' }, 'cnonce is not quoted'],
    [{ cnonce: '""' }, 'an empty cnonce'],
    [{ username: '""' }, 'no user name'],
    [{ username: '"a\\\0b"' }, 'no user name'],
    [{ username: `"${'x'.repeat(1025)}"` }, 'no user name'],
    [{ username: '"\xe4"' }, 'not UTF-8'],
    [{ authzid: '"\xe4"' }, 'not UTF-8'],
    [{ authzid: '""' }, 'an empty authzid'],
    [{ charset: 'iso-8859-1' }, 'a charset that is not utf-8'],
    [{ nc: '1' }, 'nc is not 8 hexadecimal digits in lower case'],
    [{ nc: '0000000G' }, 'nc is not 8 hexadecimal digits in lower case'],
    [{ response: 'D388dad90d4bbd760a152321f2143af7' }, 'response is not 32 hexadecimal digits in lower case'],
    [{ response: 'd388' }, 'response is not 32 hexadecimal digits in lower case'],
    [{ username: '"chris' }, 'no comma at octet 37'],
    [{ username: '"chris"x' }, 'no comma at octet 30'],
    [{ username: '"ch\nris"' }, 'no directive at octet 14'],
    [{ username: ' "chris"' }, 'no directive at octet 14'],
    [{ x: `"${'y'.repeat(4096)}"` }, 'a digest-response has fewer than 4096 octets'],
  ])('with %j', (fields, detail) => {
    expect(step(written({ ...good, ...fields }))).toEqual(malformed(detail));
  });

  it.each([
    ['', 'no username'],
    [',,,', 'no username'],
    ['=', 'no directive at octet 0'],
    ['a', 'no directive at octet 0'],
  ])('where it is %j', (message, detail) => expect(step(message)).toEqual(malformed(detail)));
});

describe('what is told', () => {
  it('is every field, and of what proves the password the length', () => {
    const { steps } = talk({ authzid: 'bob' });
    const [first, second, third] = steps;
    expect(first && 'challenge' in first && first.asks).toEqual({
      what: 'digest-challenge',
      octets: 94,
      fields: [
        { name: 'realm', value: host },
        { name: 'nonce', value: 'OA6MG9tEQGm2hh' },
        { name: 'qop', value: 'auth' },
        { name: 'algorithm', value: 'md5-sess' },
        { name: 'charset', value: 'utf-8' },
      ],
    });
    expect(second?.heard?.fields).toEqual([
      { name: 'username', value: 'chris' },
      { name: 'realm', value: host },
      { name: 'nonce', value: 'OA6MG9tEQGm2hh' },
      { name: 'cnonce', value: 'OA6MHXh6VqTrRk' },
      { name: 'nc', value: '00000001' },
      { name: 'qop', value: 'auth' },
      { name: 'digest-uri', value: `smtp/${host}` },
      { name: 'response', secret: 32 },
      { name: 'authzid', value: 'bob' },
    ]);
    expect(second && 'challenge' in second && second.asks).toEqual({
      what: 'response-auth',
      octets: 40,
      fields: [{ name: 'rspauth', secret: 32 }],
    });
    expect(third?.heard).toEqual({ what: 'empty response', octets: 0, fields: [] });
  });
});
