// XOAUTH2: a bearer token as Google, and Microsoft after it, have it sent (Google, OAuth 2.0 Mechanism).
import { isUtf8 } from 'node:buffer';
import { type Bearer, bearerMechanism } from './bearer.ts';
import { type Failure, malformed, maxField } from './mechanism.ts';

export const xoauth2 = bearerMechanism({
  name: 'XOAUTH2',
  what: 'initial client response',
  acknowledges: 'empty response',
  read,
  // RFC 6750 section 3.1 has the numbers; Google was observed to send 401 or 400 and the two other members.
  tell: (status, { scopes }) => ({
    status: status === 'insufficient_scope' ? '403' : '401',
    schemes: 'bearer',
    scope: scopes.join(' '),
  }),
});

const form = /^user=([^\x01]+)\x01auth=Bearer +([^\x01]*)\x01\x01$/i;

function read(message: Buffer): Bearer | Failure {
  const text = message.toString();
  if (!isUtf8(message) || text.includes('\0')) return malformed('not UTF-8 without NUL');
  const [, claimed, token] = form.exec(text) ?? [];
  if (claimed === undefined || token === undefined) return malformed('not user=…^Aauth=Bearer …^A^A');
  if (Buffer.byteLength(claimed) > maxField) return malformed('the user is too long');
  return { claimed, token };
}
