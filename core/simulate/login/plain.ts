// PLAIN as a client speaks it: authorisation identity, user and password in one response (RFC 4616).
import { type ClientMechanism, commonFaults, decoded, inTurns, opening } from './mechanism.ts';

export const plain: ClientMechanism = {
  faults: [...commonFaults, 'no-nul'],
  takes: ['password', 'authzid'],
  initial: 'usual',
  start: ({ login: { user, password = '', authzid = '', fault } }) =>
    inTurns(
      opening(() => {
        const separator = fault === 'no-nul' ? ' ' : '\0';
        const response = Buffer.from([authzid, user, password].join(separator));
        const says = decoded('message', response, {
          authzid: authzid === '' ? undefined : authzid,
          authcid: user,
          passwd: Buffer.from(password),
        });
        return { response, says, proof: true };
      }),
    ),
};
