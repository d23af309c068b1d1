// DKIM from the words of RFC 6376, RFC 8301 and RFC 8463, through zones with faults.
import { describe, expect, it } from 'vitest';
import type { DkimAnswer } from '../../core/contract/senderAnswers.ts';
import { testKeyData } from '../../core/simulate/testKeys.table.ts';
import { type Examining, examined, keyLine, noon, plain, signed, type SigningOf } from './examining.ts';
import { brisbane, ed25519Record, eliot, football, rsaRecord } from './rfcMessages.ts';

async function verified(message: string, asking: Examining = {}): Promise<DkimAnswer> {
  const { dkim } = await examined(message, { zone: keyLine(), ...asking });
  if (dkim === undefined) throw new Error('no answer');
  return dkim;
}

const first = async (message: string, asking: Examining = {}) => (await verified(message, asking)).signatures[0];

describe('the examples', () => {
  it('RFC 6376 appendix A.2', async () => {
    const one = await first(brisbane, { zone: `brisbane._domainkey.example.com TXT ${eliot}` });
    expect(one).toMatchObject({
      result: 'pass',
      domain: 'example.com',
      selector: 'brisbane',
      algorithm: 'rsa-sha256',
      canonicalization: 'simple/simple',
      identity: 'joe@football.example.com',
      bits: 1024,
      fields: ['Received', 'From', 'To', 'Subject', 'Date', 'Message-ID'],
      covered: [1, 2, 3, 4, 5, 6],
    });
  });

  it.each([
    ['a letter of the body', 'hungry', 'angry', 'the body is not the one that was signed'],
    ['a blank in a field (section 3.4.1)', 'Subject: Is', 'Subject:  Is', /the signature does not fit/],
    ['the case of a name (section 3.4.1)', 'Subject:', 'SUBJECT:', /the signature does not fit/],
    ['a fold', 'Is dinner', 'Is\r\n dinner', /the signature does not fit/],
    ['the signature itself', 'AuUoFE', 'AuUoFF', /the signature does not fit/],
  ])('RFC 6376 appendix A.2 with another %s', async (_, from, to, why) => {
    const one = await first(brisbane.replace(from, to), { zone: `brisbane._domainkey.example.com TXT ${eliot}` });
    expect(one).toMatchObject({ result: 'fail', why: expect.stringMatching(why) as string });
  });

  it('RFC 8463 appendix A.3: both signatures', async () => {
    const zone = [
      `brisbane._domainkey.football.example.com TXT ${ed25519Record}`,
      `test._domainkey.football.example.com TXT ${rsaRecord}`,
    ].join('\n');
    const { result, signatures } = await verified(football, { zone });
    expect(result).toBe('pass');
    expect(signatures).toEqual([
      expect.objectContaining({ result: 'pass', algorithm: 'ed25519-sha256', bits: 256, signed: 1528637909000 }),
      expect.objectContaining({ result: 'pass', algorithm: 'rsa-sha256', bits: 1024 }),
    ]);
    // From, Subject and Date are named once more than they are there; To and Message-ID are not.
    expect(signatures[0]?.notOversigned).toEqual(['To', 'Message-ID']);
  });
});

describe('canonicalisation', () => {
  const body = (text: string) => `${plain.slice(0, plain.indexOf('\r\n\r\n') + 4)}${text}`;
  it.each([
    ['simple ignores empty lines at the end (section 3.4.3)', 'simple/simple', 'a\r\n', 'a\r\n\r\n\r\n', 'pass'],
    ['simple adds the line end that is missing', 'simple/simple', 'a\r\n', 'a', 'pass'],
    ['simple: no body is one CRLF', 'simple/simple', '', '\r\n', 'pass'],
    ['simple keeps blanks', 'simple/simple', 'a b\r\n', 'a  b\r\n', 'fail'],
    ['simple keeps a line of blanks', 'simple/simple', 'a\r\n', 'a\r\n \r\n', 'fail'],
    ['relaxed makes one blank of many (section 3.4.4)', 'relaxed/relaxed', 'a b\r\n', 'a \t b\r\n', 'pass'],
    ['relaxed ignores blanks at line ends', 'relaxed/relaxed', 'a\r\nb\r\n', 'a \t\r\nb \r\n', 'pass'],
    ['relaxed ignores lines of blanks at the end', 'relaxed/relaxed', 'a\r\n', 'a\r\n \r\n\t\r\n', 'pass'],
    ['relaxed keeps empty lines in between', 'relaxed/relaxed', 'a\r\n\r\nb\r\n', 'a\r\nb\r\n', 'fail'],
    ['relaxed keeps that there is a blank', 'relaxed/relaxed', 'ab\r\n', 'a b\r\n', 'fail'],
    ['relaxed: no body stays none', 'relaxed/relaxed', '', '\r\n\r\n', 'pass'],
    ['a bare LF is a line end', 'simple/simple', 'a\r\nb\r\n', 'a\nb\n', 'pass'],
    ['a bare CR is none', 'relaxed/relaxed', 'a\r\nb\r\n', 'a\rb\r\n', 'fail'],
    ['a blank at the very end', 'relaxed/relaxed', 'a', 'a ', 'pass'],
  ])('%s', async (_, canonicalization, before, after, result) => {
    const message = await signed(body(before), { canonicalization });
    const at = message.lastIndexOf('\r\n\r\n', message.length - before.length) + 4;
    for (const chunk of [undefined, 1, 7]) {
      const one = await first(message.slice(0, at) + after, chunk === undefined ? {} : { chunk });
      expect(one?.result, `chunks of ${chunk ?? 'everything'}`).toBe(result);
    }
  });

  it.each([
    ['names in any case', 'Subject: Seven', 'sUBJECT: Seven', 'pass'],
    ['blanks around the colon', 'Subject: Seven', 'Subject \t:   Seven', 'pass'],
    ['folds', 'Seven boats\r\n', 'Seven\r\n boats\r\n', 'pass'],
    ['blanks at the end', 'Seven boats\r\n', 'Seven boats \t\r\n', 'pass'],
    ['tabs', 'Seven boats', 'Seven\tboats', 'pass'],
    ['a blank that was not there', 'Seven boats', 'Sev en boats', 'fail'],
    ['a field that is gone', 'To: ben@b.example\r\n', '', 'fail'],
  ])('relaxed header (section 3.4.2): %s', async (_, from, to, result) => {
    const message = await signed(plain);
    const at = message.indexOf('From: Anna');
    expect((await first(message.slice(0, at) + message.slice(at).replace(from, to)))?.result).toBe(result);
  });

  it('the lowest field of a name is signed (section 5.4.2): one above it goes unnoticed, one below does not', async () => {
    const message = await signed(plain);
    const above = await first(message.replace('From: Anna', 'Subject: Mine\r\nFrom: Anna'));
    expect(above).toMatchObject({ result: 'pass', notOversigned: expect.arrayContaining(['Subject']) as string[] });
    expect(above?.covered).not.toContain(1);
    const below = await first(message.replace('\r\nDate:', '\r\nSubject: Mine\r\nDate:'));
    expect(below?.result).toBe('fail');
  });
});

describe('tags of the signature (sections 3.5 and 6.1.1)', () => {
  const tagged = async (change: (field: string) => string, of: SigningOf = {}, asking: Examining = {}) => {
    const message = await signed(plain, of);
    const end = message.indexOf('\r\nFrom: Anna');
    return first(change(message.slice(0, end)) + message.slice(end), asking);
  };
  it.each([
    ['no v=', / v=1;/, '', 'neutral', /required/],
    ['another version', / v=1;/, ' v=2;', 'neutral', /v= is not 1/],
    ['no bh=', / bh=[^;]*;/, '', 'neutral', /required/],
    ['a tag twice (section 3.2)', / v=1;/, ' v=1; v=1;', 'neutral', /tags cannot be read/],
    ['an unknown algorithm', 'a=rsa-sha256', 'a=rsa-sha512', 'neutral', /algorithm/],
    ['an unknown canonicalisation', 'c=relaxed/relaxed', 'c=nofws/relaxed', 'neutral', /canonicalization/],
    ['an unknown way to ask', 'q=dns/txt', 'q=http', 'neutral', /q=/],
    ['t= that is no number', / t=\d+/, ' t=soon', 'neutral', /tags cannot be read/],
    ['h= without From', /h=[^;]*;/, 'h=Subject;', 'permerror', /leaves out From/],
    ['an empty h=', /h=[^;]*;/, 'h=;', 'neutral', /tags cannot be read|required/],
    ['x= not behind t=', / t=(\d+);/, ' t=$1; x=1;', 'neutral', /x= is not behind t=/],
    ['i= outside d=', ' s=s;', ' s=s; i=@b.example;', 'permerror', /i= is not within d=/],
    ['d= that is no domain', 'd=a.example', 'd=-a.example', 'neutral', /tags cannot be read/],
    ['d= of one label', 'd=a.example', 'd=example', 'neutral', /tags cannot be read/],
    ['names of tags are told apart by case (section 3.2)', 'd=a.example', 'D=a.example', 'neutral', /required/],
    ['an unknown tag changes what was signed', ' v=1;', ' v=1; u=1;', 'fail', /does not fit/],
    ['b= that is no base64', / b=[^;]*$/, ' b=!', 'fail', /does not fit/],
  ])('%s', async (_, from, to, result, why) => {
    expect(await tagged((field) => field.replace(from, to))).toMatchObject({
      result,
      why: expect.stringMatching(why) as string,
    });
  });

  it('i= below d= is told, where it differs from @d', async () => {
    const one = await tagged((field) => field, { identity: 'ben@mail.a.example' });
    expect(one).toMatchObject({ result: 'pass', identity: 'ben@mail.a.example' });
  });

  it.each([
    ['expired', { signed: noon - 7_200_000, expires: noon - 3_600_000 }, {}, 'permerror', /expired/],
    ['expired within the clock skew', { signed: noon - 7_200_000, expires: noon - 100_000 }, {}, 'pass', undefined],
    [
      'expired, and no skew',
      { signed: noon - 7_200_000, expires: noon - 100_000 },
      { clockSkew: 0 },
      'permerror',
      /expired/,
    ],
    ['from the future', { signed: noon + 600_000 }, {}, 'permerror', /600 s from now/],
    ['from the future within the clock skew', { signed: noon + 100_000 }, {}, 'pass', undefined],
    ['older than is allowed', { signed: noon - 3 * 86_400_000 }, { maxAge: 2 }, 'policy', /3 days ago/],
    ['as old as is allowed', { signed: noon - 86_400_000 }, { maxAge: 2 }, 'pass', undefined],
  ])('%s', async (_, of, dkim, result, why) => {
    const one = await tagged((field) => field, of, { dkim });
    expect(one?.result).toBe(result);
    if (why !== undefined) expect(one?.why).toMatch(why);
  });

  it('a message without From proves nothing of anybody (section 5.4)', async () => {
    const message = (await signed(plain)).replace('From: Anna', 'Sender: Anna');
    expect(await first(message)).toMatchObject({ result: 'permerror', why: expect.stringContaining('From') as string });
  });
});

describe('the key (sections 3.6.1 and 6.1.2)', () => {
  const p = testKeyData('rsa2048a');
  const name = 's._domainkey.a.example';
  it.each([
    ['no record', '', 'permerror', /no key/],
    ['no record of the type', `${name} A 192.0.2.1`, 'permerror', /no key/],
    ['DNS fails', `${name} TXT SERVFAIL`, 'temperror', /ESERVFAIL/],
    ['DNS is silent', `${name} TXT TIMEOUT`, 'temperror', /ETIMEOUT/],
    ['DNS refuses', `${name} TXT REFUSED`, 'temperror', /EREFUSED/],
    ['no v=', `${name} TXT p=${p}`, 'pass', undefined],
    ['another v=', `${name} TXT v=DKIM2; p=${p}`, 'permerror', /version/],
    ['v= that is not first', `${name} TXT p=${p}; v=DKIM1`, 'permerror', /version/],
    ['revoked', `${name} TXT v=DKIM1; p=`, 'permerror', /revoked/],
    ['no p=', `${name} TXT v=DKIM1; k=rsa`, 'permerror', /cannot be read/],
    ['p= that is no key', `${name} TXT v=DKIM1; p=Zm9v`, 'permerror', /kind that is not known|cannot be read/],
    ['another key', keyLine('rsa2048b'), 'fail', /does not fit/],
    ['h=sha256', keyLine('rsa2048a', name, ['h=sha256']), 'pass', undefined],
    ['h=sha1', keyLine('rsa2048a', name, ['h=sha1']), 'permerror', /hash/],
    ['s=email', keyLine('rsa2048a', name, ['s=email']), 'pass', undefined],
    ['s=*', keyLine('rsa2048a', name, ['s=*']), 'pass', undefined],
    ['s=other', keyLine('rsa2048a', name, ['s=other']), 'permerror', /not meant for mail/],
    ['k= of another kind', `${name} TXT v=DKIM1; k=ed25519; p=${p}`, 'permerror', /kind/],
    ['g=, which RFC 6376 appendix C took away', keyLine('rsa2048a', name, ['g=nobody']), 'pass', undefined],
    ['notes', keyLine('rsa2048a', name, ['n=any text']), 'pass', undefined],
    [
      'several strings',
      `${name} TXT "v=DKIM1; p=${p.slice(0, 100)}" "${p.slice(100, 300)}" "${p.slice(300)}"`,
      'pass',
      undefined,
    ],
    ['two records: the one that fits', `${keyLine('rsa2048b')}\n${keyLine()}`, 'pass', undefined],
    [
      'a key of 100 KB',
      `${name} TXT v=DKIM1; p=${'A'.repeat(100_000)}`,
      'permerror',
      /100011 octets, more than the 8192/,
    ],
    ['a CNAME to the key', `${name} CNAME key.b.example\n${keyLine('rsa2048a', 'key.b.example')}`, 'pass', undefined],
  ])('%s', async (_, zone, result, why) => {
    const one = await first(await signed(plain), { zone });
    expect(one?.result).toBe(result);
    if (why !== undefined) expect(one?.why).toMatch(why);
  });

  it('t=y is told, and changes nothing (section 3.6.1)', async () => {
    const message = await signed(plain);
    expect(await first(message, { zone: keyLine('rsa2048a', name, ['t=y']) })).toMatchObject({
      result: 'pass',
      testing: true,
    });
  });

  it('t=s forbids i= below d= (section 3.6.1)', async () => {
    const zone = keyLine('rsa2048a', name, ['t=s']);
    expect((await first(await signed(plain, { identity: '@mail.a.example' }), { zone }))?.result).toBe('permerror');
    expect((await first(await signed(plain, { identity: '@a.example' }), { zone }))?.result).toBe('pass');
  });

  it('the question stands in the answer', async () => {
    const { questions } = await verified(await signed(plain));
    expect(questions).toEqual([expect.objectContaining({ name, type: 'TXT' })]);
  });
});

describe('RFC 8301 and RFC 8463', () => {
  it.each([
    ['rsa-sha1 does not count (RFC 8301 section 3.1)', { algorithm: 'rsa-sha1' }, {}, keyLine(), 'policy'],
    ['rsa-sha1 where the settings take it', { algorithm: 'rsa-sha1' }, { sha1: true }, keyLine(), 'pass'],
    ['512 bits do not count (section 3.2)', { key: 'rsa512' }, {}, keyLine('rsa512'), 'policy'],
    ['1024 bits do', { key: 'rsa1024' }, {}, keyLine('rsa1024'), 'pass'],
    ['1024 bits, and 2048 are asked for', { key: 'rsa1024' }, { minRsaBits: 2048 }, keyLine('rsa1024'), 'policy'],
    ['512 bits where the settings take them', { key: 'rsa512' }, { minRsaBits: 512 }, keyLine('rsa512'), 'pass'],
    ['4096 bits', { key: 'rsa4096' }, {}, keyLine('rsa4096'), 'pass'],
    ['Ed25519 (RFC 8463 section 3)', { key: 'ed25519a' }, {}, keyLine('ed25519a'), 'pass'],
    ['Ed25519 with another key', { key: 'ed25519a' }, {}, keyLine('ed25519b'), 'fail'],
    [
      'Ed25519 without k= (section 4)',
      { key: 'ed25519a' },
      {},
      `s._domainkey.a.example TXT v=DKIM1; p=${testKeyData('ed25519a')}`,
      'permerror',
    ],
    ['Ed25519, and the key is RSA', { key: 'ed25519a' }, {}, keyLine(), 'permerror'],
    ['512 bits and a signature that does not hold are no policy', { key: 'rsa512' }, {}, keyLine('rsa1024'), 'fail'],
  ] as const)('%s', async (_, of, dkim, zone, result) => {
    expect((await first(await signed(plain, of), { zone, dkim }))?.result).toBe(result);
  });
});

describe('l= (sections 3.5 and 8.2)', () => {
  const text = 'Seven boats are in the harbour.\r\n';
  const base = plain.slice(0, plain.indexOf('\r\n\r\n') + 4) + text;
  it.each([
    ['covers all', 'covered', '', 'pass'],
    ['leaves an appendix out', 'covered', 'Buy!\r\n', 'policy'],
    ['never counts', 'never', '', 'policy'],
    ['counts all the same', 'allow', 'Buy!\r\n', 'pass'],
  ] as const)('%s', async (_, bodyLength, appendix, result) => {
    const message = await signed(base, { length: text.length });
    const one = await first(message + appendix, { dkim: { bodyLength } });
    expect(one).toMatchObject({
      result,
      length: { covered: text.length, all: text.length + appendix.length },
      bodyCovered: text.length,
    });
  });

  it('of more octets than there are is wrong', async () => {
    const message = await signed(base, { length: text.length });
    const one = await first(message.replace(text, ''));
    expect(one).toMatchObject({ result: 'permerror', why: expect.stringContaining('l=33') as string });
  });

  it('of nothing covers nothing', async () => {
    const one = await first(await signed(base, { length: 0 }), { dkim: { bodyLength: 'allow' } });
    expect(one).toMatchObject({ result: 'pass', length: { covered: 0, all: text.length }, bodyCovered: 0 });
  });
});

describe('bounds', () => {
  it('of 50 signatures 10 are verified, and all counted', async () => {
    const one = await signed(plain);
    const field = one.slice(0, one.length - plain.length);
    const { signatures, count, result, questions } = await verified(field.repeat(50) + plain);
    expect([signatures.length, count, result, questions.length]).toEqual([10, 50, 'pass', 1]);
  });

  it('a header of 10 MB is read, and does no harm to what is signed', async () => {
    const line = `X-Filler: ${'x'.repeat(1000)}\r\n`;
    const { result, signatures } = await verified(line.repeat(10_000) + (await signed(plain)), { chunk: 65_536 });
    expect(result).toBe('pass');
    expect(signatures[0]?.covered[0]).toBe(10_001);
  });

  it('20,000 fields, all named in h=', async () => {
    const message = await signed(plain);
    const { signatures } = await verified(
      message
        .replace(/h=[^;]*;/, `h=From:${'X:'.repeat(20_000)}X;`)
        .replace('From: Anna', `${'X: y\r\n'.repeat(20_000)}From: Anna`),
    );
    expect(signatures[0]).toMatchObject({
      result: 'neutral',
      why: expect.stringMatching(/more than the 1000 that are looked at|tags|octets/) as string,
    });
  });

  it('more fields than are read prove nothing', async () => {
    const { signatures } = await verified(`${await signed('X: y\r\n'.repeat(60_000) + plain)}`);
    expect(signatures[0]).toMatchObject({ result: 'neutral', why: expect.stringContaining('50000 fields') as string });
  });

  it('a signature that covers megabytes of header is not looked at', async () => {
    const long = `Seven${'\r\n boats'.repeat(200_000)}\r\n`;
    const { signatures } = await verified((await signed(plain)).replace('Seven boats\r\n', long));
    expect(signatures[0]).toMatchObject({
      result: 'neutral',
      why: expect.stringContaining('octets of header') as string,
    });
  });

  it('no signature is none, and asks nothing', async () => {
    expect(await verified(plain)).toMatchObject({ result: 'none', signatures: [], count: 0, questions: [] });
  });

  it('the best of several counts', async () => {
    const good = await signed(plain);
    const field = good.slice(0, good.length - plain.length);
    const { result, signatures } = await verified(
      field.replace('a=rsa', 'a=dsa') + field.replace(/bh=./, 'bh=!') + good,
    );
    expect(result).toBe('pass');
    expect(signatures.map((one) => one.result)).toEqual(['neutral', 'fail', 'pass']);
    expect(new Set(signatures.map(({ id }) => id)).size).toBe(1);
  });
});
