// The grammar of commands and addresses: what is understood, what is named as a tolerance, and where reading stops.
import { describe, expect, it } from 'vitest';
import { isIPv6, literalKind, parseMailbox, readPath, type Address } from '../../core/smtp/address.ts';
import { extensionOf, parseAuth, parseCommand, parseHelo, parseMail, parseRcpt } from '../../core/smtp/grammar.ts';

describe('a command line', () => {
  it.each<[string, string, string, string[]]>([
    ['NOOP', 'NOOP', '', []],
    ['mail FROM:<a@b>', 'MAIL', 'FROM:<a@b>', []],
    ['MaIl  FROM:<a@b> ', 'MAIL', 'FROM:<a@b>', ['trailing-space', 'extra-space']],
    ['\tEHLO\ta b', 'EHLO', 'a b', ['leading-space', 'tab']],
    ['DATA  \t', 'DATA', '', ['trailing-space']],
    ['', '', '', []],
    ['  ', '', '', ['trailing-space']],
    ['AUTH PLAIN =', 'AUTH', 'PLAIN =', []],
    ['\0\xe4x y', '\0\xc4X', 'y', []],
    ['a\nb c', 'A\nB', 'c', []],
  ])('%j is verb %j and argument %j', (line, verb, argument, lenient) => {
    expect(parseCommand(line)).toEqual({ verb, argument, lenient });
  });

  it('of a megabyte of blanks is split at once', () => {
    const blanks = ' '.repeat(1_000_000);
    expect(parseCommand(`NOOP${blanks}x`).argument).toBe('x');
    expect(parseMail(`FROM:<a@b>${blanks}x${blanks}`).ok).toBe(true);
    expect(parseMail(`FROM${blanks}`).ok).toBe(false);
  });
});

/** An address as `readPath` gives it, the usual left out. */
function address(parts: Partial<Address>): Address {
  const usual = { ok: true, form: 'mailbox', route: [], nonAscii: false, lenient: [] } as const;
  return { ...usual, raw: '', local: '', domain: '', end: 0, ...parts };
}

describe('a path', () => {
  const name = { domain: 'example.org', domainKind: 'name' } as const;
  it.each<[string, Partial<Address>]>([
    ['<a.b@example.org>', { raw: 'a.b@example.org', local: 'a.b', ...name }],
    ['<>', { form: 'null' }],
    ['<PostMaster>', { form: 'postmaster', raw: 'PostMaster', local: 'PostMaster' }],
    [
      "<!#$%&'*+-/=?^_`{|}~@example.org>",
      { raw: "!#$%&'*+-/=?^_`{|}~@example.org", local: "!#$%&'*+-/=?^_`{|}~", ...name },
    ],
    ['<"a b"@example.org>', { raw: '"a b"@example.org', local: 'a b', ...name }],
    ['<"a@b>\\"\\\\"@example.org>', { raw: '"a@b>\\"\\\\"@example.org', local: 'a@b>"\\', ...name }],
    ['<""@example.org>', { raw: '""@example.org', local: '', ...name }],
    ['<a@[192.0.2.1]>', { raw: 'a@[192.0.2.1]', local: 'a', domain: '[192.0.2.1]', domainKind: 'ipv4' }],
    [
      '<a@[IPv6:2001:db8::1]>',
      { raw: 'a@[IPv6:2001:db8::1]', local: 'a', domain: '[IPv6:2001:db8::1]', domainKind: 'ipv6' },
    ],
    ['<a@[tag:x]>', { raw: 'a@[tag:x]', local: 'a', domain: '[tag:x]', domainKind: 'general' }],
    [
      '<@one.example,@[192.0.2.1]:a@example.org>',
      {
        raw: 'a@example.org',
        local: 'a',
        ...name,
        route: ['one.example', '[192.0.2.1]'],
        lenient: ['source-route'],
      },
    ],
    ['<j\xf6@example.org>', { raw: 'j\xf6@example.org', local: 'j\xf6', ...name, nonAscii: true }],
    [
      '<a@m\xfcnchen.example>',
      { raw: 'a@m\xfcnchen.example', local: 'a', domain: 'm\xfcnchen.example', domainKind: 'name', nonAscii: true },
    ],
    ['a@example.org', { raw: 'a@example.org', local: 'a', ...name, lenient: ['no-brackets'] }],
    ['<.a..b.@example.org>', { raw: '.a..b.@example.org', local: '.a..b.', ...name, lenient: ['dots-in-local-part'] }],
    [
      '<a@my_pc.example>',
      {
        raw: 'a@my_pc.example',
        local: 'a',
        domain: 'my_pc.example',
        domainKind: 'name',
        lenient: ['underscore-in-domain'],
      },
    ],
    [
      '<a@192.0.2.1>',
      { raw: 'a@192.0.2.1', local: 'a', domain: '192.0.2.1', domainKind: 'name', lenient: ['bare-ip-address'] },
    ],
    ['<${run{x}}@example.org>', { raw: '${run{x}}@example.org', local: '${run{x}}', ...name }],
  ])('%j is understood', (text, parts) => {
    expect(readPath(text)).toEqual(address({ ...parts, end: text.length }));
    expect(readPath(`FROM:${text} SIZE=1`, 5)).toEqual(address({ ...parts, end: 5 + text.length }));
  });

  it.each([
    ['', 'empty', 0],
    [' ', 'empty', 0],
    ['<', 'empty', 1],
    ['<a@b', 'brackets', 4],
    ['<a@b c>', 'brackets', 4],
    ['< a@b>', 'local-part', 1],
    ['<a @b>', 'local-part', 2],
    ['<@b>', 'source-route', 3],
    ['<@b:>', 'empty', 4],
    ['<@b,a@c>', 'source-route', 4],
    ['<;cmd;>', 'local-part', 1],
    ['<a(comment)@b>', 'local-part', 2],
    ['<root+${run{\\x2fbin}}@b>', 'local-part', 12],
    ['<a\0@b>', 'local-part', 2],
    ['<a\r\nRCPT TO:<c@d>', 'local-part', 2],
    ['<"a@b>', 'quoted-string', 1],
    ['<"a\0"@b>', 'quoted-string', 1],
    ['<"a"b@c>', 'local-part', 4],
    ['<a@>', 'domain', 3],
    ['<a@b@c>', 'brackets', 4],
    ['<a@-b>', 'domain', 3],
    ['<a@b->', 'domain', 3],
    ['<a@b..c>', 'domain', 3],
    ['<a@b.>', 'domain', 3],
    ['<a@[192.0.2.256]>', 'literal', 3],
    ['<a@[192.0.2.1>', 'literal', 3],
    ['<a@[]>', 'literal', 3],
    ['<a@[IPv6:192.0.2.1]>', 'literal', 3],
    ['<someone>', 'no-domain', 8],
    ['postmaster', 'no-domain', 10],
  ])('%j is none: %s at %i', (text, why, at) => {
    expect(readPath(text)).toEqual({ ok: false, why, at });
  });

  it('is taken up to its limits and not beyond (RCP-04)', () => {
    const why = (text: string) => {
      const read = readPath(text);
      return read.ok ? 'ok' : read.why;
    };
    const domain = (length: number) => `${'a'.repeat(63)}.`.repeat(5).slice(0, length - 1) + 'z';
    expect(why(`<${'l'.repeat(64)}@b>`)).toBe('ok');
    expect(why(`<${'l'.repeat(65)}@b>`)).toBe('local-part-too-long');
    expect(why(`<"${'l'.repeat(63)}"@b>`)).toBe('local-part-too-long');
    expect(why(`<l@${domain(252)}>`)).toBe('ok');
    expect(why(`<l@${domain(253)}>`)).toBe('path-too-long');
    expect(why(`<l@${domain(256)}>`)).toBe('domain-too-long');
    expect(why(`<l@${'a'.repeat(64)}>`)).toBe('domain');
    expect(why(`<l@[x:${'a'.repeat(300)}]>`)).toBe('domain-too-long');
    expect(why(`<@${domain(200)}:${'l'.repeat(50)}@b>`)).toBe('ok');
    expect(why(`<@${domain(200)}:${'l'.repeat(51)}@b>`)).toBe('path-too-long');
  });
});

describe('a mailbox', () => {
  it('stands alone where a parameter holds one', () => {
    expect(parseMailbox('a@b')).toEqual(address({ raw: 'a@b', local: 'a', domain: 'b', domainKind: 'name', end: 3 }));
    expect(parseMailbox('a@b>')).toEqual({ ok: false, why: 'brackets', at: 3 });
    expect(parseMailbox('postmaster')).toEqual({ ok: false, why: 'no-domain', at: 10 });
  });
});

describe('an address literal', () => {
  const yes = [
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1::8',
    '2001:DB8::',
    '::ffff:192.0.2.1',
    '1:2:3:4:5:6:192.0.2.1',
    '1:2:3:4:5:6::',
  ];
  const nay = [
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7::',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1::2::3',
    '::1%eth0',
  ];
  const odd = ['1.2.3.4::', '::1.2.3', '::1.2.3.4:5', '1:', ':1', '1:2:3:4:5:6:7:192.0.2.1', '::1.2.3.256'];
  it('for IPv6 has eight groups, or fewer around one ::', () => {
    expect(yes.filter((text) => !isIPv6(text))).toEqual([]);
    expect([...nay, ...odd].filter(isIPv6)).toEqual([]);
  });

  it('has a kind', () => {
    const kinds = [
      '192.0.2.1',
      'ipv6:::1',
      'IPv6:x',
      'x-y:z',
      '192.0.2',
      '1.2.3.04',
      '1.2.3.0004',
      'a',
      ':a',
      'a:',
    ].map(literalKind);
    expect(kinds).toEqual(['ipv4', 'ipv6', null, 'general', null, 'ipv4', null, null, null, null]);
  });
});

describe('MAIL and RCPT', () => {
  const summary = (read: ReturnType<typeof parseMail>) =>
    read.ok ? [read.address.raw, read.parameters, read.duplicates, read.unknown, read.lenient] : [read.why, read.at];

  it.each<[string, unknown[]]>([
    ['FROM:<a@b>', ['a@b', [], [], [], []]],
    [
      'from:<> size=100 BODY=8bitmime',
      [
        '',
        [
          { keyword: 'SIZE', value: '100' },
          { keyword: 'BODY', value: '8bitmime' },
        ],
        [],
        [],
        [],
      ],
    ],
    ['FROM:<a@b> SMTPUTF8 AUTH=<>', ['a@b', [{ keyword: 'SMTPUTF8' }, { keyword: 'AUTH', value: '<>' }], [], [], []]],
    [
      'FROM:<a@b> SIZE=1 FOO=1 size=2 FOO NOTIFY=NEVER',
      [
        'a@b',
        [
          { keyword: 'SIZE', value: '1' },
          { keyword: 'FOO', value: '1' },
          { keyword: 'SIZE', value: '2' },
          { keyword: 'FOO' },
          { keyword: 'NOTIFY', value: 'NEVER' },
        ],
        ['SIZE', 'FOO'],
        ['FOO', 'NOTIFY'],
        [],
      ],
    ],
    [
      'FROM : \t<a@b>  SIZE=1\tRET=HDRS ',
      [
        'a@b',
        [
          { keyword: 'SIZE', value: '1' },
          { keyword: 'RET', value: 'HDRS' },
        ],
        [],
        [],
        ['space-before-colon', 'space-after-colon', 'tab', 'extra-space', 'trailing-space'],
      ],
    ],
    ['FROM:a@b SIZE=1', ['a@b', [{ keyword: 'SIZE', value: '1' }], [], [], ['no-brackets']]],
    [
      'FROM:<a@b> constructor toString=1',
      ['a@b', [{ keyword: 'CONSTRUCTOR' }, { keyword: 'TOSTRING', value: '1' }], [], ['CONSTRUCTOR', 'TOSTRING'], []],
    ],
    ['', ['keyword', 0]],
    ['<a@b>', ['keyword', 0]],
    ['TO:<a@b>', ['keyword', 0]],
    ['FROM<a@b>', ['keyword', 0]],
    ['FROM:', ['empty', 5]],
    ['FROM:<a@b', ['brackets', 9]],
    ['FROM:<a@b>SIZE=1', ['parameter', 10]],
    ['FROM:<a@b>>', ['parameter', 10]],
    ['FROM:<a@b>\rRCPT TO:<c@d>', ['parameter', 10]],
    ['FROM:<a@b> SIZE=', ['parameter', 11]],
    ['FROM:<a@b> =1', ['parameter', 11]],
    ['FROM:<a@b> -X=1', ['parameter', 11]],
    ['FROM:<a@b> ENVID=a=b', ['parameter', 11]],
    ['FROM:<a@b> ENVID=\x7f', ['parameter', 11]],
  ])('MAIL %j', (argument, expected) => {
    expect(summary(parseMail(argument))).toEqual(expected);
  });

  it.each<[string, unknown[]]>([
    [
      'TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b SIZE=1',
      [
        'a@b',
        [
          { keyword: 'NOTIFY', value: 'NEVER' },
          { keyword: 'ORCPT', value: 'rfc822;a@b' },
          { keyword: 'SIZE', value: '1' },
        ],
        [],
        ['SIZE'],
        [],
      ],
    ],
    ['to: <Postmaster>', ['Postmaster', [], [], [], ['space-after-colon']]],
    ['TO:<>', ['null-recipient', 3]],
    ['FROM:<a@b>', ['keyword', 0]],
  ])('RCPT %j', (argument, expected) => {
    expect(summary(parseRcpt(argument))).toEqual(expected);
  });

  it('name the extension a parameter belongs to', () => {
    const names = [
      extensionOf('MAIL', 'RET'),
      extensionOf('RCPT', 'RET'),
      extensionOf('MAIL', 'BODY'),
      extensionOf('MAIL', 'X'),
    ];
    expect(names).toEqual(['DSN', undefined, '8BITMIME', undefined]);
  });
});

describe('EHLO and HELO', () => {
  it.each<[string, unknown]>([
    ['Mail.example.org', { ok: true, name: 'Mail.example.org', kind: 'name', lenient: [] }],
    ['localhost', { ok: true, name: 'localhost', kind: 'name', lenient: [] }],
    ['[192.0.2.1]', { ok: true, name: '[192.0.2.1]', kind: 'ipv4', lenient: [] }],
    ['[IPv6:2001:db8::1]', { ok: true, name: '[IPv6:2001:db8::1]', kind: 'ipv6', lenient: [] }],
    ['192.0.2.1', { ok: true, name: '192.0.2.1', kind: 'bare-ip-address', lenient: ['bare-ip-address'] }],
    ['MY_PC', { ok: true, name: 'MY_PC', kind: 'name', lenient: ['underscore-in-domain'] }],
    ['', { ok: false, why: 'empty' }],
    ['a b', { ok: false, why: 'more' }],
    ['a\x01', { ok: false, why: 'domain' }],
    ['m\xfcnchen', { ok: false, why: 'above-ascii' }],
    ['xn--mnchen-3ya', { ok: true, name: 'xn--mnchen-3ya', kind: 'name', lenient: [] }],
    ['xn--a', { ok: true, name: 'xn--a', kind: 'name', lenient: ['fake-a-label'] }],
    ['2001:db8::1', { ok: false, why: 'domain' }],
    ['[192.0.2.1', { ok: false, why: 'literal' }],
    ['[192.0.2.1] x', { ok: false, why: 'more' }],
    ['a'.repeat(1024), { ok: false, why: 'domain-too-long' }],
  ])('%j (CMD-06)', (argument, expected) => {
    expect(parseHelo(argument)).toEqual(expected);
  });
});

describe('AUTH', () => {
  it.each<[string, unknown]>([
    ['plain AGEAYg==', { ok: true, mechanism: 'PLAIN', initial: 'AGEAYg==' }],
    ['CRAM-MD5', { ok: true, mechanism: 'CRAM-MD5', initial: null }],
    ['EXTERNAL =', { ok: true, mechanism: 'EXTERNAL', initial: '=' }],
    ['PLAIN  \tAA==', { ok: true, mechanism: 'PLAIN', initial: 'AA==' }],
    ['', { ok: false, why: 'mechanism' }],
    ['PLAIN!', { ok: false, why: 'mechanism' }],
    ['A'.repeat(21), { ok: false, why: 'mechanism' }],
    ['PLAIN a b', { ok: false, why: 'too-many' }],
  ])('%j', (argument, expected) => {
    expect(parseAuth(argument)).toEqual(expected);
  });
});
