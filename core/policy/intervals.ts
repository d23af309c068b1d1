// A list of rules made ready for asking: disjoint address intervals, each with its best rule, searched in halves.
import { type Ip, parseIpSet } from '../contract/settings/network.ts';
import { Heap } from '../world/heap.ts';

/** What an interval table needs of a rule. */
export interface RankedRule {
  readonly ipSet: string;
  /** The lower number is the better rule; among equals the first in the list. */
  readonly priority: number;
  readonly enable: boolean;
}

export interface Intervals {
  /** Index of the best enabled rule that holds the address; -1 when none does. */
  best(ip: Ip): number;
}

interface Family {
  /** First address of each interval, ascending; an interval ends where the next begins. */
  readonly starts: readonly bigint[];
  /** Index of the best rule of the interval, -1 for none. */
  readonly rules: readonly number[];
}

const ready = new WeakMap<readonly RankedRule[], Intervals>();

/** The table of a list; made once for each list, which must not change afterwards. */
export function intervalsOf(rules: readonly RankedRule[]): Intervals {
  let intervals = ready.get(rules);
  if (intervals === undefined) ready.set(rules, (intervals = compile(rules)));
  return intervals;
}

function compile(rules: readonly RankedRule[]): Intervals {
  const enabled = rules.flatMap((rule, index) => {
    const range = rule.enable ? parseIpSet(rule.ipSet) : undefined;
    return range === undefined ? [] : [{ range, rank: { priority: rule.priority, index } }];
  });
  const families = { 4: familyOf(4), 6: familyOf(6) };
  function familyOf(family: 4 | 6): Family {
    return sweep(enabled.filter(({ range }) => range.family === family));
  }
  return { best: (ip) => find(families[ip.family], ip.value) };
}

interface Rank {
  readonly priority: number;
  readonly index: number;
}
interface Ranged {
  readonly range: { readonly first: bigint; readonly last: bigint };
  readonly rank: Rank;
}

/** Walks the first and last addresses in order; a heap holds the rules begun, those ended are dropped when they surface. */
function sweep(ranged: readonly Ranged[]): Family {
  const points = [...new Set(ranged.flatMap(({ range }) => [range.first, range.last + 1n]))].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const beginning = [...ranged].sort((a, b) =>
    a.range.first < b.range.first ? -1 : a.range.first > b.range.first ? 1 : 0,
  );
  const heap = new Heap<Ranged>((a, b) => isBetter(a.rank, b.rank));
  const starts: bigint[] = [];
  const rules: number[] = [];
  let next = 0;
  for (const point of points) {
    for (; next < beginning.length; next += 1) {
      const begun = beginning[next];
      if (begun === undefined || begun.range.first > point) break;
      heap.push(begun);
    }
    while (heap.first !== undefined && heap.first.range.last < point) heap.pop();
    const best = heap.first?.rank.index ?? -1;
    if (rules.at(-1) === best) continue;
    starts.push(point);
    rules.push(best);
  }
  return { starts, rules };
}

function find({ starts, rules }: Family, value: bigint): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0n) <= value) low = middle + 1;
    else high = middle;
  }
  return rules[low - 1] ?? -1;
}

const isBetter = (a: Rank, b: Rank) => (a.priority === b.priority ? a.index < b.index : a.priority < b.priority);
