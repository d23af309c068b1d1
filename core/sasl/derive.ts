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

/** RFC 2831 section 2.1.2.1: H(user ":" realm ":" password), all in UTF-8 unless `latin1`. */
export function digestSecret(user: string, realm: string, password: string): DigestSecret {
  return { hash: createHash('md5').update(`${user}:${realm}:${password}`).digest() };
}
