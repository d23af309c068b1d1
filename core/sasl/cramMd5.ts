// CRAM-MD5: the client proves it knows the password by an HMAC over our challenge (RFC 2195); historic, but still offered.
import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { cramDigest } from './derive.ts';
import { type Later, whenThere } from './later.ts';
import { denied, type Failure, inMoves, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import { ask, hearing, hidden, said, shown } from './said.ts';
import type { UserSource } from './userSource.ts';

/** CRAM-MD5. The server speaks first, so an initial response is refused (RFC 4954 section 4: 501). */
export const cramMd5: Mechanism = {
  name: 'CRAM-MD5',
  start: (context) => {
    // RFC 2195 section 2: the syntax of a message identifier, never the same twice.
    const text = `<${context.nonce()}@${context.host}>`;
    const challenge = Buffer.from(text);
    return inMoves(
      (input) => {
        if (input === null) return ask('challenge', text, [shown('challenge', text)]);
        return hearing(said('response', input), malformed('CRAM-MD5 takes no initial response'));
      },
      (input) => {
        const read = parse(input);
        const heard = said(
          'response',
          input,
          'fail' in read ? [] : [shown('user', read.user), hidden('digest', read.digest)],
        );
        return hearing(heard, 'fail' in read ? read : verify(context.users, challenge, read));
      },
    );
  },
};

interface Response {
  readonly user: string;
  readonly digest: string;
}

/** RFC 2195 section 2: the user, a space, the digest in hexadecimal. The last space counts; a name may hold others. */
function parse(response: Buffer): Response | Failure {
  const space = response.lastIndexOf(0x20);
  const user = response.subarray(0, Math.max(space, 0));
  const digest = response.toString('latin1', space + 1);
  if (space < 1 || user.length > maxField || user.includes(0) || !isUtf8(user)) return malformed('no user name');
  const name = user.toString();
  if (!/^[0-9a-f]{32}$/i.test(digest)) return malformed('the digest is not 32 hexadecimal digits', name);
  return { user: name, digest };
}

function verify(users: UserSource, challenge: Buffer, { user, digest }: Response): Later<Step> {
  return whenThere(users.secret(user, 'cram-md5', ''), (answer): Step => {
    const equal = timingSafeEqual(cramDigest(answer.secret, challenge), Buffer.from(digest, 'hex'));
    if (answer.denied !== undefined) return denied(user, answer.denied);
    return equal ? { ok: { user } } : denied(user, 'wrong-password');
  });
}
