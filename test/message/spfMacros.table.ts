// RFC 7208 section 7: macros, each shown by the name that is asked for or the explanation that is given.
import type { SpfCase } from './spfAsking.ts';

/** `exists` with the macros, and the one name that exists. */
const names = (section: string, spec: string, name: string, over: Partial<SpfCase> = {}): SpfCase => ({
  section,
  is: `${spec} is ${name}`,
  result: 'pass',
  record: `v=spf1 exists:${spec} -all`,
  zone: `${name} A 127.0.0.2`,
  ...over,
});

/** What section 7.4 is about. */
const strongBad = (spec: string, name: string, ip = '192.0.2.3'): SpfCase => ({
  section: '7.4',
  is: `${spec} is ${name}`,
  result: 'pass',
  zone: `email.example.com TXT v=spf1 exists:${spec} -all\n${name} A 127.0.0.2\n${ip} PTR mx.example.org\nmx.example.org A 192.0.2.3`,
  from: 'strong-bad@email.example.com',
  ip,
});
const nibbles = '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';

/** A text of section 7.4, told in an explanation, since these are no domain names. */
const told = (spec: string, explanation: string): SpfCase => ({
  section: '7.4',
  is: `${spec} is ${explanation}`,
  result: 'fail',
  zone: `email.example.com TXT v=spf1 -all exp=why.example.com\nwhy.example.com TXT ${spec}`,
  from: 'strong-bad@email.example.com',
  ip: '192.0.2.3',
  explanation,
});

export const examples: readonly SpfCase[] = [
  told('%{s}', 'strong-bad@email.example.com'),
  told('%{o}', 'email.example.com'),
  told('%{d}', 'email.example.com'),
  told('%{d4}', 'email.example.com'),
  told('%{d3}', 'email.example.com'),
  told('%{d2}', 'example.com'),
  told('%{d1}', 'com'),
  told('%{dr}', 'com.example.email'),
  told('%{d2r}', 'example.email'),
  told('%{l}', 'strong-bad'),
  told('%{l-}', 'strong.bad'),
  told('%{lr}', 'strong-bad'),
  told('%{lr-}', 'bad.strong'),
  told('%{l1r-}', 'strong'),
  strongBad('%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'),
  strongBad('%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'),
  strongBad('%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'),
  strongBad('%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'),
  strongBad('%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'),
  strongBad('%{ir}.%{v}._spf.%{d2}', `${nibbles}.ip6._spf.example.com`, '2001:db8::cb01'),
];

export const macros: readonly SpfCase[] = [
  { section: '7.1', is: 'a % that begins no macro', result: 'permerror', record: 'v=spf1 a:%b.example -all' },
  { section: '7.1', is: 'a macro that does not end', result: 'permerror', record: 'v=spf1 a:%{d.example -all' },
  { section: '7.1', is: 'an empty macro', result: 'permerror', record: 'v=spf1 a:%{}.example -all' },
  { section: '7.1', is: 'no such letter', result: 'permerror', record: 'v=spf1 a:%{x}.example -all' },
  { section: '7.1', is: 'no such delimiter', result: 'permerror', record: 'v=spf1 a:%{d2;}.example -all' },
  { section: '7.1', is: 'r stands behind the digits', result: 'permerror', record: 'v=spf1 a:%{dr2}.example -all' },
  { section: '7.1', is: 'other brackets', result: 'permerror', record: 'v=spf1 a:%(d).example -all' },
  {
    section: '7.1',
    is: 'a domain-spec may end in a macro',
    result: 'pass',
    record: 'v=spf1 a:%{d} -all',
    zone: 'a.example A 192.0.2.1',
  },
  { section: '7.1', is: 'text behind it must be a domain', result: 'permerror', record: 'v=spf1 a:%{d}x -all' },
  names('7.1', 'x%%y.a.example', 'x%y.a.example'),
  names('7.1', 'x%-y.a.example', 'x%20y.a.example'),
  {
    section: '7.1',
    is: '%_ is a blank',
    result: 'fail',
    record: 'v=spf1 -all exp=why.a.example',
    zone: 'why.a.example TXT a%_b',
    explanation: 'a b',
  },
  { section: '7.2', is: 'c only in explanations', result: 'permerror', record: 'v=spf1 exists:%{c}.a.example -all' },
  { section: '7.2', is: 'r only in explanations', result: 'permerror', record: 'v=spf1 exists:%{r}.a.example -all' },
  { section: '7.2', is: 't only in explanations', result: 'permerror', record: 'v=spf1 exists:%{t}.a.example -all' },
  { section: '7.2', is: 'not even in the name of one', result: 'permerror', record: 'v=spf1 -all exp=%{r}.a.example' },
  names('7.2', '%{h}.a.example', 'helo.example.a.example'),
  names('7.2', '%{i}.a.example', '192.0.2.1.a.example'),
  names('7.2', '%{v}.a.example', 'ip6.a.example', { ip: '2001:db8::1' }),
  names('7.3', '%{D}.a.example', 'a.example.a.example'),
  names('7.3', '%{L}.a.example', 'a%2Bb.a.example'.toLowerCase(), { from: 'a+b@a.example' }),
  names('7.3', '%{l+}.a.example', 'a.b.a.example', { from: 'a+b@a.example' }),
  names('7.3', '%{l-+}.a.example', 'a.b.c.a.example', { from: 'a+b-c@a.example' }),
  names('7.3', '%{l1+}.a.example', 'b.a.example', { from: 'a+b@a.example' }),
  names('7.3', '%{l1r+}.a.example', 'a.a.example', { from: 'a+b@a.example' }),
  names('7.3', '%{l=_/,}.a.example', 'a.b.c.d.e.a.example', { from: 'a=b_c/d,e@a.example' }),
  names('7.3', '%{l}.a.example', 'an.na.a.example', { from: 'an.na@a.example' }),
  names('7.3', '%{d127}.x.example', 'a.example.x.example'),
  names('7.3', '%{d99999999999}.x.example', 'a.example.x.example'),
  { section: '7.3', is: 'no parts at all', result: 'permerror', record: 'v=spf1 exists:%{d0}.x.example -all' },
  {
    section: '7.3',
    is: 'no parts at all, written longer',
    result: 'permerror',
    record: 'v=spf1 exists:%{d00r}.x.example -all',
  },
  {
    section: '7.3',
    is: 'an empty part is an empty label: no name',
    result: 'fail',
    record: 'v=spf1 exists:%{l}.a.example -all',
    from: 'an..na@a.example',
    voids: 0,
  },
  {
    section: '7.3',
    is: 'a quoted local part with @ and blanks stays a local part',
    result: 'fail',
    record: 'v=spf1 -all exp=why.a.example',
    zone: 'why.a.example TXT <%{l}> <%{o}>',
    from: '"an@ na"@a.example',
    explanation: '<"an@ na"> <a.example>',
  },
  {
    section: '7.3',
    is: 'a local part of 64 characters makes no label',
    result: 'fail',
    record: 'v=spf1 exists:%{l}.a.example -all',
    from: `${'x'.repeat(64)}@a.example`,
    voids: 0,
  },
  names('7.3', '%{p}.a.example', 'mx.a.example.a.example', {
    zone: 'mx.a.example.a.example A 127.0.0.2\n192.0.2.1 PTR mx.a.example\nmx.a.example A 192.0.2.1',
    lookups: 2,
  }),
  names('7.3', '%{p}.x.example', 'unknown.x.example'),
  {
    ...names('7.3', '%{p}.x.example', 'unknown.x.example', {
      zone: 'unknown.x.example A 127.0.0.2\n192.0.2.1 PTR SERVFAIL',
    }),
    is: '%{p} is unknown where DNS fails',
  },
  {
    ...names('7.3', '%{p}.x.example', 'a.example.x.example', {
      zone: 'a.example.x.example A 127.0.0.2\n192.0.2.1 PTR b.example\n192.0.2.1 PTR m.a.example\n192.0.2.1 PTR a.example\nb.example A 192.0.2.1\nm.a.example A 192.0.2.1\na.example A 192.0.2.1',
    }),
    is: '%{p} is best the domain itself',
  },
  {
    ...names('7.3', '%{p}.x.example', 'm.a.example.x.example', {
      zone: 'm.a.example.x.example A 127.0.0.2\n192.0.2.1 PTR b.example\n192.0.2.1 PTR m.a.example\nb.example A 192.0.2.1\nm.a.example A 192.0.2.1',
    }),
    is: 'else a name below it',
  },
  {
    section: '7.3',
    is: 'cut at a label',
    result: 'pass',
    zone: `${'d'.repeat(60)}.${'x'.repeat(55)}.example TXT v=spf1 exists:gone.%{o}.%{o}.example -all\n${'x'.repeat(55)}.example.${'d'.repeat(60)}.${'x'.repeat(55)}.example.example A 127.0.0.2`,
    from: `anna@${'d'.repeat(60)}.${'x'.repeat(55)}.example`,
  },
  {
    section: '8616, 4',
    is: 'what has %{l} matches nothing with a local part that is not ASCII',
    result: 'fail',
    record: 'v=spf1 exists:%{l}.a.example -all',
    zone: '*.a.example A 127.0.0.2',
    from: 'änna@a.example',
    voids: 0,
  },
  {
    section: '8616, 4',
    is: 'nor what has %{s}',
    result: 'fail',
    record: 'v=spf1 include:%{s}.a.example -all',
    zone: '*.a.example TXT v=spf1 +all',
    from: 'änna@a.example',
  },
];
