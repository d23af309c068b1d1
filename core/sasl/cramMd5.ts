// CRAM-MD5: the client proves it knows the password by an HMAC over our challenge (RFC 2195); historic, but still offered.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { inMoves, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import type { UserLookup } from './users.ts';

/** Stands in for the secret of a user who is unknown or has none, so that the answer takes as long and reads the same. */
const nobody = Buffer.alloc(32);

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
function verify(users: UserLookup, challenge: Buffer, response: Buffer): Step {
  const space = response.lastIndexOf(0x20);
  const user = response.subarray(0, Math.max(space, 0));
  const digest = response.toString('latin1', space + 1);
  if (space < 1 || user.length > maxField || user.includes(0) || !isUtf8(user)) return malformed('no user name');
  const name = user.toString();
  if (!/^[0-9a-f]{32}$/i.test(digest)) return malformed('the digest is not 32 hexadecimal digits', name);
  const secret = users.sharedSecret(name);
  const expected = createHmac('md5', typeof secret === 'string' ? nobody : secret)
    .update(challenge)
    .digest();
  const equal = timingSafeEqual(expected, Buffer.from(digest, 'hex'));
  if (typeof secret === 'string') return { fail: 'credentials', user: name, detail: details[secret] };
  return equal ? { ok: { user: name } } : { fail: 'credentials', user: name, detail: 'wrong password' };
}

const details = { 'unknown-user': 'no such user', 'no-secret': 'the user has no shared secret' } as const;
