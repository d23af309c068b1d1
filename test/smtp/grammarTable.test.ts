// Addresses and commands, each with what the strict and the lenient grammar make of it: RFC 5321 sections 4.1.2 and 4.1.3, RFC 6531, RFC 3696.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { type Client, grounds, ofKind } from './playground.ts';

const start = grounds();

/** What is said, the code under strict, the code under lenient, and the words for what was taken. */
type Row = readonly [line: string, strict: number, lenient: number, names?: string];

const long = (count: number) => 'a'.repeat(count);
const domain = (octets: number) => `${'d'.repeat(61)}.`.repeat(5).slice(0, octets - 1) + 'z';
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

const senders: readonly Row[] = [
  // Dot-string and Atom
  ['<a@b>', 250, 250],
  ['<A.b.C@Example.ORG>', 250, 250],
  ["<!#$%&'*+-/=?^_`{|}~@example.org>", 250, 250],
  ['<user+tag@example.org>', 250, 250],
  ['<customer/department=shipping@example.org>', 250, 250],
  ['<$A12345@example.org>', 250, 250],
  ['<!def!xyz%abc@example.org>', 250, 250],
  ['<_somename@example.org>', 250, 250],
  ['<1@2.example>', 250, 250],
  ['<.a@b>', 501, 250, 'dots in local part'],
  ['<a.@b>', 501, 250, 'dots in local part'],
  ['<a..b@c>', 501, 250, 'dots in local part'],
  ['<.@b>', 501, 250, 'dots in local part'],
  ['<a b@c>', 501, 501],
  ['<a,b@c>', 501, 501],
  ['<a(comment)b@c>', 501, 501],
  ['<a;b@c>', 501, 501],
  ['<a\\@b@c>', 501, 501],
  ['<a\\b@c>', 501, 501],
  ['<a"b"c@d>', 501, 501],
  ['<[a]@b>', 501, 501],
  ['<a:b@c>', 501, 501],
  ['<@b>', 501, 501],
  ['<a>', 501, 501],
  ['<a@>', 501, 501],
  ['<a@b@c>', 501, 501],
  ['<a\x01@b>', 501, 501],
  ['<a\x7f@b>', 501, 501],
  // Quoted-string (RFC 3696 section 3 and its errata)
  ['<"a b"@example.org>', 250, 250],
  ['<"Abc@def"@example.org>', 250, 250],
  ['<"Fred\\ Bloggs"@example.org>', 250, 250],
  ['<"Joe.\\\\Blow"@example.org>', 250, 250],
  ['<"a\\"b"@example.org>', 250, 250],
  ['<"a>b"@example.org>', 250, 250],
  ['<".."@example.org>', 250, 250],
  ['<""@example.org>', 250, 250],
  ['<"a\tb"@example.org>', 501, 501],
  ['<"a\\\tb"@example.org>', 501, 501],
  ['<"a"b@example.org>', 501, 501],
  ['<"a".b@example.org>', 501, 501],
  ['<a."b"@example.org>', 501, 501],
  ['<"a@example.org>', 501, 501],
  ['<"a\\"@example.org>', 501, 501],
  // Domain
  ['<a@localhost>', 250, 250],
  ['<a@3com.example>', 250, 250],
  ['<a@a-b.example>', 250, 250],
  ['<a@x.y.z.w.v.u.example>', 250, 250],
  ['<a@example.123>', 250, 250],
  ['<a@-b.example>', 501, 501],
  ['<a@b-.example>', 501, 501],
  ['<a@b..example>', 501, 501],
  ['<a@.example>', 501, 501],
  ['<a@example.>', 501, 501],
  ['<a@exam ple>', 501, 501],
  ['<a@exam+ple>', 501, 501],
  ['<a@example.org:25>', 501, 501],
  ['<a@exa/mple>', 501, 501],
  ['<a@my_pc.example>', 501, 250, 'underscore in domain'],
  ['<a@_spf.example>', 501, 250, 'underscore in domain'],
  ['<a@192.0.2.1>', 501, 250, 'bare ip address'],
  ['<a@256.0.2.1>', 250, 250],
  ['<a@2001:db8::1>', 501, 501],
  // Address literals (section 4.1.3)
  ['<a@[192.0.2.1]>', 250, 250],
  ['<a@[1.2.3.04]>', 250, 250],
  ['<a@[IPv6:2001:db8::1]>', 250, 250],
  ['<a@[ipv6:::]>', 250, 250],
  ['<a@[IPv6:1:2:3:4:5:6:7:8]>', 250, 250],
  ['<a@[IPv6:::ffff:192.0.2.1]>', 250, 250],
  ['<a@[IPv6:1:2:3:4:5:6:192.0.2.1]>', 250, 250],
  ['<a@[tag:content]>', 250, 250],
  ['<a@[x400:/c=de/]>', 250, 250],
  ['<a@[2001:db8::1]>', 501, 250, 'untagged ipv6'],
  ['<a@[192.0.2]>', 501, 501],
  ['<a@[192.0.2.256]>', 501, 501],
  ['<a@[192.0.2.1.5]>', 501, 501],
  ['<a@[IPv6:1:2:3:4:5:6:7]>', 501, 501],
  ['<a@[IPv6:1:2:3:4:5:6:7::]>', 501, 501],
  ['<a@[IPv6:1::2::3]>', 501, 501],
  ['<a@[IPv6:12345::]>', 501, 501],
  ['<a@[IPv6:fe80::1%eth0]>', 501, 501],
  ['<a@[-:x]>', 501, 501],
  ['<a@[tag:]>', 501, 501],
  ['<a@[]>', 501, 501],
  ['<a@[192.0.2.1>', 501, 501],
  ['<a@[192.0.2.1]x>', 501, 501],
  // Sizes (section 4.5.3.1; label: RFC 1035 section 2.3.4)
  [`<${long(64)}@b>`, 250, 250],
  [`<${long(65)}@b>`, 501, 501],
  [`<"${long(62)}"@b>`, 250, 250],
  [`<"${long(63)}"@b>`, 501, 501],
  [`<a@${long(63)}>`, 250, 250],
  [`<a@${long(64)}>`, 501, 501],
  [`<a@${domain(252)}>`, 250, 250],
  [`<a@${domain(253)}>`, 501, 501],
  [`<${long(64)}@${domain(189)}>`, 250, 250],
  [`<${long(64)}@${domain(190)}>`, 501, 501],
  // Paths: brackets, the null sender, source routes (sections 3.6.1 and 4.1.2)
  ['<>', 250, 250],
  ['< >', 501, 501],
  ['<<a@b>>', 501, 501],
  ['<a@b', 501, 501],
  ['a@b>', 501, 501],
  ['"A" <a@b>', 501, 501],
  ['<a@b>,<c@d>', 501, 501],
  ['a@b,c@d', 501, 501],
  ['a@b', 501, 250, 'no brackets'],
  ['"a b"@c', 501, 250, 'no brackets'],
  ['a..b@c', 501, 250, 'no brackets, dots in local part'],
  ['a', 501, 501],
  ['postmaster', 501, 501],
  ['<postmaster>', 501, 250, 'bare postmaster'],
  ['<"postmaster">', 501, 501],
  ['<@one.example:a@b>', 550, 250, 'source route'],
  ['<@one.example,@two.example:a@b>', 550, 250, 'source route'],
  ['<@one.example,@two.example:.a@b>', 501, 250, 'dots in local part, source route'],
  ['<@one.example,two.example:a@b>', 501, 501],
  ['<@one.example a@b>', 501, 501],
  ['<@:a@b>', 501, 501],
  // A-labels
  ['<a@xn--mnchen-3ya.example>', 250, 250],
  ['<a@XN--MNCHEN-3YA.example>', 250, 250],
  ['<a@xn--a.example>', 501, 250, 'fake a label'],
  ['<a@ab--cd.example>', 250, 250],
];

const international: readonly Row[] = [
  ['<jörg@example.org> SMTPUTF8', 250, 250],
  ['<"jörg b"@example.org> SMTPUTF8', 250, 250],
  ['<a@münchen.example> SMTPUTF8', 250, 250],
  ['<用户@例子.example> SMTPUTF8', 250, 250],
  ['<a@faß.example> SMTPUTF8', 250, 250],
  ['<a@b> SMTPUTF8', 250, 250],
  ['<a@MÜNCHEN.example> SMTPUTF8', 501, 250, 'u label not normal'],
  ['<a@mu\u0308nchen.example> SMTPUTF8', 501, 250, 'u label not normal'],
  ['<a@a\u200bb.example> SMTPUTF8', 501, 250, 'u label not normal'],
  ['<a@\u2488.example> SMTPUTF8', 501, 501],
  ['<a@ü-.example> SMTPUTF8', 501, 501],
  ['<jörg..b@example.org> SMTPUTF8', 501, 250, 'dots in local part'],
  ['jörg@example.org SMTPUTF8', 501, 250, 'no brackets'],
  [`<${'ö'.repeat(32)}@b> SMTPUTF8`, 250, 250],
  [`<${'ö'.repeat(33)}@b> SMTPUTF8`, 501, 501],
  ['<jörg@example.org>', 550, 550],
  ['<a@münchen.example>', 550, 550],
  ['<jörg@example.org> SMTPUTF8=1', 501, 501],
  ['<jörg@example.org> SMTPUTF8 SMTPUTF8', 501, 501],
];

/** Octets above 0x7F that are no UTF-8. */
const octets: readonly Row[] = [
  ['<j\xf6rg@example.org> SMTPUTF8', 501, 501],
  ['<a\xc0\xaf@example.org> SMTPUTF8', 501, 501],
  ['<a\xed\xa0\x80@example.org> SMTPUTF8', 501, 501],
  ['<a@m\xfcnchen.example> SMTPUTF8', 501, 501],
  ['<"a\\\xc3\xb6"@example.org> SMTPUTF8', 501, 501],
  ['<j\xf6rg@example.org>', 550, 550],
];

const commands: readonly Row[] = [
  ['mail from:<a@b>', 250, 250],
  ['MaIl FrOm:<a@b>', 250, 250],
  ['MAIL FROM:<a@b> ', 501, 250, 'trailing space'],
  ['MAIL FROM:<a@b>\t', 501, 250, 'trailing space'],
  [' MAIL FROM:<a@b>', 501, 250, 'leading space'],
  ['MAIL  FROM:<a@b>', 501, 250, 'extra space'],
  ['MAIL\tFROM:<a@b>', 501, 250, 'tab'],
  ['MAIL FROM: <a@b>', 501, 250, 'space after colon'],
  ['MAIL FROM:\t<a@b>', 501, 250, 'space after colon, tab'],
  ['MAIL FROM :<a@b>', 501, 250, 'space before colon'],
  ['mail  from : <a@b>  size=1 ', 501, 250, 'trailing space, extra space, space before colon, space after colon'],
  ['MAIL FROM:<a@b>  SIZE=1', 501, 250, 'extra space'],
  ['MAIL FROM:<a@b>\tSIZE=1', 501, 250, 'tab'],
  ['MAIL FROM: a@b', 501, 250, 'space after colon, no brackets'],
  ['MAIL FROM:<a@b>SIZE=1', 501, 501],
  ['MAIL FROM:<a@b> SIZE', 501, 501],
  ['MAIL FROM:<a@b> SIZE= 1', 501, 501],
  ['MAIL FROM:<a@b> SIZE=1=2', 501, 501],
  ['MAIL FROM:<a@b> SIZE=1 SIZE=1', 501, 501],
  ['MAIL FROM:<a@b> X=1', 555, 555],
  ['MAIL FROM:', 501, 501],
  ['MAIL FROM', 501, 501],
  ['MAIL TO:<a@b>', 501, 501],
  ['MAIL <a@b>', 501, 501],
  ['MAILFROM:<a@b>', 500, 500],
  ['EHLO client.example', 250, 250],
  ['EHLO [192.0.2.1]', 250, 250],
  ['EHLO [IPv6:2001:db8::1]', 250, 250],
  ['EHLO [tag:x]', 250, 250],
  ['EHLO xn--mnchen-3ya.example', 250, 250],
  ['HELO client.example', 250, 250],
  ['HELO [192.0.2.1]', 501, 250, 'literal in helo'],
  ['EHLO my_pc', 501, 250, 'underscore in domain'],
  ['EHLO 192.0.2.1', 501, 250, 'bare ip address'],
  ['EHLO xn--a', 501, 250, 'fake a label'],
  ['EHLO  client.example', 501, 250, 'extra space'],
  ['EHLO client.example ', 501, 250, 'trailing space'],
  ['\tEHLO\tmy_pc', 501, 250, 'leading space, tab, underscore in domain'],
  ['EHLO client.example and more', 501, 501],
  ['EHLO', 501, 501],
  ['HELO ', 501, 501],
  ['EHLO 2001:db8::1', 501, 501],
  ['EHLO [2001:db8::1]', 501, 250, 'untagged ipv6'],
  ['EHLO client.example.', 501, 501],
  ['EHLO cl\x01ent', 501, 501],
  ['EHLO m\xc3\xbcnchen', 501, 501],
  [`EHLO ${long(1024)}`, 501, 501],
  ['NOOP', 250, 250],
  ['noop anything at all', 250, 250],
  ['NOOP ', 501, 250, 'trailing space'],
  ['RSET', 250, 250],
  [' RSET', 501, 250, 'leading space'],
  ['VRFY  someone', 501, 252, 'extra space'],
];

/** Recipients: the domain is ours, so that only the grammar has a say. */
const recipients: readonly Row[] = [
  ['RCPT TO:<b@gate.example>', 250, 250],
  ['rcpt to:<b@GATE.example>', 250, 250],
  ['RCPT TO:<Postmaster>', 250, 250],
  ['RCPT TO:<postmaster@gate.example>', 250, 250],
  ['RCPT TO:<"b c"@gate.example>', 250, 250],
  ['RCPT TO:b@gate.example', 501, 250, 'no brackets'],
  ['RCPT TO: <b@gate.example>', 501, 250, 'space after colon'],
  ['RCPT TO:<b@gate.example> ', 501, 250, 'trailing space'],
  ['RCPT TO:<@relay.example:b@gate.example>', 550, 250, 'source route'],
  ['RCPT TO:<b..c@gate.example>', 501, 250, 'dots in local part'],
  ['RCPT TO:<>', 501, 501],
  ['RCPT TO:<b>', 501, 501],
  ['RCPT TO:postmaster', 501, 501],
  ['RCPT TO:<b@gate.example>,<c@gate.example>', 501, 501],
  ['RCPT FROM:<b@gate.example>', 501, 501],
  ['RCPT TO:<b@gate.example> NOTIFY=NEVER', 555, 555],
  [utf8('RCPT TO:<jörg@gate.example>'), 553, 553],
  ['RCPT TO:<j\xf6rg@gate.example>', 553, 553],
];

const rows: readonly Row[] = [
  ...senders.map(([path, ...rest]): Row => [`MAIL FROM:${path}`, ...rest]),
  ...international.map(([path, ...rest]): Row => [`MAIL FROM:${utf8(path)}`, ...rest]),
  ...octets.map(([path, ...rest]): Row => [`MAIL FROM:${path}`, ...rest]),
  ...commands,
  ...recipients,
];

/** What the record of the last reply names as taken. */
function named(events: readonly Event[]): string | undefined {
  const verdict = ofKind(events, 'reply').at(-1)?.verdict;
  const all = verdict?.findings.filter(({ check }) => check === 'grammar' && verdict.action === 'accept') ?? [];
  return all.length === 0 ? undefined : all.map(({ text }) => text.replace('taken: ', '')).join(', ');
}

async function judged(client: Client, line: string): Promise<number> {
  if (/^\s*rcpt/i.test(line)) await client.ask('MAIL FROM:<a@client.example>');
  const [code = 0] = await client.codes(line);
  return code;
}

describe.each([['strict'], ['lenient']] as const)('under %s', (word) => {
  test(`${rows.length} commands and addresses are judged as the table has it`, async () => {
    const session = {
      maxMessages: 'unlimited',
      maxCommands: 'unlimited',
      maxJunk: 'unlimited',
    } as const;
    const g = await start({
      strictness: { grammar: word },
      errors: { maxErrors: 'unlimited', session },
    });
    const client = await g.connect();
    await client.hello();
    const heard: Row[] = [];
    for (const [line, strict, lenient] of rows) {
      const code = await judged(client, line);
      const names = named(g.journal.sessions[0]?.events ?? []);
      heard.push([
        line,
        word === 'strict' ? code : strict,
        word === 'lenient' ? code : lenient,
        ...(names ? [names] : []),
      ] as unknown as Row);
      await client.ask('RSET');
    }
    const wanted = rows.map(
      ([line, strict, lenient, names]): Row =>
        [line, strict, lenient, ...(word === 'lenient' && names ? [names] : [])] as unknown as Row,
    );
    expect(heard).toEqual(wanted);
    expect(rows.length).toBeGreaterThan(120);
  });
});
