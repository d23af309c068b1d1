// The peer that is counted: read fast, and the same as the slow reading of addresses says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf, parseIp } from '../../core/contract/settings/network.ts';
import { peerOf } from '../../core/policy/peerOf.ts';
import { settingsOf } from './facts.ts';

const flowOf = (peerPrefix4: number, peerPrefix6: number) => settingsOf({ flow: { peerPrefix4, peerPrefix6 } }).flow;

function slowly(address: string, peerPrefix4: number, peerPrefix6: number): string {
  const ip = parseIp(address);
  return ip === undefined ? address : networkOf(ip, ip.family === 4 ? peerPrefix4 : peerPrefix6);
}

const group = fc.oneof(fc.constant('0'), fc.constant('0000'), fc.stringMatching(/^[0-9a-fA-F]{1,4}$/));
const colons = fc.array(fc.oneof({ arbitrary: group, weight: 4 }, fc.constantFrom('', ':')), { maxLength: 9 });
const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  colons.map((groups) => groups.join(':')),
  fc.stringMatching(/^[0-9.:a-f%]{0,20}$/),
  fc.constantFrom(
    '::',
    '::1',
    '1::',
    '::ffff:192.0.2.1',
    '::ffff:c000:201',
    'fe80::1%eth0',
    '192.0.02.1',
    '1.2.3.',
    '',
  ),
);

describe('a peer', () => {
  it('is what the slow reading says', () => {
    fc.assert(
      fc.property(
        addresses,
        fc.integer({ min: 8, max: 32 }),
        fc.integer({ min: 16, max: 128 }),
        (address, four, six) => {
          expect(peerOf(address, flowOf(four, six))).toBe(slowly(address, four, six));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['255.255.255.255', 32, '255.255.255.255'],
    ['203.0.113.200', 25, '203.0.113.128/25'],
    ['2001:DB8:0:0:1:0:0:1', 128, '2001:db8::1:0:0:1'],
    ['2001:db8:1:2:3:4:5:6', 56, '2001:db8:1::/56'],
    ['2001:db8:1:2ff:3:4:5:6', 60, '2001:db8:1:2f0::/60'],
  ])('%s within %i bits is %s', (address, prefix, peer) => {
    expect(peerOf(address, flowOf(Math.min(prefix, 32), Math.max(prefix, 16)))).toBe(peer);
  });
});
