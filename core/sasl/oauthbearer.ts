// OAUTHBEARER: a bearer token behind a GS2 header (RFC 7628).
import { isUtf8 } from 'node:buffer';
import { type Bearer, bearerMechanism } from './bearer.ts';
import { type Failure, malformed } from './mechanism.ts';
import { type Field, shown } from './said.ts';
import { fromSaslname } from './saslname.ts';

export const oauthbearer = bearerMechanism({
  name: 'OAUTHBEARER',
  what: 'client-resp',
  acknowledges: 'kvsep',
  read,
  // RFC 7628 section 3.2.2.
  tell: (status, { scopes, configuration }) => ({
    status,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(configuration !== '' && { 'openid-configuration': configuration }),
  }),
});

/** RFC 7628 section 3.1; the header is that of RFC 5801 section 4. Channel bindings there are none, but `y` may be said. */
const header = /^([ny]),(?:a=([^,]+))?,\x01/;
/** kvpair without its end; a line break may stand in a value. */
const pair = /^([A-Za-z]+)=([\t\n\r\x20-\x7e]*)$/;

/** The host and the port are told, not checked: a receiver in a lab has many names. */
function read(message: Buffer): Bearer | Failure {
  const text = message.toString();
  if (!isUtf8(message) || text.includes('\0')) return malformed('not UTF-8 without NUL');
  if (text.startsWith('p=')) return malformed('OAUTHBEARER has no channel binding');
  const [start, , name] = header.exec(text) ?? [];
  if (start === undefined) return malformed('no GS2 header with ^A behind it');
  const claimed = name === undefined ? undefined : fromSaslname(name);
  if (name !== undefined && claimed === undefined)
    return malformed('= stands in the name for neither =2C nor =3D (RFC 5801 section 4)');
  const parts = text.slice(start.length).split('\x01');
  if (parts.length < 2 || parts.at(-1) !== '' || parts.at(-2) !== '') return malformed('it does not end in ^A^A');
  const pairs = new Map<string, string>();
  for (const part of parts.slice(0, -2)) {
    const [, key, value] = pair.exec(part) ?? [];
    if (key === undefined || value === undefined) return malformed('what stands between ^A and ^A is no key=value');
    if (pairs.has(key)) return malformed('a key stands there twice');
    pairs.set(key, value);
  }
  const auth = pairs.get('auth');
  if (auth === undefined) return malformed('no auth');
  const token = auth === '' ? '' : /^Bearer +(.*)$/is.exec(auth)?.[1];
  if (token === undefined) return malformed('auth is no bearer token');
  return { token, others: told(pairs), ...(claimed !== undefined && { claimed }) };
}

function told(pairs: ReadonlyMap<string, string>): readonly Field[] {
  return ['host', 'port'].flatMap((key) => {
    const value = pairs.get(key);
    return value === undefined ? [] : [shown(key, value.slice(0, 255))];
  });
}
