// From a password to what each mechanism keeps of it; nothing here gives the password back.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { finish, firstState, keyBlock } from './md5.ts';
import type { CramSecret, DigestSecret, ScramSecret } from './userSource.ts';

export type ScramHash = 'sha1' | 'sha256';

/** RFC 5802 section 3. The password is prepared already (RFC 4013). */
export function scramSecret(
  password: string,
  { hash, salt, iterations }: { readonly hash: ScramHash; readonly salt: Buffer; readonly iterations: number },
): ScramSecret {
  const length = hash === 'sha1' ? 20 : 32;
  const salted = pbkdf2Sync(password, salt, iterations, length, hash);
  const mac = (text: string) => createHmac(hash, salted).update(text).digest();
  const storedKey = createHash(hash).update(mac('Client Key')).digest();
  return { salt, iterations, storedKey, serverKey: mac('Server Key') };
}

/** The two states RFC 2195 section 3 speaks of: HMAC-MD5 goes on from them with any challenge. */
export function cramSecret(password: string): CramSecret {
  const key = Buffer.from(password);
  return { inner: firstState(keyBlock(key, 0x36)), outer: firstState(keyBlock(key, 0x5c)) };
}

/** HMAC-MD5 (RFC 2104) of the challenge under the password that gave the states. */
export function cramDigest({ inner, outer }: CramSecret, challenge: Buffer): Buffer {
  return finish(outer, finish(inner, challenge));
}

/**
 * H(user ":" realm ":" password) of RFC 2831 section 2.1.2.1. Each of the three is hashed in ISO 8859-1 where it fits in
 * there, else in UTF-8, as the code of section 8 does; so the same hash serves clients with `charset=utf-8` and without.
 */
export function digestSecret(user: string, realm: string, password: string): DigestSecret {
  const hash = createHash('md5');
  [user, ':', realm, ':', password].forEach((text) => hash.update(narrow(text)));
  return { hash: hash.digest() };
}

function narrow(text: string): Buffer {
  return Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8');
}

/** What both sides of DIGEST-MD5 hash; octets as they crossed, one character each. */
export interface DigestInput {
  readonly nonce: string;
  readonly cnonce: string;
  readonly count: string;
  readonly uri: string;
  readonly authzid?: string;
}

/**
 * RFC 2831 section 2.1.2.1 for qop `auth`: 32 hexadecimal digits. `method` is `AUTHENTICATE` for the client's `response`, and
 * empty for the server's `rspauth` (section 2.1.3).
 */
export function digestResponse(
  { hash }: DigestSecret,
  { nonce, cnonce, count, uri, authzid }: DigestInput,
  method: 'AUTHENTICATE' | '',
): string {
  const hex = (...parts: readonly (Buffer | string)[]) => {
    const md5 = createHash('md5');
    parts.forEach((part) => md5.update(typeof part === 'string' ? Buffer.from(part, 'latin1') : part));
    return md5.digest('hex');
  };
  const a1 = hex(hash, `:${nonce}:${cnonce}${authzid === undefined ? '' : `:${authzid}`}`);
  return hex(`${a1}:${nonce}:${count}:${cnonce}:auth:${hex(`${method}:${uri}`)}`);
}
