// Facts: what is known of a connection, a session and a transaction; policy reads them and nothing else.
import type { FlowLimits } from './settings/flow.ts';
import type { Listener } from './settings/listeners.ts';
import type { SpfResult } from './settings/sender.ts';

/** The moments at which policy is asked, in order. `command` is asked once more for every line, after its own stage has answered. */
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
  readonly connections: number;
  readonly peerConnections: number;
  readonly intervalConnections: number;
  readonly peerIntervalConnections: number;
}

export interface ConnectionFacts {
  readonly id: string;
  /** The listener's settings as they were when the connection came. */
  readonly listener: Listener;
  /** Index of the listener in the settings. */
  readonly listenerIndex: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly flow: readonly FlowCount[];
}

export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  readonly sni?: string;
  readonly alpn?: string;
  readonly resumed: boolean;
}

/** Known since the last TLS start (RFC 3207 section 4.2: nothing from before counts). */
export interface SessionFacts {
  helo?: { readonly verb: 'EHLO' | 'HELO'; readonly name: string };
  tls?: TlsFacts;
  user?: string;
  /** Unknown, malformed or out-of-order commands, this line included. Survives STARTTLS. */
  wrongCommands: number;
  /** Failed logins of every mechanism, this one included. Survives STARTTLS. */
  failedLogins: number;
  /** Messages accepted in this session. */
  messages: number;
  spfEhlo?: SpfAnswer;
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
  readonly overLimit: boolean;
}

export interface TransactionFacts {
  readonly sender: Mailbox;
  /** Declared by SIZE= (RFC 1870), octets. */
  readonly declaredSize?: number;
  readonly body?: '7BIT' | '8BITMIME';
  readonly recipients: Mailbox[];
  /** The recipient now asked about, at stage rcpt. */
  recipient?: Mailbox;
  spfMail?: SpfAnswer;
  /** Received fields of the top-level header, from stage headers on. */
  receivedHeaders?: number;
  messageId?: string;
  data?: DataFacts;
}

/** The login now judged, at stage auth. */
export interface LoginFacts {
  readonly mechanism: string;
  readonly user?: string;
  /** `pending` while the mechanism is only named; then what the exchange came to. */
  readonly result: 'pending' | 'ok' | 'credentials' | 'malformed' | 'cancelled';
  /** Private: for the why panel, never on the wire; holds no password. */
  readonly detail?: string;
}

export interface Facts {
  readonly connection: ConnectionFacts;
  readonly session: SessionFacts;
  readonly transaction?: TransactionFacts;
  readonly login?: LoginFacts;
}

/** One DNS question and what came back, as evidence. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
  /** Records as text, or a fault such as NXDOMAIN, SERVFAIL, TIMEOUT. */
  readonly answer: readonly string[] | string;
  readonly ms: number;
}

/** The answer of one SPF check with its evidence. */
export interface SpfAnswer {
  readonly result: SpfResult;
  readonly identity: 'helo' | 'mailfrom';
  readonly domain: string;
  readonly record?: string;
  readonly explanation?: string;
  /** What made it an error, e.g. `Too many void DNS results`. */
  readonly detail?: string;
  readonly lookups: number;
  readonly questions: readonly DnsQuestion[];
  readonly ms: number;
  /** The same question was asked before under the same settings; DNS was asked then. */
  readonly remembered?: boolean;
}
