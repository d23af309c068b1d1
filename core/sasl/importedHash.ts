// Password hashes of other servers, as htpasswd, Dovecot and /etc/shadow write them: which can be checked, and the check.
import { createHash, timingSafeEqual } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import { decodeBase64 } from './base64.ts';
import { md5Crypt } from './cryptMd5.ts';
import { shaCrypt } from './cryptSha.ts';

/** Most work a hash may ask for, since each check holds up every session: about a second. */
const most = { bcrypt: 14, shaCrypt: 200_000 };
/** bcrypt has no cost below; the library throws at one. */
const leastBcrypt = 4;

interface Scheme {
  /** The hash behind Dovecot's prefix, if it has one. */
  readonly form: RegExp;
  /** What is wrong beyond the form; null for nothing. */
  readonly problem?: (hash: string) => string | null;
  readonly matches: (hash: string, password: string) => boolean;
}

const crypt = { md5: /^\$(?:apr1|1)\$[^$:]{1,8}\$[./0-9A-Za-z]{22}$/, bcrypt: /^\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}$/ };

const schemes: readonly Scheme[] = [
  {
    form: crypt.bcrypt,
    problem: (hash) =>
      Number(hash.slice(4, 6)) < leastBcrypt
        ? `bcrypt with a cost under ${leastBcrypt}, which there is not`
        : tooMuch('bcrypt with cost', Number(hash.slice(4, 6)), most.bcrypt),
    matches: (hash, password) => compareSync(password, hash),
  },
  { form: crypt.md5, matches: (hash, password) => same(md5Crypt(password, hash), hash) },
  {
    form: /^\$5\$(?:rounds=\d{1,9}\$)?[^$:]{1,16}\$[./0-9A-Za-z]{43}$|^\$6\$(?:rounds=\d{1,9}\$)?[^$:]{1,16}\$[./0-9A-Za-z]{86}$/,
    problem: (hash) => tooMuch('crypt with rounds', Number(/rounds=(\d+)/.exec(hash)?.[1] ?? 0), most.shaCrypt),
    matches: (hash, password) => same(shaCrypt(password, hash), hash),
  },
  ...(['SHA', 'SHA256', 'SHA512'] as const).flatMap((name) => [digest(name, false), digest(name, true)]),
];

/** `{SHA}` and the like: base64 of the hash, and of the salt behind it where the name begins with `{SS`. */
function digest(name: 'SHA' | 'SHA256' | 'SHA512', salted: boolean): Scheme {
  const algorithm = name === 'SHA' ? 'sha1' : name.toLowerCase();
  const prefix = `{${salted ? 'S' : ''}${name}}`;
  const { length } = createHash(algorithm).digest();
  const octets = (hash: string) => decodeBase64(hash.slice(prefix.length)) ?? Buffer.alloc(0);
  return {
    form: new RegExp(`^\\{${salted ? 'S' : ''}${name}\\}[A-Za-z0-9+/]+=*$`),
    problem: (hash) =>
      (salted ? octets(hash).length > length : octets(hash).length === length)
        ? null
        : `${prefix} without ${length} octets of base64${salted ? ' and a salt' : ''}`,
    matches: (hash, password) => {
      const all = octets(hash);
      const actual = createHash(algorithm).update(password).update(all.subarray(length)).digest();
      return timingSafeEqual(all.subarray(0, length), actual);
    },
  };
}

/** What is told of hashes that are known and not taken. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'no hash'],
  [/^(?:[!*]|x$)/, 'no password can be right: the account is locked'],
  [/^[./0-9A-Za-z]{13}$/, 'DES crypt, which keeps 8 characters of a password'],
  [/^\$(?:y|gy|7)\$/, 'yescrypt, which is not known here'],
  [/^(?:\{ARGON2[^}]*\})?\$argon2/i, 'Argon2, which is not known here'],
  [/^\{SCRAM-/i, 'SCRAM keys of another server, which are not taken'],
  [/^\{(?:PLAIN|CLEAR|CLEARTEXT)\}/i, 'the password itself: import it as CSV, so that every mechanism works'],
  [/^\{([A-Za-z0-9.-]+)\}/, 'a scheme that is not known here, or damaged'],
];

/**
 * Dovecot's prefixes for what crypt writes are no part of the hash.
 * @returns the hash as it is kept
 */
export function bareHash(text: string): string {
  return text.replace(/^\{(?:CRYPT|BLF-CRYPT|SHA256-CRYPT|SHA512-CRYPT|MD5-CRYPT)\}(?=\$)/i, '');
}

/** Why a hash cannot be taken, without any of it; null when it can. */
export function importedProblem(hash: string): string | null {
  const scheme = schemes.find(({ form }) => form.test(hash));
  if (scheme) return scheme.problem?.(hash) ?? null;
  return refused.find(([form]) => form.test(hash))?.[1] ?? 'no password hash that is known here';
}

/** Whether the password is the hash's; false for a hash that cannot be taken. */
export function importedMatches(hash: string, password: string): boolean {
  if (importedProblem(hash) !== null) return false;
  return schemes.find(({ form }) => form.test(hash))?.matches(hash, password) ?? false;
}

function tooMuch(what: string, asked: number, limit: number): string | null {
  return asked > limit ? `${what} ${asked} would hold up every session for seconds; ${limit} at most` : null;
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
