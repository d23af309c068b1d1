// CRAM-MD5: the client proves it knows the password by an HMAC over our challenge (RFC 2195); historic, but still offered.
import { timingSafeEqual } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { cramDigest } from './derive.ts';
import { type Later, whenThere } from './later.ts';
import { denied, inMoves, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import type { UserSource } from './userSource.ts';

/** CRAM-MD5. The server speaks first, so an initial response is refused (RFC 4954 section 4: 501). */
export const cramMd5: Mechanism = {
  name: 'CRAM-MD5',
  start: (context) => {
    // RFC 2195 section 2: the syntax of a message identifier, never the same twice.
    const challenge = Buffer.from(`<${context.nonce()}@${context.host}>`);
    return inMoves(
      (input) => (input === null ? { challenge } : malformed('CRAM-MD5 takes no initial response')),
      (input) => verify(context.users, challenge, input),
    );
  },
};

/** RFC 2195 section 2: the user, a space, the digest in hexadecimal. The last space counts; a name may hold others. */
function verify(users: UserSource, challenge: Buffer, response: Buffer): Later<Step> {
  const space = response.lastIndexOf(0x20);
  const user = response.subarray(0, Math.max(space, 0));
  const digest = response.toString('latin1', space + 1);
  if (space < 1 || user.length > maxField || user.includes(0) || !isUtf8(user)) return malformed('no user name');
  const name = user.toString();
  if (!/^[0-9a-f]{32}$/i.test(digest)) return malformed('the digest is not 32 hexadecimal digits', name);
  return whenThere(users.secret(name, 'cram-md5', ''), (answer): Step => {
    const equal = timingSafeEqual(cramDigest(answer.secret, challenge), Buffer.from(digest, 'hex'));
    if (answer.denied !== undefined) return denied(name, answer.denied);
    return equal ? { ok: { user: name } } : denied(name, 'wrong-password');
  });
}
