// What a SASL mechanism is to SMTP AUTH: challenges out, responses in, and one of three ends (RFC 4422; RFC 4954 section 4).
import type { SaslSaid } from '../contract/event.ts';
import type { ClientCertificate } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { decodeBase64 } from './base64.ts';
import type { Kerberos } from './kerberos.ts';
import { type Later, whenThere } from './later.ts';
import type { Denial, UserSource } from './userSource.ts';

/** What an exchange came to. `detail` is private, for the why panel: it never holds a password or a response. */
export type Failure = {
  /**
   * `credentials`: 535 5.7.8, a failed login. `malformed`: 501 5.5.2. `cancelled`: 501. `temporary`: 454 4.7.0, whatever
   * checks the login cannot say now. Only the first is a failed login.
   */
  readonly fail: 'credentials' | 'malformed' | 'cancelled' | 'temporary';
  /** Who it claimed to be, when that was said. */
  readonly user?: string;
  readonly detail: string;
};

/** Who has logged in. */
export interface Identity {
  /** Name of a user of the table. */
  readonly user: string;
  /** Whom it wants to act for; only when that is somebody else. Whether it may is policy. */
  readonly authzid?: string;
  /** What proved it where that is no password: a Kerberos principal, the subject of a certificate or token. */
  readonly principal?: string;
  /** The channel binding that was checked, e.g. `tls-exporter`. */
  readonly binding?: string;
}

/**
 * One move of the server. SMTP has no room for data beside 235 (RFC 4954 section 4), so what a mechanism still has to say at
 * the end is one more challenge, answered by an empty response. `heard` is what the client said and `asks` what the challenge
 * says, decoded for people: secrets are named there with their length and nothing else. With `failing` the login has failed
 * already and the challenge only tells the client why (RFC 7628 section 3.2.3): whatever it answers, `*` too, that is the end.
 */
export type Step = (
  | { readonly challenge: Buffer; readonly asks?: SaslSaid; readonly failing?: Failure }
  | { readonly ok: Identity }
  | Failure
) & {
  readonly heard?: SaslSaid;
};

/** One login under way; after an end, every further response is malformed. */
export interface Exchange {
  /** Takes a decoded response; null, only at first, when AUTH came without an initial one. */
  next(input: Buffer | null): Later<Step>;
  /**
   * Frees what it holds when it is given up before its end: cancelled, a line that is no base64, a move that took too long,
   * or the connection is gone. A move may be under way; what it comes to is ignored then.
   */
  drop?(): void;
}

/** How a login can be bound to its TLS connection (RFC 9266; RFC 5929 section 4). */
export type BindingType = 'tls-exporter' | 'tls-server-end-point';

/** The TLS connection a login runs in. */
export interface Channel {
  /** Undefined where this connection has no such binding, e.g. TLS 1.2 without extended master secret (RFC 9266 section 4.2). */
  binding(type: BindingType): Buffer | undefined;
  /** The client's certificate, trusted or not. */
  readonly certificate?: ClientCertificate;
}

export interface ExchangeContext {
  readonly users: UserSource;
  readonly settings: Settings['authentication'];
  /** Our name in challenges. */
  readonly host: string;
  /** Unpredictable and never the same twice: letters, digits and dots. */
  nonce(): string;
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Names of the mechanisms this connection is offered: SCRAM's downgrade protection compares with them. */
  readonly offered: readonly string[];
  /** Absent in clear. */
  readonly channel?: Channel;
  /** Absent where the host has none. */
  readonly kerberos?: Kerberos;
}

export interface Mechanism {
  /** As EHLO lists it: upper case, digits, `-` and `_`, 1 to 20 characters (RFC 4422 section 3.1). */
  readonly name: string;
  start(context: ExchangeContext): Exchange;
}

/** Most octets of a user name or password in a response (RFC 4616 section 2 has servers take 255 at least). */
export const maxField = 1024;

/**
 * Begins with what stood behind the mechanism in the AUTH command: null for nothing, `=` for a response of no octets
 * (RFC 4954 section 4), else base64.
 */
export function begin(exchange: Exchange, initial: string | null): Later<Step> {
  if (initial === null) return exchange.next(null);
  return initial === '=' ? exchange.next(Buffer.alloc(0)) : respond(exchange, initial);
}

/** Goes on with a line of the client: base64, or `*` to cancel (RFC 4954 section 4). */
export function respond(exchange: Exchange, line: string): Later<Step> {
  const input = line === '*' ? null : decodeBase64(line);
  if (input !== null) return exchange.next(input);
  exchange.drop?.();
  if (line === '*') return { fail: 'cancelled', detail: 'the client cancelled with *' };
  return malformed('the response is not base64');
}

export function malformed(detail: string, user?: string): Failure {
  return { fail: 'malformed', detail, ...(user !== undefined && { user }) };
}

/** Checks a password; the ways to fail differ only in the private detail. */
export function login(users: UserSource, user: string, password: string): Later<Step> {
  return whenThere(users.verify(user, password), (result): Step =>
    result === 'ok' ? { ok: { user } } : denied(user, result),
  );
}

/** The end of a login that a user source denies. */
export function denied(user: string, why: Denial): Failure {
  const fail = why === 'unavailable' ? 'temporary' : 'credentials';
  return { fail, user, detail: denials[why] };
}

const denials: Readonly<Record<Denial, string>> = {
  'unknown-user': 'no such user',
  'wrong-password': 'wrong password',
  'no-secret': 'the user has no secret for this mechanism',
  disabled: 'the user is disabled',
  sealed: 'the secrets of the user were sealed by another host; the password must be set again',
  unavailable: 'the user source does not answer',
};

/**
 * An exchange as its moves in order, each used once; the first may have nothing to go by. A mechanism that asks no more
 * questions than it has moves cannot be prolonged.
 */
export function inMoves(
  first: (input: Buffer | null) => Later<Step>,
  ...moves: readonly ((input: Buffer) => Later<Step>)[]
): Exchange {
  let at = -1;
  let over = false;
  const move = (input: Buffer | null): Later<Step> => {
    if (at < 0) return first(input);
    const next = over ? undefined : moves[at];
    return next ? next(input ?? Buffer.alloc(0)) : malformed('the exchange is over');
  };
  const end = (step: Step): Step => {
    over = !('challenge' in step);
    return step;
  };
  return {
    next(input) {
      const step = move(input);
      at++;
      return whenThere(step, end);
    },
  };
}
