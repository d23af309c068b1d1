// LOGIN as a client speaks it: the user, then the password, whatever the prompts say (draft-murchison-sasl-login-00).
import { type ClientMechanism, type ClientMove, commonFaults, decoded, inTurns } from './mechanism.ts';

/** The user may stand in the AUTH command. `wrong-order`: the password where the user belongs, and the other way round. */
export const login: ClientMechanism = {
  faults: [...commonFaults, 'wrong-order'],
  takes: ['password'],
  initial: 'possible',
  start: ({ login: { user, password = '', fault } }) => {
    const name = Buffer.from(user);
    const secret = Buffer.from(password);
    const prompt = (challenge: Buffer | null) =>
      challenge === null ? undefined : decoded('prompt', challenge, { prompt: challenge.toString('latin1') });
    const userMove = (challenge: Buffer | null): ClientMove => {
      const says = decoded('user name', name, { 'user name': user });
      return { asks: prompt(challenge), response: name, says };
    };
    const passwordMove = (challenge: Buffer | null): ClientMove => {
      const says = decoded('password', secret, { password: secret });
      return { asks: prompt(challenge), response: secret, says, proof: true };
    };
    return fault === 'wrong-order' ? inTurns(passwordMove, userMove) : inTurns(userMove, passwordMove);
  },
};
