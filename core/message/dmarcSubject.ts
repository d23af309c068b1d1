// What both readings of DMARC are made from, and what an alignment comes to in either.
import type { DmarcAlignment, DmarcReading } from '../contract/senderAnswers.ts';
import type { DmarcRecords, Policy } from './dmarcRecord.ts';

/** An identity that SPF or DKIM has looked at. */
export interface Identity {
  readonly by: 'spf' | 'dkim';
  /** In lower case, A-labels. */
  readonly domain: string;
  readonly passed: boolean;
  /** DNS did not answer: it may be that it passes. */
  readonly unknown: boolean;
}

/** What both readings are made from. */
export interface DmarcSubject {
  readonly author: string;
  /** SPF first; at most one of each kind and domain. */
  readonly identities: readonly Identity[];
  readonly records: DmarcRecords;
  /** 0 to 1, for pct. */
  readonly chance: number;
}

/** One step milder, for what is only tried out (t=y) or not in the sample (pct). */
export const milder: Readonly<Record<Policy, Policy>> = { reject: 'quarantine', quarantine: 'none', none: 'none' };

/**
 * pass when an identity that passed is aligned. An identity that is aligned and could not be asked for leaves it open
 * (RFC 7489 section 6.6.2, RFC 9989 section 5.3.6); mailauth says fail then.
 */
export function resultOf(
  alignments: readonly DmarcAlignment[],
  identities: readonly Identity[],
  policy: Policy,
): DmarcReading['result'] {
  if (alignments.some(({ aligned, passed }) => aligned && passed)) return 'pass';
  const open = alignments.some(
    ({ by, domain, aligned }) =>
      aligned && identities.some((one) => one.by === by && one.domain === domain && one.unknown),
  );
  return open ? 'temperror' : `fail-${policy}`;
}
