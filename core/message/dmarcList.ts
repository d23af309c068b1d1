// DMARC as RFC 7489 has it: the policy of the author's domain or of its organisation, which the list of public suffixes tells.
import type { DmarcAlignment, DmarcReading, DmarcStep } from '../contract/senderAnswers.ts';
import { type DmarcSubject, milder, resultOf } from './dmarcSubject.ts';
import { type DmarcFound, policiesOf } from './dmarcRecord.ts';

/** The list is half a megabyte: only those pay who ask. */
const draw = () => import('tldts');
let drawn: ReturnType<typeof draw> | undefined;
const list = () => (drawn ??= draw());

/** Draws the list in now: files are read in real time. */
export async function loadSuffixes(): Promise<void> {
  await list();
}

export async function readByList({ author, identities, records, chance }: DmarcSubject): Promise<DmarcReading> {
  const { getDomain } = await list();
  // Section 3.2: the public suffix and one label; a suffix itself stands for itself.
  const organisationOf = (domain: string) => getDomain(domain, { allowPrivateDomains: true }) ?? domain;
  const organisation = organisationOf(author);
  const walk: DmarcFound[] = [await records.at(author)];
  // Section 6.6.3 step 3: the organisation is asked only where the author's domain has no record at all.
  const [own] = walk;
  if (own?.record === undefined && own?.several === false && !own.failed && organisation !== author)
    walk.push(await records.at(organisation));
  const chosen = walk.find(({ record }) => record !== undefined);
  const steps = walk.map(({ name, found, failed, several }): DmarcStep => ({
    name,
    found,
    use: failed || several || /= stands twice: /.test(found) ? 'error' : name === chosen?.name ? 'policy' : 'passed by',
  }));
  const base = { reading: '7489' as const, organisation, steps };
  const failed = walk.find((one) => one.failed);
  if (failed !== undefined)
    return {
      ...base,
      alignments: [],
      result: 'temperror',
      why: `${failed.name} could not be asked for: ${failed.found}`,
    };
  if (chosen?.record === undefined) return { ...base, alignments: [], result: 'none' };
  const { record } = chosen;
  const at = { policyDomain: chosen.domain, record: record.text };
  const policies = policiesOf(record, ['sp']);
  if (policies?.p === undefined)
    return {
      ...base,
      ...at,
      alignments: [],
      result: 'permerror',
      why: 'the record asks for no policy that is known, and for no reports',
    };
  const isSub = chosen.domain !== author && policies.sp !== undefined;
  const asks = isSub ? (policies.sp ?? policies.p) : policies.p;
  const alignments = identities.map(({ by, domain, passed }): DmarcAlignment => {
    const mode = by === 'spf' ? record.aspf : record.adkim;
    const own = organisationOf(domain);
    const aligned = mode === 'strict' ? domain === author : own === organisation;
    return { by, domain, mode, aligned, organisation: own, passed };
  });
  // Section 6.6.4: who is not in the sample is treated one step more mildly.
  const inSample = chance * 100 < record.pct;
  return {
    ...base,
    ...at,
    alignments,
    result: resultOf(alignments, identities, inSample ? asks : milder[asks]),
    by: isSub ? 'sp' : 'p',
    ...(record.pct < 100 ? { sampled: { pct: record.pct, in: inSample } } : {}),
  };
}
