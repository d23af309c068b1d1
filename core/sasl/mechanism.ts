// What a SASL mechanism is to SMTP AUTH: challenges out, responses in, and one of three ends (RFC 4422; RFC 4954 section 4).
import { decodeBase64 } from './base64.ts';
import type { UserLookup } from './users.ts';

/** What an exchange came to. `detail` is private, for the why panel: it never holds a password or a response. */
export type Failure = {
  /** `credentials`: 535 5.7.8. `malformed`: 501 5.5.2. `cancelled`: 501, and no failed login. */
  readonly fail: 'credentials' | 'malformed' | 'cancelled';
  /** Who it claimed to be, when that was said. */
  readonly user?: string;
  readonly detail: string;
};

/** One move of the server. `authzid` is there only when it differs from the user; whether that is allowed is policy. */
export type Step =
  { readonly challenge: Buffer } | { readonly ok: { readonly user: string; readonly authzid?: string } } | Failure;

/** One login under way; after an end, every further response is malformed. */
export interface Exchange {
  /** Takes a decoded response; null, only at first, when AUTH came without an initial one. */
  next(input: Buffer | null): Step;
}

export interface ExchangeContext {
  readonly users: UserLookup;
  /** Our name in challenges. */
  readonly host: string;
  /** Unpredictable and never the same twice: letters, digits and dots. */
  nonce(): string;
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
export function begin(exchange: Exchange, initial: string | null): Step {
  if (initial === null) return exchange.next(null);
  return initial === '=' ? exchange.next(Buffer.alloc(0)) : respond(exchange, initial);
}

/** Goes on with a line of the client: base64, or `*` to cancel (RFC 4954 section 4). */
export function respond(exchange: Exchange, line: string): Step {
  if (line === '*') return { fail: 'cancelled', detail: 'the client cancelled with *' };
  const input = decodeBase64(line);
  return input === null ? malformed('the response is not base64') : exchange.next(input);
}

export function malformed(detail: string, user?: string): Failure {
  return { fail: 'malformed', detail, ...(user !== undefined && { user }) };
}

/** Checks a password; the three ways to fail differ only in the private detail. */
export function login(users: UserLookup, user: string, password: string): Step {
  const result = users.verify(user, password);
  if (result === 'ok') return { ok: { user } };
  return { fail: 'credentials', user, detail: result === 'unknown-user' ? 'no such user' : 'wrong password' };
}

/**
 * An exchange as its moves in order, each used once; the first may have nothing to go by. A mechanism that asks no more
 * questions than it has moves cannot be prolonged.
 */
export function inMoves(
  first: (input: Buffer | null) => Step,
  ...moves: readonly ((input: Buffer) => Step)[]
): Exchange {
  let at = -1;
  let over = false;
  const move = (input: Buffer | null): Step => {
    if (at < 0) return first(input);
    const next = over ? undefined : moves[at];
    return next ? next(input ?? Buffer.alloc(0)) : malformed('the exchange is over');
  };
  return {
    next(input) {
      const step = move(input);
      at++;
      over = !('challenge' in step);
      return step;
    },
  };
}
