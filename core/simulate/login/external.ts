// EXTERNAL as a client speaks it: the certificate of the handshake has said who it is (RFC 4422 appendix A).
import { type ClientMechanism, decoded, inTurns, opening } from './mechanism.ts';

/** The response is whom it wants to act for, or nothing; the name of the step is for whoever reads it. */
export const external: ClientMechanism = {
  faults: ['cancel', 'bad-base64', 'oversized', 'replay'],
  takes: ['authzid'],
  initial: 'usual',
  start: ({ login: { authzid = '' } }) =>
    inTurns(
      opening(() => {
        const response = Buffer.from(authzid);
        const says = decoded('initial response', response, { authzid: authzid === '' ? undefined : authzid });
        return { response, says, proof: true };
      }),
    ),
};
