// Rules for the header, look-alikes, claims of others, parts and the hash, as a worker finds them out.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { skeleton } from '../../core/message/lookAlike.ts';
import { authservId } from '../../core/message/removed.ts';
import { type Examining, examined, plain } from './examining.ts';

const utf8 = (text: string) => Buffer.from(text).toString('latin1');

async function faults(message: string, header: Examining['header'] = {}) {
  const { header: answer } = await examined(message, { want: ['header'], header });
  return answer?.faults ?? [];
}

describe('rules for the header (RFC 5322 sections 2.2 and 3.6)', () => {
  it('a usual message has no fault, and its author is told', async () => {
    const { header } = await examined(plain, { want: ['header'] });
    expect(header).toMatchObject({ faults: [], authors: [{ raw: 'anna@a.example' }] });
  });

  it.each([
    ['no From', plain.replace('From:', 'X-From:'), 'from', /no From/, []],
    ['two From', `From: x@b.example\r\n${plain}`, 'from', /2 From fields/, [0, 1]],
    ['From of nobody', plain.replace('Anna <anna@a.example>', 'Us:;'), 'from', /nobody/, [0]],
    [
      'From that cannot be read',
      plain.replace('<anna@a.example>', '<anna@a.example'),
      'syntax',
      /From cannot be read/,
      [0],
    ],
    ['To that cannot be read', plain.replace('ben@b.example', 'ben@@b.example'), 'syntax', /To cannot be read/, [1]],
    ['a line that is no field', plain.replace('To: ', 'hello\r\nTo: '), 'syntax', /no field/, [0]],
    ['a first line that is no field', `hello\r\n${plain}`, 'syntax', /no field/, [0]],
    ['a blank before the colon', plain.replace('Subject:', 'Subject :'), 'syntax', /before|between/i, [2]],
    ['a NUL', plain.replace('Seven', 'Se\0ven'), 'syntax', /NUL/, [2]],
    ['a bare LF', plain.replace('boats\r\n', 'boats\n'), 'syntax', /bare LF/, [2]],
    ['a bare CR', plain.replace('Seven boats', 'Seven\rboats'), 'syntax', /CR/, [2]],
    [
      'two Subjects',
      plain.replace('Subject:', 'Subject: x\r\nSubject:'),
      'duplicates',
      /Subject stands 2 times/,
      [2, 3],
    ],
    [
      'two Dates in other letters',
      plain.replace('Date:', 'DATE: x\r\nDate:'),
      'duplicates',
      /Date stands 2 times/,
      [3, 4],
    ],
  ] as const)('%s', async (_, message, rule, text, fields) => {
    expect(await faults(message)).toContainEqual({ rule, text: expect.stringMatching(text) as string, fields });
  });

  it('Received may stand often', async () => {
    expect(await faults(`${'Received: x\r\n'.repeat(30)}${plain}`)).toEqual([]);
  });

  it('a header of 10 MB in one field, and one of a million lines', async () => {
    expect(await faults(`X: ${'y'.repeat(10_000_000)}\r\n${plain}`)).toEqual([]);
    expect(await faults(`X:${'\r\n y'.repeat(500_000)}\r\n${plain}`)).toEqual([]);
  });
});

describe('look-alikes (UTS 39 section 4)', () => {
  const own = { protected: ['paypal.example', 'bücher.example', 'example.com'] };
  it.each([
    ['the domain itself', 'x@paypal.example', false],
    ['the domain as A-labels', 'x@xn--bcher-kva.example', false],
    ['a sub-domain of it', 'x@mail.paypal.example', false],
    ['quite another', 'x@boats.example', false],
    ['a digit for a letter', 'x@paypa1.example', true],
    ['a capital I for an l', 'x@paypaI.example', true],
    ['Cyrillic letters', utf8('x@раураl.example'), true],
    ['Cyrillic letters as A-labels', 'x@xn--pypal-4ve.example', true],
    ['Greek letters', utf8('x@pαypal.example'), true],
    ['an accent less', 'x@bucher.example', true],
    ['rn for m', 'x@exarnple.com', true],
    ['a sub-domain of a look-alike', 'x@mail.paypa1.example', true],
    ['an address of it in the name', '"service@paypal.example" <x@boats.example>', true],
    ['an address of a look-alike in the name', '"service@paypa1.example" <x@boats.example>', true],
    ['its own address in the name', '"x@paypal.example" <x@paypal.example>', false],
  ])('%s', async (_, from, isFault) => {
    const found = await faults(plain.replace('Anna <anna@a.example>', from), own);
    expect(found.filter(({ rule }) => rule === 'lookAlike')).toHaveLength(isFault ? 1 : 0);
  });

  it('nothing is looked for where nothing is protected', async () => {
    expect(await faults(plain.replace('a.example', 'paypa1.example'))).toEqual([]);
  });

  it('what looks alike has one skeleton', () => {
    expect(skeleton('PAYPAL.example')).toBe(skeleton('раураӏ.example'));
    expect(skeleton('boats.example')).not.toBe(skeleton('goats.example'));
  });
});

describe('claims of others (RFC 8601 sections 2.2, 2.5 and 5)', () => {
  it.each([
    ['gate.example; spf=pass', 'gate.example'],
    [' (by us) gate.example 1; none', 'gate.example'],
    ['"gate.example"; none', 'gate.example'],
    ['"gate\\.example" (x (y) \\) z); none', 'gate.example'],
    ['(unended gate.example', undefined],
    ['; none', undefined],
  ])('%j was written by %j', (value, id) => {
    expect(authservId(value)).toBe(id);
  });

  it.each([
    ['ours', ['gate.example; none', 'other.example; none'], 1],
    ['ours', ['GATE.Example; none'], 1],
    ['ours', ['gate.example. 1; none'], 1],
    ['ours', ['(gate.example) other.example; none'], 0],
    ['ours', ['not-gate.example; none', 'mail.gate.example; none'], 0],
    ['ours', ['(gate.example; none'], 1],
    ['ours', ['"gate.example"\r\n (x); none'], 1],
    ['all', ['other.example; none', 'third.example; none'], 2],
    ['keep', ['gate.example; none'], 0],
  ] as const)('%s of %j: %i', async (foreign, values, count) => {
    const fields = values.map((value) => `Authentication-Results: ${value}\r\n`).join('');
    const { removed } = await examined(fields + plain, { want: ['removed'], results: { foreign } });
    expect(removed).toHaveLength(count);
  });

  it('places are whole fields, and listed names are removed', async () => {
    const message = `X-Spam-Score: 1\r\nx-spam-flag:\r\n no\r\nReturn-Path: <>\r\n${plain}`;
    const { removed = [] } = await examined(message, {
      want: ['removed'],
      results: { strip: ['X-Spam-*', 'return-path'] },
    });
    expect(removed.map(({ start, end }) => message.slice(start, end))).toEqual([
      'X-Spam-Score: 1\r\n',
      'x-spam-flag:\r\n no\r\n',
      'Return-Path: <>\r\n',
    ]);
  });
});

describe('parts (RFC 2046) and hash', () => {
  const parts = async (message: string, chunk?: number) => {
    const found = await examined(message, { want: ['parts'], ...(chunk === undefined ? {} : { chunk }) });
    return { parts: found.parts, more: found.moreParts };
  };

  it('one text', async () => {
    const body = plain.slice(plain.indexOf('\r\n\r\n') + 4);
    expect(await parts(plain)).toEqual({ parts: [{ type: 'text/plain', depth: 0, octets: body.length }], more: false });
  });

  it.each([undefined, 1, 10])(
    'a tree, names as RFC 2231 and RFC 2047 write them, sizes decoded (chunks of %s)',
    async (chunk) => {
      const message = [
        'Content-Type: multipart/mixed; boundary="a b"',
        '',
        'preamble',
        '--a b',
        'Content-Type: multipart/alternative; boundary=inner',
        '',
        '--inner',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Sch=C3=B6n=',
        'er',
        '--inner',
        'Content-Type: text/html',
        '',
        '<p>',
        '--inner--',
        '--a b',
        "Content-Type: image/png; name*0*=utf-8''b%C3%BC; name*1=cher.png",
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('ten octets').toString('base64'),
        '--a b',
        'Content-Type: application/pdf',
        'Content-Disposition: attachment; filename="=?utf-8?B?w7w=?=.pdf"',
        '',
        '%PDF',
        '--a b--',
        'epilogue',
        '',
      ].join('\r\n');
      expect((await parts(message, chunk)).parts).toEqual([
        { type: 'multipart/mixed', depth: 0, octets: 0 },
        { type: 'multipart/alternative', depth: 1, octets: 0 },
        { type: 'text/plain', depth: 2, octets: 8 },
        { type: 'text/html', depth: 2, octets: 3 },
        { type: 'image/png', name: 'bücher.png', depth: 1, octets: 10 },
        { type: 'application/pdf', name: 'ü.pdf', depth: 1, octets: 4 },
      ]);
    },
  );

  it('a million parts, and a nest of thousands, stay within bounds', async () => {
    const many = await parts(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}`);
    expect([many.parts?.length, many.more]).toEqual([1000, true]);
    const deep = Array.from(
      { length: 5000 },
      (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`,
    ).join('');
    expect((await parts(deep)).parts?.every(({ depth }) => depth <= 30)).toBe(true);
  });

  it('the hash is that of the octets as they stand', async () => {
    const { sha256 } = await examined(plain, { want: ['sha256'], chunk: 10 });
    expect(sha256).toBe(createHash('sha256').update(plain).digest('hex'));
  });
});
