// What SPF keeps as evidence, its lenient reading, its limits of time and size, and what it says of dangerous records.
import { describe, expect, it } from 'vitest';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { ask, askMailauth, six, type SpfCase } from './spfAsking.ts';

const nested = {
  record: 'v=spf1 a:%{d2} include:b.example x=1 exp=why.b.example ip4:192.0.2.1 -all',
  zone: 'a.example A 198.51.100.7\nb.example TXT v=spf1 mx:c.example -all\nc.example MX 10 m.c.example',
};

describe('the evidence', () => {
  it('is a tree of terms, each with what came of it and its places among the questions', async () => {
    const { tree, questions, lookups, voids, record, matched } = await ask(nested);
    expect({ lookups, voids, record, matched }).toEqual({
      lookups: 3,
      voids: 1,
      record: nested.record,
      matched: 'ip4:192.0.2.1',
    });
    expect(questions.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'a.example TXT',
      'a.example A',
      'b.example TXT',
      'c.example MX',
      'm.c.example A',
    ]);
    expect(tree).toEqual({
      domain: 'a.example',
      text: nested.record,
      result: 'pass',
      terms: [
        { text: 'a:%{d2}', outcome: 'no match', lookup: 1, expanded: 'a.example', questions: [1] },
        {
          text: 'include:b.example',
          outcome: 'no match',
          note: 'fail',
          lookup: 2,
          questions: [2],
          record: {
            domain: 'b.example',
            text: 'v=spf1 mx:c.example -all',
            result: 'fail',
            terms: [
              { text: 'mx:c.example', outcome: 'no match', lookup: 3, questions: [3, 4], voids: 1 },
              { text: '-all', outcome: 'match' },
            ],
          },
        },
        { text: 'x=1', outcome: 'unused', note: 'unknown modifier (section 6)' },
        { text: 'exp=why.b.example', outcome: 'unused' },
        { text: 'ip4:192.0.2.1', outcome: 'match' },
        { text: '-all', outcome: 'not reached' },
      ],
    });
  });

  it('says which term was the error, how deep it may stand', async () => {
    const { tree, detail } = await ask({
      record: 'v=spf1 include:b.example +all',
      zone: 'b.example TXT v=spf1 moo ?all',
    });
    expect(detail).toBe('b.example: unknown mechanism moo');
    const [include] = tree.terms;
    expect(include).toMatchObject({ outcome: 'error', record: { result: 'permerror' } });
    expect(include?.record?.terms.map(({ outcome }) => outcome)).toEqual(['error', 'not reached']);
  });

  it('asks the same once, and says so at every term that wanted it', async () => {
    const { questions, tree } = await ask({
      record: 'v=spf1 a:b.example a:b.example/31 -all',
      zone: 'b.example A 198.51.100.1',
    });
    expect(questions).toHaveLength(2);
    expect(tree.terms.slice(0, 2).map((term) => term.questions)).toEqual([[1], [1]]);
  });

  it('is one printable line of bounded length, whatever DNS has', async () => {
    const { tree, record } = await ask({
      record: `"v=spf1 x=${'\\007'.repeat(9)}${'y'.repeat(200)}" ${`"${'z'.repeat(250)}" `.repeat(12)}`,
    });
    expect(record).toMatch(/^[\x20-\x7e]{1,2003}$/);
    expect(JSON.stringify(tree).length).toBeLessThan(6000);
  });
});

describe('time', () => {
  const slow = parseZone(
    'a.example TXT v=spf1 a:x.a.example a:y.a.example -all\nx.a.example A 198.51.100.1\ny.a.example TXT x',
  );

  /** A clock that goes on with every question, and timers that fire when it passes them. */
  function clock(msPerQuestion: number) {
    let at = 0;
    const timers = new Set<{ readonly due: number; readonly fire: () => void }>();
    const world = {
      now: () => at,
      elapsed: () => at,
      after: (ms: number, fire: () => void) => {
        const timer = { due: at + ms, fire };
        timers.add(timer);
        return { cancel: () => void timers.delete(timer) };
      },
    };
    const asked = zoneResolver(slow.zone, { world, timeout: 5 });
    const resolve = async (name: string, type: string) => {
      at += msPerQuestion;
      for (const timer of timers) if (timer.due <= at) timer.fire();
      return asked.resolve(name, type);
    };
    return { world, timers, asked: { resolve, questions: asked.questions } };
  }

  it('is over for the whole evaluation, not for one question (RFC 7208 section 4.6.4)', async () => {
    const { world, asked, timers } = clock(400);
    const answer = await ask({}, { world, asked, timeLimit: 1 });
    expect([answer.result, answer.detail, answer.ms]).toEqual(['temperror', 'not done within 1 s', 1200]);
    expect(timers.size).toBe(0);
  });

  it('is enough when it is', async () => {
    const { world, asked, timers } = clock(400);
    expect((await ask({}, { world, asked, timeLimit: 2 })).result).toBe('fail');
    expect(timers.size).toBe(0);
  });

  it('ends also while a question is never answered', async () => {
    const { world, timers, asked } = clock(0);
    const never = { ...asked, resolve: () => new Promise<never>(() => undefined) };
    const answer = ask({}, { world, asked: never, timeLimit: 3 });
    for (const { fire, due } of timers) if (due === 3000) fire();
    expect((await answer).detail).toBe('not done within 3 s');
  });
});

describe('size', () => {
  const large = (term: (index: number) => string) =>
    `v=spf1 ${Array.from({ length: 12_000 }, (_, index) => term(index)).join(' ')}`.slice(0, 64_000);

  it.each([
    ['terms', large((index) => `x${index}=`)],
    ['macros', `v=spf1 exists:${'%{s}'.repeat(15_000)}.b.example -all`],
    ['percent signs', `v=spf1 exists:${'%%'.repeat(30_000)}.b.example -all`],
    ['digits', `v=spf1 a:b.${'1'.repeat(60_000)} -all`],
    ['slashes', `v=spf1 a:${'/'.repeat(60_000)} -all`],
    ['hyphens', `v=spf1 a:b.a${'-'.repeat(60_000)} -all`],
    ['blanks', `v=spf1${' '.repeat(60_000)}-all`],
    ['an unknown name', `v=spf1 ${'a-'.repeat(30_000)} -all`],
  ])('64 KB of %s are read in time that grows no faster than they do', async (_, record) => {
    const { tree } = await ask({ record });
    // A quadratic reading of 60,000 characters outlasts the test.
    expect(tree.terms.length).toBeLessThanOrEqual(201);
  });
});

describe('the lenient reading', () => {
  const lenient = (one: Partial<SpfCase>) => ask(one, { reading: 'lenient' });
  const single = Array.from({ length: 4 }, (_, index) => `h${index}.a.example A 198.51.100.1`).join('\n');

  it.each<[string, Partial<SpfCase>, string, string]>([
    ['an error behind the match', { record: 'v=spf1 ip4:192.0.2.1 ip4:moo -all' }, 'permerror', 'pass'],
    [
      'a host without IPv6',
      { record: 'v=spf1 a:h0.a.example a:h1.a.example a:h2.a.example -all', zone: single, ip: six },
      'permerror',
      'fail',
    ],
    ['blanks before the version', { zone: 'a.example TXT "  v=spf1 -all"' }, 'none', 'fail'],
    [
      'a local part that is not ASCII',
      { record: 'v=spf1 -exists:%{l}.a.example ?all', zone: '*.a.example A 127.0.0.2', from: 'änna@a.example' },
      'neutral',
      'neutral',
    ],
  ])('%s', async (_, one, strict, loose) => {
    expect([(await ask(one)).result, (await lenient(one)).result]).toEqual([strict, loose]);
  });

  it.each<[string, Partial<SpfCase>]>([
    ['an error behind the match', { record: 'v=spf1 ip4:192.0.2.1 ip4:moo -all' }],
    [
      'hosts without IPv6',
      { record: 'v=spf1 a:h0.a.example a:h1.a.example a:h2.a.example -all', zone: single, ip: six },
    ],
    ['blanks before the version', { zone: 'a.example TXT "  v=spf1 -all"' }],
    ['tabs between terms', { zone: 'a.example TXT "v=spf1 ip4:198.51.100.1\\009-all"' }],
    ['hosts without any address', { record: 'v=spf1 a:x.a.example a:y.a.example a:z.a.example -all', ip: six }],
    ['an error that is reached', { record: 'v=spf1 ip4:198.51.100.1 ip4:moo -all' }],
  ])('is that of mailauth by default: %s', async (_, one) => {
    expect((await lenient(one)).result).toBe(await askMailauth(one, false));
  });

  it.each<[string, Partial<SpfCase>, string, string]>([
    ['an unknown mechanism behind the match', { record: 'v=spf1 ip4:192.0.2.1 moo' }, 'pass', 'permerror'],
    [
      'a target that is no name',
      { record: 'v=spf1 a:%{l}.a.example -all', from: 'an..na@a.example' },
      'fail',
      'permerror',
    ],
    [
      '%{r} outside explanations',
      { record: 'v=spf1 exists:%{r}.a.example -all', zone: '*.a.example A 127.0.0.2' },
      'permerror',
      'pass',
    ],
  ])('is not that of mailauth: %s', async (_, one, ours, theirs) => {
    expect([(await lenient(one)).result, await askMailauth(one, false)]).toEqual([ours, theirs]);
  });

  it('asks for the other family before it calls a name void', async () => {
    const { questions, voids } = await lenient({ record: 'v=spf1 a:h0.a.example -all', zone: single, ip: six });
    expect([questions.map(({ type }) => type), voids]).toEqual([['TXT', 'AAAA', 'A'], 0]);
  });
});

describe('lint', () => {
  it.each<[string, string, string[]]>([
    ['+all', 'v=spf1 +all', ['+all lets everybody send']],
    ['?all', 'v=spf1 ?all', ['?all says nothing about anybody else']],
    [
      '/0',
      'v=spf1 ip4:0.0.0.0/0 ip6:::/0 -all',
      ['ip4:0.0.0.0/0 lets every IPv4 address send', 'ip6:::/0 lets every IPv6 address send'],
    ],
    ['-ip4 /0', 'v=spf1 -ip4:0.0.0.0/0 -all', []],
    [
      'ptr',
      'v=spf1 ptr -all',
      ['ptr should not be published: it is slow and leans on who holds the address (section 5.5)'],
    ],
    [
      'redirect with all',
      'v=spf1 redirect=b.example -all',
      ['redirect=b.example is never used: the record has -all (section 5.1)'],
    ],
    ['twice', 'v=spf1 ip4:198.51.100.1 IP4:198.51.100.1 -all', ['IP4:198.51.100.1 stands there more than once']],
    [
      'behind all',
      'v=spf1 -all ip4:192.0.2.1',
      ['ip4:192.0.2.1 is never reached: it stands behind -all (section 5.1)'],
    ],
    [
      'an unknown modifier',
      'v=spf1 rediect=b.example -all',
      ['rediect=b.example: unknown modifier, which is read over (section 6)'],
    ],
    ['no end', 'v=spf1 ip4:192.0.2.1', ['neither all nor redirect ends the record (section 4.7)']],
    ['a good one', 'v=spf1 ip4:192.0.2.1 -all', []],
  ])('%s', async (_, record, lint) => {
    expect((await ask({ record })).lint ?? []).toEqual(lint);
  });

  it('says how little room is left, and of included records whose they are', async () => {
    const hosts = Array.from({ length: 8 }, (_, index) => `a:h${index}.b.example`);
    const { lint } = await ask({
      record: 'v=spf1 include:b.example -all',
      zone: `b.example TXT v=spf1 ${hosts.join(' ')} ?all\n${hosts.map((host) => `${host.slice(2)} A 198.51.100.1`).join('\n')}`,
    });
    expect(lint).toEqual([
      '9 of 10 terms that ask DNS are used up (RFC 7208 section 4.6.4)',
      'b.example: ?all says nothing about anybody else',
    ]);
  });
});
