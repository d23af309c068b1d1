// Extensions: what EHLO offers, once for the service and, where a listener differs, once more for it.
import type { z } from '../schema.ts';
import { choice, flag, type Basis, record } from './leaf.ts';

interface Extension {
  readonly title: string;
  readonly help: string;
  readonly source: string;
  readonly basis: Basis;
  readonly on: boolean;
  readonly warn?: string;
}

const WIZARD = 'AXIGEN 10.3.1 smtpFilters.script';
const EHLO = 'AXIGEN EHLO observed';

/** Switched on or off, in the order of the form. */
const switches = {
  pipelining: {
    title: 'PIPELINING',
    help: 'Several commands in one go (RFC 2920). Off: not offered, and commands that come in one go all the same are what strictness.pipelining says.',
    source: WIZARD,
    basis: 'observed',
    on: true,
  },
  size: {
    title: 'SIZE',
    help: 'The largest message is announced, and a declared size taken (RFC 1870). Off: the parameter gets 555.',
    source: EHLO,
    basis: 'observed',
    on: true,
  },
  eightBitMime: {
    title: '8BITMIME',
    help: 'MAIL with BODY=8BITMIME (RFC 6152). Off: the parameter gets 555.',
    source: WIZARD,
    basis: 'observed',
    on: true,
  },
  smtpUtf8: {
    title: 'SMTPUTF8',
    help: 'Addresses and headers in UTF-8 (RFC 6531). Offered only beside 8BITMIME. Off: the parameter gets 555, and addresses above ASCII are refused.',
    source: 'RFC 6531',
    basis: 'ours',
    on: true,
  },
  chunking: {
    title: 'CHUNKING',
    help: 'Messages in counted chunks with BDAT (RFC 3030). Off: BDAT gets 502, its chunk is swallowed.',
    source: 'AXIGEN documentation, Acceptance Basic Settings',
    basis: 'documented',
    on: true,
  },
  binaryMime: {
    title: 'BINARYMIME',
    help: 'MAIL with BODY=BINARYMIME: any octets, with BDAT only (RFC 3030 section 3). Offered only beside CHUNKING. Off: the parameter gets 555.',
    source: 'AXIGEN documentation, Acceptance Basic Settings (binary)',
    basis: 'documented',
    on: true,
  },
  dsn: {
    title: 'DSN',
    help: 'RET, ENVID, NOTIFY and ORCPT (RFC 3461) are read, checked and kept with the message. Off unless you want to see clients use it: nothing here relays or bounces, so no report is ever sent.',
    source: `${WIZARD} (allowDSN = no)`,
    basis: 'observed',
    on: false,
    warn: 'Offered, but never honoured: nothing here relays or bounces, so no delivery report is ever sent.',
  },
  requireTls: {
    title: 'REQUIRETLS',
    help: 'MAIL with REQUIRETLS, offered inside TLS only (RFC 8689); in clear it gets 530 where STARTTLS is offered, and 555 where it is not. Off unless you want to see clients use it: nothing here relays, so there is no next hop to protect.',
    source: 'RFC 8689',
    basis: 'ours',
    on: false,
    warn: 'Offered, but there is no next hop to protect: nothing here relays.',
  },
  startTls: {
    title: 'STARTTLS',
    help: 'Offered on STARTTLS listeners (RFC 3207). Off: 502, and nothing can be secured.',
    source: WIZARD,
    basis: 'observed',
    on: true,
  },
  enhancedStatusCodes: {
    title: 'ENHANCEDSTATUSCODES',
    help: 'Replies carry codes such as 5.7.1 (RFC 2034). No observed AXIGEN reply has one.',
    source: 'RFC 2034',
    basis: 'documented',
    on: true,
  },
  limits: {
    title: 'LIMITS',
    help: 'EHLO says how many messages a session and how many recipients a message may have: MAILMAX and RCPTMAX, taken from errors.session.maxMessages and acceptance.maxRcptCount (RFC 9422).',
    source: 'RFC 9422',
    basis: 'ours',
    on: true,
  },
  help: {
    title: 'HELP',
    help: 'The HELP command is offered and answered (RFC 5321 section 4.1.1.8). Off: 502.',
    source: EHLO,
    basis: 'observed',
    on: true,
  },
  authEquals: {
    title: 'AUTH= line',
    help: 'The mechanisms a second time as AUTH=, for clients older than RFC 2554. AXIGEN sends it.',
    source: EHLO,
    basis: 'observed',
    on: false,
  },
} as const satisfies Record<string, Extension>;

const ours = { source: 'RFC 5321 section 7.3', basis: 'ours' } as const;

/** Commands whose answer is a policy: words, with the one that is the default first. */
const policies = {
  vrfy: {
    title: 'VRFY',
    help: 'What a client hears that asks whether a mailbox exists.',
    options: {
      blind: '252 for every name, so that nobody learns who exists.',
      tell: '250 for a mailbox of ours, 550 for another name, 553 for a name several local domains have.',
      off: '502, as for a command that is not offered.',
    },
    ...ours,
    warn: [{ value: 'tell', text: 'Anyone may ask which mailboxes exist.' }],
  },
  expn: {
    title: 'EXPN',
    help: 'What a client hears that asks who is on a mailing list. There are no lists here to expand.',
    options: { off: '502, not offered.', blind: '252, whatever the list.' },
    ...ours,
    warn: [],
  },
  etrn: {
    title: 'ETRN',
    help: 'What a client hears that asks for the mail waiting for it (RFC 1985).',
    options: {
      off: '502, not offered.',
      refuse: 'Offered, and answered 459.',
      accept: 'Offered, and answered 251, because nothing ever waits here.',
    },
    source: 'RFC 1985',
    basis: 'ours',
    warn: [],
  },
} as const;

type Switch = keyof typeof switches;

const keys = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as K[];
const entries = <K extends string, V>(table: Readonly<Record<K, V>>) => Object.entries(table) as [K, V][];

function mapped<K extends string, V, R>(table: Readonly<Record<K, V>>, make: (value: V) => R): Record<K, R> {
  return Object.fromEntries(entries(table).map(([key, value]) => [key, make(value)])) as Record<K, R>;
}

const policy = <T extends string>(one: {
  readonly title: string;
  readonly help: string;
  /** Each word with what it does; the first is the default. */
  readonly options: Readonly<Record<T, string>>;
  readonly source: string;
  readonly basis: Basis;
  readonly warn: readonly { readonly value: string; readonly text: string }[];
}) =>
  choice<T>({
    ...one,
    options: entries(one.options).map(([value, help]) => ({ value, title: value, help })),
    default: Object.keys(one.options)[0] as T,
  });

/** `acceptance.extensions`: what every listener offers unless it says otherwise. */
export const serviceExtensions = record(
  {
    ...mapped(switches as Record<Switch, Extension>, ({ on, warn, ...about }) =>
      flag({ ...about, default: on, ...(warn !== undefined && { warn: [{ value: true, text: warn }] }) }),
    ),
    vrfy: policy(policies.vrfy),
    expn: policy(policies.expn),
    etrn: policy(policies.etrn),
  },
  {
    title: 'Extensions',
    help: 'What EHLO offers. An extension that is off is not offered, and its commands and parameters are refused. A listener may differ.',
    source: 'AXIGEN documentation, Acceptance Basic Settings',
    basis: 'documented',
  },
);

/** What is offered on one listener, worked out. */
export type Extensions = z.output<typeof serviceExtensions>;

const ownAbout = (title: string) => ({
  title,
  help: 'service: as in acceptance.extensions. Any other word stands for this listener alone.',
  source: 'Gatehouse',
  basis: 'ours' as const,
});

/** `listeners.*.extensions`: where one listener differs from the service. */
export const listenerExtensions = record(
  {
    ...mapped(switches as Record<Switch, Extension>, ({ title }) =>
      choice({ ...ownAbout(title), options: ['service', 'on', 'off'], default: 'service' }),
    ),
    vrfy: choice({ ...ownAbout('VRFY'), options: ['service', ...keys(policies.vrfy.options)], default: 'service' }),
    expn: choice({ ...ownAbout('EXPN'), options: ['service', ...keys(policies.expn.options)], default: 'service' }),
    etrn: choice({ ...ownAbout('ETRN'), options: ['service', ...keys(policies.etrn.options)], default: 'service' }),
  },
  {
    title: 'Extensions',
    help: 'Where this listener offers something else than acceptance.extensions says.',
    source: 'AXIGEN documentation, SMTP Functionalities (onConnect may set them for each listener)',
    basis: 'documented',
  },
);

/** The extensions of one listener: its own word, or that of the service. */
export function offered(service: Extensions, own: z.output<typeof listenerExtensions>): Extensions {
  const words: Record<string, unknown> = { ...service };
  for (const [key, word] of Object.entries(own)) {
    if (word === 'service') continue;
    words[key] = key in switches ? word === 'on' : word;
  }
  return words as Extensions;
}
