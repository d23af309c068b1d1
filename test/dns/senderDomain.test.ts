// Whether mail to a domain could be delivered: MX, null MX, implicit MX, hosts that cannot be reached (RFC 5321 section 5.1, RFC 7505).
import { describe, expect, it, test } from 'vitest';
import { isReachable } from '../../core/dns/reserved.ts';
import { askSenderDomain } from '../../core/dns/senderDomain.ts';
import { askedOf, askerOf } from './dummies.ts';

const ask = (zone: string, domain = 'd.example', reachable: readonly string[] = []) =>
  askSenderDomain({ domain, reachable }, askerOf(zone));

describe('a sender domain', () => {
  test.each([
    ['with an MX whose host has an address', 'd.example MX 10 mx.example\nmx.example A 192.0.2.1', 'pass'],
    ['with an MX whose host has an IPv6 address', 'd.example MX 10 mx.example\nmx.example AAAA 2001:db8::1', 'pass'],
    [
      'whose second MX alone has one',
      'd.example MX 10 a.example\nd.example MX 20 b.example\nb.example A 192.0.2.1',
      'pass',
    ],
    ['with a null MX', 'd.example MX 0 .', 'null-mx'],
    ['with a null MX and an address', 'd.example MX 0 .\nd.example A 192.0.2.1', 'null-mx'],
    [
      'with a null MX beside another, which counts',
      'd.example MX 0 .\nd.example MX 10 mx.example\nmx.example A 192.0.2.1',
      'pass',
    ],
    ['without MX, with an address', 'd.example A 192.0.2.1', 'address'],
    ['without MX, with an IPv6 address', 'd.example AAAA 2001:db8::1', 'address'],
    ['without MX, with an address nobody can reach', 'd.example A 10.0.0.1', 'bad-mx'],
    ['that does not exist', 'other.example A 192.0.2.1', 'missing'],
    ['that exists and has nothing', 'd.example TXT words', 'nothing'],
    ['that exists by names below it alone', 'www.d.example A 192.0.2.1', 'nothing'],
    ['whose hosts have no address', 'd.example MX 10 mx.example', 'bad-mx'],
    [
      'whose hosts are all private',
      'd.example MX 10 mx.example\nmx.example A 192.168.0.1\nmx.example AAAA fe80::1',
      'bad-mx',
    ],
    ['whose MX leads to this machine', 'd.example MX 10 localhost.example\nlocalhost.example A 127.0.0.1', 'bad-mx'],
    ['whose MX cannot be asked for now', 'd.example MX SERVFAIL\nd.example A 192.0.2.1', 'temperror'],
    ['whose MX is not told in time', 'd.example MX TIMEOUT', 'temperror'],
    ['whose host is not known now', 'd.example MX 10 mx.example\nmx.example A REFUSED', 'temperror'],
    [
      'whose private host has a family that fails',
      'd.example MX 10 mx.example\nmx.example A 10.0.0.1\nmx.example AAAA SERVFAIL',
      'temperror',
    ],
    [
      'with one host that is not known now and one that is fine',
      'd.example MX 10 a.example\nd.example MX 20 b.example\na.example A SERVFAIL\nb.example A 192.0.2.1',
      'pass',
    ],
    ['without MX, whose address is not known now', 'd.example TXT words\nd.example A SERVFAIL', 'temperror'],
    [
      'that is an alias of one with an MX',
      'd.example CNAME e.example\ne.example MX 10 mx.example\nmx.example A 192.0.2.1',
      'pass',
    ],
  ])('%s', async (_what, zone, result) => {
    expect((await ask(zone)).result).toBe(result);
  });

  it('in brackets is an address, asked of nobody', async () => {
    expect(await ask('', '[192.0.2.1]')).toMatchObject({ result: 'address', questions: [] });
    expect(await ask('', '[IPv6:2001:db8::1]')).toMatchObject({ result: 'address', questions: [] });
    expect((await ask('', '[10.0.0.1]')).result).toBe('bad-mx');
  });

  it('may have hosts in networks that are said to be reachable', async () => {
    expect((await ask('d.example A 10.0.0.1', 'd.example', ['10.0.0.0/8'])).result).toBe('address');
  });

  it('has ten hosts asked for, the most preferred first, and no A question after NXDOMAIN', async () => {
    const hosts = Array.from({ length: 12 }, (_, index) => `d.example MX ${100 - index} m${index}.example`);
    const asker = askerOf([...hosts, 'm0.example A 192.0.2.1'].join('\n'));
    const answer = await askSenderDomain({ domain: 'd.example', reachable: [] }, asker);
    expect([answer.result, answer.hosts[0]?.name, askedOf(asker).length]).toEqual(['bad-mx', 'm11.example', 21]);
    const missing = askerOf('x.example A 192.0.2.1');
    await askSenderDomain({ domain: 'd.example', reachable: [] }, missing);
    expect(askedOf(missing)).toEqual(['d.example MX']);
  });
});

// RFC 6890 sections 2.2.2 and 2.2.3; the edges of each network, and the neighbours that are global.
test.each([
  ['10.255.255.255', false],
  ['11.0.0.0', true],
  ['100.64.0.0', false],
  ['100.63.255.255', true],
  ['127.0.0.1', false],
  ['169.254.1.1', false],
  ['172.31.255.255', false],
  ['172.32.0.0', true],
  ['192.0.0.8', false],
  ['192.168.255.255', false],
  ['192.88.99.1', true],
  ['198.19.255.255', false],
  ['203.0.113.1', true],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:192.0.2.1', false],
  ['2001:db8::1', true],
  ['2001:0::1', false],
  ['2606::1', true],
  ['fd00::1', false],
  ['fe80::1', false],
  ['ff02::1', false],
  ['nonsense', false],
])('%s can be reached: %s', (address, expected) => {
  expect(isReachable(address, [])).toBe(expected);
});
