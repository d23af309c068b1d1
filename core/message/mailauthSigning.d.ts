// Types of the parts of mailauth 7.1.0 that canonicalise what is signed: a signature is made of them.

declare module 'mailauth/lib/dkim/header/index.js' {
  /** `signatureHeaderLine`: the signature field itself, whose b= counts as empty (RFC 6376 section 3.7). */
  export function generateCanonicalizedHeader(
    type: 'DKIM' | 'ARC',
    lines: { readonly headers: readonly { readonly line: Buffer }[]; readonly keys: string },
    options: { readonly canonicalization: string; readonly signatureHeaderLine: string },
  ): { readonly canonicalizedHeader: Buffer };
}

declare module 'mailauth/lib/dkim/body/index.js' {
  /** `maxBodyLength`: l=. `bodyHashedBytes`: octets behind canonicalisation that were hashed. */
  export function dkimBody(
    canonicalization: string,
    algorithm: string,
    maxBodyLength?: number | false,
  ): { readonly bodyHashedBytes: number; update(chunk: Buffer): void; digest(encoding: 'base64'): string };
}
