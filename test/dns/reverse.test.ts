// Reverse DNS: the names of an address, and whether one leads back (RFC 8601 section 2.7.3); names in EHLO.
import { describe, expect, it, test } from 'vitest';
import { askEhloName } from '../../core/dns/ehloName.ts';
import { askReverse } from '../../core/dns/reverse.ts';
import { askedOf, askerOf } from './dummies.ts';

const cases: readonly (readonly [what: string, zone: string, result: string, address?: string | undefined])[] = [
  ['a name that leads back', '192.0.2.7 PTR mx.example\nmx.example A 192.0.2.7', 'pass'],
  ['one of several that does', '192.0.2.7 PTR a.example\n192.0.2.7 PTR b.example\nb.example A 192.0.2.7', 'pass'],
  [
    'a name that leads back over a CNAME',
    '192.0.2.7 PTR a.example\na.example CNAME b.example\nb.example A 192.0.2.7',
    'pass',
  ],
  [
    'an alias of the reverse name (RFC 2317)',
    '7.2.0.192.in-addr.arpa CNAME 7.0-15.2.0.192.in-addr.arpa\n7.0-15.2.0.192.in-addr.arpa PTR mx.example\nmx.example A 192.0.2.7',
    'pass',
  ],
  [
    'IPv6, whatever its spelling',
    '2001:db8::7 PTR mx.example\nmx.example AAAA 2001:0db8:0:0::7',
    'pass',
    '2001:db8:0::0:7',
  ],
  ['an address of the other family only', '192.0.2.7 PTR mx.example\nmx.example AAAA 2001:db8::7', 'mismatch'],
  ['a name that leads elsewhere', '192.0.2.7 PTR mx.example\nmx.example A 192.0.2.8', 'mismatch'],
  ['a name that does not exist', '192.0.2.7 PTR mx.example', 'mismatch'],
  ['no name', '192.0.2.8 PTR mx.example', 'none'],
  ['NXDOMAIN', '192.0.2.7 PTR NXDOMAIN', 'none'],
  ['SERVFAIL', '192.0.2.7 PTR SERVFAIL', 'temperror'],
  ['REFUSED', '192.0.2.7 PTR REFUSED', 'temperror'],
  ['TIMEOUT', '192.0.2.7 PTR TIMEOUT', 'temperror'],
  ['TRUNCATED', '192.0.2.7 PTR TRUNCATED', 'temperror'],
  ['a loop of CNAMEs', '192.0.2.7 PTR a.example\na.example CNAME b.example\nb.example CNAME a.example', 'temperror'],
  ['a name whose address is not known now', '192.0.2.7 PTR mx.example\nmx.example A SERVFAIL', 'temperror'],
  [
    'one not known now beside one that leads back',
    '192.0.2.7 PTR a.example\n192.0.2.7 PTR b.example\na.example A SERVFAIL\nb.example A 192.0.2.7',
    'pass',
  ],
];

describe('reverse DNS', () => {
  test.each(cases.map(([what, zone, result, address = '192.0.2.7']) => ({ what, zone, result, address })))(
    '$what',
    async ({ zone, result, address }) => {
      expect((await askReverse(address, askerOf(zone))).result).toBe(result);
    },
  );

  it('follows ten names and no more', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}.example`);
    const zone = [...names.map((name) => `192.0.2.7 PTR ${name}`), `${names[10]} A 192.0.2.7`].join('\n');
    const asker = askerOf(zone);
    const answer = await askReverse('192.0.2.7', asker);
    expect([answer.result, answer.names.length, askedOf(asker).length]).toEqual(['mismatch', 10, 11]);
  });

  it('tells the name that leads back, and what was asked', async () => {
    const asker = askerOf('192.0.2.7 PTR a.example\n192.0.2.7 PTR b.example\nb.example A 192.0.2.7');
    expect(await askReverse('192.0.2.7', asker)).toMatchObject({
      names: ['a.example', 'b.example'],
      confirmed: 'b.example',
    });
    expect(askedOf(asker)).toEqual(['7.2.0.192.in-addr.arpa PTR', 'a.example A', 'b.example A']);
  });
});

describe('a name in EHLO', () => {
  test.each([
    ['has an IPv4 address', 'mx.example A 192.0.2.7', 'pass'],
    ['has an IPv6 address', 'mx.example AAAA 2001:db8::7', 'pass'],
    ['has one, and a family that fails', 'mx.example A 192.0.2.7\nmx.example AAAA SERVFAIL', 'pass'],
    ['has none', 'mx.example TXT words', 'unknown'],
    ['does not exist', 'other.example A 192.0.2.7', 'unknown'],
    ['is not known now', 'mx.example A TIMEOUT', 'temperror'],
  ])('%s', async (_what, zone, result) => {
    expect((await askEhloName('mx.example', askerOf(zone))).result).toBe(result);
  });
});
