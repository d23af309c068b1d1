// SPF over every result of RFC 7208 section 2.6, from zones with faults, and what is kept as evidence.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { checkSpf, type SpfQuestion } from '../../core/message/spf.ts';

const world = {
  elapsed: () => 0,
  after: (_: number, fire: () => void) => {
    queueMicrotask(fire);
    return { cancel: () => undefined };
  },
};

function ask(zone: string, question: Partial<SpfQuestion> & { readonly from?: string }) {
  const { from = 'anna@a.example', ...rest } = question;
  const at = from.lastIndexOf('@');
  return checkSpf({
    identity: 'mailfrom',
    ip: '192.0.2.1',
    helo: 'helo.example',
    sender: { raw: from, local: from.slice(0, Math.max(at, 0)), domain: from.slice(at + 1) },
    hostname: 'gate.example',
    asked: zoneResolver(parseZone(zone).zone, { world, timeout: 5 }),
    elapsed: world.elapsed,
    ...rest,
  });
}

it('is mailauth 7.1.0 that answers: its verdicts are golden for that version', () => {
  const found = createRequire(import.meta.url)('mailauth/package.json') as { readonly version: string };
  expect(found.version).toBe('7.1.0');
});

describe('the seven results', () => {
  const many = Array.from({ length: 11 }, (_, index) => `a:h${index}.a.example`).join(' ');
  const hosts = Array.from({ length: 11 }, (_, index) => `h${index}.a.example A 198.51.100.1`).join('\n');

  it.each([
    ['pass', 'a.example TXT v=spf1 ip4:192.0.2.0/24 -all', undefined],
    ['neutral', 'a.example TXT v=spf1 ?all', undefined],
    ['neutral', 'a.example TXT v=spf1 ip4:198.51.100.1', undefined],
    ['none', 'a.example TXT something else', undefined],
    ['none', '', undefined],
    ['softfail', 'a.example TXT v=spf1 ~all', undefined],
    ['fail', 'a.example TXT v=spf1 -all', undefined],
    ['temperror', 'a.example TXT SERVFAIL', 'SERVFAIL for a.example TXT'],
    ['temperror', 'a.example TXT TIMEOUT', 'DNS timeout'],
    ['temperror', 'a.example TXT REFUSED', 'DNS request refused by server when resolving a.example'],
    ['temperror', 'a.example TXT v=spf1 include:b.example -all\nb.example TXT TIMEOUT', 'DNS timeout'],
    ['temperror', 'a.example TXT v=spf1 a:b.example -all\nb.example A SERVFAIL', 'SERVFAIL for b.example A'],
    ['permerror', 'a.example TXT v=spf1 -all\na.example TXT v=spf1 +all', 'multiple SPF records found for a.example'],
    ['permerror', 'a.example TXT v=spf1 foo:bar -all', 'Unknown mechanism "foo"'],
    ['permerror', `a.example TXT v=spf1 ${many} -all\n${hosts}`, 'Too many DNS requests'],
    ['permerror', 'a.example TXT v=spf1 a:x.a.example a:y.a.example a:z.a.example +all', 'Too many void DNS results'],
    ['permerror', 'a.example TXT v=spf1 include:a.example -all', 'Too many DNS requests'],
    ['permerror', 'a.example TXT v=spf1 include:b.example -all', 'no SPF records found for b.example'],
  ])('%s: %s', async (result, zone, detail) => {
    const answer = await ask(zone, {});
    expect([answer.result, answer.detail]).toEqual([result, detail]);
  });
});

describe('strict', () => {
  it('finds an error behind the term that matches (RFC 7208 section 4.6)', async () => {
    expect((await ask('a.example TXT v=spf1 ip4:192.0.2.1 nonsense:x -all', {})).result).toBe('permerror');
  });

  it('asks one question for an address, and counts it void for the client’s family alone (RFC 7208 section 4.6.4)', async () => {
    const zone =
      'a.example TXT v=spf1 a:x.a.example a:y.a.example a:z.a.example -all\nx.a.example A 192.0.2.9\ny.a.example A 192.0.2.9\nz.a.example A 192.0.2.9';
    const answer = await ask(zone, { ip: '2001:db8::1' });
    expect([answer.result, answer.detail]).toEqual(['permerror', 'Too many void DNS results']);
    expect(answer.questions.map(({ name, type, answer: said }) => [name, type, said])).toEqual([
      ['a.example', 'TXT', ['v=spf1 a:x.a.example a:y.a.example a:z.a.example -all']],
      ['x.a.example', 'AAAA', 'NODATA'],
      ['y.a.example', 'AAAA', 'NODATA'],
      ['z.a.example', 'AAAA', 'NODATA'],
    ]);
  });
});

describe('the evidence', () => {
  it('is the record, the lookups and every question', async () => {
    const zone =
      'a.example TXT v=spf1 mx include:b.example -all\na.example MX 10 m.a.example\nm.a.example A 198.51.100.1\nb.example TXT v=spf1 ip4:192.0.2.1 -all';
    expect(await ask(zone, {})).toEqual({
      result: 'pass',
      identity: 'mailfrom',
      domain: 'a.example',
      record: 'v=spf1 mx include:b.example -all',
      lookups: 2,
      questions: [
        { name: 'a.example', type: 'TXT', answer: ['v=spf1 mx include:b.example -all'], ms: 0 },
        { name: 'a.example', type: 'MX', answer: ['10 m.a.example'], ms: 0 },
        { name: 'm.a.example', type: 'A', answer: ['198.51.100.1'], ms: 0 },
        { name: 'b.example', type: 'TXT', answer: ['v=spf1 ip4:192.0.2.1 -all'], ms: 0 },
      ],
      ms: 0,
    });
  });

  it('has the explanation of a fail as one printable line, and none that is longer than a reply takes', async () => {
    const explained = async (text: string) => {
      const { explanation } = await ask(`a.example TXT v=spf1 -all exp=why.a.example\nwhy.a.example TXT ${text}`, {});
      return explanation;
    };
    expect(await explained('%{i} may not send for %{d}; see http://a.example/why')).toBe(
      '192.0.2.1 may not send for a.example; see http://a.example/why',
    );
    expect(await explained('"250 OK\\013\\010221 bye"')).toBeUndefined();
    expect(await explained('x'.repeat(250))).toBe('x'.repeat(200));
  });

  it('expands macros with the local part as it is', async () => {
    const zone = 'a.example TXT v=spf1 exists:%{l}.%{i}.ok.a.example -all\nanna.192.0.2.1.ok.a.example A 127.0.0.2';
    expect((await ask(zone, {})).result).toBe('pass');
    expect((await ask(zone, { from: 'ben@a.example' })).result).toBe('fail');
  });
});

describe('identities', () => {
  const zone = 'helo.example TXT v=spf1 ip4:192.0.2.1 -all\na.example TXT v=spf1 -all';

  it('asks about the EHLO name', async () => {
    const { result, domain, identity } = await ask(zone, { identity: 'helo' });
    expect([result, domain, identity]).toEqual(['pass', 'helo.example', 'helo']);
  });

  it('asks about postmaster@ the EHLO name for the null sender (RFC 7208 section 2.4)', async () => {
    const { result, domain, identity } = await ask(zone, { from: '' });
    expect([result, domain, identity]).toEqual(['pass', 'helo.example', 'mailfrom']);
    const local = 'helo.example TXT v=spf1 exists:%{l}.helo.example -all\npostmaster.helo.example A 127.0.0.2';
    expect((await ask(local, { from: '' })).result).toBe('pass');
  });

  it('treats an IPv4-mapped address as IPv4 (RFC 7208 section 5)', async () => {
    expect((await ask(zone, { identity: 'helo', ip: '::ffff:192.0.2.1' })).result).toBe('pass');
  });

  it.each(['[192.0.2.1]', 'localhost', 'a b', ''])(
    'asks nothing about the name %j, which is no domain (RFC 7208 section 4.3)',
    async (helo) => {
      const { result, questions } = await ask('* * SERVFAIL', { identity: 'helo', helo });
      expect([result, questions]).toEqual(['none', []]);
    },
  );
});

describe('memory', () => {
  it('answers the same question from memory while the source is the same, and says so', async () => {
    const source = {};
    const zone = 'a.example TXT v=spf1 -all';
    const first = await ask(zone, { source });
    const again = await ask('', { source });
    expect(again).toEqual({ ...first, remembered: true });
    expect(await ask('', { source })).toBe(again);
    expect((await ask('', { source: {} })).result).toBe('none');
    expect((await ask('', { source, ip: '192.0.2.2' })).result).toBe('none');
    expect((await ask('', { source, from: 'ben@a.example' })).result).toBe('none');
  });

  it('does not remember what ran out of time', async () => {
    const source = {};
    expect((await ask('a.example TXT TIMEOUT', { source })).result).toBe('temperror');
    expect((await ask('', { source })).result).toBe('none');
  });
});
