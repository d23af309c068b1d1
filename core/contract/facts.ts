// Facts: what is known of a connection, a session and a transaction; policy reads them and nothing else.
import type { Unavailable } from './availability.ts';
import type { FlowLimits, WindowKind } from './settings/flow.ts';
import type { Listener } from './settings/listeners.ts';
import type { DomainAnswer, EhloAnswer, ListAnswer, MessageAnswer, ReverseAnswer, SpfAnswer } from './senderAnswers.ts';
import type { StrictRule } from './settings/strictness.ts';

/**
 * The moments at which policy is asked, in order. `tls` is asked behind a handshake, and before it where `flow.tls` limits them. `line` is asked about a line that is odd in itself, before it is run;
 * `command` once more for every line, after its own stage has answered.
 */
export const stages = [
  'connect',
  'tls',
  'ehlo',
  'auth',
  'mail',
  'rcpt',
  'data',
  'headers',
  'body',
  'message',
  'line',
  'command',
] as const;
export type Stage = (typeof stages)[number];

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where a set of flow limits stands: a listener, the service, or one allow rule. */
export type FlowScope = 'listener' | 'service' | 'rule';

/** The counters of one set of flow limits for one new connection, this connection included. */
export interface FlowCount {
  readonly scope: FlowScope;
  /** Path of the limits in the settings, e.g. `flow.service` or `listeners.0.flow`. */
  readonly path: string;
  readonly limits: FlowLimits;
  /** How new connections were counted. */
  readonly window: WindowKind;
  /** The network that was counted as one peer, e.g. `203.0.113.0/24`; absent when it is the address alone. */
  readonly network?: string;
  readonly connections: number;
  readonly peerConnections: number;
  readonly intervalConnections: number;
  readonly peerIntervalConnections: number;
  /** ms until another new connection is within the limit again if nobody else comes; absent while the limit is not reached. */
  readonly intervalRelief?: number;
  readonly peerIntervalRelief?: number;
}

/** Full TLS handshakes of the peer within `flow.tls.peerTimeInterval`, the one that is to begin included. */
export interface HandshakeCount {
  readonly count: number;
  /** As in {@link FlowCount}. */
  readonly network?: string;
  /** ms until another handshake is within the limit if none begins before; absent while this one is. */
  readonly relief?: number;
}

/** The receiver is under stress (`errors.stress`): so many connections are open of those the service takes. */
export interface Stress {
  readonly connections: number;
  readonly limit: number;
}

/** Who is held off for failed logins (`protection.failedLogins`). */
export interface Ban {
  readonly of: 'peer' | 'account' | 'overall';
  /** The address or network, the user as the client named it, or `everybody`. */
  readonly who: string;
  /** Failed logins that led to it. */
  readonly failures: number;
  /** ms until it is over. */
  readonly relief: number;
}

/** Failed logins within `findTime`, this one included. */
export interface FailedLogins {
  readonly of: Ban['of'];
  /** As in {@link Ban}. */
  readonly who: string;
  readonly count: number;
  /** ms that a ban lasts which begins with this one; 0 when none does. */
  readonly relief: number;
}

/** A counter of `protection.rates` or `protection.nullSenders`, with what is asked about included. */
export interface Rate {
  readonly of: 'peer' | 'account' | 'recipient';
  /** The address or network, whose login it is, or the recipient in lower case. */
  readonly who: string;
  readonly count: number;
  /** ms until there is room for one more, if none comes meanwhile; 0 when there is. */
  readonly relief: number;
}

/** What a trusted proxy said of the connection (HAProxy, The PROXY protocol). */
export interface ProxyFacts {
  readonly version: 1 | 2;
  /** `local`: the proxy itself is calling, a health check; `unknown`: it does not know who is. The proxy's own address counts then. */
  readonly command: 'proxy' | 'local' | 'unknown';
  /** The proxy's own address. */
  readonly through: Endpoint;
}

/** An entry of `strictness.exempt` that makes a difference for the connection; `from` names the settings it does that for. */
export interface Exemption {
  /** Path of the entry, e.g. `strictness.exempt.0`. */
  readonly path: string;
  readonly network: string;
  readonly from: readonly StrictRule[];
}

/** What a trusted client said with XCLIENT; in force until the end of the session. */
export interface XclientFacts {
  /** The client's own address. */
  readonly through: Endpoint;
  readonly name?: string;
  readonly helo?: string;
  readonly login?: string;
}

export interface ConnectionFacts {
  readonly id: string;
  /** The listener's settings as they were when the connection came. */
  readonly listener: Listener;
  /** Index of the listener in the settings. */
  readonly listenerIndex: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Of the sets of limits that were asked, from the outside in: listener, service, allow rule. One that is exceeded is the last. */
  readonly flow: readonly FlowCount[];
  readonly proxy?: ProxyFacts;
  readonly xclient?: XclientFacts;
  /** Why `strictness` counts less for this peer. */
  readonly exempt?: readonly Exemption[];
  /** Mechanisms that the listener lists and that cannot be offered, and why; when there are any. */
  readonly unavailable?: readonly Unavailable[];
  /** Absent unless the peer was banned when it came. */
  readonly ban?: Ban;
}

/** The certificate a client showed in the handshake. */
export interface ClientCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate, as OpenSSL writes it. */
  readonly fingerprint: string;
  /** Wall clock, ms since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Certificates above its own: those it sent, and the root where it is known. */
  readonly depth: number;
  readonly trusted: boolean;
  /** Why it is not trusted, in OpenSSL's word, e.g. `CERT_HAS_EXPIRED`. */
  readonly error?: string;
  /** The last common name of its subject. */
  readonly commonName?: string;
  /** Mail addresses among its alternative names (RFC 5280 section 4.2.1.6). */
  readonly emails?: readonly string[];
}

/** Who has logged in, and how. */
export interface LoggedIn {
  readonly mechanism: string;
  /** The user of the table whose login it was; `session.user` is another one where it acts for somebody. */
  readonly login: string;
  /** Addresses and `@domains` the user may send as, beside its own name. */
  readonly aliases: readonly string[];
  /** What proved it where that is no password: a Kerberos principal, the subject of a certificate or token. */
  readonly principal?: string;
  /** The channel binding that was checked, e.g. `tls-exporter`. */
  readonly binding?: string;
}

export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  readonly sni?: string;
  readonly alpn?: string;
  readonly resumed: boolean;
  /** Absent when none was asked for; `none` when the client had none. */
  readonly client?: ClientCertificate | 'none';
  /** The SNI entry whose certificate was shown, e.g. `*.example.com`; absent for the listener's own. */
  readonly certificate?: string;
}

/** Octets that came before the greeting. */
export interface EarlyTalk {
  readonly octets: number;
  /** The first of them, one character per octet; credentials are redacted. */
  readonly bytes: string;
}

/** Another protocol, as far as its first line or octets show. */
export type ForeignProtocol = 'HTTP' | 'SSH' | 'RTSP' | 'SIP' | 'TLS' | 'header lines';

/** What is odd about the line now judged, at stage line. */
export interface LineFacts {
  /** In upper case; empty when there is none, or within a login. */
  readonly verb: string;
  readonly bareLf?: boolean;
  readonly bareCr?: boolean;
  readonly nul?: boolean;
  /** Octets, line end included, of a line longer than `strictness.maxCommandLine`; of one that was given up, as many as were read. */
  readonly longer?: number;
  /** Octets that had arrived behind a command whose reply they had to wait for, and why. */
  readonly ahead?: {
    readonly octets: number;
    readonly why: 'before-ehlo' | 'not-offered' | 'last-of-group' | 'login';
  };
  /** Octets that had arrived in clear behind STARTTLS. */
  readonly injected?: number;
  readonly foreign?: ForeignProtocol;
}

/** Known since the last TLS start (RFC 3207 section 4.2: nothing from before counts). */
export interface SessionFacts {
  helo?: { readonly verb: 'EHLO' | 'HELO'; readonly name: string };
  tls?: TlsFacts;
  /** Whom the client counts as: who has logged in, or whom that user acts for. */
  user?: string;
  /** Absent unless the client has logged in here: XCLIENT gives a user and no login. */
  login?: LoggedIn;
  /** Unknown, malformed or out-of-order commands, this line included. Survives STARTTLS. */
  wrongCommands: number;
  /** Failed logins of every mechanism, this one included. Survives STARTTLS. */
  failedLogins: number;
  /** Messages accepted in this session. */
  messages: number;
  /** Command lines, this one included; lines of a login exchange are not commands. Survives STARTTLS. */
  commands: number;
  /** Junk commands since the session began or its last message was accepted, this one included. Survives STARTTLS. */
  junk: number;
  /** Present while it is asked whether a TLS handshake may begin, where `flow.tls` limits them. */
  handshakes?: HandshakeCount;
  /** Absent when the client waited for the greeting. */
  early?: EarlyTalk;
  spfEhlo?: SpfAnswer;
  /** What has been asked about the peer so far; each is asked once. */
  reverse?: ReverseAnswer;
  ehloName?: EhloAnswer;
  /** Of all lists of addresses, in their order; and of the domains that do not change with the message. */
  dnsbl?: readonly ListAnswer[];
  /** The settings say that mail of this session is taken and not delivered; the strongest counts. */
  fate?: Fate;
  /** What was found about the client whose action is mark: the trace of its messages tells. */
  marks?: readonly Mark[];
}

/** What becomes of a message that is answered 250 all the same, and the check that said so. */
export interface Fate {
  readonly action: 'discard' | 'quarantine';
  readonly check: string;
  readonly text: string;
}

/** A finding that the trace of a message tells; SPF has a field of its own. */
export interface Mark {
  readonly check: string;
  /** One line. */
  readonly text: string;
}

/** A mailbox as it was written, and its parts; the null sender has an empty `raw`. */
export interface Mailbox {
  readonly raw: string;
  readonly local: string;
  /** As written; empty for the null sender and for a bare postmaster. */
  readonly domain: string;
}

/** What was seen in the bytes of a message (RFC 5321 section 2.3.8). */
export interface DataFacts {
  /** Bytes of the message as stored, dot-stuffing removed. */
  readonly bytes: number;
  readonly lines: number;
  readonly bareLf: number;
  readonly bareCr: number;
  readonly nul: number;
  readonly eightBit: number;
  readonly longestLine: number;
  /** Lines longer than `strictness.maxTextLine` as they came, when there were any. */
  readonly longLines?: number;
  readonly overLimit: boolean;
}

/** What RCPT asked of delivery reports (RFC 3461); kept with the message, honoured by nobody here. */
export interface RecipientDsn {
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[];
  /** `addr-type;address`, xtext decoded. */
  readonly orcpt?: string;
}

/** The top-level header of a message (RFC 5322 section 2.2). */
export interface HeaderSize {
  readonly octets: number;
  readonly fields: number;
}

export interface AuthorFacts {
  /** Of every From field, in order. */
  readonly addresses: readonly Mailbox[];
  /** Why it is not known whom they name, e.g. that there is none. */
  readonly problem?: string;
}

export interface TransactionFacts {
  readonly sender: Mailbox;
  /** Declared by SIZE= (RFC 1870), octets. */
  readonly declaredSize?: number;
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME';
  /** RFC 6531. */
  readonly smtpUtf8?: boolean;
  /** RFC 8689. */
  readonly requireTls?: boolean;
  /** RFC 3461: RET and ENVID. */
  readonly dsn?: { readonly ret?: 'FULL' | 'HDRS'; readonly envid?: string };
  /** What in the command now judged is outside of the strict grammar, in the words of grammar.ts. */
  lenient?: readonly string[];
  /** Octets of BDAT chunks so far; a transaction with one takes no DATA (RFC 3030 section 2). */
  chunks?: number;
  header?: HeaderSize;
  readonly recipients: (Mailbox & { readonly dsn?: RecipientDsn })[];
  /** The recipient now asked about, at stage rcpt. */
  recipient?: Mailbox;
  /** Messages of the peer, and of whoever has logged in, at stage mail; where `protection` limits them. */
  messageRates?: readonly Rate[];
  /** Recipients named by the peer, and by whoever has logged in, at stage rcpt; where `protection` limits them. */
  recipientRates?: readonly Rate[];
  /** At stage rcpt of a message from the null sender; where `protection` limits them. */
  nullSenderRates?: readonly Rate[];
  spfMail?: SpfAnswer;
  senderDomain?: DomainAnswer;
  domainLists?: readonly ListAnswer[];
  /** What was found out about the message, from stage message on. */
  found?: MessageAnswer;
  /** As in {@link SessionFacts}, for this message. */
  fate?: Fate;
  marks?: readonly Mark[];
  /** Received fields of the top-level header, from stage headers on. */
  receivedHeaders?: number;
  /** The recipient that a Delivered-To field of the top-level header names, as the field has it; looked for when `loops.deliveredTo` is on. */
  deliveredTo?: string;
  messageId?: string;
  /** Whom the From fields name, from stage headers on; looked for after a login, where `authentication.fromLogin` limits it. */
  from?: AuthorFacts;
  data?: DataFacts;
}

/** The login now judged, at stage auth. */
export interface LoginFacts {
  readonly mechanism: string;
  readonly user?: string;
  /** `pending` while the mechanism is only named; then what the exchange came to. */
  readonly result: 'pending' | 'ok' | 'credentials' | 'malformed' | 'cancelled' | 'temporary';
  /** Private: for the why panel, never on the wire; holds no password. */
  readonly detail?: string;
  /** Whom it wants to act for; only when that is somebody else. */
  readonly authzid?: string;
  /** As in {@link LoggedIn}. */
  readonly principal?: string;
  readonly binding?: string;
  /** Characters of the response that came with AUTH in clear, while it is pending: whoever listened has them. */
  readonly exposed?: number;
  /** What stands against the login, whatever it came to. */
  readonly ban?: Ban;
  /** This one included; only for one that failed, and where `protection` limits them. */
  readonly failures?: readonly FailedLogins[];
}

export interface Facts {
  readonly connection: ConnectionFacts;
  readonly session: SessionFacts;
  readonly transaction?: TransactionFacts;
  readonly login?: LoginFacts;
  readonly line?: LineFacts;
}

/** One DNS question and what came back, as evidence. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
  /** Records as text, or a fault such as NXDOMAIN, SERVFAIL, TIMEOUT. */
  readonly answer: readonly string[] | string;
  readonly ms: number;
  /** Who answered where it was not the zone: `cache`, or a server by its address. */
  readonly by?: string;
}
