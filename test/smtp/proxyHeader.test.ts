// Holds the reader of PROXY headers to HAProxy's text: every valid header under any cutting, every malformed one refused.
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../core/contract/settings/network.ts';
import { crc32c, longestRest, type ProxyReading, readProxyHeader } from '../../core/smtp/proxyHeader.ts';

const signature = '\r\n\r\n\0\r\nQUIT\n';
const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'));

/** Version 2 with these octets behind the first 16. */
function binary(
  versionCommand: number,
  familyProtocol: number,
  rest: readonly number[],
  announced = rest.length,
): Buffer {
  const head = Buffer.from(`${signature}\0\0\0\0`, 'latin1');
  head[12] = versionCommand;
  head[13] = familyProtocol;
  head.writeUInt16BE(announced, 14);
  return Buffer.concat([head, Buffer.from(rest)]);
}

const four = [192, 0, 2, 7, 198, 51, 100, 1, 0x9c, 0x40, 0, 25];
const six = [
  ...Array.from({ length: 15 }, () => 0),
  1,
  0x20,
  1,
  0xd,
  0xb8,
  ...Array.from({ length: 11 }, () => 0),
  7,
  1,
  0,
  0,
  25,
];
const proxied4 = {
  command: 'proxy',
  source: { address: '192.0.2.7', port: 40_000 },
  destination: { address: '198.51.100.1', port: 25 },
};

/** A checksum as an extension in front of everything else, as section 2.2.3 has it. */
function withChecksum(rest: readonly number[], wrong = 0): Buffer {
  const blank = binary(0x21, 0x11, [...rest, 3, 0, 4, 0, 0, 0, 0]);
  blank.writeUInt32BE((crc32c(blank) ^ wrong) >>> 0, blank.length - 4);
  return blank;
}

describe('a header', () => {
  test.each<[string, string | Buffer, object]>([
    ['TCP4', 'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n', { version: 1, ...proxied4 }],
    [
      'TCP6',
      'PROXY TCP6 2001:DB8:0:0:0:0:0:7 ::1 1 65535\r\n',
      {
        version: 1,
        command: 'proxy',
        source: { address: '2001:db8::7', port: 1 },
        destination: { address: '::1', port: 65_535 },
      },
    ],
    [
      'TCP6 with an IPv4 client',
      'PROXY TCP6 ::ffff:192.0.2.7 ::ffff:c633:6401 40000 25\r\n',
      { version: 1, ...proxied4 },
    ],
    ['UNKNOWN alone', 'PROXY UNKNOWN\r\n', { version: 1, command: 'unknown' }],
    ['UNKNOWN with anything behind', `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, { version: 1, command: 'unknown' }],
    ['v2 IPv4', binary(0x21, 0x11, four), { version: 2, ...proxied4 }],
    ['v2 IPv4 with extensions', binary(0x21, 0x11, [...four, 2, 0, 1, 65, 4, 0, 0]), { version: 2, ...proxied4 }],
    ['v2 with a checksum', withChecksum(four), { version: 2, ...proxied4 }],
    [
      'v2 IPv6',
      binary(0x21, 0x21, six),
      {
        version: 2,
        command: 'proxy',
        source: { address: '::1', port: 256 },
        destination: { address: '2001:db8::7', port: 25 },
      },
    ],
    [
      'v2 IPv6 with an IPv4 client',
      binary(0x21, 0x21, [...Array.from({ length: 10 }, () => 0), 255, 255, ...four.slice(0, 4), ...six.slice(16)]),
      {
        version: 2,
        command: 'proxy',
        source: { address: '192.0.2.7', port: 256 },
        destination: { address: '2001:db8::7', port: 25 },
      },
    ],
    ['v2 LOCAL, empty', binary(0x20, 0, []), { version: 2, command: 'local' }],
    ['v2 LOCAL with addresses', binary(0x20, 0x11, four), { version: 2, command: 'local' }],
    ['v2 LOCAL with too few octets for addresses', binary(0x20, 0x11, [1]), { version: 2, command: 'local' }],
    ['v2 UNSPEC', binary(0x21, 0, []), { version: 2, command: 'unknown' }],
    [
      'v2 UNIX',
      binary(
        0x21,
        0x31,
        Array.from({ length: 216 }, () => 47),
      ),
      { version: 2, command: 'unknown' },
    ],
    ['v2 UDP', binary(0x21, 0x12, four), { version: 2, command: 'unknown' }],
  ])('%s says who is calling, cut anywhere, and what stands behind it stays', (_name, text, header) => {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    for (let cut = 0; cut < bytes.length; cut += 1)
      expect(readProxyHeader(bytes.subarray(0, cut))).toEqual({ state: 'more' });
    const done = { state: 'done', header, length: bytes.length };
    expect(readProxyHeader(bytes)).toEqual(done);
    expect(readProxyHeader(Buffer.concat([bytes, Buffer.from('EHLO x\r\n')]))).toEqual(done);
  });

  test('of version 1 has 107 octets at most', () => {
    expect(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)).toMatchObject({ state: 'done', length: 107 });
    expect(read(`PROXY UNKNOWN ${'x'.repeat(92)}`)).toEqual({ state: 'more' });
    expect(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)).toMatchObject({ state: 'bad' });
    expect(read(`PROXY UNKNOWN ${'x'.repeat(93)}`)).toMatchObject({ state: 'bad' });
  });

  test.each<[string, string | Buffer, RegExp]>([
    ['SMTP', 'EHLO client.example\r\n', /no PROXY header/],
    ['the wrong case', 'proxy TCP4 192.0.2.7 198.51.100.1 40000 25\r\n', /no PROXY header/],
    ['TLS', '\x16\x03\x01\x02', /no PROXY header, TLS begins at once$/],
    ['a tab', 'PROXY\tTCP4', /no PROXY header/],
    ['an unknown protocol', 'PROXY TCP5 192.0.2.7 198.51.100.1 40000 25\r\n', /TCP4, TCP6/],
    ['nothing', 'PROXY \r\n', /TCP4, TCP6/],
    ['too few words', 'PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n', /two addresses/],
    ['too many words', 'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25 1\r\n', /two addresses/],
    ['two blanks', 'PROXY TCP4  192.0.2.7 198.51.100.1 40000 25\r\n', /two addresses/],
    ['the other family', 'PROXY TCP4 2001:db8::7 ::1 40000 25\r\n', /TCP4/],
    ['the other family, IPv6', 'PROXY TCP6 192.0.2.7 198.51.100.1 40000 25\r\n', /TCP6/],
    ['a name', 'PROXY TCP4 localhost 198.51.100.1 40000 25\r\n', /address/],
    ['a zone', 'PROXY TCP6 fe80::1%eth0 ::1 40000 25\r\n', /address/],
    ['a port too high', 'PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n', /port/],
    ['a port with a zero', 'PROXY TCP4 192.0.2.7 198.51.100.1 040 25\r\n', /port/],
    ['a port with a sign', 'PROXY TCP4 192.0.2.7 198.51.100.1 +4 25\r\n', /port/],
    ['LF alone', `PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\n${'x'.repeat(80)}`, /107/],
    ['v2 version 3', binary(0x31, 0x11, four), /version 3/],
    ['v2 command 2', binary(0x22, 0x11, four), /command 2/],
    ['v2 family 4', binary(0x21, 0x41, four), /family 4/],
    ['v2 protocol 3', binary(0x21, 0x13, four), /protocol 3/],
    ['v2 too short for its addresses', binary(0x21, 0x11, four.slice(1)), /too few/],
    ['v2 UNIX too short', binary(0x21, 0x31, four), /too few/],
    ['v2 too long', binary(0x21, 0x11, [], longestRest + 1), /announced/],
    ['v2 extension cut', binary(0x21, 0x11, [...four, 1, 0, 2, 0]), /longer than what is left/],
    ['v2 octets behind', binary(0x21, 0x11, [...four, 1, 0]), /behind the last/],
    ['v2 wrong checksum', withChecksum(four, 1), /checksum/],
    ['v2 short checksum', binary(0x21, 0x11, [...four, 3, 0, 1, 0]), /checksum/],
  ])('with %s is refused', (_name, text, why) => {
    const reading = readProxyHeader(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    expect(reading.state).toBe('bad');
    expect(reading.state === 'bad' && reading.why).toMatch(why);
  });

  test('has the checksum of RFC 3720 appendix B.4', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });
});

/** A generator that gives the same numbers for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe('whatever comes', () => {
  const texts = ['PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n', 'PROXY UNKNOWN\r\n', 'PROXY TCP6 ::1 ::2 1 2\r\n'];
  const valid: readonly Buffer[] = [
    ...texts.map((text) => Buffer.from(text, 'latin1')),
    binary(0x21, 0x11, four),
    binary(0x21, 0x21, six),
    binary(0x20, 0, []),
    withChecksum(four),
  ];

  test('is read the same whole and octet by octet, never throws, and is decided within the longest header', () => {
    const random = seeded(20_261_122);
    for (let run = 0; run < 5000; run += 1) {
      const base = Buffer.from(valid[random(valid.length)] as Buffer);
      for (let changes = random(4); changes > 0; changes -= 1) base[random(base.length)] = random(256);
      const bytes = Buffer.concat([base, Buffer.alloc(random(200), random(256))]);
      let at = 0;
      let reading: ProxyReading = { state: 'more' };
      while (reading.state === 'more' && at < bytes.length) reading = readProxyHeader(bytes.subarray(0, ++at));
      const whole = readProxyHeader(bytes);
      expect(whole.state).toBe(reading.state);
      if (reading.state !== 'done') continue;
      expect(whole).toEqual(reading);
      expect(reading.length).toBe(at);
      const { source, destination, command } = reading.header;
      expect(source !== undefined && destination !== undefined).toBe(command === 'proxy');
      for (const end of [source, destination]) if (end) expect(parseIp(end.address)).toBeDefined();
    }
    expect(readProxyHeader(Buffer.alloc(16 + longestRest + 1, 'P')).state).toBe('bad');
  });
});
