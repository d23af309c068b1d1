// Who is tried in the what-if: sensible values from the zone or a session, and which of its faults belongs to which field. Pure.
import type { TriedStage } from '../../../../core/contract/senderCalls.ts';
import type { SessionRow } from '../../../../core/contract/summary.ts';
import { zoneRows } from '../dns/zoneRows.ts';
import { isMapping } from '../tree.ts';

export const triedFields = ['peer', 'ehlo', 'mailFrom', 'recipient', 'from'] as const;
export type TriedField = (typeof triedFields)[number];
export type Tried = Readonly<Record<TriedField, string>>;

/** As a session had them; what it never said stays empty. */
export function triedOf({ peer, helo, sender, recipients }: SessionRow): Tried {
  const mailFrom = sender ?? '';
  return { peer, ehlo: helo ?? '', mailFrom, recipient: recipients[0] ?? '', from: mailFrom };
}

/** A sender of the zone's first domain with a policy, calling from the first address there is. */
export function triedFromZone(zone: string, domains: unknown): Tried {
  const rows = zoneRows(zone).filter((row) => !row.isFault);
  const spf = rows.find(({ type, data }) => type === 'TXT' && data.startsWith('v=spf1'));
  const host = rows.find(({ type }) => type === 'A' || type === 'AAAA');
  const domain = spf?.name ?? rows.find(({ type }) => type === 'MX')?.name ?? 'example.com';
  const sender = `ann@${domain.replace(/\.$/, '')}`;
  return {
    peer: host?.data ?? '192.0.2.10',
    ehlo: host?.name ?? `mail.${domain}`,
    mailFrom: sender,
    recipient: localRecipient(domains),
    from: sender,
  };
}

/** Somebody the receiver takes mail for. */
function localRecipient(domains: unknown): string {
  const [first] = Array.isArray(domains) ? (domains as unknown[]) : [];
  if (!isMapping(first) || typeof first['name'] !== 'string') return '';
  const [listed] = Array.isArray(first['recipients']) ? (first['recipients'] as unknown[]) : [];
  return `${typeof listed === 'string' && listed !== '' ? listed : 'postmaster'}@${first['name']}`;
}

/** The stage that says what comes of it all: the one that refused, else the one that set the message apart, else the last. */
export function decidingStage(stages: readonly TriedStage[]): TriedStage | undefined {
  const last = stages.at(-1);
  if (last === undefined || /^[45]/.test(last.reply)) return last;
  return stages.find(({ verdict: { action } }) => action === 'discard' || action === 'quarantine') ?? last;
}

/** What the fields are called, here and where the host finds fault with them. */
export const fieldTitles: Readonly<Record<TriedField, string>> = {
  peer: 'Peer',
  ehlo: 'EHLO',
  mailFrom: 'MAIL FROM',
  recipient: 'Recipient',
  from: 'From',
};

/** A fault of the host as it belongs to a field, or to none: `Peer: expected an address`. */
export function faultOf(problem: string): { readonly field?: TriedField; readonly text: string } {
  const field = triedFields.find((one) => problem.startsWith(`${fieldTitles[one]}: `));
  return field ? { field, text: problem.slice(fieldTitles[field].length + 2) } : { text: problem };
}
