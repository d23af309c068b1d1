// Messages that opendkim, opendmarc and Gatehouse are all asked about: what is signed, by whom, and what becomes of it on the way.
import type { TestKeyName } from '../../core/simulate/testKeys.table.ts';
import { keyLine, signed, type SigningOf } from '../message/examining.ts';

export interface Shown {
  readonly name: string;
  readonly message: string;
  readonly zone: string;
  /** What is told of SPF. */
  readonly spf: { readonly result: 'pass' | 'none'; readonly domain: string };
}

/** The domain that signs what we compose. */
const signer = 'example.com';

/**
 * Domains of authors in turn: aligned with the signer, with the sender of MAIL, or not, with and without a policy. All
 * under suffixes that are listed: for others opendmarc knows no organisational domain at all.
 */
export const authors = [
  'example.com',
  'sub.example.com',
  'example.net',
  'example.org',
  'none.example.edu',
  'x.mail.example.org',
  'shop.firm.co.uk',
] as const;

export const policies = [
  '_dmarc.example.com TXT v=DMARC1; p=reject',
  '_dmarc.example.net TXT v=DMARC1; p=none',
  '_dmarc.example.org TXT v=DMARC1; p=quarantine; sp=none',
  '_dmarc.firm.co.uk TXT v=DMARC1; p=reject; adkim=s',
].join('\n');

/** opendmarc gives the messages of files one sender, and takes SPF from itself alone: it passes there, or is not asked. */
const senders = [
  { result: 'none', domain: 'example.org' },
  { result: 'none', domain: 'example.org' },
  { result: 'pass', domain: 'example.org' },
] as const;

export const spfOf = (index: number): Shown['spf'] => senders[index % senders.length] ?? senders[0];

const key = (name: TestKeyName = 'rsa2048a', tags: readonly string[] = []) =>
  keyLine(name, `s._domainkey.${signer}`, tags);

const bodies: readonly string[] = [
  'Seven boats are in the harbour.\r\n',
  '',
  'Tabs\tand  blanks  \r\n\r\n \t\r\n\r\n\r\n',
  'Sch\u00c3\u00b6ne B\u00c3\u00b6te.\r\n.. dots ..\r\n',
];

/** A message of the author; the subject is folded, and a field is there twice. */
export function composed(index: number): string {
  const author = authors[index % authors.length] ?? authors[0];
  return [
    `From: Anna <anna@${author}>`,
    'To: ben@z.example',
    'Subject: Seven boats',
    `\tare in   the harbour (${index})`,
    'Date: Mon, 23 Nov 2026 11:59:00 +0000',
    `Message-ID: <${index}@a.example>`,
    'Comments: one',
    'Comments: two',
    '',
    bodies[index % bodies.length] ?? '',
  ].join('\r\n');
}

export const canonicalizations = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'] as const;

interface Making {
  readonly name: string;
  readonly of?: SigningOf;
  readonly record?: string;
  readonly change?: (message: string) => string;
}

const cases: readonly Making[] = [
  ...Array.from({ length: 16 }, (_, index) => {
    const canonicalization = canonicalizations[index >> 2] ?? canonicalizations[0];
    return { name: `${canonicalization}, body ${index & 3}`, of: { canonicalization } };
  }),
  ...(['rsa1024', 'rsa4096', 'ed25519a'] as const satisfies readonly TestKeyName[]).map((name) => ({
    name,
    of: { key: name },
    record: key(name),
  })),
  { name: 'i= below d=', of: { identity: 'x@mail.example.com' } },
  { name: 'i= below d=, t=s', of: { identity: 'x@mail.example.com' }, record: key('rsa2048a', ['t=s']) },
  { name: 't=y', record: key('rsa2048a', ['t=y']) },
  { name: 'body changed', change: (text) => `${text}more\r\n` },
  { name: 'subject changed', change: (text) => text.replace('Subject: Seven', 'Subject: Eight') },
  { name: 'From changed', change: (text) => text.replace('From: Anna', 'From: Bert') },
  { name: 'a Subject above', change: (text) => text.replace('From: Anna', 'Subject: Mine\r\nFrom: Anna') },
  { name: 'blanks added, relaxed', change: (text) => text.replace('Seven boats', 'Seven   boats') },
  {
    name: 'blanks added, simple',
    of: { canonicalization: 'simple/simple' },
    change: (text) => text.replace('Seven boats', 'Seven   boats'),
  },
  { name: 'no key', record: 'other.example TXT hello' },
  { name: 'key revoked', record: 's._domainkey.example.com TXT v=DKIM1; p=' },
  { name: 'another key', record: key('rsa2048b') },
  { name: 'key for sha1 alone', record: key('rsa2048a', ['h=sha1']) },
  { name: 'key not for mail', record: key('rsa2048a', ['s=other']) },
  { name: 'expired', of: { signed: Date.now() - 7_200_000, expires: Date.now() - 3_600_000 } },
  { name: 'l= of all', of: { length: 10_000_000 }, change: (text) => text },
  { name: 'h= without From', change: (text) => text.replace(/(h=[^;]*)From/, '$1Sender') },
  { name: 'v=2', change: (text) => text.replace('v=1', 'v=2') },
  { name: 'not signed', change: (text) => text.slice(text.indexOf('From: Anna')) },
];

/** What we compose. */
export function ours(): Promise<readonly Shown[]> {
  return Promise.all(
    cases.map(async ({ name, of = {}, record, change = (text) => text }, index) => {
      const message = composed(index);
      const { length, ...rest } = of;
      const body = message.slice(message.indexOf('\r\n\r\n') + 4);
      const signing = {
        domain: signer,
        signed: Date.now() - 60_000,
        ...rest,
        ...(length === undefined ? {} : { length: body.length }),
      };
      return {
        name,
        message: change(await signed(message, signing)),
        zone: `${record ?? key()}\n${policies}`,
        spf: spfOf(index),
      };
    }),
  );
}
