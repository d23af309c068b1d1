// Type of mailauth's own body hash, beside which ours is held.
declare module 'mailauth/lib/dkim/body/index.js' {
  export function dkimBody(
    canonicalization: string,
    algorithm: string,
    maxBodyLength?: number,
  ): {
    readonly bodyHashedBytes: number;
    readonly canonicalizedLength: number;
    update(chunk: Buffer): void;
    digest(encoding: 'base64'): string;
  };
}
