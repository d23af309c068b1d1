// The messages of DIGEST-MD5, to the letter of their grammar (RFC 2831 sections 2.1.1, 2.1.2 and 7).
import { isUtf8 } from 'node:buffer';
import { type Failure, malformed, maxField } from './mechanism.ts';

/** A digest-response. What is hashed stands with one character for each octet that crossed. */
export interface DigestAnswer {
  /** Decoded by the message's charset. */
  readonly user: string;
  readonly realm: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly count: string;
  readonly uri: string;
  readonly response: string;
  readonly qop: string;
  /** Always in UTF-8 (section 2.1.2): as octets, and as text. */
  readonly authzid?: { readonly octets: string; readonly text: string };
}

/** Section 2.1.2: a digest-response has fewer than 4096 octets. */
const maxResponse = 4096;

export function digestChallenge(realm: string, nonce: string): string {
  return `realm=${quoted(realm)},nonce=${quoted(nonce)},qop="auth",algorithm=md5-sess,charset=utf-8`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

export function parseDigestResponse(message: Buffer): DigestAnswer | Failure {
  if (message.length >= maxResponse) return malformed('a digest-response has fewer than 4096 octets');
  const found = directives(message.toString('latin1'));
  if (typeof found === 'string') return malformed(found);
  const missing = required.find((name) => !found.has(name));
  if (missing !== undefined) return malformed(`no ${missing}`);
  const text = (name: string) => found.get(name) ?? '';
  const charset = found.get('charset');
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') return malformed('a charset that is not utf-8');
  const decode = (octets: string) => (charset === undefined ? octets : fromUtf8(octets));
  const [user, realm, acting] = [decode(text('username')), decode(text('realm')), fromUtf8(text('authzid'))];
  if (user === undefined || realm === undefined || acting === undefined) return malformed('not UTF-8');
  if (user === '' || user.length > maxField || /\p{Cc}/u.test(user)) return malformed('no user name');
  if (found.get('authzid') === '') return malformed('an empty authzid');
  const [count, response] = [text('nc'), text('response')];
  if (!/^[0-9a-f]{8}$/.test(count)) return malformed('nc is not 8 hexadecimal digits in lower case');
  if (!/^[0-9a-f]{32}$/.test(response)) return malformed('response is not 32 hexadecimal digits in lower case');
  if (text('cnonce') === '') return malformed('an empty cnonce');
  return {
    ...{ user, realm, nonce: text('nonce'), cnonce: text('cnonce'), count, uri: text('digest-uri'), response },
    qop: found.get('qop') ?? 'auth',
    ...(acting !== '' && { authzid: { octets: text('authzid'), text: acting } }),
  };
}

/** Realm is required because our challenge names one. */
const required = ['username', 'realm', 'nonce', 'cnonce', 'nc', 'digest-uri', 'response'] as const;
/** Those that must be quoted strings; the others are tokens, which some clients quote as well. */
const strings: ReadonlySet<string> = new Set(['username', 'realm', 'nonce', 'cnonce', 'digest-uri', 'authzid']);
const once: ReadonlySet<string> = new Set([...required, ...strings, 'qop', 'maxbuf', 'charset', 'cipher']);

const separator = /[ \t\r\n]*(?:,[ \t\r\n]*)*/y;
const directive =
  /([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\\0-\x08\x0a-\x1f\x7f]|\\[\0-\x7f])*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))/y; // eslint-disable-line no-control-regex

/** Names in lower case and values without quotes, or what is wrong. Unknown ones are passed over (auth-param). */
function directives(text: string): ReadonlyMap<string, string> | string {
  const found = new Map<string, string>();
  let at = skip(text, 0);
  while (at < text.length) {
    directive.lastIndex = at;
    const match = directive.exec(text);
    if (!match) return `no directive at octet ${at}`;
    const [whole, written, string, token] = match as unknown as readonly [string, string, string?, string?];
    const name = written.toLowerCase();
    if (once.has(name) && found.has(name)) return `${name} stands twice`;
    if (strings.has(name) && string === undefined) return `${name} is not quoted`;
    found.set(name, string?.replaceAll(/\\(.)/gs, '$1') ?? token ?? '');
    const end = at + whole.length;
    at = skip(text, end);
    if (at < text.length && !text.slice(end, at).includes(',')) return `no comma at octet ${end}`;
  }
  return found;
}

/** Elements of a list stand between one or more commas with white space around them (section 7.1). */
function skip(text: string, from: number): number {
  separator.lastIndex = from;
  separator.exec(text);
  return separator.lastIndex;
}

function fromUtf8(octets: string): string | undefined {
  const bytes = Buffer.from(octets, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
