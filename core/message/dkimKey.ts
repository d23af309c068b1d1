// Keys of signatures from DNS: each name is asked once, and what is too large or too many to be a key is told apart.
import type { KeyCache, PublicKey } from 'mailauth/lib/tools.js';
import type { DnsQuestion } from '../contract/facts.ts';
import type { Mailauth } from './mailauth.ts';

/** A resolver that notes what it was asked; core/dns has it, and gives it to whoever examines a message. */
export interface Asked {
  readonly resolve: (name: string, type: string) => Promise<unknown>;
  readonly questions: readonly DnsQuestion[];
}

/** Octets of a key record that are read: an RSA key of 16,384 bits needs less than 3,000. */
export const mostKeyOctets = 8192;

/** Records of one name that are tried (RFC 6376 section 6.1.2: a verifier may cycle through them). */
export const mostKeyRecords = 3;

/** Why there is no key. */
export class NoKey extends Error {
  readonly result: 'permerror' | 'temperror';
  constructor(result: 'permerror' | 'temperror', text: string) {
    super(text);
    this.result = result;
  }
}

/** The keys one message needs. */
export class Keys {
  readonly #parts: Mailauth;
  readonly #asked: Asked;
  readonly #records = new Map<string, Promise<readonly string[]>>();

  constructor(parts: Mailauth, asked: Asked) {
    this.#parts = parts;
    this.#asked = asked;
  }

  /** The records at the name, one at least. @throws {NoKey} */
  records(name: string): Promise<readonly string[]> {
    // RFC 8616 section 3: U-labels are looked up as A-labels.
    const asked = this.#parts.toALabel(name).toLowerCase();
    let records = this.#records.get(asked);
    if (records === undefined) {
      this.#records.set(asked, (records = this.#ask(asked)));
      // Whoever awaits it hears of it; that nobody does yet is no failure of the thread.
      records.catch(() => undefined);
    }
    return records;
  }

  /** The first record of each name, in the shape in which mailauth asks for the keys of seals. */
  first(leastBits: number): KeyCache {
    const { getPublicKey } = this.#parts;
    return {
      resolver: undefined,
      get: (type, name, _, options = {}) => {
        const key = this.records(name).then(([record = '']) =>
          getPublicKey(type, name, leastBits, () => Promise.resolve([[record]]), options),
        );
        key.catch(() => undefined);
        return key;
      },
    };
  }

  /** One record, in the shape in which mailauth asks for keys; `seen` is told of the key when it can be read. */
  of(record: string, seen: (key: PublicKey) => void): KeyCache {
    const { getPublicKey } = this.#parts;
    return {
      resolver: undefined,
      get: async (type, name, _, options = {}) => {
        // Short keys are verified as well: whether they count is for the settings to say (RFC 8301 section 3.2).
        const key = await getPublicKey(type, name, 1, () => Promise.resolve([[record]]), options);
        seen(key);
        return key;
      },
    };
  }

  async #ask(name: string): Promise<readonly string[]> {
    let rows: unknown;
    try {
      rows = await this.#asked.resolve(name, 'TXT');
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME')
        throw new NoKey('permerror', `there is no key at ${name}`);
      throw new NoKey('temperror', `the key at ${name} could not be asked for: ${code}`);
    }
    const texts = (Array.isArray(rows) ? rows : []).map((row) => (Array.isArray(row) ? row.join('') : String(row)));
    const short = texts.filter((text) => text.length <= mostKeyOctets);
    if (short.length > 0) return short.slice(0, mostKeyRecords);
    const [long] = texts;
    if (long === undefined) throw new NoKey('permerror', `there is no key at ${name}`);
    throw new NoKey(
      'permerror',
      `the key record at ${name} has ${long.length} octets, more than the ${mostKeyOctets} that are read`,
    );
  }
}

/** The code of what a resolver rejects with. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.message : String(error);
}
