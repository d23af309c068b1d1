// The presets: settings a scenario is proved against, and the maps known of the modelled product.
import { clearMechanisms, mechanismNames } from './mechanisms.ts';
import type { Preset } from './scenario.ts';
import type { SenderAction } from './settings/sender/actions.ts';
import type { DomainResult, ReverseResult } from './settings/sender/peer.ts';
import type { SpfResult } from './settings/sender.ts';
import { type Settings, type SettingsInput, settingsSchema } from './settings/settings.ts';

type ListenerInput = NonNullable<SettingsInput['listeners']>[number];
type SpfMap = Record<SpfResult, SenderAction>;
type PeerMaps = {
  readonly reverseDns: Record<ReverseResult, SenderAction>;
  readonly senderDomain: Record<DomainResult, SenderAction>;
};

/** AXIGEN's two known maps: the documented default, and the one its WebAdmin wizard writes into the policy script. */
export const spfMaps = {
  documented: {
    pass: 'record',
    neutral: 'record',
    none: 'record',
    softfail: 'record',
    fail: 'record',
    temperror: 'defer',
    permerror: 'refuse',
  },
  wizard: {
    pass: 'record',
    neutral: 'record',
    none: 'record',
    softfail: 'record',
    fail: 'refuse',
    temperror: 'record',
    permerror: 'record',
  },
} as const satisfies Record<string, SpfMap>;

/**
 * The same of its checks of reverse DNS and of the sender's MX. Its documentation names no default that refuses. Its wizard
 * writes rules that refuse reverse DNS with the results neutral and fail, and an MX check with the result fail: taken here as
 * no name, no name that leads back, and no host that could be written to.
 */
export const senderMaps = {
  documented: {
    reverseDns: { pass: 'record', mismatch: 'record', none: 'record', temperror: 'record' },
    senderDomain: {
      pass: 'record',
      address: 'record',
      'null-mx': 'record',
      missing: 'record',
      nothing: 'record',
      'bad-mx': 'record',
      temperror: 'record',
    },
  },
  wizard: {
    reverseDns: { pass: 'record', mismatch: 'refuse', none: 'refuse', temperror: 'record' },
    senderDomain: {
      pass: 'record',
      address: 'record',
      'null-mx': 'refuse',
      missing: 'refuse',
      nothing: 'refuse',
      'bad-mx': 'refuse',
      temperror: 'record',
    },
  },
} as const satisfies Record<string, PeerMaps>;

const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'starttls' } as const;
const submission = {
  name: 'submission',
  role: 'submission',
  address: '0.0.0.0:587',
  lab: '127.0.0.1:0',
  tls: 'starttls',
} as const;
const submissions = {
  name: 'submissions',
  role: 'submissions',
  address: '0.0.0.0:465',
  lab: '127.0.0.1:0',
  tls: 'implicit',
} as const;

const open = {
  maxConnections: 0,
  maxIntervalConnections: 0,
  peerMaxConnections: 0,
  peerMaxIntervalConnections: 0,
};
const tight = {
  maxConnections: 200,
  maxIntervalConnections: 2000,
  peerMaxConnections: 20,
  peerMaxIntervalConnections: 60,
};

/** The listener lets everyone in itself, so that the rules of the service are never asked. */
const anyone = { last: 'allow' } as const;

const hardened = {
  // A subscriber has a /64; whoever has a whole /24 to send from is one sender (Postfix counts IPv6 by /84, IPv4 by address).
  flow: { service: tight, peerPrefix6: 64, tls: { peerMaxIntervalHandshakes: 40 } },
  protection: {
    failedLogins: {
      // fail2ban bans for 10 minutes after 5; twice as many here, as a network may count as one peer, and for an hour.
      peer: { maxRetry: 10, findTime: 600, banTime: 3600 },
      // NIST SP 800-63B section 5.2.2 allows 100 in a row; a short ban, since whoever knows the name can bring it about.
      account: { maxRetry: 15, findTime: 3600, banTime: 900 },
      overall: { maxRetry: 60, findTime: 60, banTime: 300 },
      // Enough to be seen on loopback; Dovecot has 2000 and 15000.
      delay: { first: 50, most: 1000 },
    },
    // Postfix and Haraka ship without: ten messages a second of one peer are a flood wherever 60 connections a minute are.
    // Of one login a tenth: whoever writes more in a minute is a program, or somebody who has the password as well.
    rates: { peerMaxMessages: 600, peerMaxRecipients: 1000, accountMaxMessages: 60, accountMaxRecipients: 300 },
    nullSenders: { recipientMaxMessages: 30, peerMaxMessages: 100 },
  },
  // RFC 5321 section 4.5.3.1.8 asks for at least 100; more at once is rarely anything but a flood.
  acceptance: { maxRcptCount: 100 },
  loops: { maxReceivedHeaders: 100, deliveredTo: true },
  errors: {
    maxErrors: 10,
    maxAuthErrors: 3,
    // Postfix: 500 octets a second, 100 junk commands; a command line has half a minute.
    deadlines: { commandLine: 30, data: 1800, session: 7200, slowReader: 30, lookup: 30, leastRate: 500 },
    session: { maxMessages: 1000, maxCommands: 10_000, maxJunk: 50 },
    stress: { at: 80 },
  },
  strictness: {
    bareLf: 'reject',
    bareCr: 'reject',
    commandBareLf: 'reject',
    commandBareCr: 'reject',
    nul: 'reject',
    longTextLine: 'reject',
    earlyTalk: 'reject',
    // Long enough to catch early talkers on loopback; over the Internet 2000 to 6000 are usual.
    greetingDelay: 50,
    pipelining: 'reject',
    startTlsInjection: 'reject',
    foreignProtocol: 'reject',
    grammar: 'strict',
  },
} as const;

/**
 * No login before TLS (RFC 8314 section 3.3); bound to it first (RFC 9266), then what proves the password without showing
 * it, then what old programs know. Whoever logs in writes as itself.
 */
const careful = {
  requireTls: true,
  clear: [],
  secured: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN', 'LOGIN'],
  senderLogin: 'alias',
  fromLogin: 'alias',
  actFor: 'nobody',
} as const satisfies NonNullable<SettingsInput['authentication']>;

/** What a careful MX asks of senders: nothing that is ordinary on the Internet is refused, only what is forged or cannot be answered. */
const suspicious = {
  // A forwarder fails SPF through no fault of the sender, and what it forwards is still signed: so SPF waits for DMARC
  // (exemptDmarc) and refuses at the end, where a domain without DMARC has its -all kept all the same (RFC 7489 section 10.1).
  spf: { map: { ...spfMaps.documented, fail: 'refuse', softfail: 'mark' }, stage: 'message' },
  // Servers of small firms have no name or somebody else's, and a new network has none yet: refused, they would be the
  // only ones who notice. Other checks count it as a sign, and the trace tells.
  reverseDns: { enabled: true, map: { mismatch: 'mark', none: 'mark' }, stage: 'mail' },
  // RFC 5321 section 4.1.4 forbids refusing a name that only cannot be confirmed; one that is ours, or none, is a lie or a bot.
  ehloName: { enabled: true, map: { malformed: 'refuse', ours: 'refuse' }, stage: 'mail' },
  // Nobody could tell these senders that their mail was not delivered; who has any address at all can be told.
  senderDomain: { enabled: true, map: { missing: 'refuse', 'null-mx': 'refuse', temperror: 'defer' }, stage: 'mail' },
  // A list writes to each of its readers here with one signature; of those that exceed this the last come ten minutes later.
  dkim: { enabled: true, maxReplays: 100, replayInterval: 600 },
  dmarc: { enabled: true, reading: '9989', map: { 'no-author': 'mark' } },
  arc: { enabled: true },
  // Several From fields, authors of several domains, or a From that names nobody are made to deceive. A missing one, a header
  // that is none and a field too many come from scripts and devices: told, not refused. So is a name that looks like
  // another: a list that shows its author's address beside its own does as well.
  header: { from: 'refuse', noFrom: 'mark', syntax: 'mark', duplicates: 'mark', lookAlike: 'mark' },
  // Nobody outside has a word in our name, nor in what filters behind us are called.
  results: { write: true, foreign: 'ours', strip: ['Return-Path', 'X-Spam-*'] },
} as const satisfies NonNullable<SettingsInput['sender']>;

/** Every mechanism everywhere, and every user may be everybody. */
const careless: NonNullable<SettingsInput['authentication']> = {
  clear: [...clearMechanisms] as NonNullable<SettingsInput['authentication']>['clear'],
  secured: [...mechanismNames],
  senderLogin: 'any',
  fromLogin: 'any',
  actFor: 'anyone',
};

/** Forward secrecy and authenticated encryption only (RFC 9325 section 4.2). */
const modern = { security: { ciphers: 'ECDHE+AESGCM:ECDHE+CHACHA20' } };

/** What the recovered configuration's script offers; the product knows no others. */
const axigenExtensions = {
  enhancedStatusCodes: false,
  authEquals: true,
  smtpUtf8: false,
  chunking: false,
  binaryMime: false,
  limits: false,
} as const;

/** What a weak listener adds: versions and ciphers of the last century, and XCLIENT for whoever asks. */
const loose: Pick<ListenerInput, 'security' | 'xclient' | 'flow' | 'access'> = {
  security: { versions: ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], ciphers: 'ALL:@SECLEVEL=0', serverOrder: false },
  xclient: ['0.0.0.0/0', '::/0'],
  flow: open,
  access: anyone,
};

const inputs: Record<Preset, SettingsInput> = {
  // The recovered configuration: one clear listener with STARTTLS allowed by the script.
  'axigen-10.3': {
    listeners: [mx, submission],
    acceptance: { dialect: 'axigen', extensions: axigenExtensions },
    // Of DKIM, DMARC and ARC the product's incoming side knows nothing; its lists are empty until somebody names one.
    sender: {
      spf: { map: spfMaps.documented },
      reverseDns: { enabled: true, map: senderMaps.documented.reverseDns },
      senderDomain: { enabled: true, map: senderMaps.documented.senderDomain },
    },
  },
  'hardened-mx': {
    ...hardened,
    listeners: [{ ...mx, ...modern, flow: tight }],
    flow: { ...hardened.flow, peerPrefix4: 24 },
    domains: { local: [{ name: 'gate.example', accept: 'listed', recipients: ['alice', 'bob', 'abuse'] }] },
    authentication: careful,
    sender: suspicious,
  },
  'hardened-submission': {
    ...hardened,
    listeners: [
      { ...submission, ...modern, flow: tight },
      { ...submissions, ...modern, flow: tight },
    ],
    authentication: { ...careful, localDelivery: 'auth' },
  },
  weak: {
    listeners: [
      { ...mx, ...loose },
      { ...submission, ...loose },
      { ...submissions, ...loose },
    ],
    flow: { service: open },
    authentication: { ...careless, localDelivery: 'all', remoteDelivery: 'all', submissionLogin: false },
    acceptance: { maxDataSize: 0, extensions: { vrfy: 'tell', dsn: true, requireTls: true } },
    sender: { spf: { ehlo: false, mailFrom: false } },
    loops: { maxReceivedHeaders: 999 },
    errors: {
      maxErrors: 'unlimited',
      maxAuthErrors: 'unlimited',
      deadlines: {
        commandLine: 'unlimited',
        data: 'unlimited',
        session: 'unlimited',
        slowReader: 'unlimited',
        lookup: 'unlimited',
        leastRate: 0,
      },
      session: { maxMessages: 'unlimited', maxCommands: 'unlimited', maxJunk: 'unlimited' },
    },
    strictness: {
      bareLf: 'allow',
      bareCr: 'allow',
      commandBareLf: 'allow',
      commandBareCr: 'allow',
      nul: 'allow',
      maxCommandLine: 1_048_576,
      longCommandLine: 'allow',
      longTextLine: 'allow',
      eightBit: 'allow',
      earlyTalk: 'allow',
      pipelining: 'allow',
      startTlsInjection: 'allow',
      foreignProtocol: 'allow',
      header: 'allow',
    },
  },
};

/** The complete settings of a preset. */
export function presetSettings(preset: Preset): Settings {
  return settingsSchema.parse(inputs[preset]);
}
