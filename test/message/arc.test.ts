// ARC from the words of RFC 8617: chains that hold, and each way in which one does not.
import { sealMessage } from 'mailauth/lib/arc/index.js';
import { describe, expect, it } from 'vitest';
import type { ArcAnswer } from '../../core/contract/senderAnswers.ts';
import { testKey, type TestKeyName } from '../../core/simulate/testKeys.table.ts';
import { type Examining, examined, keyLine, noon, plain } from './examining.ts';

const names = ['list.example', 'forward.example', 'third.example'] as const;
const zone = names.map((name) => keyLine('rsa2048a', `s._domainkey.${name}`)).join('\n');

async function sealed(message: string, domain: string, of: { readonly cv?: string; readonly key?: TestKeyName } = {}) {
  const fields = await sealMessage(Buffer.from(message, 'latin1'), {
    signingDomain: domain,
    selector: 's',
    privateKey: testKey(of.key ?? 'rsa2048a'),
    algorithm: 'rsa-sha256',
    signTime: new Date(noon - 60_000),
    authResults: `${domain}; spf=pass smtp.mailfrom=a.example; dkim=pass header.d=a.example`,
    cv: of.cv ?? (message.includes('ARC-Seal:') ? 'pass' : 'none'),
  });
  return fields.toString('latin1') + message;
}

async function chain(count: number): Promise<string> {
  let message = plain;
  for (let index = 0; index < count; index += 1) message = await sealed(message, names[index % names.length] ?? '');
  return message;
}

async function judged(message: string, more: Examining = {}): Promise<ArcAnswer> {
  const { arc } = await examined(message, { want: ['arc'], zone, ...more });
  if (arc === undefined) throw new Error('no answer');
  return arc;
}

describe('chains that hold', () => {
  it('none', async () => {
    expect(await judged(plain)).toMatchObject({ result: 'none', sets: [], trusted: false, questions: [] });
  });

  it('one set (section 5.1)', async () => {
    const answer = await judged(await chain(1));
    expect(answer).toMatchObject({ result: 'pass', trusted: false });
    expect(answer.sets).toEqual([
      {
        instance: 1,
        domain: 'list.example',
        selector: 's',
        cv: 'none',
        signed: noon - 60_000,
        trusted: false,
        results: expect.stringContaining('list.example; spf=pass') as string,
      },
    ]);
  });

  it('three sets, and what was changed between them does no harm (section 5.2 step 4)', async () => {
    const first = await sealed(plain, 'list.example');
    const changed = `${first.replace('Seven boats\r\n', '[list] Seven boats\r\n')}-- \r\nThe list\r\n`;
    const answer = await judged(await sealed(changed, 'forward.example'));
    expect(answer.result).toBe('pass');
    expect(answer.sets.map(({ instance, cv }) => [instance, cv])).toEqual([
      [1, 'none'],
      [2, 'pass'],
    ]);
    expect((await judged(await chain(3))).result).toBe('pass');
  });

  it('50 sets (section 4.2.1)', async () => {
    expect((await judged(await chain(50))).sets).toHaveLength(50);
  });

  it.each([
    [['list.example', 'forward.example'], true],
    [['LIST.example', 'forward.example.'], true],
    [['list.example'], false],
    [[], false],
  ])('trusted: all of %j', async (trusted, expected) => {
    const answer = await judged(await chain(2), { arc: { trusted } });
    expect(answer.trusted).toBe(expected);
  });
});

const drop = (message: string, field: RegExp) => message.replace(field, '');
/** A whole field of the set, folded lines included. */
const whole = (name: string, instance: number) =>
  new RegExp(`(^|(?<=\\n))${name}: i=${instance};[^\\n]*\\n(?:[ \\t][^\\n]*\\n)*`);

describe('chains that do not hold (section 5.2)', () => {
  it.each([
    ['a body that was changed', (m: string) => m.replace('harbour', 'desert'), /message signature of set 2/],
    [
      'a header that was changed',
      (m: string) => m.replace('Subject: Seven', 'Subject: Eight'),
      /message signature of set 2/,
    ],
    ['a seal that was changed', (m: string) => m.replace(/(ARC-Seal: i=1;[^]*?b=)./, '$1!'), /seal/],
    ['a missing seal', (m: string) => drop(m, whole('ARC-Seal', 1)), /i=1/],
    ['a missing message signature', (m: string) => drop(m, whole('ARC-Message-Signature', 1)), /i=1/],
    ['missing results', (m: string) => drop(m, whole('ARC-Authentication-Results', 2)), /i=2/],
    ['a gap', (m: string) => m.replaceAll(': i=2;', ': i=3;'), /i=3 expected=2/],
    ['cv=fail at the end (step 2)', (m: string) => m.replace('cv=pass', 'cv=fail'), /cv=fail/],
    ['cv=pass at the beginning', (m: string) => m.replace('cv=none', 'cv=pass'), /cv/],
    ['cv=none in the middle', (m: string) => m.replace('cv=pass', 'cv=none'), /cv/],
    ['instance 0', (m: string) => m.replaceAll(': i=1;', ': i=0;'), /instance/],
    ['instance 51', (m: string) => m.replaceAll(': i=2;', ': i=51;'), /instance/],
    ['an instance that is no number', (m: string) => m.replaceAll(': i=2;', ': i=x;'), /instance/],
    ['results somebody wrote anew', (m: string) => m.replace('spf=pass', 'spf=fail'), /seal/],
  ])('%s', async (_, change, why) => {
    const answer = await judged(change(await chain(2)), { arc: { trusted: [...names] } });
    expect(answer).toMatchObject({ result: 'fail', why: expect.stringMatching(why) as string, trusted: false });
  });

  it('a set twice', async () => {
    const message = await chain(1);
    const field = whole('ARC-Seal', 1).exec(message)?.[0] ?? '';
    expect(await judged(field + message)).toMatchObject({
      result: 'fail',
      why: expect.stringContaining('multiple') as string,
    });
  });

  it('51 sets', async () => {
    const field = (index: number) =>
      ['ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results']
        .map((name) => `${name}: i=${index}; a=b\r\n`)
        .join('');
    const sets = Array.from({ length: 51 }, (_, index) => field(index + 1)).join('');
    const answer = await judged(sets + plain);
    expect(answer).toMatchObject({ result: 'fail', why: expect.stringContaining('153 fields of ARC') as string });
    expect(answer.sets.length).toBeLessThanOrEqual(51);
  });

  it('a field of ARC of 100 KB', async () => {
    const message = await chain(1);
    const long = message.replace('spf=pass', `spf=pass (${'x'.repeat(100_000)})`);
    expect(await judged(long)).toMatchObject({ result: 'fail', why: expect.stringContaining('65536') as string });
  });

  it.each([
    ['no key', 's._domainkey.forward.example TXT NXDOMAIN', 'fail', /no key/],
    ['DNS fails', 's._domainkey.forward.example TXT SERVFAIL', 'temperror', /ESERVFAIL/],
    ['another key', keyLine('rsa2048b', 's._domainkey.forward.example'), 'fail', /does not fit/],
    ['a short key', keyLine('rsa512', 's._domainkey.forward.example'), 'fail', /./],
  ])('%s of the last set', async (_, line, result, why) => {
    const answer = await judged(await chain(2), {
      zone: `${keyLine('rsa2048a', 's._domainkey.list.example')}\n${line}`,
    });
    expect(answer).toMatchObject({ result, why: expect.stringMatching(why) as string });
  });

  it('DNS that fails for the key of the first seal leaves it open', async () => {
    const answer = await judged(await chain(2), {
      zone: `s._domainkey.list.example TXT TIMEOUT\n${keyLine('rsa2048a', 's._domainkey.forward.example')}`,
    });
    expect(answer).toMatchObject({ result: 'temperror', why: expect.stringContaining('ETIMEOUT') as string });
  });
});
