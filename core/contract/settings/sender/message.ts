// What a message proves of its author: DKIM, DMARC, ARC, the header rules that protect them, and the field that tells.
import { choice, flag, list, record, text, whole } from '../leaf.ts';
import { action, exemptions, telling } from './actions.ts';

const domain = text({
  title: 'Domain',
  help: 'A domain; its sub-domains are not meant.',
  source: 'Gatehouse',
  basis: 'ours',
  max: 253,
  pattern: /^[^\s@]+$/,
  expected: 'a domain name',
  placeholder: 'example.com',
  default: 'example.com',
});

/** Results of one signature (RFC 8601 section 2.7.1), and of the best signature of a message. */
export const dkimResults = ['none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'] as const;
export type DkimResult = (typeof dkimResults)[number];

const DKIM = 'RFC 6376';

export const dkim = record(
  {
    enabled: flag({
      title: 'Verify DKIM',
      help: 'Verifies the signatures of each message when it is complete.',
      source: DKIM,
      basis: 'ours',
      default: false,
    }),
    map: record(
      {
        none: action({ title: 'none', help: 'Not signed.', source: 'RFC 6376 section 6.3' }, 'record'),
        pass: action({ title: 'pass', help: 'At least one signature holds.', source: DKIM }, 'record'),
        fail: action(
          {
            title: 'fail',
            help: 'Header or body was changed, or the signature forged. A broken signature is worth as much as none (RFC 6376 section 6.1).',
            source: DKIM,
          },
          'record',
        ),
        policy: action(
          { title: 'policy', help: 'It holds, but not for us: key too short, SHA-1, or l=.', source: 'RFC 8301' },
          'record',
        ),
        neutral: action({ title: 'neutral', help: 'The signature cannot be read.', source: DKIM }, 'record'),
        temperror: action({ title: 'temperror', help: 'The key could not be asked for now.', source: DKIM }, 'record'),
        permerror: action(
          {
            title: 'permerror',
            help: 'No key, a revoked or unreadable one, or a signature that is expired.',
            source: DKIM,
          },
          'record',
        ),
      },
      { title: 'Result to action', help: 'What the best of all signatures leads to.', source: DKIM, basis: 'ours' },
    ),
    minRsaBits: whole({
      title: 'Shortest RSA key',
      help: 'A signature with a shorter key counts as policy.',
      unit: 'bits',
      source: 'RFC 8301 section 3.2',
      basis: 'ours',
      min: 512,
      max: 4096,
      default: 1024,
      warn: [
        { below: 1024, text: 'RFC 8301 section 3.2: signatures with keys of less than 1024 bits must not count.' },
      ],
    }),
    sha1: flag({
      title: 'Take rsa-sha1',
      help: 'RFC 8301 section 3.1 forbids it; off: such a signature counts as policy.',
      source: 'RFC 8301 section 3.1',
      basis: 'ours',
      default: false,
      warn: [{ value: true, text: 'Whoever can make SHA-1 collide can make such a signature hold.' }],
    }),
    bodyLength: choice({
      title: 'Signatures with l=',
      help: 'l= leaves the end of the body unsigned, so that anybody can append to it. covered: it counts only when it covers the whole body; never: it counts as policy; allow: as any other.',
      source: 'RFC 6376 section 8.2',
      basis: 'ours',
      options: ['covered', 'never', 'allow'],
      default: 'covered',
    }),
    clockSkew: whole({
      title: 'Clock skew',
      help: 'A signature made later than this from now counts as permerror, and one that has expired still counts for so long.',
      unit: 's',
      source: 'RFC 6376 section 3.5',
      basis: 'ours',
      min: 0,
      max: 86_400,
      default: 300,
    }),
    maxAge: whole({
      title: 'Oldest signature',
      help: 'A signature made longer ago counts as policy. 0 = any.',
      unit: 'days',
      source: 'RFC 6376 section 8.6',
      basis: 'ours',
      min: 0,
      max: 3650,
      default: 0,
    }),
    maxSignatures: whole({
      title: 'Most signatures',
      help: 'So many are verified, from the top of the header; further ones are only counted.',
      source: 'RFC 6376 section 6.1',
      basis: 'ours',
      min: 1,
      max: 50,
      default: 10,
    }),
    maxReplays: whole({
      title: 'Most copies',
      help: 'A signature that has come more often within the interval is being replayed to many, and the message is refused for now (4xx). 0 = unlimited.',
      source: 'RFC 6376 section 8.6',
      basis: 'ours',
      min: 0,
      max: 1_000_000,
      default: 0,
    }),
    replayInterval: whole({
      title: 'Within',
      help: 'How long copies of a signature are counted.',
      unit: 's',
      source: 'RFC 6376 section 8.6',
      basis: 'ours',
      min: 1,
      max: 604_800,
      default: 3600,
    }),
    ...exemptions('DKIM'),
  },
  { title: 'DKIM', help: 'RFC 6376 with RFC 8301 and RFC 8463.', source: DKIM, basis: 'ours' },
);

/** `none`: no policy is published; `fail-…`: the message fails, and the domain asks for that. */
export const dmarcResults = [
  'pass',
  'none',
  'fail-none',
  'fail-quarantine',
  'fail-reject',
  'no-author',
  'temperror',
  'permerror',
] as const;
export type DmarcResult = (typeof dmarcResults)[number];

const DMARC = 'RFC 9989';

export const dmarc = record(
  {
    enabled: flag({
      title: 'Check DMARC',
      help: 'Whether SPF or DKIM speaks for the domain of the From field, and what that domain asks for when neither does.',
      source: DMARC,
      basis: 'ours',
      default: false,
    }),
    reading: choice({
      title: 'Reading',
      help: 'Which RFC counts. 9989 (2026) walks up the DNS tree and knows np, psd and t; 7489 asks the list of public suffixes, and knows pct. The other reading is shown beside it.',
      source: 'RFC 9989; RFC 7489',
      basis: 'ours',
      options: ['9989', '7489'],
      default: '9989',
    }),
    map: record(
      {
        pass: action({ title: 'pass', help: 'SPF or DKIM passes for an aligned domain.', source: DMARC }, 'record'),
        none: action({ title: 'none', help: 'The domain publishes no policy.', source: DMARC }, 'record'),
        'fail-none': action(
          { title: 'fail, p=none', help: 'Nothing is aligned; the domain only watches.', source: DMARC },
          'record',
        ),
        'fail-quarantine': action(
          { title: 'fail, p=quarantine', help: 'Nothing is aligned; the domain asks for quarantine.', source: DMARC },
          'quarantine',
        ),
        'fail-reject': action(
          { title: 'fail, p=reject', help: 'Nothing is aligned; the domain asks for refusal.', source: DMARC },
          'refuse',
        ),
        'no-author': action(
          {
            title: 'no author',
            help: 'From is missing, there twice, or names authors of several domains: there is no domain to ask for (RFC 9989 section 5.3.1).',
            source: DMARC,
          },
          'record',
        ),
        temperror: action({ title: 'temperror', help: 'DNS did not answer.', source: DMARC }, 'defer'),
        permerror: action(
          { title: 'permerror', help: 'The published policy cannot be understood.', source: DMARC },
          'record',
        ),
      },
      { title: 'Result to action', help: 'What each result leads to.', source: DMARC, basis: 'ours' },
    ),
    ...exemptions('DMARC'),
  },
  { title: 'DMARC', help: 'RFC 9989, or RFC 7489 as before 2026.', source: DMARC, basis: 'ours' },
);

export const arcResults = ['none', 'pass', 'fail', 'temperror'] as const;
export type ArcResult = (typeof arcResults)[number];

const ARC = 'RFC 8617';

export const arc = record(
  {
    enabled: flag({
      title: 'Verify ARC',
      help: 'Verifies the chain of those who passed the message on. ARC is an experiment (RFC 8617, 2019); as of 2026 it has found few who rely on it, and it never changes a decision here: it is told, no more.',
      source: ARC,
      basis: 'ours',
      default: false,
    }),
    map: record(
      {
        none: telling({ title: 'none', help: 'No chain.', source: ARC }, 'record'),
        pass: telling({ title: 'pass', help: 'Every seal holds.', source: ARC }, 'record'),
        fail: telling({ title: 'fail', help: 'A seal does not hold, or the chain has a gap.', source: ARC }, 'record'),
        temperror: telling({ title: 'temperror', help: 'A key could not be asked for now.', source: ARC }, 'record'),
      },
      { title: 'Result to action', help: 'What each result leads to.', source: ARC, basis: 'ours' },
    ),
    trusted: list(domain, {
      title: 'Trusted sealers',
      help: 'Domains whose seals you believe: the why says whether all that sealed the chain are among them.',
      source: `${ARC} section 7.2`,
      basis: 'ours',
      max: 1000,
    }),
    ...exemptions('ARC'),
  },
  { title: 'ARC', help: 'Who vouches for a message that came by way of others.', source: ARC, basis: 'ours' },
);

const RULES = 'RFC 5322 section 3.6';

export const header = record(
  {
    from: action(
      {
        title: 'Several From',
        help: 'Several From fields, or one that names nobody or authors of several domains: mail programs show one, checks may read another.',
        source: `${RULES}; RFC 9989 sections 5.3.1 and 11.5`,
      },
      'ignore',
    ),
    noFrom: action(
      {
        title: 'No From',
        help: 'Every message needs a From field, and scripts and devices forget it. It deceives nobody: there is no author to believe in.',
        source: RULES,
      },
      'ignore',
    ),
    syntax: action(
      {
        title: 'Malformed header',
        help: 'A line that is no field, a blank before the colon, a NUL, or a From, Sender, Reply-To or To that cannot be read: programs differ in what they make of it.',
        source: 'RFC 5322 section 2.2',
      },
      'ignore',
    ),
    duplicates: action(
      {
        title: 'Duplicate fields',
        help: 'A field that may stand once (Date, Subject, Message-ID, Sender, Reply-To, To, Cc, Bcc, In-Reply-To, References) stands twice.',
        source: RULES,
      },
      'ignore',
    ),
    lookAlike: action(
      {
        title: 'Look-alikes',
        help: 'The domain of From looks like one of the protected domains and is another, or its display name shows an address of a protected domain while the address is another.',
        source: 'Unicode Technical Standard 39, section 4',
      },
      'ignore',
    ),
    protected: list(domain, {
      title: 'Protected domains',
      help: 'Your own and your partners’: names that others like to imitate. Empty: nothing is looked for.',
      source: 'Gatehouse',
      basis: 'ours',
      max: 1000,
    }),
    ...exemptions('rules for the header'),
  },
  {
    title: 'Header rules',
    help: 'What keeps the results above from being got round: a header every program reads alike. With ignore for all of them nothing is looked at. How large it may be: strictness.maxHeaderSize and maxHeaderFields.',
    source: RULES,
    basis: 'ours',
  },
);

export const results = record(
  {
    write: flag({
      title: 'Write Authentication-Results',
      help: 'Adds the field with what was found to the trace (RFC 8601).',
      source: 'RFC 8601',
      basis: 'ours',
      default: false,
    }),
    foreign: choice({
      title: 'Claims of others',
      help: 'Authentication-Results fields that came with the message: ours removes those in our own name, which nobody else may write; all removes every one; keep leaves them. The message is kept as it came; what is removed is left out where it is handed on.',
      source: 'RFC 8601 section 5',
      basis: 'ours',
      options: ['keep', 'ours', 'all'],
      default: 'keep',
    }),
    strip: list(
      text({
        title: 'Field',
        help: 'Name of a field; a * at the end stands for any rest.',
        source: 'Gatehouse',
        basis: 'ours',
        max: 100,
        pattern: /^[!-9;-~]+$/,
        expected: 'a field name such as Return-Path or X-Spam-*',
        placeholder: 'X-Spam-*',
        default: 'Return-Path',
      }),
      {
        title: 'Also removed',
        help: 'Fields a sender has no business writing, such as Return-Path and what your own filters add.',
        source: 'RFC 5321 section 4.4',
        basis: 'ours',
        max: 100,
      },
    ),
  },
  { title: 'Trace', help: 'What is told of the results, and whose word counts.', source: 'RFC 8601', basis: 'ours' },
);
