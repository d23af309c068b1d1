// PLAIN: authorisation identity, user and password in one response (RFC 4616).
import { isUtf8 } from 'node:buffer';
import { type Later, whenThere } from './later.ts';
import { type Failure, inMoves, login, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import { ask, hearing, hidden, said, shown } from './said.ts';
import type { UserSource } from './userSource.ts';

/**
 * PLAIN. Without an initial response it asks with an empty challenge (RFC 4954 section 4). Names and passwords go to the user
 * source as they are: section 2 has both sides of the comparison prepared the same way, which only the source can do.
 */
export const plain: Mechanism = {
  name: 'PLAIN',
  start: ({ users }) => {
    const read = (message: Buffer) => answer(users, message);
    return inMoves((input) => (input === null ? ask('challenge', '') : read(input)), read);
  },
};

interface Message {
  readonly authzid: string;
  readonly user: string;
  readonly password: string;
}

/** RFC 4616 section 2: message = [authzid] NUL authcid NUL passwd, in UTF-8; the last two are not empty. */
function parse(message: Buffer): Message | Failure {
  if (!isUtf8(message)) return malformed('not UTF-8');
  const fields = message.toString().split('\0');
  if (fields.length !== 3) return malformed(`${fields.length - 1} NUL octets where PLAIN has 2`);
  if (fields.some((field) => Buffer.byteLength(field) > maxField)) return malformed('a field is too long');
  const [authzid, user, password] = fields as [string, string, string];
  if (user === '') return malformed('no user name');
  return password === '' ? malformed('no password', user) : { authzid, user, password };
}

function answer(users: UserSource, message: Buffer): Later<Step> {
  const read = parse(message);
  if ('fail' in read) return hearing(said('message', message), read);
  const { authzid, user, password } = read;
  const fields = [shown('authzid', authzid), shown('authcid', user), hidden('passwd', password)];
  const step = whenThere(login(users, user, password), (known) =>
    'ok' in known && authzid !== '' && authzid !== user ? { ok: { user, authzid } } : known,
  );
  return hearing(said('message', message, fields), step);
}
