// DMARC as RFC 9989 has it: the policy and the organisational domains are found by walking up the DNS tree (section 4.10).
import type { DmarcAlignment, DmarcReading, DmarcStep } from '../contract/senderAnswers.ts';
import { type DmarcSubject, type Identity, milder, resultOf } from './dmarcSubject.ts';
import { type DmarcFound, type DmarcRecord, type DmarcRecords, policiesOf, type Policy } from './dmarcRecord.ts';

/** Walks made for identities of one message: each is at most eight questions, their number is not limited by the RFC. */
export const mostWalks = 10;

export async function readByTree(subject: DmarcSubject): Promise<DmarcReading> {
  const { author, records } = subject;
  const walk = await walkUp(author, records);
  const own = walk[0]?.record;
  const failed = walk.find((one) => one.failed);
  const base = { reading: '9989' as const, alignments: [] };
  if (own === undefined && failed !== undefined)
    return {
      ...base,
      result: 'temperror',
      steps: stepsOf(walk, {}),
      why: `${failed.name} could not be asked for: ${failed.found}`,
    };
  // Where the walk broke off above the author's own record, that record counts and the organisation stays unknown.
  const organisation = failed === undefined ? organisationOf(author, walk) : undefined;
  const chosen = own === undefined ? inherited(walk, organisation) : walk[0];
  const steps = stepsOf(walk, { policy: chosen?.name, organisation });
  const known = organisation === undefined ? {} : { organisation };
  if (chosen?.record === undefined) return { ...base, ...known, result: 'none', steps };
  const at = { policyDomain: chosen.domain, record: chosen.record.text };
  const policies = policiesOf(chosen.record, ['sp', 'np']);
  if (policies?.p === undefined)
    return {
      ...base,
      ...known,
      ...at,
      result: 'permerror',
      steps,
      why: 'the record asks for no policy that is known, and for no reports',
    };
  const applied = await apply({ policies, isOwn: own !== undefined, subject });
  const { alignments, error } = await align(subject, { record: chosen.record, organisation });
  const policy = chosen.record.testing ? milder[applied.policy] : applied.policy;
  const result = resultOf(alignments, subject.identities, policy);
  const trouble = error ?? applied.error;
  const isOpen = result !== 'pass' && trouble !== undefined;
  return {
    ...base,
    ...known,
    ...at,
    result: isOpen ? 'temperror' : result,
    by: applied.by,
    steps,
    alignments,
    ...(chosen.record.testing ? { testing: true } : {}),
    ...(isOpen ? { why: trouble } : {}),
  };
}

/** The names a walk asks for: the domain, then its last seven labels at most, one less each time (section 4.10 step 4). */
export function namesUp(domain: string): readonly string[] {
  const labels = domain.split('.');
  const first = labels.length >= 8 ? labels.length - 7 : 1;
  return [domain, ...labels.slice(first).map((_, index) => labels.slice(first + index).join('.'))];
}

/** What was found on the way up, from the longest name; it ends at psd=y or psd=n, and where DNS does not answer. */
async function walkUp(domain: string, records: DmarcRecords): Promise<readonly DmarcFound[]> {
  const walk: DmarcFound[] = [];
  for (const name of namesUp(domain)) {
    const found = await records.at(name);
    walk.push(found);
    if (found.failed || (found.record !== undefined && found.record.psd !== 'u')) break;
  }
  return walk;
}

/** Section 4.10.2: psd=n ends it, psd=y means one label below, else the shortest name with a record, else the domain itself. */
function organisationOf(domain: string, walk: readonly DmarcFound[]): string {
  const found = walk.filter(({ record }) => record !== undefined);
  for (const one of found) {
    if (one.record?.psd === 'n') return one.domain;
    if (one.record?.psd === 'y' && one.domain !== domain)
      return domain
        .split('.')
        .slice(-(one.domain.split('.').length + 1))
        .join('.');
  }
  return found.at(-1)?.domain ?? domain;
}

/** The record of the organisation, or of the public suffix above it (section 4.10.1). */
function inherited(walk: readonly DmarcFound[], organisation: string | undefined): DmarcFound | undefined {
  return (
    walk.find(({ domain, record }) => record !== undefined && domain === organisation) ??
    walk.find(({ record }) => record?.psd === 'y')
  );
}

interface Applied {
  readonly policy: Policy;
  readonly by: 'p' | 'sp' | 'np';
  readonly error?: string;
}

/** p for the domain of the record; sp below it, np where the author's domain does not exist (section 4.7). */
async function apply({
  policies,
  isOwn,
  subject,
}: {
  readonly policies: Partial<Record<'p' | 'sp' | 'np', Policy>>;
  readonly isOwn: boolean;
  readonly subject: DmarcSubject;
}): Promise<Applied> {
  const p = policies.p ?? 'none';
  const existing: Applied =
    isOwn || policies.sp === undefined ? { policy: p, by: 'p' } : { policy: policies.sp, by: 'sp' };
  if (isOwn || policies.np === undefined) return existing;
  try {
    return (await subject.records.exists(subject.author)) ? existing : { policy: policies.np, by: 'np' };
  } catch {
    if (policies.np === existing.policy) return existing;
    return { ...existing, error: `whether ${subject.author} exists could not be asked for, and np differs` };
  }
}

interface Aligning {
  readonly record: DmarcRecord;
  readonly organisation: string | undefined;
}

async function align(
  subject: DmarcSubject,
  aligning: Aligning,
): Promise<{ readonly alignments: readonly DmarcAlignment[]; readonly error?: string }> {
  const organisations = new Map<string, string | undefined>();
  const found = new Map<Identity, DmarcAlignment>();
  let error: string | undefined;
  // Those that passed first: nobody can use up the walks they need with signatures that do not hold.
  const inOrder = [...subject.identities].sort((one, other) => Number(other.passed) - Number(one.passed));
  for (const identity of inOrder) {
    const { by, domain, passed } = identity;
    const mode = by === 'spf' ? aligning.record.aspf : aligning.record.adkim;
    const relaxed = await sameOrganisation(subject, { ...aligning, domain, organisations });
    if (passed && mode === 'relaxed' && typeof relaxed === 'string') error ??= relaxed;
    const aligned = mode === 'strict' ? domain === subject.author : relaxed === true;
    const organisation = organisations.get(domain);
    found.set(identity, { by, domain, mode, aligned, ...(organisation === undefined ? {} : { organisation }), passed });
  }
  return {
    alignments: subject.identities.flatMap((identity) => found.get(identity) ?? []),
    ...(error === undefined ? {} : { error }),
  };
}

/** Whether a domain has the organisation of the author; why it is not known, otherwise. Only names below it need a walk. */
async function sameOrganisation(
  { author, records }: DmarcSubject,
  {
    domain,
    organisation,
    organisations,
  }: Aligning & { readonly domain: string; readonly organisations: Map<string, string | undefined> },
): Promise<boolean | string> {
  if (domain === author) {
    organisations.set(domain, organisation);
    return true;
  }
  if (organisation === undefined)
    return domain.split('.').at(-1) === author.split('.').at(-1)
      ? `the organisation of ${author} could not be asked for`
      : false;
  if (domain !== organisation && !domain.endsWith(`.${organisation}`)) return false;
  if (!organisations.has(domain)) {
    if (organisations.size >= mostWalks) return `${domain} was not looked at: ${mostWalks} domains were`;
    const walk = await walkUp(domain, records);
    const failed = walk.find((one) => one.failed);
    organisations.set(domain, failed === undefined ? organisationOf(domain, walk) : undefined);
  }
  const own = organisations.get(domain);
  return own === undefined ? `the organisation of ${domain} could not be asked for` : own === organisation;
}

function stepsOf(
  walk: readonly DmarcFound[],
  { policy, organisation }: { readonly policy?: string | undefined; readonly organisation?: string | undefined },
): readonly DmarcStep[] {
  return walk.map(({ name, domain, found, record, several, failed }) => ({
    name,
    found,
    use:
      failed || several || (record === undefined && /^.+: /.test(found))
        ? 'error'
        : name === policy
          ? 'policy'
          : record !== undefined && (domain === organisation || record.psd === 'y')
            ? 'organisation'
            : 'passed by',
  }));
}
