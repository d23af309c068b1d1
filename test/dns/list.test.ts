// Block lists: what is asked, which answers are entries, and lists that are not in order (RFC 5782).
import { describe, expect, it, test } from 'vitest';
import type { Asker } from '../../core/dns/asking.ts';
import { askList, type ListTest, testList } from '../../core/dns/list.ts';
import { ListTests } from '../../core/smtp/inquiry.ts';
import { settingsOf } from '../policy/facts.ts';
import { askedOf, askerOf } from './dummies.ts';

const own = '2.0.0.127.bl.example A 127.0.0.2\n';
const address = { list: 'BL', zone: 'bl.example', kind: 'address', subject: '192.0.2.7' } as const;
const domain = { list: 'DBL', zone: 'dbl.example', kind: 'domain', subject: 'Spam.Example.' } as const;
const fresh: ListTest = (entries, asker) => testList('bl.example', entries, asker);

const ask = (zone: string, test?: ListTest) => askList(address, askerOf(zone), test);

describe('a list', () => {
  it('of addresses is asked for the octets turned round, and for its words', async () => {
    const asker = askerOf(
      '7.2.0.192.bl.example A 127.0.0.4\n7.2.0.192.bl.example TXT see https://bl.example/192.0.2.7',
    );
    expect(await askList(address, asker)).toMatchObject({
      result: 'listed',
      codes: ['127.0.0.4'],
      text: 'see https://bl.example/192.0.2.7',
      subject: '192.0.2.7',
    });
    expect(askedOf(asker)).toEqual(['7.2.0.192.bl.example A', '7.2.0.192.bl.example TXT']);
  });

  // RFC 5782 section 2.4.
  it('is asked for the nibbles of an IPv6 address', async () => {
    const name = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example';
    const asker = askerOf(`${name} A 127.0.0.2`);
    expect((await askList({ ...address, subject: '2001:db8::1' }, asker)).result).toBe('listed');
    expect(askedOf(asker)[0]).toBe(`${name} A`);
  });

  it('of domains is asked for the domain in front of its zone', async () => {
    const asker = askerOf('spam.example.dbl.example A 127.0.1.2');
    expect((await askList(domain, asker)).codes).toEqual(['127.0.1.2']);
    expect(askedOf(asker)[0]).toBe('spam.example.dbl.example A');
  });

  it('cannot name a domain that is too long to be asked for', async () => {
    const asker = askerOf('');
    expect(await askList({ ...domain, subject: `${'a.'.repeat(122)}example` }, asker)).toMatchObject({
      result: 'clear',
      questions: [],
    });
  });

  test.each([
    ['no entry', 'x.bl.example A 127.0.0.2', { result: 'clear', codes: [] }],
    ['a name without an address', '7.2.0.192.bl.example TXT words', { result: 'clear' }],
    [
      'several answers, in order',
      '7.2.0.192.bl.example A 127.0.0.4\n7.2.0.192.bl.example A 127.0.0.2',
      { codes: ['127.0.0.2', '127.0.0.4'] },
    ],
    [
      'an entry whose words are not told',
      '7.2.0.192.bl.example A 127.0.0.2\n7.2.0.192.bl.example TXT SERVFAIL',
      { result: 'listed' },
    ],
    ['SERVFAIL', '7.2.0.192.bl.example A SERVFAIL', { result: 'silent', why: 'SERVFAIL' }],
    ['TIMEOUT', '7.2.0.192.bl.example A TIMEOUT', { result: 'silent', why: 'no answer in time' }],
    [
      'an error answer',
      '7.2.0.192.bl.example A 127.255.255.254',
      { result: 'silent', why: 'it answers with an error, 127.255.255.254' },
    ],
    [
      'an error answer beside an entry',
      '7.2.0.192.bl.example A 127.0.0.2\n7.2.0.192.bl.example A 127.255.255.252',
      { result: 'silent' },
    ],
    [
      'an answer from a domain that was sold',
      '7.2.0.192.bl.example A 203.0.113.1',
      { result: 'silent', why: 'it answers 203.0.113.1, outside of 127.0.0.0/8' },
    ],
  ])('%s', async (_what, zone, expected) => {
    expect(await ask(zone)).toMatchObject(expected);
  });

  it('has its words as one printable line of at most 200 characters', async () => {
    const { text = '' } = await ask(
      `7.2.0.192.bl.example A 127.0.0.2\n7.2.0.192.bl.example TXT "a\\013\\010550 b" "${'c'.repeat(250)}"`,
    );
    expect(text).toMatch(/^a\?\?550 bc+$/);
    expect(text.length).toBe(200);
  });
});

describe('the own test of a list', () => {
  const entry = '7.2.0.192.bl.example A 127.0.0.2\n';
  test.each([
    ['is in order', own + entry, { result: 'listed' }],
    [
      'lists everybody',
      '*.bl.example A 127.0.0.2',
      { result: 'silent', why: 'it lists everybody: 1.0.0.127.bl.example has an entry' },
    ],
    ['is empty of its test entry', entry, { result: 'silent', why: 'it is empty: 2.0.0.127.bl.example has no entry' }],
    [
      'does not answer',
      `${entry}1.0.0.127.bl.example A SERVFAIL\n${own}`,
      { result: 'silent', why: 'its own test had no answer' },
    ],
    ['is asked only where there is an entry', 'x.example A 192.0.2.1', { result: 'clear' }],
  ])('%s', async (_what, zone, expected) => {
    const asker = askerOf(zone);
    expect(await askList(address, asker, fresh)).toMatchObject(expected);
    if (expected.result === 'clear') expect(askedOf(asker).length).toBe(1);
  });

  // RFC 5782 section 5: ::FFFF:7F00:2, and TEST and INVALID.
  it('of IPv6 addresses and of domains has names of its own', async () => {
    const six = askerOf('1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example A 127.0.0.2');
    await askList({ ...address, subject: '2001:db8::1' }, six, fresh);
    expect(askedOf(six)).toContain('2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example A');
    const names = askerOf('spam.example.bl.example A 127.0.0.2\ntest.bl.example A 127.0.0.2');
    expect((await askList({ ...domain, zone: 'bl.example' }, names, fresh)).result).toBe('listed');
    expect(askedOf(names)).toEqual(expect.arrayContaining(['test.bl.example A', 'invalid.bl.example A']));
  });

  it('is asked once in ten minutes, of all that ask meanwhile as well', async () => {
    let now = 0;
    const tests = new ListTests({ elapsed: () => now });
    const { dns } = settingsOf();
    const asked = async () => {
      const askers: Asker[] = [askerOf(own + entry), askerOf(own + entry)];
      const answers = await Promise.all(askers.map((asker) => askList(address, asker, tests.of(dns, 'bl.example'))));
      expect(answers.map(({ result }) => result)).toEqual(['listed', 'listed']);
      return askers.flatMap(askedOf).filter((name) => name.includes('0.0.127.bl')).length;
    };
    expect(await asked()).toBe(2);
    now = 599_999;
    expect(await asked()).toBe(0);
    now = 600_000;
    expect(await asked()).toBe(2);
  });
});
