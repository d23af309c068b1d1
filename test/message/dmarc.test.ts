// DMARC from the words of RFC 9989 and RFC 7489, in both readings, through zones with faults.
import { describe, expect, it } from 'vitest';
import type { DmarcReading } from '../../core/contract/senderAnswers.ts';
import { readRecord } from '../../core/message/dmarcRecord.ts';
import { namesUp } from '../../core/message/dmarcTree.ts';
import { type Examining, examined, keyLine, plain, signed } from './examining.ts';
import { spf } from './spfAnswers.ts';

async function ask(from: string, zone: string, more: Examining & { readonly domain?: string } = {}) {
  const { domain, ...rest } = more;
  const { dmarc } = await examined(plain.replace('From: Anna <anna@a.example>', from), {
    want: ['dkim', 'dmarc'],
    zone,
    ...(domain === undefined ? {} : { spf: spf(domain) }),
    ...rest,
  });
  if (dmarc === undefined) throw new Error('no answer');
  const of = (reading: '9989' | '7489') => dmarc.readings.find((one) => one.reading === reading) as DmarcReading;
  return { dmarc, tree: of('9989'), list: of('7489') };
}

describe('the names of a walk (RFC 9989 section 4.10)', () => {
  it('eight questions for a name of thirteen labels, as in the example', () => {
    expect(namesUp('a.b.c.d.e.f.g.h.i.j.mail.example.com')).toEqual([
      'a.b.c.d.e.f.g.h.i.j.mail.example.com',
      'g.h.i.j.mail.example.com',
      'h.i.j.mail.example.com',
      'i.j.mail.example.com',
      'j.mail.example.com',
      'mail.example.com',
      'example.com',
      'com',
    ]);
  });

  it('a zone cut below the shortcut is not found, as in section 5.1.8', () => {
    expect(namesUp('mail.a.b.c.d.e.f.g.example.com')).toEqual([
      'mail.a.b.c.d.e.f.g.example.com',
      'c.d.e.f.g.example.com',
      'd.e.f.g.example.com',
      'e.f.g.example.com',
      'f.g.example.com',
      'g.example.com',
      'example.com',
      'com',
    ]);
  });

  it.each([
    ['example.com', 2],
    ['a.mail.example.com', 4],
    ['a.b.c.d.e.f.g', 7],
    ['a.b.c.d.e.f.g.h', 8],
    ['a.b.c.d.e.f.g.h.i', 8],
  ])('%s: %i questions', (name, count) => {
    expect(namesUp(name)).toHaveLength(count);
  });
});

describe('organisational domains (section 4.10.2)', () => {
  it.each([
    [
      'the shortest name with a record',
      '_dmarc.mail.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=none',
      'example.com',
    ],
    [
      'psd=n',
      '_dmarc.mail.example.com TXT v=DMARC1; p=none; psd=n\n_dmarc.example.com TXT v=DMARC1; p=none',
      'mail.example.com',
    ],
    ['one label below psd=y', '_dmarc.com TXT v=DMARC1; p=none; psd=y', 'example.com'],
  ])('%s', async (_, zone, organisation) => {
    const { tree } = await ask('From: x@a.mail.example.com', zone);
    expect(tree.organisation).toBe(organisation);
  });

  it('without any record the domain itself, and no policy', async () => {
    const { tree } = await ask('From: x@a.mail.example.com', '');
    expect(tree).toMatchObject({ result: 'none', organisation: 'a.mail.example.com' });
    expect(tree.steps.map(({ name }) => name)).toEqual([
      '_dmarc.a.mail.example.com',
      '_dmarc.mail.example.com',
      '_dmarc.example.com',
      '_dmarc.com',
    ]);
  });
});

describe('alignment (section 4.4, the table of examples)', () => {
  const zone = '_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.example.net TXT v=DMARC1; p=reject';
  const strict = '_dmarc.example.com TXT v=DMARC1; p=reject; aspf=s; adkim=s';
  it.each([
    ['relaxed: foo and news share example.com', zone, 'foo.example.com', 'pass'],
    ['identical', zone, 'news.example.com', 'pass'],
    ['none: foo.example.net', zone, 'foo.example.net', 'fail-reject'],
    ['strict wants the same', strict, 'foo.example.com', 'fail-reject'],
    ['strict and the same', strict, 'news.example.com', 'pass'],
    ['names are compared without case (RFC 4343)', strict, 'NEWS.Example.COM', 'pass'],
    ['one that only ends alike is another', zone, 'notexample.com', 'fail-reject'],
  ])('%s', async (_, zone, domain, result) => {
    const { tree, list } = await ask('From: x@news.example.com', zone, { domain });
    expect([tree.result, list.result]).toEqual([result, result]);
  });

  it('an identity that did not pass is aligned in vain', async () => {
    const { tree } = await ask('From: x@example.com', zone, { spf: spf('example.com', 'fail') });
    expect(tree).toMatchObject({ result: 'fail-reject', alignments: [{ aligned: true, passed: false }] });
  });

  it('the EHLO name does not count (section 4.4.2)', async () => {
    const { tree } = await ask('From: x@example.com', zone, { spf: spf('example.com', 'pass', 'helo') });
    expect(tree).toMatchObject({ result: 'fail-reject', alignments: [] });
  });

  it('a signature of an aligned domain is enough', async () => {
    const message = await signed(plain);
    const { dmarc } = await examined(message, {
      want: ['dkim', 'dmarc'],
      zone: `${keyLine()}\n_dmarc.a.example TXT v=DMARC1; p=reject; adkim=s`,
      spf: spf('other.example'),
    });
    expect(dmarc).toMatchObject({ result: 'pass', author: 'a.example' });
    expect(dmarc?.readings[0]?.alignments).toEqual([
      expect.objectContaining({ by: 'spf', aligned: false }),
      expect.objectContaining({ by: 'dkim', aligned: true, passed: true, mode: 'strict' }),
    ]);
  });

  it('a psd=n between them parts two sub-domains (section 4.10.2)', async () => {
    const { tree, list } = await ask(
      'From: x@a.example.com',
      '_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.b.example.com TXT v=DMARC1; p=none; psd=n',
      { domain: 'b.example.com' },
    );
    expect([tree.result, list.result]).toEqual(['fail-reject', 'pass']);
  });
});

describe('which policy counts (section 4.10.1, section 4.7)', () => {
  const sub = 'From: x@sub.example.com';
  it.each([
    [
      'p of the author’s own record',
      'From: x@example.com',
      'v=DMARC1; p=quarantine; sp=reject; np=none',
      '',
      'fail-quarantine',
      'p',
    ],
    ['sp below it', sub, 'v=DMARC1; p=none; sp=reject', 'sub.example.com A 192.0.2.1', 'fail-reject', 'sp'],
    ['p where there is no sp', sub, 'v=DMARC1; p=quarantine', 'sub.example.com A 192.0.2.1', 'fail-quarantine', 'p'],
    ['np where it does not exist', sub, 'v=DMARC1; p=none; sp=none; np=reject', '', 'fail-reject', 'np'],
    [
      'sp where np is there and it exists',
      sub,
      'v=DMARC1; p=none; sp=quarantine; np=reject',
      'sub.example.com MX 10 mx.example.com',
      'fail-quarantine',
      'sp',
    ],
    ['sp for what does not exist, without np', sub, 'v=DMARC1; p=none; sp=reject', '', 'fail-reject', 'sp'],
    ['t=y: reject becomes quarantine', 'From: x@example.com', 'v=DMARC1; p=reject; t=y', '', 'fail-quarantine', 'p'],
    ['t=y: quarantine becomes none', 'From: x@example.com', 'v=DMARC1; p=quarantine; t=y', '', 'fail-none', 'p'],
    ['t=y: none stays', 'From: x@example.com', 'v=DMARC1; p=none; t=y', '', 'fail-none', 'p'],
    ['pct is not known', 'From: x@example.com', 'v=DMARC1; p=reject; pct=0', '', 'fail-reject', 'p'],
    ['values in either case', 'From: x@example.com', 'v=DMARC1; p=REJECT', '', 'fail-reject', 'p'],
    ['blanks around the signs', 'From: x@example.com', 'v = DMARC1 ; p = reject ;', '', 'fail-reject', 'p'],
    ['unknown tags are passed over', 'From: x@example.com', 'v=DMARC1; x=y; p=reject', '', 'fail-reject', 'p'],
    ['an invalid adkim is its default', 'From: x@example.com', 'v=DMARC1; p=reject; adkim=x', '', 'fail-reject', 'p'],
  ])('%s', async (_, from, record, more, result, by) => {
    const { tree } = await ask(from, `_dmarc.example.com TXT ${record}\n${more}`);
    expect(tree).toMatchObject({ result, by, policyDomain: 'example.com' });
  });

  it('the record of a sub-domain counts before that of its organisation', async () => {
    const { tree } = await ask(
      sub,
      '_dmarc.sub.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject',
    );
    expect(tree).toMatchObject({ result: 'fail-none', policyDomain: 'sub.example.com', organisation: 'example.com' });
    expect(tree.steps.map(({ use }) => use)).toEqual(['policy', 'organisation', 'passed by']);
  });

  it('the public suffix’s record counts last', async () => {
    const { tree } = await ask('From: x@shop.gov.example', '_dmarc.gov.example TXT v=DMARC1; p=none; np=reject; psd=y');
    expect(tree).toMatchObject({
      result: 'fail-reject',
      by: 'np',
      policyDomain: 'gov.example',
      organisation: 'shop.gov.example',
    });
  });

  it.each([
    ['no p, and reports: as p=none', 'v=DMARC1; rua=mailto:r@example.com', 'fail-none'],
    ['a p nobody knows, and reports', 'v=DMARC1; p=maybe; rua=mailto:r@example.com', 'fail-none'],
    ['a p nobody knows, and no reports', 'v=DMARC1; p=maybe', 'permerror'],
    ['an sp nobody knows', 'v=DMARC1; p=reject; sp=maybe', 'permerror'],
    ['rua that is no URI', 'v=DMARC1; p=maybe; rua=r', 'permerror'],
  ])('%s', async (_, record, result) => {
    const { tree } = await ask('From: x@example.com', `_dmarc.example.com TXT ${record}`);
    expect(tree.result).toBe(result);
  });

  it.each([
    ['two records count as none', '_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT v=DMARC1; p=none'],
    ['a version in lower case', '_dmarc.example.com TXT v=dmarc1; p=reject'],
    ['a version that is not first', '_dmarc.example.com TXT p=reject; v=DMARC1'],
    ['another version', '_dmarc.example.com TXT v=DMARC2; p=reject'],
    ['a tag twice (RFC 6376 section 3.2)', '_dmarc.example.com TXT v=DMARC1; p=reject; p=none'],
    ['something else altogether', '_dmarc.example.com TXT hello'],
  ])('no policy: %s', async (_, zone) => {
    const { tree } = await ask('From: x@example.com', zone);
    expect(tree.result).toBe('none');
  });

  it('other text beside the record does no harm (section 4.10 step 2)', async () => {
    const { tree } = await ask(
      'From: x@example.com',
      '_dmarc.example.com TXT hello\n_dmarc.example.com TXT v=DMARC1; p=reject',
    );
    expect(tree.result).toBe('fail-reject');
  });

  it('strings of one record are put together (section 4.5)', async () => {
    const { tree } = await ask('From: x@example.com', '_dmarc.example.com TXT "v=DMA" "RC1; p=rej" "ect"');
    expect(tree).toMatchObject({ result: 'fail-reject', record: 'v=DMARC1; p=reject' });
  });
});

describe('the author (section 5.3.1)', () => {
  const zone = '_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.xn--bcher-kva.example TXT v=DMARC1; p=reject';
  it.each([
    ['several addresses of one domain', 'From: x@example.com, y@EXAMPLE.com', 'fail-reject'],
    ['a group of one domain (RFC 6854)', 'From: Us: x@example.com, y@example.com;', 'fail-reject'],
    ['authors of two domains', 'From: x@example.com, y@example.net', 'no-author'],
    ['two fields', 'From: x@example.com\r\nFrom: y@example.com', 'no-author'],
    ['no field', 'X-From: x@example.com', 'no-author'],
    ['an empty group', 'From: Us:;', 'no-author'],
    ['no address', 'From: Anna', 'no-author'],
    ['a literal', 'From: x@[192.0.2.1]', 'no-author'],
    ['U-labels become A-labels (RFC 5890)', Buffer.from('From: x@bücher.example').toString('latin1'), 'fail-reject'],
    ['an at sign within quotes', 'From: "x@example.net"@example.com', 'fail-reject'],
    ['folded', 'From: Anna\r\n <x@example.com>', 'fail-reject'],
  ])('%s', async (_, from, result) => {
    const { dmarc, tree, list } = await ask(from, zone);
    expect([dmarc.result, tree.result, list.result]).toEqual([result, result, result]);
    if (result === 'no-author') expect(tree.why).toMatch(/./);
  });
});

describe('DNS that does not answer', () => {
  it.each([
    [
      'the author’s name',
      '_dmarc.sub.example.com TXT SERVFAIL\n_dmarc.example.com TXT v=DMARC1; p=none',
      undefined,
      'temperror',
    ],
    ['a name above one without a record', '_dmarc.example.com TXT TIMEOUT', undefined, 'temperror'],
    [
      'a name above the author’s own record, and nothing to align',
      '_dmarc.sub.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT SERVFAIL',
      undefined,
      'fail-reject',
    ],
    [
      'a name above it, and the same domain passed',
      '_dmarc.sub.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT SERVFAIL',
      'sub.example.com',
      'pass',
    ],
    [
      'a name above it, and a sister passed',
      '_dmarc.sub.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT SERVFAIL',
      'b.example.com',
      'temperror',
    ],
    [
      'the walk of an identity',
      '_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.b.example.com TXT REFUSED',
      'b.example.com',
      'temperror',
    ],
    [
      'whether the author exists, where np differs',
      '_dmarc.example.com TXT v=DMARC1; p=none; np=reject\nsub.example.com A SERVFAIL',
      undefined,
      'temperror',
    ],
    [
      'whether the author exists, where np is the same',
      '_dmarc.example.com TXT v=DMARC1; p=reject; np=reject\nsub.example.com A SERVFAIL',
      undefined,
      'fail-reject',
    ],
  ])('%s', async (_, zone, domain, result) => {
    const { tree } = await ask('From: x@sub.example.com', zone, domain === undefined ? {} : { domain });
    expect(tree.result).toBe(result);
  });

  it('an aligned SPF that could not be asked leaves it open (RFC 7489 section 6.6.2)', async () => {
    const zone = '_dmarc.example.com TXT v=DMARC1; p=reject';
    const { tree, list } = await ask('From: x@example.com', zone, { spf: spf('example.com', 'temperror') });
    expect([tree.result, list.result]).toEqual(['temperror', 'temperror']);
    const other = await ask('From: x@example.com', zone, { spf: spf('example.net', 'temperror') });
    expect(other.tree.result).toBe('fail-reject');
  });
});

describe('RFC 7489', () => {
  it.each([
    [
      'the organisation by the list (section 3.2)',
      'From: x@a.b.example.co.uk',
      '_dmarc.example.co.uk TXT v=DMARC1; p=reject',
      0,
      'fail-reject',
    ],
    [
      'nothing between author and organisation is asked (section 6.6.3)',
      'From: x@a.b.example.co.uk',
      '_dmarc.b.example.co.uk TXT v=DMARC1; p=reject',
      0,
      'none',
    ],
    ['sp', 'From: x@a.example.com', '_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine', 0, 'fail-quarantine'],
    ['np is not known', 'From: x@a.example.com', '_dmarc.example.com TXT v=DMARC1; p=none; np=reject', 0, 'fail-none'],
    ['t is not known', 'From: x@example.com', '_dmarc.example.com TXT v=DMARC1; p=reject; t=y', 0, 'fail-reject'],
    [
      'pct: in the sample (section 6.6.4)',
      'From: x@example.com',
      '_dmarc.example.com TXT v=DMARC1; p=reject; pct=20',
      0.19,
      'fail-reject',
    ],
    [
      'pct: not in it, one step milder',
      'From: x@example.com',
      '_dmarc.example.com TXT v=DMARC1; p=reject; pct=20',
      0.2,
      'fail-quarantine',
    ],
    [
      'pct=0 of quarantine is none',
      'From: x@example.com',
      '_dmarc.example.com TXT v=DMARC1; p=quarantine; pct=0',
      0,
      'fail-none',
    ],
    [
      'pct=100 is everybody',
      'From: x@example.com',
      '_dmarc.example.com TXT v=DMARC1; p=reject; pct=100',
      0.999,
      'fail-reject',
    ],
    [
      'a pct nobody can read is 100',
      'From: x@example.com',
      '_dmarc.example.com TXT v=DMARC1; p=reject; pct=lots',
      0.999,
      'fail-reject',
    ],
    [
      'several records end it (section 6.6.3 step 5)',
      'From: x@a.example.com',
      '_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject',
      0,
      'none',
    ],
  ])('%s', async (_, from, zone, chance, result) => {
    const { dmarc, list } = await ask(from, zone, { chance, dmarc: { reading: '7489' } });
    expect(list.result).toBe(result);
    expect(dmarc.result).toBe(result);
    expect(dmarc.readings.map(({ reading }) => reading)).toEqual(['7489', '9989']);
  });
});

it('a record is one printable line, however it was written', () => {
  const record = readRecord(`v=DMARC1; p=none; n=\u001b[31m\r\n${'x'.repeat(2000)}`);
  expect(record).toMatchObject({ p: 'none' });
  expect(typeof record === 'object' && record.text).toMatch(/^[\x20-\x7e…]{1,500}$/u);
});
