// DIGEST-MD5: both sides prove the password by hashes over two nonces (RFC 2831); historic (RFC 6331), but still offered.
import { timingSafeEqual } from 'node:crypto';
import { digestResponse, type DigestInput } from './derive.ts';
import { type DigestAnswer, digestChallenge, parseDigestResponse } from './digestMessages.ts';
import { type Later, whenThere } from './later.ts';
import {
  denied,
  type ExchangeContext,
  type Failure,
  type Identity,
  inMoves,
  malformed,
  type Mechanism,
  type Step,
} from './mechanism.ts';
import { ask, hearing, hidden, said, shown } from './said.ts';

/**
 * DIGEST-MD5 for `qop=auth`, without security layers. The server speaks first, so an initial response is refused (RFC 4954
 * section 4: 501), and with it section 2.2's subsequent authentication: a nonce serves one exchange.
 */
export const digestMd5: Mechanism = { name: 'DIGEST-MD5', start: (context) => exchange(context) };

/** The service of digest-uri (section 2.1.2; RFC 4954 section 4). */
const service = 'smtp';

function exchange(context: ExchangeContext) {
  const realm = context.settings.realm || context.host;
  const nonce = context.nonce();
  const challenge = digestChallenge(realm, nonce);
  let identity: Identity | undefined;
  return inMoves(
    (input) => {
      if (input !== null)
        return hearing(said('digest-response', input), malformed('DIGEST-MD5 takes no initial response'));
      const [algorithm, charset] = [shown('algorithm', 'md5-sess'), shown('charset', 'utf-8')];
      const fields = [shown('realm', realm), shown('nonce', nonce), shown('qop', 'auth'), algorithm, charset];
      return ask('digest-challenge', challenge, fields);
    },
    (input) => {
      const read = parseDigestResponse(input);
      if ('fail' in read) return hearing(said('digest-response', input), read);
      const step = strayed(read, { realm, nonce, host: context.host }) ?? check(read);
      return hearing(said('digest-response', input, fieldsOf(read)), step);
    },
    (input) => {
      const heard = said('empty response', input);
      if (input.length > 0) return { ...malformed('a response where none is left to give', identity!.user), heard };
      return { ok: identity!, heard };
    },
  );

  function check(read: DigestAnswer): Later<Step> {
    const { user, authzid, response } = read;
    return whenThere(context.users.secret(user, 'digest-md5', realm), (answer): Step => {
      const input: DigestInput = { ...read, authzid: authzid?.octets };
      const expected = digestResponse(answer.secret, input, 'AUTHENTICATE');
      const equal = timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(response, 'latin1'));
      const proof = digestResponse(answer.secret, input, '');
      if (answer.denied !== undefined) return denied(user, answer.denied);
      if (!equal) return denied(user, 'wrong-password');
      const acts = authzid !== undefined && authzid.text !== user;
      identity = { user, ...(acts && { authzid: authzid.text }) };
      return ask('response-auth', `rspauth=${proof}`, [hidden('rspauth', proof)]);
    });
  }
}

function fieldsOf(read: DigestAnswer) {
  const { user, realm, nonce, cnonce, count, qop, uri, response, authzid } = read;
  return [
    shown('username', user),
    shown('realm', realm),
    shown('nonce', nonce),
    shown('cnonce', cnonce),
    shown('nc', count),
    shown('qop', qop),
    shown('digest-uri', uri),
    hidden('response', response),
    ...(authzid ? [shown('authzid', authzid.text)] : []),
  ];
}

interface Ours {
  readonly realm: string;
  readonly nonce: string;
  readonly host: string;
}

/** Where a response answers something else than what we asked: says nothing of any user. */
function strayed(read: DigestAnswer, { realm, nonce, host }: Ours): Failure | undefined {
  const { user } = read;
  const fail = (detail: string): Failure => ({ fail: 'credentials', user, detail });
  if (read.qop !== 'auth')
    return malformed(`qop is ${read.qop.slice(0, 40)}, but only auth is offered: no security layers`, user);
  if (read.nonce !== nonce) return fail('the nonce is not that of this exchange');
  if (read.count !== '00000001') return fail('the nonce was used before (nc is not 00000001)');
  if (read.realm !== realm) return fail(`the realm is not ${realm}`);
  return isOurs(read.uri, [host, realm]) ? undefined : fail(elsewhere(read.uri, host));
}

function elsewhere(uri: string, host: string): string {
  const told = uri === '' ? 'empty' : uri.slice(0, 100);
  return `digest-uri is ${told}, not ${service}/${host}: clients must connect by the receiver’s host name (RFC 2831 section 2.1.2)`;
}

/** serv-type "/" host [ "/" serv-name ] (section 2.1.2): with what service of which host the client thinks it speaks. */
function isOurs(uri: string, hosts: readonly string[]): boolean {
  const [type, host, ...name] = uri.toLowerCase().split('/');
  return type === service && name.length < 2 && hosts.some((ours) => ours.toLowerCase() === host);
}
