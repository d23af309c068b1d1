// The zone: what it reads, what it says of lines it cannot read, and what it answers.
import { describe, expect, it } from 'vitest';
import type { Rows } from '../../core/dns/resolver.ts';
import { parseZone, zoneOf } from '../../core/dns/zone.ts';
import { lookUp } from '../../core/dns/lookUp.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';

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
    ['example.com', 'SOA', ['ns.example.com root.example.com 1 2 3 4 5']],
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

  it('of every kind answer with their code, and keep the word as evidence', async () => {
    const words = {
      NXDOMAIN: 'ENOTFOUND',
      NODATA: 'ENODATA',
      SERVFAIL: 'ESERVFAIL',
      REFUSED: 'EREFUSED',
      TIMEOUT: 'ETIMEOUT',
      TRUNCATED: 'ETRUNCATED',
      LOOP: 'ESERVFAIL',
    };
    for (const type of ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'TXT'])
      for (const [word, code] of Object.entries(words)) {
        const asking = zoneResolver(parseZone(`f.example ${type} ${word}`).zone, { world: worldOf(), timeout: 5 });
        await expect(asking.resolve('f.example', type)).rejects.toMatchObject({ code });
        expect(asking.questions).toEqual([
          { name: 'f.example', type, answer: word, ms: word === 'TIMEOUT' ? 5000 : 0 },
        ]);
      }
  });

  it('of an address are those of its name', async () => {
    expect(await ask('192.0.2.1 PTR SERVFAIL', '1.2.0.192.in-addr.arpa', 'PTR')).toBe('ESERVFAIL');
    expect(await ask('192.0.2.1 * REFUSED', '1.2.0.192.in-addr.arpa', 'PTR')).toBe('EREFUSED');
  });

  it('of a wildcard are those of the names it stands for', async () => {
    expect(await ask('*.example TXT SERVFAIL', 'any.example', 'TXT')).toBe('ESERVFAIL');
  });

  it('of a type leave the other types as they are; quoted they are text', async () => {
    expect(await ask('a.example MX SERVFAIL\na.example * REFUSED', 'a.example', 'MX')).toBe('ESERVFAIL');
    expect(await ask('a.example MX SERVFAIL\na.example * REFUSED', 'a.example', 'A')).toBe('EREFUSED');
    expect(await ask('a.example TXT "SERVFAIL"', 'a.example', 'TXT')).toEqual([['SERVFAIL']]);
  });

  it.each(['A', 'AAAA', 'MX', 'NS', 'PTR', 'SPF', 'TXT'])('fill an answer of %s up', async (type) => {
    const own = { A: '192.0.2.1', AAAA: '2001:db8::1', MX: '10 mx.example' }[type] ?? 'mx.example';
    const zone = `h.example ${type} HUGE 4000\nh.example ${type} ${own}`;
    const { resolve, questions } = zoneResolver(parseZone(zone).zone, { world: worldOf(), timeout: 5 });
    const rows = await resolve('h.example', type);
    expect(rows).toHaveLength(4000);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(4000);
    expect(JSON.stringify(rows[0])).toContain(own.replace('10 ', ''));
    // What evidence keeps of it is bounded.
    expect(questions[0]?.answer).toHaveLength(51);
    expect(questions[0]?.answer[50]).toBe('… and 3950 more');
  });

  it('make answers of every type huge but those a name has one of', async () => {
    expect(await ask('h.example * HUGE 3', 'h.example', 'MX')).toHaveLength(3);
    expect(await ask('h.example * HUGE 3\nh.example CNAME x.example', 'h.example', 'CNAME')).toEqual(['x.example']);
  });

  it.each([
    ['s.example TXT SLOW 2\ns.example TXT here', [['here']], 2000],
    ['s.example * SLOW 0.25\ns.example TXT here', [['here']], 250],
    ['s.example TXT SLOW 2\ns.example TXT SERVFAIL', 'ESERVFAIL', 2000],
    ['s.example * SLOW 2\ns.example TXT SLOW 1\ns.example TXT REFUSED', 'EREFUSED', 1000],
    ['s.example TXT SLOW 2', 'ENOTFOUND', 2000],
    ['s.example TXT SLOW 5\ns.example TXT here', [['here']], 5000],
    ['s.example TXT SLOW 5.5\ns.example TXT here', 'ETIMEOUT', 5000],
    ['s.example TXT SLOW 3\ns.example TXT TIMEOUT', 'ETIMEOUT', 5000],
    ['s.example CNAME t.example\ns.example * SLOW 2\nt.example * SLOW 1.5\nt.example TXT here', [['here']], 3500],
    ['s.example CNAME t.example\ns.example * SLOW 3\nt.example * SLOW 2.5\nt.example TXT here', 'ETIMEOUT', 5000],
  ])('hold an answer back: %j', async (zone, expected, waited) => {
    const world = worldOf();
    const { resolve, questions } = zoneResolver(parseZone(zone).zone, { world, timeout: 5 });
    expect(await resolve('s.example', 'TXT').catch((error: { code?: string }) => error.code)).toEqual(expected);
    expect(world.waited).toEqual([waited]);
    expect(questions).toMatchObject([{ ms: waited }]);
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
    [
      'example.com * 192.0.2.1',
      'type * takes a fault: one of NXDOMAIN, NODATA, SERVFAIL, REFUSED, TIMEOUT, TRUNCATED, LOOP, HUGE n, SLOW s',
    ],
    [
      `${'x'.repeat(64)}.com A 192.0.2.1`,
      `${'x'.repeat(64)}.com is no domain name: labels have 1 to 63 characters, the whole at most 253`,
    ],
    ['a..b A 192.0.2.1', 'a..b is no domain name: labels have 1 to 63 characters, the whole at most 253'],
    ['example.com A SLOW', 'SLOW takes the seconds before the answer, above 0 and up to 3600, e.g. SLOW 3 or SLOW 0.5'],
    [
      'example.com A SLOW 3601',
      'SLOW takes the seconds before the answer, above 0 and up to 3600, e.g. SLOW 3 or SLOW 0.5',
    ],
    ['example.com A HUGE 0', 'HUGE takes the number of records, 1 to 10000, e.g. HUGE 500'],
    ['example.com * HUGE 10001', 'HUGE takes the number of records, 1 to 10000, e.g. HUGE 500'],
    ['example.com CNAME HUGE 2', 'a name has one CNAME: HUGE is for A, AAAA, MX, NS, PTR, SPF and TXT'],
    [
      'ok.example TXT "a" "b',
      '"a" "b is no TXT data: expected text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
    ],
    [
      'ok.example TXT "a"b',
      '"a"b is no TXT data: expected text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
    ],
    [
      'ok.example TXT "\\256"',
      '"\\256" is no TXT data: expected text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
    ],
    [
      't.example TXT "open',
      '"open is no TXT data: expected text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
    ],
  ])('%s', (line, message) => {
    expect(parseZone(`ok.example A 192.0.2.1\r\n\r\n${line}\n`).errors).toEqual([{ line: 3, message }]);
  });

  it('has a name answer in one way only', () => {
    const { errors } = parseZone('a.example A SERVFAIL\na.example A SLOW 1\na.example A HUGE 9\na.example A SLOW 2');
    expect(errors).toEqual([
      { line: 3, message: 'line 1 has the name answer in another way already: one of the two must go' },
      { line: 4, message: 'line 2 has the name answer in another way already: one of the two must go' },
    ]);
  });

  it('keeps an SOA single', () => {
    const soa = 'a.example SOA ns.example. root.example. 1 2 3 4 5';
    expect(parseZone(`${soa}\n${soa}`).errors).toEqual([
      { line: 2, message: 'a.example has an SOA already, on line 1' },
    ]);
  });

  it('is told of 200 times, with the number of the others, on one printable line of bounded length', () => {
    const { errors } = parseZone('\x07'.repeat(50_000).concat('\n').repeat(300));
    expect(errors).toHaveLength(201);
    expect(errors[200]).toEqual({ line: 200, message: 'and 100 more lines that cannot be read' });
    const [long] = parseZone(`${'\x07'.repeat(50_000)} A 192.0.2.1`).errors;
    expect(long?.message).toMatch(/^[ -~…]{1,600}$/);
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
    expect(lookUp(zone, 'ok.example', 'A').answer).toEqual([
      { type: 'A', text: '192.0.2.1', shown: '192.0.2.1', line: 2 },
    ]);
  });
});

describe('evidence', () => {
  it('is one printable line of bounded length, whatever is asked and answered', async () => {
    const zone = `t.example TXT "a\\010b\\255" "${'x'.repeat(255)}"${' "yyyy"'.repeat(300)}`;
    const { resolve, questions } = zoneResolver(parseZone(zone).zone, { world: worldOf(), timeout: 5 });
    expect(((await resolve('t.example', 'TXT')) as string[][])[0]?.map((each) => each.slice(0, 4)).slice(0, 1)).toEqual(
      ['a\nb\xff'],
    );
    await resolve(`a\r\nb${'c'.repeat(9999)}`, 'txt\n').catch(() => undefined);
    for (const { name, type, answer } of questions)
      for (const text of [name, type, ...(typeof answer === 'string' ? [answer] : answer)])
        expect(text).toMatch(/^[ -~…]{1,1100}$/);
    expect(questions[0]?.answer[0]).toMatch(/^a\\010b\\255xxx/);
  });

  it('has strings as octets: what is not ASCII is UTF-8', async () => {
    expect(await ask('t.example TXT grün', 't.example', 'TXT')).toEqual([['gr\xc3\xbcn']]);
    expect(await ask('t.example TXT "grün\\252"', 't.example', 'TXT')).toEqual([['gr\xc3\xbcn\xfc']]);
  });
});

it('reads the zone of a settings group once', () => {
  const group = { zone: 'a.example A 192.0.2.1' };
  expect(zoneOf(group)).toBe(zoneOf(group));
  expect(zoneOf({ zone: '' }).zone.names.size).toBe(0);
});
