// PLAIN: authorisation identity, user and password in one response (RFC 4616).
import { isUtf8 } from 'node:buffer';
import { inMoves, login, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import { type Later, whenThere } from './later.ts';
import type { UserSource } from './userSource.ts';

/** PLAIN. Without an initial response it asks with an empty challenge (RFC 4954 section 4). */
export const plain: Mechanism = {
  name: 'PLAIN',
  start: ({ users }) =>
    inMoves(
      (input) => (input === null ? { challenge: Buffer.alloc(0) } : read(users, input)),
      (input) => read(users, input),
    ),
};

/** RFC 4616 section 2: message = [authzid] NUL authcid NUL passwd, in UTF-8; the last two are not empty. */
function read(users: UserSource, message: Buffer): Later<Step> {
  if (!isUtf8(message)) return malformed('not UTF-8');
  const fields = message.toString().split('\0');
  if (fields.length !== 3) return malformed(`${fields.length - 1} NUL octets where PLAIN has 2`);
  const [authzid, user, password] = fields as [string, string, string];
  if (user === '') return malformed('no user name');
  if (password === '') return malformed('no password', user);
  if (fields.some((field) => Buffer.byteLength(field) > maxField)) return malformed('a field is too long');
  return whenThere(login(users, user, password), (step) =>
    'ok' in step && authzid !== '' && authzid !== user ? { ok: { user, authzid } } : step,
  );
}
