// Probes of ARC, of the rules for the header, of delays, and of what the trace tells of it all.
import { actions, deliver, exemptionsOf, found, type Hops, mail, type Message, ok, only } from './mail.ts';
import { type Probe, type Probes, seen } from './probe.ts';

const sealed = (more: object = {}): Hops => [{ seal: { domain: 'remote.example', ...more } }] as Hops;

const chains: Readonly<Record<string, Message>> = {
  none: mail(),
  pass: mail('remote.example', sealed()),
  fail: mail('remote.example', sealed({ fault: 'forged' })),
  temperror: mail('remote.example', sealed({ domain: 'temp.example' })),
};

/** ARC is told and decides nothing. */
const telling = (message: Message): Probe =>
  seen(
    [
      ['ignore', { action: 'ignore', mark: false }],
      ['record', { action: 'record', mark: false }],
      ['mark', { action: 'mark', mark: true }],
    ],
    async (lab) => {
      await deliver(lab, message);
      const trace = lab.journal.messages[0]?.envelope.trace ?? '';
      return { action: found(lab, 'arc')?.action, mark: trace.includes('X-Gatehouse-Mark: arc;') };
    },
    only({ arc: { enabled: true } }),
  );

/** Whether ARC is looked at: there is nothing else to see of it. */
const told = (known?: boolean) => async (lab: Parameters<typeof deliver>[0]) => {
  await deliver(lab, chains['pass'] as Message, known === undefined ? {} : { known });
  return lab.findings().find(({ check }) => check === 'arc')?.spare === true ? 'spared' : found(lab, 'arc')?.text;
};
const passes = 'ARC pass, sealed by remote.example';

const faulty = {
  from: mail('remote.example', [{ change: { add: ['From: Eve <eve@other.example>'] } }]),
  noFrom: mail('remote.example', [{ change: { remove: ['From'] } }]),
  syntax: mail('remote.example', [{ change: { add: ['Subject : blank'] } }]),
  duplicates: mail('remote.example', [{ change: { add: ['Subject: Another'] } }]),
  lookAlike: mail('examp1e.com'),
} as const;

const header = (over: object = {}) => only({ header: over });
const bad = ['554 5.6.0', '451 4.6.0'] as const;

const claims = (lab: Parameters<typeof deliver>[0]) =>
  lab.journal.messages.map(({ bytes, envelope }) => {
    const text = Buffer.from(bytes).toString('latin1');
    return (envelope.removed ?? []).map(({ start, end }) => text.slice(start, end).split(':', 1)[0]);
  });

const claiming = mail('remote.example', [
  {
    change: {
      add: [
        'Authentication-Results: mail.example.com; dkim=pass',
        'X-Spam-Level: none',
        'Authentication-Results: elsewhere.example; dkim=pass',
        'Return-Path: <x@y.example>',
      ],
    },
  },
]);

/** How long the answer to a message waits that is neither signed nor by one author. */
const waiting = (cases: readonly (readonly [value: number, sees: number])[], over: object) =>
  seen(
    cases,
    async (lab) => {
      const heard = deliver(lab, faulty.noFrom);
      const [[, seconds] = [0, 0]] = cases.filter(([value]) =>
        Object.values(lab.settings.sender).includes(value as never),
      );
      await lab.timer(seconds);
      lab.pass(seconds);
      expectOk(await heard);
      return seconds;
    },
    only({ dkim: { enabled: true, map: { none: 'delay' } }, header: { noFrom: 'delay' }, ...over }),
  );

function expectOk(heard: string): void {
  if (heard !== ok) throw new Error(heard);
}

export const authors: Probes = {
  'sender.arc.enabled': seen(
    [
      [true, passes],
      [false, undefined],
    ],
    told(),
    only({}),
  ),
  ...Object.fromEntries(
    Object.entries(chains).map(([result, message]) => [`sender.arc.map.${result}`, telling(message)]),
  ),
  'sender.arc.trusted': seen(
    [
      [[], passes],
      [['remote.example'], `${passes}, who are trusted`],
    ],
    told(),
    only({ arc: { enabled: true } }),
  ),
  'sender.arc.exemptAuthenticated': seen(
    [
      [true, 'spared'],
      [false, passes],
    ],
    told(true),
    only({ arc: { enabled: true } }, { authentication: { senderLogin: 'any', clear: ['PLAIN'] } }),
  ),
  'sender.arc.exemptSubmission': seen(
    [
      [true, 'spared'],
      [false, passes],
    ],
    told(),
    only(
      { arc: { enabled: true } },
      {
        listeners: [{ name: 'mx', role: 'submission', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'clear' }],
        authentication: { submissionLogin: false },
      },
    ),
  ),
  'sender.arc.exemptNetworks': seen(
    [
      [[], passes],
      [['192.0.2.0/24'], 'spared'],
    ],
    told(),
    only({ arc: { enabled: true } }),
  ),

  'sender.header.from': actions({ check: 'header-from', message: faulty.from, codes: bad, unsaid: true }, header()),
  'sender.header.noFrom': actions(
    { check: 'header-no-from', message: faulty.noFrom, codes: bad, unsaid: true },
    header({ from: 'record' }),
  ),
  'sender.header.syntax': actions(
    { check: 'header-syntax', message: faulty.syntax, codes: bad, unsaid: true },
    header(),
  ),
  'sender.header.duplicates': actions(
    { check: 'duplicate-fields', message: faulty.duplicates, codes: bad, unsaid: true },
    header(),
  ),
  'sender.header.lookAlike': actions(
    { check: 'look-alike', message: faulty.lookAlike, codes: ['550 5.7.1', '451 4.7.1'], unsaid: true },
    header({ protected: ['example.com'] }),
  ),
  'sender.header.protected': seen(
    [
      [[], ok],
      [['example.com'], '550 5.7.1'],
      [['other.example'], ok + ' other'],
    ],
    async (lab) => {
      const heard = await deliver(lab, faulty.lookAlike);
      const [other] = lab.settings.sender.header.protected;
      return other === 'other.example' ? `${heard} other` : heard;
    },
    header({ lookAlike: 'refuse' }),
  ),
  ...exemptionsOf('header', { message: faulty.noFrom, refused: '554 5.6.0' }, { header: { noFrom: 'refuse' } }),

  'sender.results.write': seen(
    [
      [true, 'dkim=none'],
      [false, undefined],
    ],
    async (lab) => {
      await deliver(lab, mail());
      const trace = lab.journal.messages[0]?.envelope.trace ?? '';
      return /^Authentication-Results:[^;]*;\s+(dkim=none)/m.exec(trace)?.[1];
    },
    only({ dkim: { enabled: true } }),
  ),
  'sender.results.foreign': seen(
    [
      ['keep', [[]]],
      ['ours', [['Authentication-Results']]],
      ['all', [['Authentication-Results', 'Authentication-Results']]],
    ],
    async (lab) => {
      await deliver(lab, claiming);
      return claims(lab);
    },
    only({}, { acceptance: { hostname: 'mail.example.com' } }),
  ),
  'sender.results.strip': seen(
    [
      [[], [[]]],
      [['Return-Path'], [['Return-Path']]],
      [['X-Spam-*', 'Return-Path'], [['X-Spam-Level', 'Return-Path']]],
    ],
    async (lab) => {
      await deliver(lab, claiming);
      return claims(lab);
    },
    only({}),
  ),

  'sender.delay': waiting(
    [
      [3, 6],
      [11, 22],
    ],
    {},
  ),
  'sender.maxDelay': waiting(
    [
      [17, 17],
      [39, 39],
    ],
    { delay: 20 },
  ),
};
