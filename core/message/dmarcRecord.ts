// Reads what stands at a _dmarc name: one parser for both readings (RFC 9989 section 4.7, RFC 7489 section 6.3).
import { codeOf, type Asked } from './dkimKey.ts';
import { printable } from './printable.ts';

export type Policy = 'none' | 'quarantine' | 'reject';

/** A record that begins as it must, with its tags as they were understood. */
export interface DmarcRecord {
  /** One printable line. */
  readonly text: string;
  readonly p?: string;
  readonly sp?: string;
  readonly np?: string;
  readonly adkim: 'relaxed' | 'strict';
  readonly aspf: 'relaxed' | 'strict';
  readonly psd: 'y' | 'n' | 'u';
  readonly testing: boolean;
  /** 0 to 100. */
  readonly pct: number;
  /** rua= names a report address that can be one. */
  readonly reports: boolean;
}

/** What was found at one name. */
export interface DmarcFound {
  /** `_dmarc.` and the domain. */
  readonly name: string;
  readonly domain: string;
  readonly record?: DmarcRecord;
  /** The record, or what came instead. */
  readonly found: string;
  /** Several records, which count as none in 9989 and end the search in 7489 (section 6.6.3 step 5). */
  readonly several: boolean;
  /** DNS did not answer. */
  readonly failed: boolean;
}

const longestRecord = 500;

/** Octets of a record that are read; reports to dozens of addresses take less. */
const mostRecordOctets = 8192;

/** The names of one message, each asked for once. */
export class DmarcRecords {
  readonly #asked: Asked;
  readonly #found = new Map<string, Promise<DmarcFound>>();

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  at(domain: string): Promise<DmarcFound> {
    let found = this.#found.get(domain);
    if (found === undefined) this.#found.set(domain, (found = this.#ask(domain)));
    return found;
  }

  /** Whether a name exists at all (RFC 9989 appendix A.4): NXDOMAIN alone says that it does not. @throws when DNS does not answer */
  async exists(domain: string): Promise<boolean> {
    for (const type of ['A', 'CNAME']) {
      try {
        await this.#asked.resolve(domain, type);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'ENODATA') return true;
        if (code !== 'ENOTFOUND' && code !== 'EBADNAME') throw error;
      }
    }
    return false;
  }

  async #ask(domain: string): Promise<DmarcFound> {
    const name = `_dmarc.${domain}`;
    const at = { name, domain, several: false, failed: false };
    if (!isName(name)) return { ...at, found: 'no name of the DNS' };
    let rows: unknown;
    try {
      rows = await this.#asked.resolve(name, 'TXT');
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOTFOUND' || code === 'EBADNAME') return { ...at, found: 'NXDOMAIN' };
      if (code === 'ENODATA') return { ...at, found: 'none' };
      return { ...at, found: code, failed: true };
    }
    const texts = (Array.isArray(rows) ? rows : [])
      .map((row) => (Array.isArray(row) ? row.join('') : String(row)).trim())
      .filter((text) => beginning.test(text));
    const [text] = texts;
    if (text === undefined) return { ...at, found: 'none' };
    if (texts.length > 1) return { ...at, found: `${texts.length} records`, several: true };
    const record = readRecord(text);
    return typeof record === 'string'
      ? { ...at, found: printable(`${record}: ${text}`, longestRecord) }
      : { ...at, found: record.text, record };
  }
}

/** The version must be the first tag, and match exactly; its name may be in either case (RFC 9989 section 4.8). */
const beginning = /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/;

/** Reads a record that begins with its version; or says why the whole of it is not one. */
export function readRecord(text: string): DmarcRecord | string {
  if (text.length > mostRecordOctets) return `longer than ${mostRecordOctets} octets`;
  const tags = new Map<string, string>();
  const [, ...specs] = text.split(';');
  for (const spec of specs) {
    const equals = spec.indexOf('=');
    // Errors behind the version are left out, and the rest counts (RFC 9989 section 4.7).
    if (equals <= 0) continue;
    const name = spec.slice(0, equals).trim();
    // RFC 6376 section 3.2: a list with a tag twice is invalid as a whole. Names are told apart by case.
    if (tags.has(name) || name.toLowerCase() === 'v') return `${printable(name, 20)}= stands twice`;
    tags.set(name, spec.slice(equals + 1).trim());
  }
  const value = (name: string) => tags.get(name)?.toLowerCase();
  const policies = Object.fromEntries(
    (['p', 'sp', 'np'] as const).flatMap((name) => {
      const text = value(name);
      return text === undefined ? [] : [[name, text]];
    }),
  ) as Pick<DmarcRecord, 'p' | 'sp' | 'np'>;
  const psd = value('psd');
  const pct = tags.get('pct') ?? '100';
  return {
    text: printable(text, longestRecord),
    ...policies,
    adkim: value('adkim') === 's' ? 'strict' : 'relaxed',
    aspf: value('aspf') === 's' ? 'strict' : 'relaxed',
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    testing: value('t') === 'y',
    pct: /^\d{1,3}$/.test(pct) && Number(pct) <= 100 ? Number(pct) : 100,
    reports: (tags.get('rua') ?? '').split(',').some((uri) => reportUri.test(uri.trim())),
  };
}

/** A URI, with commas and exclamation marks encoded, and the size RFC 7489 section 6.4 allowed behind it. */
const reportUri = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})+(?:![0-9]+[kmgt]?)?$/i;

const policies: readonly string[] = ['none', 'quarantine', 'reject'] satisfies readonly Policy[];
const isPolicy = (text: string | undefined): text is Policy => text !== undefined && policies.includes(text);

/** What a record asks for, of the tags the reading knows; undefined where nothing is asked for (RFC 9989 section 4.10.1, RFC 7489 section 6.6.3). */
export function policiesOf(
  record: DmarcRecord,
  names: readonly ('sp' | 'np')[],
): Partial<Record<'p' | 'sp' | 'np', Policy>> | undefined {
  const { p } = record;
  const others = names.map((name) => [name, record[name]] as const).filter(([, text]) => text !== undefined);
  if (isPolicy(p) && others.every(([, text]) => isPolicy(text)))
    return { p, ...(Object.fromEntries(others) as Partial<Record<'sp' | 'np', Policy>>) };
  return record.reports ? { p: 'none' } : undefined;
}

function isName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => label !== '' && label.length <= 63);
}
