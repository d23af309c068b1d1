// Asks a block list about an address or a domain, and whether the list is in order (RFC 5782).
import type { ListAnswer } from '../contract/senderAnswers.ts';
import { ip4Number, parseIp } from '../contract/settings/network.ts';
import { type Asker, evidence, type Outcome, outcomeOf, textsOf } from './asking.ts';
import { reversed } from './reversed.ts';

export interface ListAsked {
  /** What the list is called. */
  readonly list: string;
  readonly zone: string;
  readonly kind: 'address' | 'domain';
  readonly subject: string;
}

/** The test entries of a list: what it must have, and what it must not (RFC 5782 section 5), as labels in front of its zone. */
export interface TestEntries {
  readonly present: string;
  readonly absent: string;
}

/** What keeps the list from having a say, in words; undefined while it is in order. */
export type ListTest = (entries: TestEntries, asker: Asker) => Promise<string | undefined>;

const entriesFor = {
  4: { present: '2.0.0.127', absent: '1.0.0.127' },
  // ::FFFF:7F00:2 and ::FFFF:7F00:1
  6: {
    present: reversed({ family: 6, value: 0xffff7f000002n }),
    absent: reversed({ family: 6, value: 0xffff7f000001n }),
  },
  domain: { present: 'test', absent: 'invalid' },
} as const satisfies Record<string, TestEntries>;

/** Octets of a list's words that are kept. */
const longestText = 200;
const longestName = 253;

/**
 * Never rejects. `test` is asked only where the list has an entry. Answers outside 127.0.0.0/8, error answers (127.255.255.0/24)
 * and silence are no entries: the list has no say then.
 */
export async function askList(
  { list, zone, kind, subject }: ListAsked,
  asker: Asker,
  test?: ListTest,
): Promise<ListAnswer> {
  const began = asker.elapsed();
  const told = (
    result: ListAnswer['result'],
    more: Partial<Pick<ListAnswer, 'codes' | 'text' | 'why'>> = {},
  ): ListAnswer => ({ kind: 'list', list, zone, subject, result, codes: [], ...more, ...evidence(asker, began) });
  const ip = kind === 'address' ? parseIp(subject) : undefined;
  const label = ip === undefined ? subject.toLowerCase().replace(/\.$/, '') : reversed(ip);
  const name = `${label}.${zone}`;
  // What cannot be asked about cannot be listed.
  if (name.length > longestName) return told('clear');
  const outcome = await textsOf(asker, name, 'A');
  if (outcome.is === 'failed') return told('silent', { why: outcome.why });
  if (outcome.is !== 'found') return told('clear');
  const codes = [...new Set(outcome.rows)].sort();
  const why = wrongWith(codes);
  if (why !== undefined) return told('silent', { why });
  const entries = entriesFor[kind === 'domain' ? 'domain' : (ip?.family ?? 4)];
  const wrong = await test?.(entries, asker);
  if (wrong !== undefined) return told('silent', { codes, why: wrong });
  const text = words(await outcomeOf(asker, name, 'TXT'));
  return told('listed', { codes, ...(text !== undefined && { text }) });
}

/** What its answers say against the list itself. */
function wrongWith(codes: readonly string[]): string | undefined {
  for (const code of codes) {
    const value = ip4Number(code);
    if (value === undefined || value >>> 24 !== 127) return `it answers ${shown(code)}, outside of 127.0.0.0/8`;
    if (value >>> 8 === 0x7fffff) return `it answers with an error, ${code}`;
  }
  return undefined;
}

/** Asks a list for its test entries; `zone` as in {@link ListAsked}. */
export async function testList(
  zone: string,
  { present, absent }: TestEntries,
  asker: Asker,
): Promise<string | undefined> {
  const [has, hasNot] = await Promise.all([
    textsOf(asker, `${present}.${zone}`, 'A'),
    textsOf(asker, `${absent}.${zone}`, 'A'),
  ]);
  if (hasNot.is === 'found') return `it lists everybody: ${absent}.${zone} has an entry`;
  if (hasNot.is === 'failed' || has.is === 'failed') return 'its own test had no answer';
  if (has.is !== 'found') return `it is empty: ${present}.${zone} has no entry`;
  return wrongWith(has.rows);
}

/** One printable line. */
function words(outcome: Outcome<unknown>): string | undefined {
  if (outcome.is !== 'found') return undefined;
  const [first] = outcome.rows;
  const text = shown(Array.isArray(first) ? first.join('') : String(first));
  return text === '' ? undefined : text;
}

function shown(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, longestText);
}
