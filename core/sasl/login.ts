// LOGIN: user and password on two prompts (draft-murchison-sasl-login-00, never an RFC; what Outlook and many devices speak).
import { isUtf8 } from 'node:buffer';
import type { Later } from './later.ts';
import { inMoves, login as check, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import { ask, hearing, hidden, said, shown } from './said.ts';

/**
 * LOGIN. An initial response is the user name. The prompts are those every server sends, not the draft's "User Name".
 * An empty password is a wrong one: LOGIN has no grammar that forbids it.
 */
export const login: Mechanism = {
  name: 'LOGIN',
  start: ({ users }) => {
    let user: string | null = null;
    const name = (input: Buffer): Later<Step> => {
      const text = asText(input);
      const heard = said('user name', input, text === null ? [] : [shown('user name', text)]);
      if (!text) return hearing(heard, malformed(text === '' ? 'no user name' : 'the user name is no text'));
      user = text;
      return hearing(heard, prompt('Password:'));
    };
    const password = (input: Buffer): Later<Step> => {
      const text = asText(input);
      const step = text === null ? malformed('the password is no text', user!) : check(users, user!, text);
      return hearing(said('password', input, [hidden('password', input)]), step);
    };
    return inMoves(
      (input) => (input === null ? prompt('Username:') : name(input)),
      (input) => (user === null ? name(input) : password(input)),
      password,
    );
  },
};

function prompt(text: string): Step {
  return ask('prompt', text, [shown('prompt', text)]);
}

/** Text as a name or password may be; null for octets that are not UTF-8, hold a NUL, or are too many. */
function asText(input: Buffer): string | null {
  return isUtf8(input) && input.length <= maxField && !input.includes(0) ? input.toString() : null;
}
