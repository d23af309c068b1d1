// The zone: what it reads, what it says of lines it cannot read, and what it answers.
import { describe, expect, it } from 'vitest';
import type { Rows } from '../../core/dns/resolver.ts';
import { parseZone, zoneOf } from '../../core/dns/zone.ts';
import { lookUp, zoneResolver } from '../../core/dns/zoneResolver.ts';

/** A world whose timers fire when they are waited for. */
function worldOf() {
  const world = { now: 0, waited: [] as number[] };
  return Object.assign(world, {
    elapsed: () => world.now,
    after: (ms: number, fire: () => void) => {
      world.waited.push(ms);
      world.now += ms;
      queueMicrotask(fire);
      return { cancel: () => undefined };
    },
  });
}

async function ask(zone: string, ...question: readonly [string, string]): Promise<Rows | string> {
  const { resolve } = zoneResolver(parseZone(zone).zone, { world: worldOf(), timeout: 5 });
  return resolve(...question).catch((error: Error & { code?: string }) => error.code ?? 'no code');
}

describe('a zone answers', () => {
  const zone = `
    # a comment, and an empty line

    example.com.  A 192.0.2.1
    EXAMPLE.com   a 192.0.2.2        # a second address
    example.com   3600 IN AAAA 2001:DB8::1
    example.com   IN 60 MX 10 Mail.Example.com.
    example.com   MX 5 backup.example.com
    nomail.example MX 0 .
    example.com   TXT v=spf1 ip4:192.0.2.0/24 -all
    example.com   TXT "part one, " "part \\"two\\" # \\092 \\065"
    example.com   SPF v=spf1 -all
    example.com   NS ns.example.com.
    example.com   SOA ns.example.com. root.example.com. 1 2 3 4 5
    192.0.2.1     PTR mail.example.com
    2001:db8::1   PTR mail.example.com
    1.2.0.192.in-addr.arpa PTR second.example.com
    a.b.deep.example.net A 192.0.2.9
    ; BIND's comment
  `;

  it('reads it without an error', () => {
    expect(parseZone(zone).errors).toEqual([]);
  });

  it.each([
    ['example.com', 'A', ['192.0.2.1', '192.0.2.2']],
    ['Example.COM.', 'a', ['192.0.2.1', '192.0.2.2']],
    ['example.com', 'AAAA', ['2001:db8::1']],
    [
      'example.com',
      'MX',
      [
        { priority: 10, exchange: 'mail.example.com' },
        { priority: 5, exchange: 'backup.example.com' },
      ],
    ],
    ['nomail.example', 'MX', [{ priority: 0, exchange: '' }]],
    ['example.com', 'TXT', [['v=spf1 ip4:192.0.2.0/24 -all'], ['part one, ', 'part "two" # \\ A']]],
    ['example.com', 'SPF', [['v=spf1 -all']]],
    ['example.com', 'NS', ['ns.example.com']],
    ['example.com', 'SOA', ['ns.example.com. root.example.com. 1 2 3 4 5']],
    ['1.2.0.192.in-addr.arpa', 'PTR', ['mail.example.com', 'second.example.com']],
    ['1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa', 'PTR', ['mail.example.com']],
  ])('%s %s', async (name, type, rows) => {
    expect(await ask(zone, name, type)).toEqual(rows);
  });

  it('tells a name without such records from a name that does not exist', async () => {
    expect(await ask(zone, 'nomail.example', 'TXT')).toBe('ENODATA');
    expect(await ask(zone, 'b.deep.example.net', 'A')).toBe('ENODATA');
    expect(await ask(zone, 'deep.example.net', 'TXT')).toBe('ENODATA');
    expect(await ask(zone, 'other.example.net', 'A')).toBe('ENOTFOUND');
    expect(await ask(zone, 'example.org', 'A')).toBe('ENOTFOUND');
  });

  it('cuts a long text into strings of 255', async () => {
    const text = 'x'.repeat(600);
    expect(await ask(`long.example TXT ${text}`, 'long.example', 'TXT')).toEqual([
      [text.slice(0, 255), text.slice(0, 255), text.slice(0, 90)],
    ]);
  });
});

describe('CNAME', () => {
  const zone = `
    www.example CNAME web.example
    web.example CNAME host.example
    host.example A 192.0.2.1
    gone.example CNAME nowhere.example
    empty.example CNAME host.example
    a.loop CNAME b.loop
    b.loop CNAME a.loop
    bad.example CNAME broken.example
    broken.example A SERVFAIL
  `;

  it.each([
    ['www.example', 'A', ['192.0.2.1']],
    ['www.example', 'CNAME', ['web.example']],
    ['empty.example', 'TXT', 'ENODATA'],
    ['gone.example', 'A', 'ENOTFOUND'],
    ['a.loop', 'A', 'ESERVFAIL'],
    ['bad.example', 'A', 'ESERVFAIL'],
  ])('%s %s', async (name, type, expected) => {
    expect(await ask(zone, name, type)).toEqual(expected);
  });
});

describe('wildcards', () => {
  const zone = `
    *.example A 192.0.2.1
    *.sub.example TXT here
    host.example TXT only text
  `;

  it('stand for names that do not exist, under the closest one that does (RFC 4592)', async () => {
    expect(await ask(zone, 'any.example', 'A')).toEqual(['192.0.2.1']);
    expect(await ask(zone, 'x.y.example', 'A')).toEqual(['192.0.2.1']);
    expect(await ask(zone, 'host.example', 'A')).toBe('ENODATA');
    expect(await ask(zone, 'x.host.example', 'A')).toBe('ENOTFOUND');
    expect(await ask(zone, 'x.sub.example', 'A')).toBe('ENODATA');
    expect(await ask(zone, 'x.sub.example', 'TXT')).toEqual([['here']]);
  });
});

describe('faults', () => {
  const zone = `
    f.example TXT SERVFAIL
    f.example MX refused
    f.example A NXDOMAIN
    f.example AAAA 2001:db8::1
    all.example * TIMEOUT
    all.example A 192.0.2.1
  `;

  it.each([
    ['f.example', 'TXT', 'ESERVFAIL'],
    ['f.example', 'MX', 'EREFUSED'],
    ['f.example', 'A', 'ENOTFOUND'],
    ['f.example', 'AAAA', ['2001:db8::1']],
    ['f.example', 'PTR', 'ENODATA'],
    ['all.example', 'A', 'ETIMEOUT'],
    ['all.example', 'TXT', 'ETIMEOUT'],
  ])('%s %s', async (name, type, expected) => {
    expect(await ask(zone, name, type)).toEqual(expected);
  });

  it('wait for the timeout by the world’s clock, and note every question with its time', async () => {
    const world = worldOf();
    const { resolve, questions } = zoneResolver(parseZone(zone).zone, { world, timeout: 7 });
    await resolve('f.example', 'AAAA');
    await resolve('all.example', 'TXT').catch(() => undefined);
    await resolve('nowhere.example', 'TXT').catch(() => undefined);
    await resolve('f.example', 'NS').catch(() => undefined);
    expect(world.waited).toEqual([7000]);
    expect(questions).toEqual([
      { name: 'f.example', type: 'AAAA', answer: ['2001:db8::1'], ms: 0 },
      { name: 'all.example', type: 'TXT', answer: 'TIMEOUT', ms: 7000 },
      { name: 'nowhere.example', type: 'TXT', answer: 'NXDOMAIN', ms: 0 },
      { name: 'f.example', type: 'NS', answer: 'NODATA', ms: 0 },
    ]);
  });

  it('notes MX records as they are written', async () => {
    const { resolve, questions } = zoneResolver(parseZone('m.example MX 10 a.example\nm.example MX 0 .').zone, {
      world: worldOf(),
      timeout: 5,
    });
    await resolve('m.example', 'MX');
    expect(questions[0]?.answer).toEqual(['10 a.example', '0 .']);
  });
});

describe('a line that cannot be read', () => {
  it.each([
    ['example.com', 'expected name, type and data, e.g. example.com TXT v=spf1 -all'],
    [
      'example.com WKS x',
      'unknown type WKS: expected one of A, AAAA, CNAME, MX, NS, PTR, SOA, SPF, TXT, or * for a fault of every type',
    ],
    ['example.com A', 'no data: expected an IPv4 address such as 192.0.2.1'],
    ['example.com A 192.0.2.256', '192.0.2.256 is no A data: expected an IPv4 address such as 192.0.2.1'],
    ['example.com A ::1', '::1 is no A data: expected an IPv4 address such as 192.0.2.1'],
    ['example.com AAAA 192.0.2.1', '192.0.2.1 is no AAAA data: expected an IPv6 address such as 2001:db8::1'],
    [
      'example.com MX mail',
      'mail is no MX data: expected a preference and a host such as 10 mail.example.com, or 0 . for no mail at all (RFC 7505)',
    ],
    [
      'example.com MX 70000 mail',
      '70000 mail is no MX data: expected a preference and a host such as 10 mail.example.com, or 0 . for no mail at all (RFC 7505)',
    ],
    ['example.com * 192.0.2.1', 'type * takes a fault: one of NXDOMAIN, SERVFAIL, REFUSED, TIMEOUT'],
    [
      `${'x'.repeat(64)}.com A 192.0.2.1`,
      `${'x'.repeat(64)}.com is no domain name: labels have 1 to 63 characters, the whole at most 253`,
    ],
    ['a..b A 192.0.2.1', 'a..b is no domain name: labels have 1 to 63 characters, the whole at most 253'],
    [
      't.example TXT "open',
      '"open is no TXT data: expected text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
    ],
  ])('%s', (line, message) => {
    expect(parseZone(`ok.example A 192.0.2.1\r\n\r\n${line}\n`).errors).toEqual([{ line: 3, message }]);
  });

  it('keeps a CNAME alone', () => {
    const { errors } = parseZone(
      'a.example A 192.0.2.1\na.example CNAME b.example\nc.example CNAME d.example\nc.example TXT x\nc.example CNAME e.example',
    );
    expect(errors).toEqual([
      { line: 2, message: 'a.example has another record, on line 1; a CNAME stands alone' },
      { line: 4, message: 'c.example has a CNAME, on line 3; it stands alone' },
      { line: 5, message: 'c.example has a CNAME already, on line 3' },
    ]);
  });

  it('leaves the other lines as they are', () => {
    const { zone } = parseZone('nonsense\nok.example A 192.0.2.1');
    expect(lookUp(zone, 'ok.example', 'A')).toEqual([{ type: 'A', text: '192.0.2.1' }]);
  });
});

it('reads the zone of a settings group once', () => {
  const group = { zone: 'a.example A 192.0.2.1' };
  expect(zoneOf(group)).toBe(zoneOf(group));
  expect(zoneOf({ zone: '' }).zone.names.size).toBe(0);
});
