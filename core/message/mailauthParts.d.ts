// Types of the parts of mailauth 7.1.0 that have none: they are called one by one, so that header, clock, keys and limits are ours.
declare module 'mailauth/lib/dkim/dkim-verifier.js' {
  import type { KeyCache, Signature, SignatureStatus } from 'mailauth/lib/tools.js';

  /** What its body hashes look like when they are through. */
  export interface BodyResult {
    readonly hash: string;
    readonly bodyHashedBytes: number;
    readonly canonicalizedLength: number;
    readonly byteLength: number;
  }

  export class DkimVerifier {
    constructor(options: { readonly strict: boolean; readonly curTime: Date; readonly resolver: unknown });
    headers: { readonly parsed: readonly HeaderRow[] };
    keyCache: KeyCache;
    rejectRsaSha1: boolean;
    minBitLength: number;
    readonly bodyHashes: Map<string, BodyResult>;
    /** Reads the tags and checks them: `skip` and `invalid` say why a signature is not looked at further. */
    prepareSignature(signature: Signature): void;
    verifySignature(signature: Signature): Promise<{ readonly status: SignatureStatus; readonly rr?: string }>;
  }

  export interface HeaderRow {
    readonly key: string;
    readonly casedKey: string;
    /** Without the line end behind it. */
    readonly line: Buffer;
  }
}

declare module 'mailauth/lib/tools.js' {
  /** A signature field and what was read of it. */
  export interface Signature {
    type: 'DKIM' | 'ARC';
    readonly parsed: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
    readonly tags: readonly { readonly name: string; readonly value: string }[];
    readonly skip?: string;
    readonly invalid?: string;
    readonly algorithm?: string;
    readonly signAlgo?: string;
    readonly hashAlgo?: string;
    readonly headerCanon?: string;
    readonly bodyCanon?: string;
    readonly signingDomain?: string;
    readonly selector?: string;
    readonly timestamp?: Date | null;
    readonly expiration?: Date | null;
    readonly maxBodyLength?: number | '';
    readonly identity?: string;
    bodyHashKey?: string;
  }

  export interface SignatureStatus {
    readonly result: string;
    readonly comment?: string | false;
    readonly testing?: boolean;
  }

  export interface PublicKey {
    readonly publicKey: string;
    readonly rr: string;
    readonly modulusLength?: number;
    readonly keyType: string;
    readonly flags: readonly string[];
    readonly testing: boolean;
  }

  export interface KeyOptions {
    readonly strict?: boolean;
    readonly hashAlgo?: string;
  }

  export interface KeyCache {
    readonly resolver: unknown;
    get(type: string, name: string, minBitLength: number | undefined, options?: KeyOptions): Promise<PublicKey>;
  }

  export function parseDkimHeaders(line: Buffer, options: { readonly strict: boolean }): Signature;
  export function toALabel(domain: string): string;
  export function getPublicKey(
    type: string,
    name: string,
    minBitLength: number,
    resolver: () => Promise<string[][]>,
    options: KeyOptions,
  ): Promise<PublicKey>;
}
