// Names and passwords in the one form in which they are compared: SASLprep (RFC 4013).
import { saslprep } from '@mongodb-js/saslprep';

/**
 * Prepares a name or a password. A `stored` string is one that is kept, or that a password is derived from (RFC 5802
 * section 2.2, Normalize): code points that Unicode 3.2 did not know, emoji among them, are prohibited there. In a
 * `query`, such as a user name that a client sends, they stand as they are (RFC 3454 section 7).
 * @returns undefined where RFC 4013 section 2.3 prohibits the text, or nothing is left of it
 */
export function prepared(text: string, as: 'stored' | 'query' = 'stored'): string | undefined {
  try {
    return saslprep(text, { allowUnassigned: as === 'query' }) || undefined;
  } catch {
    // Prohibited; or nothing was left, which the library does not expect.
    return undefined;
  }
}
