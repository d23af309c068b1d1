/** What this Node has and its published types lack: the fast slices of Buffer, and the global names of Web Crypto. */

interface Buffer<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends Uint8Array<TArrayBuffer> {
  latin1Slice(start?: number, end?: number): string;
  utf8Slice(start?: number, end?: number): string;
  utf8Write(text: string, offset?: number, length?: number): number;
}

type WebCrypto = typeof import('node:crypto').webcrypto;
interface Crypto extends WebCrypto {}
type WebCryptoKey = import('node:crypto').webcrypto.CryptoKey;
interface CryptoKey extends WebCryptoKey {}
interface CryptoKeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}
