// What a login mechanism is to a client: challenges of the server in, responses out, with the faults a scenario may want.
import type { SaslSaid } from '../../contract/event.ts';
import type { LoginFault, Step } from '../../contract/scenarioStep.ts';
import type { KerberosClient } from '../../sasl/kerberos.ts';
import type { Later } from '../../sasl/later.ts';
import type { BindingType } from '../../sasl/mechanism.ts';

export type Login = Extract<Step, { login: unknown }>['login'];

/** The TLS connection a client logs in over. */
export interface ClientChannel {
  /** Undefined where this connection has no such binding (RFC 9266 section 4.2; RFC 5929 section 4). */
  binding(type: BindingType): Buffer | undefined;
}

/** What an exchange goes by. */
export interface LoginContext {
  /** Who logs in with what, and the fault it is to have. */
  readonly login: Pick<Login, 'user' | 'password' | 'token' | 'authzid' | 'binding' | 'fault'>;
  /** What the client calls the server: host of digest-uri (RFC 2831 section 2.1.2) and of the service principal. */
  readonly host: string;
  /** Unpredictable, 24 characters of the base64 alphabet without `=`; from the chance of the world. */
  readonly nonce: () => string;
  /** Absent in clear. */
  readonly channel?: ClientChannel | undefined;
  /** Absent where nobody has lent one. */
  readonly kerberos?: KerberosClient | undefined;
}

/** One move of the client. `asks` is the challenge it answers, `says` its response, both decoded and without secrets. */
export type ClientMove = { readonly asks?: SaslSaid | undefined } & (
  | {
      readonly response: Buffer;
      readonly says?: SaslSaid | undefined;
      /** The response that proves who it is: where faults that any mechanism can have (`bad-base64`, `empty`, `oversized`) are put. */
      readonly proof?: true;
    }
  /** Goes no further and says `*`: a challenge that cannot be read, a server that cannot prove itself; a sentence for the report. */
  | { readonly cancel: string }
);

/** One login under way. */
export interface ClientExchange {
  /**
   * Takes a decoded challenge; null, only at first, when the client speaks first (in the AUTH command). A client that
   * could have spoken first but did not gets the empty challenge of RFC 4954 section 4 (see {@link opening}).
   */
  next(challenge: Buffer | null): Later<ClientMove>;
  /** Asked when the server says 235: what it should have proved before and did not; undefined when it owes nothing. */
  owed?(): string | undefined;
  /** Frees what it holds; called once, however the exchange ended. */
  drop?(): void;
}

export interface ClientMechanism {
  /** The faults it can have; others are mistakes of the file. */
  readonly faults: readonly LoginFault[];
  /** What of a login step it uses beside the user; of these password and token must be there. */
  readonly takes: readonly ('password' | 'token' | 'authzid' | 'binding')[];
  /** Whether the first response stands in the AUTH command: unless the step says otherwise, only when it says so, never. */
  readonly initial: 'usual' | 'possible' | 'never';
  /** Why it cannot be played in the simulated world; absent when it can. */
  readonly realOnly?: string;
  start(context: LoginContext): ClientExchange;
}

/** Faults that any mechanism with a response of its own can have: whoever plays the exchange makes them. */
export const commonFaults = ['cancel', 'bad-base64', 'empty', 'oversized', 'replay'] as const;

/** The moves in order, each used once; a server that asks on is cancelled. */
export function inTurns(...moves: readonly ((challenge: Buffer | null) => Later<ClientMove>)[]): ClientExchange {
  let at = 0;
  return {
    next: (challenge) => moves[at++]?.(challenge) ?? { cancel: 'the server asks for more than the mechanism has' },
  };
}

/** The first move of a mechanism whose client speaks first: nothing may have been asked before it. */
export function opening(move: () => Later<ClientMove>): (challenge: Buffer | null) => Later<ClientMove> {
  return (challenge) =>
    challenge === null || challenge.length === 0
      ? move()
      : { cancel: 'the first challenge is not empty, although the client is to speak first (RFC 4954 section 4)' };
}

type Field = SaslSaid['fields'][number];

/** What was said, decoded: a value that is undefined is left out, a Buffer is a secret and stands with its length alone. */
export function decoded(
  what: string,
  message: Buffer,
  fields: Readonly<Record<string, string | Buffer | undefined>> = {},
): SaslSaid {
  const read = Object.entries(fields).flatMap(([name, value]): Field[] => {
    if (value === undefined) return [];
    return [typeof value === 'string' ? { name, value } : { name, secret: value.length }];
  });
  return { what, octets: message.length, fields: read };
}
