// Certificates that are the same in every run, octet for octet, and as valid in virtual time as in the system's: for trials only.
import { createHash, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { type KeyAlgorithm, type Keys, type Mint, rsa, type Said, serialOf } from './mint.ts';
import { publicKeys } from './publicKeys.table.ts';

/** What a CA made here is called: whoever reads its name knows what it is worth. */
export const lastingName = 'Gatehouse trials CA, its keys are public';

const YEAR_1970 = 0;
const YEAR_2000 = Date.UTC(2000, 0, 1);
const YEAR_2090 = Date.UTC(2090, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);

/** PKCS#8 of an Ed25519 key in front of its 32 octets (RFC 8410 section 7). */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Keys and serial numbers follow from what a certificate says. They are Ed25519, or one RSA key for each size: signatures
 * of both have one length (those of ECDSA vary by an octet or two), so handshakes are as long in every run. Dates are so
 * far away that a virtual clock and the system's, which OpenSSL reads, agree about them.
 */
export const lastingMint: Mint = {
  keys: ({ rsaBits, ...said }) =>
    rsaBits === undefined
      ? pairOf(Buffer.concat([ED25519, digestOf('key', said)]), { name: 'Ed25519' })
      : pairOf(Buffer.from(publicKeys[rsaBits] ?? '', 'base64'), rsa),
  serial: (said) => serialOf(digestOf('serial', said)),
  span(lifetime) {
    switch (lifetime) {
      case 'authority':
      case 'intermediate':
      case 'good':
        return { from: YEAR_1970, to: YEAR_2100 };
      case 'expired':
        return { from: YEAR_1970, to: YEAR_2000 };
      case 'not-yet-valid':
        return { from: YEAR_2090, to: YEAR_2100 };
    }
  },
};

const digestOf = (use: 'key' | 'serial', { subject, issuer, is, rsaBits, label, from, to }: Said): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([lastingName, use, subject, issuer, is, rsaBits, label, from, to]))
    .digest();

async function pairOf(pkcs8: Buffer, algorithm: KeyAlgorithm): Promise<Keys> {
  const own = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(own).export({ format: 'der', type: 'spki' });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  ]);
  return { privateKey, publicKey, algorithm };
}
