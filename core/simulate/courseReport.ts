// The courses of populations for people: how each group fared, which limits were hit, and what was expected.
import type { CaseResult } from '../contract/scenario.ts';
import { spanText } from '../contract/span.ts';
import type { GroupCourse, Timeline } from '../contract/timeline.ts';
import { grouped } from '../policy/wording.ts';
import { aligned } from './aligned.ts';

/** A text for each case that has a course. */
export function coursesOf(cases: readonly CaseResult[]): string[] {
  return cases.flatMap(({ scenario, case: name, preset, timeline }) =>
    timeline === undefined ? [] : [courseOf(`${scenario}${name === '-' ? '' : ` ${name}`} ${preset}`, timeline)],
  );
}

function courseOf(name: string, timeline: Timeline): string {
  const { now, took, timers, sessions, kept, groups, expectations, stopped } = timeline;
  const ratio = grouped(Math.round(now / Math.max(1, took)));
  return [
    `${name}: ${spanText(now)} in ${spanText(took)} (${ratio} to 1), ${grouped(sessions)} sessions, ${grouped(kept)} of them kept, ${grouped(timers)} timers`,
    ...(stopped === undefined ? [] : [`  stopped: ${stopped}; what is told is what it had come to`]),
    ...indented([groupHead, ...groups.map(groupRow)]),
    ...limitRows(timeline),
    ...expectations.map(
      ({ expected, found, held }) => `  ${held ? 'held' : 'missed'}: expected ${expected}, found ${found}`,
    ),
  ].join('\n');
}

const groupHead = [
  'group',
  'clients',
  'came',
  'served',
  'gave up',
  'waiting',
  'tries',
  'before greeting',
  'waits: least',
  'median',
  '90 %',
  '99 %',
  'most',
];

function groupRow({
  name,
  kind,
  clients,
  begun,
  served,
  gaveUp,
  waiting,
  tries,
  turnedAway,
  waits,
}: GroupCourse): string[] {
  const { least, p50, p90, p99, most, count } = waits;
  const spans = [least, p50, p90, p99, most].map((ms) => (count === 0 ? '-' : spanText(ms)));
  return [`${name} (${kind})`, ...[clients, begun, served, gaveUp, waiting, tries, turnedAway].map(grouped), ...spans];
}

/** Counters that have a limit and came near it, and when it was first hit. */
function limitRows({ series, moments }: Timeline): string[] {
  const rows = series.flatMap(({ id, title, limit, values }) => {
    if (limit === undefined) return [];
    const hits = moments.filter((moment) => moment.series === id);
    if (hits.length === 0) return [];
    const most = values.reduce((high, value) => Math.max(high, value), 0);
    return [[id, title, `${grouped(most)} of ${grouped(limit)}`, spanText(hits[0]?.at ?? 0), grouped(hits.length)]];
  });
  return rows.length === 0
    ? []
    : indented([['limit', 'what it counts', 'most', 'first hit after', 'moments'], ...rows]);
}

const indented = (rows: readonly (readonly string[])[]) => aligned(rows).map((line) => `  ${line}`);
