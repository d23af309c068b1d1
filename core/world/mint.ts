// What certificates are made of: where their keys, serial numbers and dates come from.
import { randomBytes, webcrypto } from 'node:crypto';

/** What a certificate is for (RFC 5280 section 4.2.1.12). */
export type Usage = 'server' | 'client';

/** What a certificate says. */
export interface Said {
  readonly subject: string;
  /** Distinguished name of the CA that signs; `self`: its own key does. */
  readonly issuer: string;
  /** A CA, or what an end entity is for. */
  readonly is: 'authority' | { readonly usage: Usage; readonly names: readonly string[] };
  /** Bits of an RSA key; an elliptic one without. */
  readonly rsaBits?: number;
  /** Tells it from others that say the same. */
  readonly label?: string;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
}

export type KeyAlgorithm = EcKeyAlgorithm | { readonly name: 'Ed25519' } | RsaKeyAlgorithm;
interface EcKeyAlgorithm {
  readonly name: 'ECDSA';
  readonly namedCurve: 'P-256';
  readonly hash: 'SHA-256';
}
interface RsaKeyAlgorithm {
  readonly name: 'RSASSA-PKCS1-v1_5';
  readonly hash: 'SHA-256';
}

export interface Keys extends CryptoKeyPair {
  readonly algorithm: KeyAlgorithm;
}

/** ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A CA outlives what it signs; a list of revoked certificates is as long valid as they are. */
export type Lifetime = 'authority' | 'intermediate' | 'good' | 'expired' | 'not-yet-valid';

export interface Mint {
  keys(said: Said): Promise<Keys>;
  /** RFC 5280 section 4.1.2.2: positive, at most 20 octets, in hex. */
  serial(said: Said): string;
  /** `now`: the wall clock, ms since 1970. */
  span(lifetime: Lifetime, now: number): Span;
}

export const elliptic: EcKeyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
export const rsa: RsaKeyAlgorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

const DAY = 86_400_000;
/** The most that clients of some vendors accept. */
const life = 825 * DAY;

/** New keys (EC P-256, or RSA) and random serial numbers for every certificate, with dates around now. */
export const freshMint: Mint = {
  async keys({ rsaBits }) {
    const algorithm = rsaBits === undefined ? elliptic : rsa;
    const parameters =
      rsaBits === undefined ? elliptic : { ...rsa, publicExponent: new Uint8Array([1, 0, 1]), modulusLength: rsaBits };
    const pair = (await webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair;
    return { ...pair, algorithm };
  },
  serial: () => serialOf(randomBytes(16)),
  span(lifetime, now) {
    switch (lifetime) {
      case 'authority':
        return { from: now - DAY, to: now + 3650 * DAY };
      case 'intermediate':
        return { from: now - DAY, to: now + 2 * life };
      case 'good':
        return { from: now - DAY, to: now + life };
      case 'expired':
        return { from: now - life, to: now - DAY };
      case 'not-yet-valid':
        return { from: now + 7 * DAY, to: now + life };
    }
  },
};

/** A positive number of 16 octets. */
export function serialOf(octets: Uint8Array): string {
  const serial = Buffer.from(octets.subarray(0, 16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}
