// SCRAM against the examples of RFC 5802 and RFC 7677, its channel binding, and clients that get it wrong.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Channel, ExchangeContext, Mechanism } from '../../core/sasl/mechanism.ts';
import { scramSha1, scramSha1Plus, scramSha256, scramSha256Plus } from '../../core/sasl/scram.ts';
import { b64, bare, contextOf, play, source } from './people.ts';

const { users } = source([
  { name: 'user', password: 'pencil' },
  { name: 'a,b=c', password: 'pencil' },
  { name: 'IX', password: 'pencil' },
  { name: 'closed', password: 'pencil', denied: 'disabled' },
  { name: 'hashed', password: 'pencil', denied: 'no-secret' },
]);
const exporter = Buffer.alloc(32, 7);
const endPoint = createHash('sha256').update('certificate').digest();
const channel: Channel = { binding: (type) => (type === 'tls-exporter' ? exporter : endPoint) };
const secured = contextOf(users, { channel, offered: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1'] });
const clear = contextOf(users);

interface Talk {
  readonly mechanism?: Mechanism;
  readonly context?: ExchangeContext;
  readonly header?: string;
  readonly name?: string;
  readonly password?: string;
  /** What `c` holds behind the header. */
  readonly data?: Buffer;
  readonly c?: string;
  /** Put behind the nonce of the first and of the last message. */
  readonly extension?: string;
  readonly nonce?: (nonce: string) => string;
  readonly proof?: (proof: Buffer) => Buffer;
  readonly last?: string;
}

/** A client of its own, by the letter of RFC 5802 section 3; the steps of its exchange. */
function talk(how: Talk = {}) {
  const { mechanism = scramSha256, context = clear, header = 'n,,', name = 'user', password = 'pencil' } = how;
  const {
    data = Buffer.alloc(0),
    extension = '',
    nonce: changed = (nonce) => nonce,
    proof: bent = (proof) => proof,
  } = how;
  const hash = mechanism.name.startsWith('SCRAM-SHA-1-') || mechanism.name === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
  const firstBare = `n=${name},r=fyko+d2lbbFgONRv9qkxdawL${extension}`;
  const first = b64(header + firstBare);
  const [asked] = play(mechanism, context, [first]);
  const serverFirst = asked && 'challenge' in asked ? asked.challenge.toString() : '';
  const [, nonce = '', salt = '', count = '1'] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(count), hash === 'sha1' ? 20 : 32, hash);
  const mac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
  const key = mac(salted, 'Client Key');
  const c = how.c ?? b64(Buffer.concat([Buffer.from(header), data]));
  const finalBare = `c=${c},r=${changed(nonce)}${extension}`;
  const message = `${firstBare},${serverFirst},${finalBare}`;
  const signature = mac(createHash(hash).update(key).digest(), message);
  const proof = bent(Buffer.from(key.map((octet, i) => octet ^ signature[i]!)));
  const steps = play(mechanism, context, [first, b64(`${finalBare},p=${b64(proof)}`), how.last ?? '']);
  return { steps, ends: steps.map(bare), verifier: `v=${b64(mac(mac(salted, 'Server Key'), message))}` };
}

const end = (how: Talk) => talk(how).ends.find((one) => typeof one === 'object');
const refused = (detail: string, user = 'user') => ({ fail: 'credentials', user, detail });
const malformed = (detail: string, user?: string) => ({ fail: 'malformed', detail, ...(user && { user }) });

describe('the examples', () => {
  it('of RFC 5802 section 5 (SCRAM-SHA-1)', () => {
    const { users: one } = source([{ name: 'user', password: 'pencil', salt: 'QSXCR+Q6sek8bf92' }]);
    const lines = [
      'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      '',
    ];
    expect(play(scramSha1, contextOf(one, { nonce: () => '3rfcNHYJY1ZVvWVs7j' }), lines.map(b64)).map(bare)).toEqual([
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
      { user: 'user' },
    ]);
  });

  it('of RFC 7677 section 3 (SCRAM-SHA-256)', () => {
    const { users: one } = source([{ name: 'user', password: 'pencil', salt: 'W22ZaJ0SNY7soEsUEjb6gQ==' }]);
    const lines = [
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      '',
    ];
    const context = contextOf(one, { nonce: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0' });
    expect(play(scramSha256, context, lines.map(b64)).map(bare)).toEqual([
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
      { user: 'user' },
    ]);
    // Without an initial response there is an empty challenge before all that (RFC 4954 section 4).
    expect(play(scramSha256, context, [null, ...lines.map(b64)]).map(bare)).toEqual([
      '',
      expect.stringMatching(/^r=/),
      expect.stringMatching(/^v=/),
      { user: 'user' },
    ]);
  });
});

describe('a login', () => {
  it.each([scramSha1, scramSha256])('is proved from both sides', (mechanism) => {
    const { ends, verifier } = talk({ mechanism });
    expect(ends.slice(1)).toEqual([verifier, { user: 'user' }]);
  });

  it.each([
    [scramSha1Plus, 'tls-exporter', exporter],
    [scramSha1Plus, 'tls-server-end-point', endPoint],
    [scramSha256Plus, 'tls-exporter', exporter],
    [scramSha256Plus, 'tls-server-end-point', endPoint],
  ] as const)('is bound to its connection', (mechanism, type, data) => {
    const { ends, verifier } = talk({ mechanism, context: secured, header: `p=${type},,`, data });
    expect(ends.slice(1)).toEqual([verifier, { user: 'user', binding: type }]);
  });

  it('reads names with commas and equals signs, and prepares them (RFC 4013)', () => {
    expect(end({ name: 'a=2Cb=3Dc' })).toEqual({ user: 'a,b=c' });
    expect(end({ name: 'I\u00adX' })).toEqual({ user: 'IX' });
    expect(end({ name: '\u2168' })).toEqual({ user: 'IX' });
  });

  it('may be for another, when the authorisation identity is one', () => {
    expect(end({ header: 'n,a=bo=2Cb,' })).toEqual({ user: 'user', authzid: 'bo,b' });
    expect(end({ header: 'n,a=user,' })).toEqual({ user: 'user' });
  });

  it('passes over extensions it need not understand, and hashes them', () => {
    expect(end({ extension: ',x=1,Y=a=b' })).toEqual({ user: 'user' });
  });

  it('may say that the client could bind where binding is not offered (section 6)', () => {
    expect(end({ header: 'y,,' })).toEqual({ user: 'user' });
    expect(end({ header: 'y,,', mechanism: scramSha1, context: secured })).toEqual({ user: 'user' });
  });

  it('ends with an empty response and nothing else', () => {
    expect(talk({ last: b64('x') }).ends[2]).toEqual(malformed('a response where none is left to give', 'user'));
    expect(talk({ last: '*' }).ends[2]).toEqual({ fail: 'cancelled', detail: 'the client cancelled with *' });
  });
});

describe('a login is refused', () => {
  it('for a wrong password and for users that cannot log in, with the reason for nobody but us', () => {
    expect(end({ password: 'pen' })).toEqual(refused('wrong password'));
    expect(end({ name: 'nobody' })).toEqual(refused('no such user', 'nobody'));
    expect(end({ name: 'nobody', password: 'nobody nobody' })).toEqual(refused('no such user', 'nobody'));
    expect(end({ name: 'closed' })).toEqual(refused('the user is disabled', 'closed'));
    expect(end({ name: 'hashed' })).toEqual(refused('the user has no secret for this mechanism', 'hashed'));
  });

  it('for a proof or a nonce that is not of this exchange', () => {
    expect(end({ proof: (proof) => Buffer.concat([Buffer.of(proof[0]! ^ 1), proof.subarray(1)]) })).toEqual(
      refused('wrong password'),
    );
    const strange = refused('the nonce is not that of this exchange');
    expect(end({ nonce: (nonce) => `${nonce}x` })).toEqual(strange);
    expect(end({ nonce: (nonce) => nonce.slice(0, -1) })).toEqual(strange);
    expect(end({ nonce: () => 'fyko+d2lbbFgONRv9qkxdawL' })).toEqual(strange);
  });

  it('when it is bound to another connection, or says another header in the end than at first', () => {
    const other = refused('the channel binding is not that of this connection: somebody may be in the middle');
    const bound = { mechanism: scramSha256Plus, context: secured, header: 'p=tls-exporter,,' };
    expect(end({ ...bound, data: Buffer.alloc(32, 8) })).toEqual(other);
    expect(end({ ...bound, data: exporter.subarray(1) })).toEqual(other);
    expect(end({ ...bound, data: endPoint })).toEqual(other);
    expect(end(bound)).toEqual(other);
    expect(end({ c: b64('y,,') })).toEqual(other);
    expect(end({ c: b64('n,,x') })).toEqual(other);
    expect(end({ header: 'n,a=bob,', c: b64('n,,') })).toEqual(other);
  });

  it('when the client was made to believe that binding is not offered (section 6)', () => {
    const detail =
      'the client thinks that SCRAM-SHA-256-PLUS is not offered, but it is: somebody may have taken it out of the list (RFC 5802 section 6)';
    expect(talk({ header: 'y,,', context: secured }).ends[0]).toEqual(refused(detail));
  });

  it.each([
    [scramSha256, 'p=tls-exporter,,', 'a channel binding (p=) is for SCRAM-SHA-256-PLUS'],
    [scramSha1Plus, 'n,,', 'SCRAM-SHA-1-PLUS needs a channel binding (p=)'],
    [scramSha1Plus, 'y,,', 'SCRAM-SHA-1-PLUS needs a channel binding (p=)'],
    [scramSha1Plus, 'p=tls-unique,,', 'a channel binding of type tls-unique is not supported'],
    [scramSha1Plus, 'p=constructor,,', 'a channel binding of type constructor is not supported'],
  ])('when flag and mechanism do not fit', (mechanism, header, detail) => {
    expect(talk({ mechanism, context: secured, header }).ends[0]).toEqual(malformed(detail, 'user'));
  });

  it('when the connection has no such binding', () => {
    const bound = { mechanism: scramSha256Plus, header: 'p=tls-exporter,,' };
    const none = malformed('this connection has no tls-exporter binding', 'user');
    expect(talk(bound).ends[0]).toEqual(none);
    expect(talk({ ...bound, context: { ...secured, channel: { binding: () => undefined } } }).ends[0]).toEqual(none);
  });

  it('for now when the user source does not answer, before anything is offered', () => {
    const down = source([{ name: 'user', password: 'pencil', denied: 'unavailable' }]);
    expect(talk({ context: contextOf(down.users) }).ends[0]).toEqual({
      fail: 'temporary',
      user: 'user',
      detail: 'the user source does not answer',
    });
  });
});

describe('a message is malformed', () => {
  const name = 'the user name is none (=2C and =3D stand for , and =; RFC 4013)';
  const acting = 'the authorisation identity is no name';
  const needs = 'no user name (n) and nonce (r) behind the GS2 header';
  const extension = 'what stands behind the nonce is no extension';
  it.each([
    ['', 'no GS2 header'],
    ['n=user,r=abc', 'no GS2 header'],
    ['x,,n=user,r=abc', 'no GS2 header'],
    ['p=,,n=user,r=abc', 'no GS2 header'],
    ['p=a_b,,n=user,r=abc', 'no GS2 header'],
    ['n,b=x,n=user,r=abc', 'no GS2 header'],
    ['n,,m=1,n=user,r=abc', 'an extension (m) that is not supported'],
    ['n,,r=abc,n=user', needs],
    ['n,,n=user', needs],
    ['n,,n=user,r=', needs],
    ['n,,n=user,r=a\u00e4', needs],
    ['n,,n=user,r=a b', needs],
    ['n,,n=,r=abc', name],
    ['n,,n=a=2cb,r=abc', name],
    ['n,,n=a=,r=abc', name],
    ['n,,n=a=3D=2,r=abc', name],
    ['n,,n=a\u0007,r=abc', name],
    ['n,,n=\u00ad,r=abc', name],
    [`n,,n=${'x'.repeat(1025)},r=abc`, name],
    ['n,a=,n=user,r=abc', acting],
    ['n,a=b=c,n=user,r=abc', acting],
    ['n,,n=user,r=abc,', extension],
    ['n,,n=user,r=abc,x', extension],
    ['n,,n=user,r=abc,x=', extension],
    ['n,,n=user,r=abc,1=x', extension],
    ['n,,n=user,r=abc,n=other', extension],
    ['n,,n=user,r=abc,m=must', extension],
    [`n,,n=user,r=${'x'.repeat(1025)}`, 'the nonce is too long'],
    ['n,,n=us\0er,r=abc', 'not UTF-8, or with a NUL'],
    ['n,,n=user,r=abc\n', needs],
    ['c=biws,r=abc,p=AAAA', 'no GS2 header'],
  ])('at first: %j', (message, detail) => {
    expect(play(scramSha256, clear, [b64(message), b64('n,,n=user,r=abc')]).map(bare)).toEqual([
      malformed(detail),
      malformed('the exchange is over'),
    ]);
  });

  it('at first: not UTF-8', () => {
    const [step] = play(scramSha256, clear, [b64(Buffer.from('n,,n=\xe4,r=abc', 'latin1'))]);
    expect(step && bare(step)).toEqual(malformed('not UTF-8, or with a NUL'));
  });

  const parts = 'no channel binding (c), nonce (r) and proof (p)';
  it.each([
    ['', parts],
    ['c=biws,r=NONCE', parts],
    ['r=NONCE,c=biws,p=AAAA', parts],
    ['c=biws,p=AAAA', parts],
    ['c=biws,r=NONCE,p=AAAA,x=1', parts],
    ['n,,n=user,r=abc', parts],
    ['c=,r=NONCE,p=AAAA', 'the channel binding (c) is not base64'],
    ['c=biw,r=NONCE,p=AAAA', 'the channel binding (c) is not base64'],
    ['c=biws,r=NONCE,p=AA', 'the proof (p) is not base64'],
    ['c=biws,r=NONCE,m=1,p=AAAA', extension],
    ['c=biws,r=NONCE,p=', 'the proof (p) has another length than the hash'],
    ['c=biws,r=NONCE,p=AAAA', 'the proof (p) has another length than the hash'],
  ])('in the end: %j', (message, detail) => {
    const sent = b64(message.replace('NONCE', 'abc1896.697170952'));
    expect(play(scramSha256, clear, [b64('n,,n=user,r=abc'), sent]).map(bare)[1]).toEqual(malformed(detail, 'user'));
  });
});

describe('what is told', () => {
  it('is every field, and of what proves the password the length', () => {
    const bound = { mechanism: scramSha256Plus, context: secured, header: 'p=tls-exporter,a=bob,', data: exporter };
    const { steps } = talk(bound);
    const nonce = 'fyko+d2lbbFgONRv9qkxdawL1896.697170952';
    const [salt] = /(?<=s=)[^,]*/.exec(String(bare(steps[0]!))) ?? [];
    expect(steps.map((step) => step.heard)).toEqual([
      {
        what: 'client-first-message',
        octets: 54,
        fields: [
          { name: 'gs2-cbind-flag', value: 'p=tls-exporter' },
          { name: 'authzid', value: 'bob' },
          { name: 'username', value: 'user' },
          { name: 'nonce', value: 'fyko+d2lbbFgONRv9qkxdawL' },
        ],
      },
      {
        what: 'client-final-message',
        octets: 162,
        fields: [
          { name: 'channel-binding', secret: 53 },
          { name: 'nonce', value: nonce },
          { name: 'proof', secret: 32 },
        ],
      },
      { what: 'empty response', octets: 0, fields: [] },
    ]);
    expect(steps.map((step) => ('challenge' in step ? step.asks : undefined))).toEqual([
      {
        what: 'server-first-message',
        octets: 74,
        fields: [
          { name: 'nonce', value: nonce },
          { name: 'salt', value: salt },
          { name: 'iteration-count', value: '4096' },
        ],
      },
      { what: 'server-final-message', octets: 46, fields: [{ name: 'verifier', secret: 32 }] },
      undefined,
    ]);
  });
});
