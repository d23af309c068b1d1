// CRAM-MD5 as a client speaks it: the HMAC-MD5 of the server's challenge under the password (RFC 2195).
import { createHmac } from 'node:crypto';
import { type ClientMechanism, commonFaults, decoded, inTurns } from './mechanism.ts';

/** `wrong-order`: the response in the AUTH command, before there is a challenge. `wrong-nonce`: of another challenge. */
export const cramMd5: ClientMechanism = {
  faults: [...commonFaults, 'no-nul', 'wrong-order', 'wrong-nonce'],
  takes: ['password'],
  initial: 'never',
  start: ({ login: { user, password = '', fault }, nonce, host }) =>
    inTurns((challenge) => {
      const isOther = challenge === null || fault === 'wrong-nonce';
      const answered = isOther ? Buffer.from(`<${nonce()}@${host}>`) : challenge;
      const digest = createHmac('md5', password).update(answered).digest('hex');
      const response = Buffer.from(`${user}${fault === 'no-nul' ? '' : ' '}${digest}`);
      return {
        asks:
          challenge === null ? undefined : decoded('challenge', challenge, { challenge: challenge.toString('latin1') }),
        response,
        says: decoded('response', response, { user, digest: Buffer.from(digest) }),
        proof: true,
      };
    }),
};
