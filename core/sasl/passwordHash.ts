// What PLAIN and LOGIN are checked against: a salted scrypt hash of our own, or one that came from another server.
import { scryptSync, timingSafeEqual } from 'node:crypto';
import { importedMatches } from './importedHash.ts';
import { prepared } from './prepare.ts';

/** RFC 7914. */
export interface ScryptHash {
  readonly scrypt: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export interface ScryptCost {
  readonly cost: number;
  readonly block: number;
  readonly parallel: number;
}

/** A hash as its server wrote it, e.g. `$2y$05$...`; only such as `importedProblem` has nothing against. */
export interface ImportedHash {
  readonly imported: string;
}

export type PasswordHash = ScryptHash | ImportedHash;

/**
 * 1 MiB and about 3 ms a check. OWASP's Password Storage Cheat Sheet asks for cost 2^17 (128 MiB, half a second), for
 * servers whose table may leak. Here each failed login of a simulated flood runs on the receiver's own thread, and most
 * rows hold what CRAM-MD5 logs in with beside the hash; so the block and cost of RFC 7914 section 12's second test vector
 * stand, with parallel 1. A row names its own parameters, so a table may mix them.
 */
export const standardCost: ScryptCost = { cost: 1024, block: 8, parallel: 1 };
/** Most memory and work a row may ask for: 128 * cost * block * parallel octets; twice OWASP's least. */
export const maxScryptOctets = 256 * 2 ** 20;
export const saltLength = 16;
export const hashLength = 32;

/** A new hash of our own; the password is prepared here (RFC 4616 section 2). */
export function hashPassword(password: string, salt: Buffer): ScryptHash {
  return { scrypt: standardCost, salt, hash: derive(password, { scrypt: standardCost, salt }) };
}

/** Whether the password is the hash's. Always costs what the hash costs; an imported one takes the octets as they came. */
export function passwordMatches(of: PasswordHash, password: string): boolean {
  if ('imported' in of) return importedMatches(of.imported, password);
  const actual = derive(password, of);
  return of.hash.length === actual.length && timingSafeEqual(of.hash, actual);
}

function derive(password: string, { scrypt, salt }: Omit<ScryptHash, 'hash'>): Buffer {
  const { cost, block, parallel } = scrypt;
  return scryptSync(prepared(password, 'query') ?? password, salt, hashLength, {
    cost,
    blockSize: block,
    parallelization: parallel,
    maxmem: 2 * maxScryptOctets,
  });
}

/** RFC 7914 section 2: cost is a power of two above 1; the product bounds memory and time. */
export function isScryptCost({ cost, block, parallel }: ScryptCost): boolean {
  const octets = 128 * cost * block * parallel;
  return cost > 1 && Number.isInteger(Math.log2(cost)) && octets > 0 && octets <= maxScryptOctets;
}
