// What may stand in a user's fields: every mistake in words, and never with a password in them.
import { prepared } from './prepare.ts';

/** Crockford's base 32: no letter that looks like a digit; 32 of them, so every octet gives one without bias. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A password of 80 random bits that can be read out over the telephone, e.g. `k7mp-2qxz-9fwd-0hta`. */
export function generatePassword(random: (octets: number) => Uint8Array): string {
  const letters = Array.from(random(16), (octet) => alphabet[octet & 31]!).join('');
  return letters.match(/.{4}/g)!.join('-');
}

/** Why a name cannot be a user's; null when it can. */
export function nameProblem(name: string): string | null {
  const octets = Buffer.byteLength(name);
  if (octets < 1 || octets > 255) return 'a user name has 1 to 255 octets';
  return /\p{Cc}/u.test(name) ? 'a user name has no control characters' : null;
}

/**
 * Why a name cannot be a new user's: beside what no name may be, one that SASLprep makes another (RFC 4013). SCRAM looks for
 * what the client's name comes to (RFC 5802 section 5.1), and so does who acts for another (RFC 4954 section 4).
 */
export function newNameProblem(name: string): string | null {
  return nameProblem(name) ?? unpreparedProblem(name);
}

/** Why a name is not found by who prepares what the client says; null when it is. */
export function unpreparedProblem(name: string): string | null {
  const ready = prepared(name, 'query');
  if (ready === name) return null;
  if (ready === undefined) return 'the user name has characters that SASLprep does not take (RFC 4013)';
  return `SASLprep makes ${JSON.stringify(ready)} of the user name (RFC 4013): take that`;
}

export function passwordProblem(password: string): string | null {
  const octets = Buffer.byteLength(password);
  if (octets < 1 || octets > 1024) return 'a password has 1 to 1024 octets';
  return password.includes('\0') ? 'a password has no NUL' : null;
}

/** Labels of a domain, above ASCII too; an address literal is none. */
const domain =
  /^(?!.{256})(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;

/** Why this can be no alias: an address, `@` and a domain, or the name of a user that has no `@`; null when it can. */
export function aliasProblem(alias: string): string | null {
  const shown = JSON.stringify(alias.length > 100 ? `${alias.slice(0, 100)}...` : alias);
  if (Buffer.byteLength(alias) > 320) return `alias ${shown}: an address has 320 octets at most`;
  const at = alias.lastIndexOf('@');
  const local = at < 0 ? alias : alias.slice(0, at);
  if (at !== 0 && (local === '' || /[\p{Cc}\s<>()[\],;:\\"@]/u.test(local)))
    return `alias ${shown}: expected an address, @domain, or the name of a user`;
  if (at >= 0 && !domain.test(alias.slice(at + 1))) return `alias ${shown}: what stands behind the @ is no domain`;
  return null;
}

/** Failed logins before a user is held off. */
export function quotaProblem(quota: number | null): string | null {
  const isFine = quota === null || (Number.isSafeInteger(quota) && quota >= 1 && quota <= 1_000_000);
  return isFine ? null : 'a quota is a whole number from 1 to 1000000, or none';
}
