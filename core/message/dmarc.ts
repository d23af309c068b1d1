// DMARC in both readings: who the author is, which policy counts, and whether SPF or DKIM speaks for the author.
import { domainToASCII } from 'node:url';
import type { DkimSignature, DmarcAnswer, DmarcReading, SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Asked } from './dkimKey.ts';
import { readByList } from './dmarcList.ts';
import { DmarcRecords } from './dmarcRecord.ts';
import type { DmarcSubject, Identity } from './dmarcSubject.ts';
import { readByTree } from './dmarcTree.ts';
import type { Authors } from './authors.ts';
import { printable } from './printable.ts';

export interface DmarcTask {
  readonly authors: Authors;
  readonly signatures: readonly DkimSignature[];
  readonly spf: SpfAnswer | undefined;
  readonly isNullSender: boolean;
  readonly reading: Settings['sender']['dmarc']['reading'];
  readonly chance: number;
}

export async function examineDmarc(
  { authors, signatures, spf, isNullSender, reading, chance }: DmarcTask,
  { asked, elapsed }: { readonly asked: Asked; readonly elapsed: () => number },
): Promise<DmarcAnswer> {
  const began = elapsed();
  const found = authorOf(authors);
  const identities = identitiesOf({ signatures, spf, isNullSender });
  const readings =
    'why' in found
      ? (['9989', '7489'] as const).map((one): DmarcReading => noAuthor(one, found.why))
      : await readBoth({ author: found.author, identities, records: new DmarcRecords(asked), chance });
  const inOrder = [...readings].sort((one) => (one.reading === reading ? -1 : 1));
  return {
    kind: 'dmarc',
    result: inOrder[0]?.result ?? 'no-author',
    ...('author' in found ? { author: printable(found.author, 253) } : {}),
    readings: inOrder,
    questions: [...asked.questions],
    ms: Math.round((elapsed() - began) * 10) / 10,
  };
}

async function readBoth(subject: DmarcSubject): Promise<readonly DmarcReading[]> {
  return [await readByTree(subject), await readByList(subject)];
}

const noAuthor = (reading: '9989' | '7489', why: string): DmarcReading => ({
  reading,
  result: 'no-author',
  steps: [],
  alignments: [],
  why,
});

/** One From field with one domain (RFC 9989 section 5.3.1): several addresses of one domain are fine, groups as well (RFC 6854). */
export function authorOf({
  addresses,
  places,
  problems,
}: Authors): { readonly author: string } | { readonly why: string } {
  if (places.length === 0) return { why: 'there is no From field' };
  if (places.length > 1) return { why: `there are ${places.length} From fields` };
  const [problem] = problems;
  if (problem !== undefined) return { why: printable(`From cannot be read: ${problem.text}`, 200) };
  const domains = [...new Set(addresses.map(({ domain }) => asName(domain)))];
  const [author] = domains;
  if (author === undefined) return { why: 'From names nobody' };
  if (domains.length > 1) return { why: `From names authors of ${domains.length} domains` };
  if (author.startsWith('[')) return { why: 'From has an address of a host, not of a domain' };
  return { author };
}

/** Lower case, A-labels, without a final dot (RFC 5890 section 2.3). */
export function asName(domain: string): string {
  const plain = domain.trim().toLowerCase().replace(/\.$/, '');
  return plain.startsWith('[') ? plain : domainToASCII(plain) || plain;
}

function identitiesOf({
  signatures,
  spf,
  isNullSender,
}: Pick<DmarcTask, 'signatures' | 'spf' | 'isNullSender'>): readonly Identity[] {
  const identities: Identity[] = [];
  // RFC 9989 section 4.4.2: MAIL FROM alone counts; with a null sender that is postmaster at the EHLO name (RFC 7208 section 2.4).
  if (spf !== undefined && (spf.identity === 'mailfrom' || isNullSender) && spf.domain !== '')
    identities.push({
      by: 'spf',
      domain: asName(spf.domain),
      passed: spf.result === 'pass',
      unknown: spf.result === 'temperror',
    });
  for (const { domain: raw, result } of signatures) {
    const domain = asName(raw);
    if (domain === '') continue;
    const known = identities.findIndex((one) => one.by === 'dkim' && one.domain === domain);
    const before = identities[known];
    const one: Identity = {
      by: 'dkim',
      domain,
      passed: result === 'pass' || before?.passed === true,
      unknown: result === 'temperror' || before?.unknown === true,
    };
    if (known < 0) identities.push(one);
    else identities[known] = one;
  }
  return identities;
}
