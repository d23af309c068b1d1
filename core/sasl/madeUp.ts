// What is computed with for names that nobody has, or that lack a secret: of the same shape and cost as what users have.
import { createHmac } from 'node:crypto';
import { hashLength, type PasswordHash, saltLength, standardCost } from './passwordHash.ts';
import type { User, UserSecrets } from './users.ts';
import type { ScramSecret, SecretKind, Secrets } from './userSource.ts';

/** RFC 7677 section 4. */
const usualIterations = 4096;

/**
 * Secrets by name, always the same for one name while key and users stay the same. A table may mix costs (hashes of other
 * servers, iterations of other days), so a name nobody has costs what one of the users costs: which of them, an HMAC of the
 * name says. So over many names the costs are spread as among users, and one name alone tells nothing.
 */
export class MadeUp {
  readonly #key: Uint8Array;
  readonly #hashes: readonly PasswordHash[];
  readonly #iterations: Readonly<Record<'scram-sha-1' | 'scram-sha-256', readonly number[]>>;

  constructor(key: Uint8Array, users: Iterable<User>) {
    this.#key = key;
    const secrets = [...users].flatMap((user) => ('sealed' in user.secrets ? [] : [user.secrets]));
    this.#hashes = secrets.map(({ password }) => password);
    this.#iterations = {
      'scram-sha-1': iterationsOf(secrets, 'scram-sha-1'),
      'scram-sha-256': iterationsOf(secrets, 'scram-sha-256'),
    };
  }

  /** A hash that costs what a user's costs; whether a password is its is of no matter. */
  hash(name: string): PasswordHash {
    const octets = this.#octets('hash', name);
    return this.#hashes[octets.readUInt32BE(0) % this.#hashes.length] ?? nobody(octets);
  }

  secret<K extends SecretKind>(kind: K, name: string): Secrets[K] {
    const made: { readonly [Kind in SecretKind]: () => Secrets[Kind] } = {
      'scram-sha-1': () => this.#scram('scram-sha-1', name, 20),
      'scram-sha-256': () => this.#scram('scram-sha-256', name, 32),
      'cram-md5': () => {
        const octets = this.#octets('cram-md5', name);
        return { inner: octets.subarray(0, 16), outer: octets.subarray(16, 32) };
      },
      'digest-md5': () => ({ hash: this.#octets('digest-md5', name).subarray(0, 16) }),
    };
    return made[kind]();
  }

  #scram(kind: 'scram-sha-1' | 'scram-sha-256', name: string, length: number): ScramSecret {
    const octets = this.#octets(kind, name);
    const known = this.#iterations[kind];
    return {
      salt: octets.subarray(0, saltLength),
      iterations: known[octets.readUInt32BE(saltLength) % known.length] ?? usualIterations,
      storedKey: this.#octets(`${kind} stored`, name).subarray(0, length),
      serverKey: this.#octets(`${kind} server`, name).subarray(0, length),
    };
  }

  /** 32 octets. */
  #octets(purpose: string, name: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\0${name}`).digest();
  }
}

function iterationsOf(secrets: readonly UserSecrets[], kind: 'scram-sha-1' | 'scram-sha-256'): readonly number[] {
  return secrets.flatMap(({ [kind]: secret }) => (secret ? [secret.iterations] : []));
}

/** Where there are no users at all. */
function nobody(salt: Buffer): PasswordHash {
  return { scrypt: standardCost, salt: salt.subarray(0, saltLength), hash: Buffer.alloc(hashLength) };
}
