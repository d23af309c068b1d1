// XOAUTH2 and OAUTHBEARER as a client speaks them: a bearer token, and an answer to the error of one that is refused (RFC 7628).
import { type ClientMechanism, type ClientMove, commonFaults, decoded, inTurns, opening } from './mechanism.ts';
import type { SaslSaid } from '../../contract/event.ts';
import { toSaslname } from '../../sasl/saslname.ts';

const bearerFaults = [...commonFaults, 'no-nul'] as const;
/** kvsep of RFC 7628 section 3.1. */
const SEPARATOR = '\x01';

/** Google’s form: nobody can be acted for. The error is answered by nothing. */
export const xoauth2: ClientMechanism = {
  faults: bearerFaults,
  takes: ['token'],
  initial: 'usual',
  start: ({ login: { user, token = '', fault } }) => {
    const text = [`user=${user}`, `auth=Bearer ${token}`, '', ''].join(SEPARATOR);
    return inTurns(
      opening(() => sent(text, { what: 'initial client response', user, token, fault })),
      (challenge) => ({ asks: errorOf(challenge), response: Buffer.alloc(0) }),
    );
  },
};

/** RFC 7628 section 3.1; the error is answered by one separator (section 3.2.3). */
export const oauthbearer: ClientMechanism = {
  faults: bearerFaults,
  takes: ['token', 'authzid'],
  initial: 'usual',
  start: ({ login: { user, token = '', authzid, fault }, host }) => {
    const name = toSaslname(authzid ?? user);
    const text = [`n,a=${name},`, `host=${host}`, `auth=Bearer ${token}`, '', ''].join(SEPARATOR);
    return inTurns(
      opening(() => sent(text, { what: 'client-resp', user: authzid ?? user, token, fault })),
      (challenge) => ({ asks: errorOf(challenge), response: Buffer.from(SEPARATOR) }),
    );
  },
};

interface Said {
  /** What the mechanism’s own text calls the message. */
  readonly what: string;
  readonly user: string;
  readonly token: string;
  readonly fault?: string | undefined;
}

function sent(text: string, { what, user, token, fault }: Said): ClientMove {
  const response = Buffer.from(fault === 'no-nul' ? text.replaceAll(SEPARATOR, '') : text);
  return { response, says: decoded(what, response, { user, token: Buffer.from(token) }), proof: true };
}

/** RFC 7628 section 3.2.2: the error as JSON; what is none stands as it is. */
function errorOf(challenge: Buffer | null): SaslSaid | undefined {
  if (challenge === null) return undefined;
  const text = challenge.toString();
  try {
    const read = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const fields = Object.entries(read).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
    return decoded('error', challenge, Object.fromEntries(fields) as Record<string, string>);
  } catch {
    return decoded('error', challenge, { text });
  }
}
