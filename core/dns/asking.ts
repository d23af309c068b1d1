// One question told apart: there are rows, there are none and it is known, or DNS did not say.
import type { DnsQuestion } from '../contract/facts.ts';
import type { AskedResolver, Rows } from './resolver.ts';

/** Whom an asker asks, and the clock it tells its time by. */
export interface Asker {
  readonly asked: AskedResolver;
  /** Monotonic, ms. */
  readonly elapsed: () => number;
}

/**
 * What came of a question. `absent`: there is no such name (NXDOMAIN). `empty`: the name has no such record (NODATA). Both
 * are for good until the zone changes. `failed`: nobody knows now, which never counts as either (RFC 2308 section 7).
 */
export type Outcome<T> =
  | { readonly is: 'found'; readonly rows: readonly T[] }
  | { readonly is: 'absent' }
  | { readonly is: 'empty' }
  | { readonly is: 'failed'; readonly why: string };

export interface Exchange {
  readonly priority: number;
  /** Without its final dot; empty for the root, which is no host (RFC 7505). */
  readonly exchange: string;
}

/** Most rows of one answer that are looked at. */
const mostRows = 100;

/** Never rejects. */
export async function outcomeOf(asker: Asker, name: string, type: string): Promise<Outcome<Rows[number]>> {
  try {
    const rows: readonly Rows[number][] = await asker.asked.resolve(name, type);
    return rows.length === 0 ? { is: 'empty' } : { is: 'found', rows: rows.slice(0, mostRows) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND') return { is: 'absent' };
    if (code === 'ENODATA') return { is: 'empty' };
    return { is: 'failed', why: reasons.get(code ?? '') ?? 'DNS did not answer' };
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ETIMEOUT', 'no answer in time'],
  ['ESERVFAIL', 'SERVFAIL'],
  ['EREFUSED', 'REFUSED'],
  ['ETRUNCATED', 'a truncated answer'],
]);

/** Rows of A, AAAA and PTR. */
export async function textsOf(asker: Asker, name: string, type: 'A' | 'AAAA' | 'PTR'): Promise<Outcome<string>> {
  const outcome = await outcomeOf(asker, name, type);
  if (outcome.is !== 'found') return outcome;
  return { is: 'found', rows: outcome.rows.filter((row): row is string => typeof row === 'string') };
}

/** Rows of MX. */
export async function exchangesOf(asker: Asker, name: string): Promise<Outcome<Exchange>> {
  const outcome = await outcomeOf(asker, name, 'MX');
  if (outcome.is !== 'found') return outcome;
  const isExchange = (row: Rows[number]): row is Exchange => typeof row === 'object' && 'exchange' in row;
  return { is: 'found', rows: outcome.rows.filter(isExchange) };
}

/** The time since `began` and what was asked, as every answer carries them. */
export function evidence(
  { asked, elapsed }: Asker,
  began: number,
): { readonly questions: readonly DnsQuestion[]; readonly ms: number } {
  return { questions: [...asked.questions], ms: Math.round((elapsed() - began) * 10) / 10 };
}

/** A name from DNS as it may be shown: printable, in lower case, at most 253 characters, without its final dot. */
export function shownName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/[^\x21-\x7e]/g, '?')
    .slice(0, 253);
}
