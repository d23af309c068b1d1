// Takes credentials out of a line before anything else sees it: each octet becomes U+25AE, the length stays.
import { redacted } from '../contract/event.ts';
import { mechanismFacts } from '../contract/mechanisms.ts';

/** A line that may be shown. */
export interface Shown {
  readonly bytes: string;
  readonly secret: boolean;
}

/** What of a line may be shown: `exchange` lines are all secret, `suspect` ones lose what looks like a credential. */
export type Secrecy = 'plain' | 'suspect' | 'exchange';

const auth = /^[\s\0]*auth/i;
const verbs = new Set(
  'EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN HELP STARTTLS ETRN TURN BDAT LHLO SEND SOML SAML XCLIENT XFORWARD'.split(
    ' ',
  ),
);
/** Names of others that stand behind AUTH and are no secret (IANA, SASL mechanisms). */
const others =
  /^(?:NTLM|ANONYMOUS|XOAUTH|KERBEROS_V[45]|GS2-KRB5(?:-PLUS)?|GSS-SPNEGO|OTP|SECURID|OAUTH10A|SCRAM-SHA-\d{1,3}(?:-PLUS)?)$/i;

const isMechanism = (name: string): boolean => mechanismFacts(name.toUpperCase()) !== undefined || others.test(name);

/** The name of a mechanism as it may be told: what is no name of one may be a password. */
export function shownMechanism(name: string): string {
  return isMechanism(name) ? name : redacted.repeat(name.length);
}
/** Four characters are the shortest base64 there is; padding and the URL alphabet included. */
const base64 = /^[A-Za-z0-9+/_-]{4,}={0,2}$/;

/** Whatever AUTH comes to, lines behind it may be meant as credentials. */
export function isAuth(bytes: string): boolean {
  return auth.test(bytes);
}

export function redactLine(bytes: string, secrecy: Secrecy): Shown {
  // The cancelling asterisk is no secret (RFC 4954 section 4).
  if (secrecy === 'exchange' && bytes === '*') return { bytes, secret: false };
  if (secrecy === 'exchange') return { bytes: redacted.repeat(bytes.length), secret: bytes.length > 0 };
  if (auth.test(bytes)) return redactTokens(bytes, isSecretArgument);
  if (secrecy === 'plain') return { bytes, secret: false };
  const verb = /^\s*([A-Za-z]+)/.exec(bytes)?.[1] ?? '';
  if (verbs.has(verb.toUpperCase())) return { bytes, secret: false };
  // A person at a keyboard may type the password itself: a word alone that is no command is taken for one.
  const isAlone = !/[\s\0]/.test(bytes.trim());
  return redactTokens(bytes, (token) => isAlone || base64.test(token));
}

/** Behind AUTH only the name of a mechanism is no secret, and what is glued to AUTH is suspect too. */
function isSecretArgument(token: string, index: number): boolean {
  if (index === 0) return !/^auth(?:enticate)?$/i.test(token);
  return index > 1 || !isMechanism(token);
}

function redactTokens(bytes: string, isSecret: (token: string, index: number) => boolean): Shown {
  let index = 0;
  let secret = false;
  const shown = bytes.replace(/[^\s\0]+/g, (token) => {
    if (!isSecret(token, index++)) return token;
    secret = true;
    return redacted.repeat(token.length);
  });
  return { bytes: shown, secret };
}
