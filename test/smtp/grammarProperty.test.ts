// The strict grammar against its ABNF: it takes everything a generator makes of RFC 5321 section 4.1.2, and of what was spoilt nothing else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIPv4, isIPv6, international } from '../../core/smtp/address.ts';
import { isAscii } from '../../core/smtp/international.ts';
import { type Leniency, parseCommand, parseHelo, parseMail, parseRcpt } from '../../core/smtp/grammar.ts';

/** Numbers of runs: the whole takes a few seconds. */
const runs = { numRuns: 5000, seed: 20_261_122 } as const;

const of = (characters: string) => fc.constantFrom(...characters);
const joined = (parts: fc.Arbitrary<readonly string[]>) => parts.map((all) => all.join(''));
const some = (one: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  joined(fc.array(one, { minLength, maxLength }));
const sequence = (...parts: readonly fc.Arbitrary<string>[]) => joined(fc.tuple(...parts));
const range = (from: number, to: number) => fc.integer({ min: from, max: to }).map((code) => String.fromCharCode(code));

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letDig = of(`${letters}0123456789`);
const ldh = of(`${letters}0123456789-`);

/** Let-dig [Ldh-str]; an A-label that is none is no label, and is left to the table. */
const subDomain = fc.oneof(letDig, sequence(letDig, some(ldh, 0, 12), letDig)).filter((label) => !/^xn--/i.test(label));
const domain = fc
  .array(subDomain, { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'))
  // Four numbers are an address without its brackets (RFC 1123 section 2.1).
  .filter((name) => !isIPv4(name));

const snum = fc.oneof(fc.integer({ min: 0, max: 255 }).map(String), fc.constantFrom('00', '007', '010', '255'));
const ipv4 = fc.tuple(snum, snum, snum, snum).map((numbers) => numbers.join('.'));
const hex = some(of('0123456789abcdefABCDEF'), 1, 4);
const groups = (min: number, max: number) =>
  fc.array(hex, { minLength: min, maxLength: max }).map((all) => all.join(':'));
const comp = (most: number) =>
  fc
    .integer({ min: 0, max: most })
    .chain((before) =>
      fc.tuple(groups(before, before), groups(0, most - before)).map(([left, right]) => `${left}::${right}`),
    );
const ipv6 = fc.oneof(
  groups(8, 8),
  comp(6),
  sequence(groups(6, 6), fc.constant(':'), ipv4),
  fc.tuple(comp(4), ipv4).map(([six, four]) => (six.endsWith(':') ? `${six}${four}` : `${six}:${four}`)),
);
const tag = fc.tuple(some(ldh, 0, 6), letDig).map((parts) => parts.join(''));
const dcontent = fc.oneof(range(33, 90), range(94, 126));
const general = fc
  .tuple(tag, some(dcontent, 1, 10))
  .filter(([name]) => name.toLowerCase() !== 'ipv6')
  .map((parts) => parts.join(':'))
  // By its letters an IPv6 address without a tag may be one.
  .filter((text) => !isIPv6(text));
const literal = fc
  .oneof(
    ipv4,
    ipv6.map((address) => `IPv6:${address}`),
    general,
  )
  .map((content) => `[${content}]`);

const atext = of(`${letters}0123456789!#$%&'*+-/=?^_\`{|}~`);
const dotString = fc.array(some(atext, 1, 8), { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join('.'));
const qtext = fc.oneof(range(32, 33), range(35, 91), range(93, 126));
const quotedPair = range(32, 126).map((character) => `\\${character}`);
const quotedString = some(fc.oneof(qtext, quotedPair), 0, 12).map((content) => `"${content}"`);
const mailbox = fc
  .tuple(fc.oneof(dotString, quotedString), fc.oneof(domain, literal))
  .map((parts) => parts.join('@'))
  .filter((text) => text.length <= 254);
const path = mailbox.map((text) => `<${text}>`);

const esmtpValue = some(fc.oneof(range(33, 60), range(62, 126)), 1, 10);
const keyword = sequence(letDig, some(ldh, 0, 8));
const parameters = fc
  .uniqueArray(fc.tuple(keyword, fc.option(esmtpValue, { nil: undefined })), {
    maxLength: 3,
    selector: ([name]) => name.toUpperCase(),
  })
  .map((all) => all.map(([name, value]) => ` ${name}${value === undefined ? '' : `=${value}`}`).join(''));

const anyCase = (text: string) =>
  fc.infiniteStream(fc.boolean()).map((flags) => {
    const upper = flags[Symbol.iterator]();
    return text.replace(/[a-z]/gi, (letter) => (upper.next().value ? letter.toUpperCase() : letter.toLowerCase()));
  });

const mail = sequence(anyCase('MAIL FROM:'), fc.oneof(path, fc.constant('<>')), parameters);
const rcpt = sequence(anyCase('RCPT TO:'), fc.oneof(path, anyCase('<postmaster>')), parameters);
const ehlo = sequence(anyCase('EHLO'), fc.constant(' '), fc.oneof(domain, literal));
const helo = sequence(anyCase('HELO'), fc.constant(' '), domain);

/** As strict has it without SMTPUTF8: understood, and nothing taken that the grammar does not have. */
function strictly(line: string): boolean {
  const { verb, argument, lenient } = parseCommand(line);
  if (lenient.length > 0 || !isAscii(line)) return false;
  const read = readers[verb]?.(argument);
  return read?.ok === true && read.lenient.length === 0 && (read.duplicates?.length ?? 0) === 0;
}

type Read = { readonly ok: boolean; readonly lenient: readonly Leniency[]; readonly duplicates?: readonly string[] };
const readers: Readonly<Record<string, (argument: string) => Read>> = {
  MAIL: (argument) => parseMail(argument) as Read,
  RCPT: (argument) => parseRcpt(argument) as Read,
  EHLO: (argument) => parseHelo(argument, 'EHLO') as Read,
  HELO: (argument) => parseHelo(argument, 'HELO') as Read,
};

const ours: Readonly<Record<string, string>> = {
  letDig: '[A-Za-z0-9]',
  atext: "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~]",
};
const subDomainText = `${ours.letDig}(?:[A-Za-z0-9-]{0,61}${ours.letDig})?`;
const domainText = `${subDomainText}(?:\\.${subDomainText})*`;
const literalText = '\\[[\\x21-\\x5a\\x5e-\\x7e]+\\]';
const localText = `(?:${ours.atext}+(?:\\.${ours.atext}+)*|"(?:[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*")`;
const mailboxText = `${localText}@(?:${domainText}|${literalText})`;
const parametersText = '(?: [A-Za-z0-9][A-Za-z0-9-]*(?:=[\\x21-\\x3c\\x3e-\\x7e]+)?)*';
/** The same grammar written down once more, as expressions; only what stands in a literal is left to the reader. */
const written: readonly RegExp[] = [
  new RegExp(`^MAIL FROM:<(?:${mailboxText})?>${parametersText}$`, 'i'),
  new RegExp(`^RCPT TO:<(?:${mailboxText}|postmaster)>${parametersText}$`, 'i'),
  new RegExp(`^EHLO (?:${domainText}|${literalText})$`, 'i'),
  new RegExp(`^HELO ${domainText}$`, 'i'),
];

/** A line of the grammar with some characters put in, taken out or changed: blanks, brackets, dots and controls for the most part. */
const spoilt = fc
  .tuple(
    fc.oneof(mail, rcpt, ehlo, helo),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('insert', 'delete', 'replace', 'double'),
        fc.oneof(of(' \t<>@.,;:"\\[]()_-=0aX'), range(0, 255)),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([line, changes]) =>
    changes.reduce((text, [where, what, character]) => {
      const at = text.length === 0 ? 0 : where % text.length;
      const [before, here, after] = [text.slice(0, at), text.slice(at, at + 1), text.slice(at + 1)];
      if (what === 'insert') return before + character + here + after;
      if (what === 'replace') return before + character + after;
      return what === 'double' ? before + here + here + after : before + after;
    }, line),
  );

describe('the strict grammar', () => {
  it.each([
    ['MAIL', mail],
    ['RCPT', rcpt],
    ['EHLO', ehlo],
    ['HELO', helo],
  ])('takes every %s the ABNF makes', (_, line) => {
    fc.assert(
      fc.property(line, (text) => strictly(text) || tooLong(text)),
      runs,
    );
  });

  it('takes of what was spoilt only what the ABNF has', () => {
    fc.assert(
      fc.property(spoilt, (text) => !strictly(text) || written.some((one) => one.test(text))),
      { ...runs, numRuns: 20_000 },
    );
  });

  it('refuses nothing the ABNF has but sizes, duplicates, and names that mean something else', () => {
    fc.assert(
      fc.property(spoilt, (text) => {
        if (!written.some((one) => one.test(text)) || strictly(text) || tooLong(text)) return true;
        const { argument } = parseCommand(text);
        const [, inside = ''] = /\[([^\]]*)\]/.exec(text) ?? [];
        const read = readers[parseCommand(text).verb]?.(argument);
        const isMeant = read?.ok === true && (read.duplicates?.length ?? 0) + read.lenient.length > 0;
        // Expressions leave it open what a literal holds; that an IPv4 or IPv6 one is right is the reader's.
        return isMeant || inside !== '';
      }),
      { ...runs, numRuns: 20_000 },
    );
  });
});

/** More octets than section 4.5.3.1 has: a local part of 64, a domain of 255, a path of 256. */
function tooLong(line: string): boolean {
  const local = /<("(?:[^"\\]|\\.)*"|[^"@]*)@/.exec(line)?.[1] ?? '';
  const inBrackets = /<.*>/.exec(line)?.[0] ?? line.slice(5);
  return local.length > 64 || inBrackets.length > 256;
}

it('SMTPUTF8: UTF-8 in atoms and quoted strings is read back as it was written (RFC 6531 section 3.3)', () => {
  const above = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .map((text) => text.replace(/[\x00-\x7f]/g, 'ö'));
  fc.assert(
    fc.property(above, dotString, fc.boolean(), (text, atoms, isQuoted) => {
      const local = isQuoted ? `${text} ${atoms}` : `${text}${atoms}`;
      const raw = `${isQuoted ? `"${local}"` : local}@example.org`;
      const octets = Buffer.from(raw).toString('latin1');
      if (octets.indexOf('@example') > 64) return;
      const read = parseMail(`FROM:<${octets}> SMTPUTF8`);
      expect(read).toMatchObject({ ok: true, address: { nonAscii: true, lenient: [] } });
      if (read.ok) expect(international(read.address)).toMatchObject({ raw, local, domain: 'example.org' });
    }),
    { ...runs, numRuns: 2000 },
  );
});
