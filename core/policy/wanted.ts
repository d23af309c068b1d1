// Which questions a message needs a worker for: what is on, may lead to something, and has nobody exempt from it.
import type { Facts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Wanted } from '../message/examine.ts';
import { isExempt } from './senderExempt.ts';

const groups = ['dkim', 'dmarc', 'arc', 'header', 'domainLists'] as const;
type Group = (typeof groups)[number];

/** What these settings ask of a message, whoever brings it. */
interface Asking {
  readonly groups: readonly Group[];
  readonly removed: boolean;
  /** The list for each set of groups that count, by their bits. */
  readonly lists: (readonly Wanted[] | undefined)[];
}

const nothing: readonly Wanted[] = Object.freeze([]);

/** Found out about every message that a worker has, for the record of it; no check asks for them. */
export const besides = ['parts', 'sha256'] as const satisfies readonly Wanted[];

const known = new WeakMap<Settings, Asking>();

/**
 * What has to be found out about a message of this client; empty when no worker is needed. The same list again for the
 * same settings and exemptions. DMARC needs DKIM, also where that group is off.
 */
export function wantedOf(settings: Settings, facts: Facts): readonly Wanted[] {
  const asking = askingOf(settings);
  if (asking.groups.length === 0 && !asking.removed) return nothing;
  let bits = 0;
  for (const group of asking.groups) if (!isExempt(group, settings, facts)) bits |= 1 << groups.indexOf(group);
  return (asking.lists[bits] ??= listed(bits, asking.removed));
}

/** Whether some message may need a worker. */
export function wantsWorkers(settings: Settings): boolean {
  const { groups, removed } = askingOf(settings);
  return removed || groups.length > 0;
}

function askingOf(settings: Settings): Asking {
  let asking = known.get(settings);
  if (asking === undefined) known.set(settings, (asking = askedBy(settings)));
  return asking;
}

/** True when the group is on and one of its results is told to anybody. */
function askedBy(settings: Settings): Asking {
  const { dkim, dmarc, arc, header, results } = settings.sender;
  const leads = (map: Readonly<Record<string, string>>) =>
    results.write || Object.values(map).some((action) => action !== 'ignore');
  const { from, noFrom, syntax, duplicates, lookAlike } = header;
  const looksAlike = header.protected.length > 0 ? lookAlike : 'ignore';
  const isOn: Readonly<Record<Group, boolean>> = {
    dkim: dkim.enabled && (dkim.maxReplays > 0 || leads(dkim.map)),
    dmarc: dmarc.enabled && leads(dmarc.map),
    arc: arc.enabled && leads(arc.map),
    header: [from, noFrom, syntax, duplicates, looksAlike].some((action) => action !== 'ignore'),
    domainLists: asksFrom(settings),
  };
  return {
    groups: groups.filter((group) => isOn[group]),
    removed: results.foreign !== 'keep' || results.strip.length > 0,
    lists: [],
  };
}

/** A list of domains is asked for the author's, which the header names: at the end, whatever its stage. */
function asksFrom({ sender: { domainLists } }: Settings): boolean {
  return domainLists.lists.some(({ enabled, of }) => enabled && of.includes('from'));
}

function listed(bits: number, removed: boolean): readonly Wanted[] {
  const has = (group: Group) => (bits & (1 << groups.indexOf(group))) !== 0;
  const list: Wanted[] = [];
  if (has('dkim') || has('dmarc')) list.push('dkim');
  if (has('dmarc')) list.push('dmarc');
  if (has('arc')) list.push('arc');
  if (has('header') || has('domainLists')) list.push('header');
  if (removed) list.push('removed');
  return list.length === 0 ? nothing : Object.freeze([...list, ...besides]);
}
