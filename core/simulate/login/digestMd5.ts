// DIGEST-MD5 as a client speaks it, quality of protection auth; the server must answer with rspauth (RFC 2831).
import { createHash } from 'node:crypto';
import {
  type ClientMechanism,
  type ClientMove,
  commonFaults,
  decoded,
  inTurns,
  type LoginContext,
} from './mechanism.ts';

/**
 * `wrong-order`: the digest-response in the AUTH command, before there is a challenge. `wrong-uri`: for another host.
 * `integrity`: qop=auth-int, offered or not.
 */
export const digestMd5: ClientMechanism = {
  faults: [...commonFaults, 'no-nul', 'wrong-order', 'wrong-nonce', 'wrong-realm', 'wrong-uri', 'integrity'],
  takes: ['password', 'authzid'],
  initial: 'never',
  start(context) {
    const exchange = new Digest(context);
    const turns = inTurns(
      (challenge) => exchange.answer(challenge),
      (challenge) => exchange.last(challenge ?? Buffer.alloc(0)),
    );
    return { ...turns, owed: () => exchange.owed };
  },
};

const ELSEWHERE = 'elsewhere.example';

class Digest {
  readonly #context: LoginContext;
  #expected: string | undefined;
  #isProved = false;

  constructor(context: LoginContext) {
    this.#context = context;
  }

  get owed(): string | undefined {
    return this.#isProved ? undefined : 'the server said 235 without rspauth, which proves that it knows the password';
  }

  /** The digest-response (RFC 2831 section 2.1.2) to a digest-challenge; to one that is made up where there is none yet. */
  answer(challenge: Buffer | null): ClientMove {
    const { host, login, nonce: chance } = this.#context;
    const { user, password = '', authzid, fault } = login;
    const asked = directivesOf(challenge?.toString() ?? `realm="${host}",nonce="${chance()}",algorithm=md5-sess`);
    const nonce = asked?.get('nonce');
    if (asked === undefined || nonce === undefined || asked.get('algorithm') !== 'md5-sess')
      return { cancel: 'the digest-challenge is none (RFC 2831 section 2.1.1)' };
    const isUtf8 = asked.get('charset') === 'utf-8';
    const isOffered = (asked.get('qop') ?? 'auth').split(/[ \t]*,[ \t]*/).includes('auth');
    if (!isOffered && fault !== 'integrity') return { cancel: 'the server offers no qop=auth' };
    const said: Said = {
      realm: fault === 'wrong-realm' ? ELSEWHERE : (asked.get('realm') ?? ''),
      nonce: fault === 'wrong-nonce' ? chance() : nonce,
      cnonce: chance(),
      qop: fault === 'integrity' ? 'auth-int' : 'auth',
      uri: `smtp/${fault === 'wrong-uri' ? ELSEWHERE : host}`,
    };
    const session = sessionHash({ user, password, authzid, isUtf8 }, said);
    const proof = responseValue(session, said, 'AUTHENTICATE');
    this.#expected = responseValue(session, said, '');
    const text = [
      ...(isUtf8 ? ['charset=utf-8'] : []),
      `username="${quoted(user)}"`,
      `realm="${quoted(said.realm)}"`,
      `nonce="${quoted(said.nonce)}"`,
      `cnonce="${said.cnonce}"`,
      'nc=00000001',
      `qop=${said.qop}`,
      `digest-uri="${quoted(said.uri)}"`,
      `response=${proof}`,
      ...(authzid === undefined ? [] : [`authzid="${quoted(authzid)}"`]),
    ].join(fault === 'no-nul' ? '' : ',');
    const response = Buffer.from(text, isUtf8 ? 'utf8' : 'latin1');
    const { uri, ...rest } = said;
    const says = decoded('digest-response', response, {
      username: user,
      ...rest,
      'digest-uri': uri,
      authzid,
      response: Buffer.from(proof),
    });
    const asks = challenge === null ? undefined : decoded('digest-challenge', challenge, Object.fromEntries(asked));
    return { asks, response, says, proof: true };
  }

  /** response-auth (RFC 2831 section 2.1.3). */
  last(challenge: Buffer): ClientMove {
    const given = directivesOf(challenge.toString())?.get('rspauth');
    const asks = decoded('response-auth', challenge, given === undefined ? {} : { rspauth: Buffer.from(given) });
    this.#isProved = given !== undefined && given === this.#expected;
    return this.#isProved
      ? { asks, response: Buffer.alloc(0) }
      : { asks, cancel: 'the server cannot prove that it knows the password: its rspauth is wrong' };
  }
}

interface Said {
  readonly realm: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly qop: string;
  readonly uri: string;
}

interface Who {
  readonly user: string;
  readonly password: string;
  readonly authzid: string | undefined;
  readonly isUtf8: boolean;
}

const md5 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** H(A1) in hexadecimal (RFC 2831 section 2.1.2.1). */
function sessionHash({ user, password, authzid, isUtf8 }: Who, { realm, nonce, cnonce }: Said): string {
  // In charset utf-8 too, what can be written in ISO 8859-1 is hashed in it (RFC 2831 section 2.1.2.1).
  const octets = (text: string) => Buffer.from(text, isUtf8 && !isLatin1(text) ? 'utf8' : 'latin1');
  const secret = md5(octets(user), ':', octets(realm), ':', octets(password));
  return md5(secret, `:${nonce}:${cnonce}`, authzid === undefined ? '' : `:${authzid}`).toString('hex');
}

const isLatin1 = (text: string) => [...text].every((one) => (one.codePointAt(0) ?? 0) < 256);

/** RFC 2831 sections 2.1.2.1 and 2.1.3: `AUTHENTICATE` for the client's, nothing for the server's. */
function responseValue(session: string, { nonce, cnonce, qop, uri }: Said, verb: 'AUTHENTICATE' | ''): string {
  const second = md5(`${verb}:${uri}${qop === 'auth' ? '' : `:${'0'.repeat(32)}`}`).toString('hex');
  return md5(`${session}:${nonce}:00000001:${cnonce}:${qop}:${second}`).toString('hex');
}

const quoted = (text: string) => text.replace(/["\\]/g, '\\$&');

/** Directives of RFC 2831 section 7.1; the first of each name. Undefined when the text is none. */
function directivesOf(text: string): ReadonlyMap<string, string> | undefined {
  const one = /[ \t]*([!#-'*+.0-9A-Z^-z|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))[ \t]*(?:,|$)/suy;
  const found = new Map<string, string>();
  while (one.lastIndex < text.length) {
    const read = one.exec(text);
    if (read === null) return undefined;
    const name = (read[1] ?? '').toLowerCase();
    if (!found.has(name)) found.set(name, read[3] ?? (read[2] ?? '').replace(/\\(.)/gsu, '$1'));
  }
  return found;
}
