// Reports of a run: a table for people, JSON for programs, JUnit for build servers, and the exit code.
import type { CaseResult, Outcome } from '../contract/scenario.ts';
import { type WorldName, type WorldReason, worldReasons } from '../contract/scenarioWorld.ts';
import { spanText } from '../contract/span.ts';
import { counted } from '../policy/wording.ts';
import { coursesOf } from './courseReport.ts';

export const reportForms = ['table', 'json', 'junit'] as const;
export type ReportForm = (typeof reportForms)[number];

/** A scenario that was not played, because it cannot be in the world that was asked for. */
export interface LeftOut {
  readonly scenario: string;
  readonly because: WorldReason;
}

/** How a run was played. */
export interface Manner {
  /** Where it was asked to be played; absent: each where it can be. */
  readonly world?: WorldName | undefined;
  readonly seed?: number | undefined;
  readonly leftOut?: readonly LeftOut[];
}

export interface RunReport extends Manner {
  readonly counts: Readonly<Record<Outcome | 'unexpected', number>>;
  readonly cases: readonly CaseResult[];
  /** sha256 of what was said and decided in all cases, in order. */
  readonly journal: string;
}

/** Whether an outcome is another than the expected one; without an expectation none is. */
export const isUnexpected = ({ outcome, expected }: CaseResult): boolean =>
  expected !== undefined && outcome !== expected;

/** Counts the outcomes of a run. */
export function reportOf(cases: readonly CaseResult[], journal: string, manner: Manner = {}): RunReport {
  const of = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  const counts = {
    held: of('held'),
    breached: of('breached'),
    notApplicable: of('notApplicable'),
    inconclusive: of('inconclusive'),
    unexpected: cases.filter(isUnexpected).length,
  };
  return { counts, cases, journal, ...manner };
}

/**
 * 0 or 1: with expectations, 1 when an outcome is not the expected one; without, 1 when anything was breached or
 * could not be decided.
 */
export function exitCodeOf({ counts, cases }: RunReport): 0 | 1 {
  const isProof = cases.some(({ expected }) => expected !== undefined);
  if (isProof) return counts.unexpected > 0 ? 1 : 0;
  return counts.breached + counts.inconclusive > 0 ? 1 : 0;
}

/** The report in one of its forms, ending in a line feed. */
export function written(report: RunReport, form: ReportForm): string {
  switch (form) {
    case 'table':
      return table(report);
    case 'json':
      return json(report);
    case 'junit':
      return junit(report);
  }
}

function json({ counts, cases, journal, world, seed, leftOut }: RunReport): string {
  const rows = cases.map(
    ({ scenario, case: name, preset, world: where, outcome, expected, ms, why, timeline }, index) => ({
      scenario,
      case: name,
      preset,
      world: where,
      outcome,
      ...(expected === undefined ? {} : { expected }),
      ms,
      why,
      ...(timeline === undefined ? {} : { timeline: String(index) }),
    }),
  );
  const report = { counts, world, seed, leftOut, cases: rows, journal };
  const text = JSON.stringify(report, undefined, 2);
  // The thousands of numbers of a timeline take no line each.
  return `${text.replace(/"timeline": "(\d+)"/g, (_, index) => `"timeline": ${JSON.stringify(cases[Number(index)]?.timeline)}`)}\n`;
}

const nameOf = ({ scenario, case: name }: CaseResult) => (name === '-' ? scenario : `${scenario} ${name}`);

function table({ counts, cases, journal, world, seed, leftOut = [] }: RunReport): string {
  const head = ['outcome', 'scenario', 'base', 'took', 'why'];
  const rows = cases.map((one) => {
    const outcome = isUnexpected(one) ? `${one.outcome}, not ${one.expected}` : one.outcome;
    return [outcome, nameOf(one), one.preset, spanText(one.ms), one.why];
  });
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 3 ? cell.padStart(widths[column] ?? 0) : column === 4 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const total = `${counted(cases.length, 'case')}: ${counts.held} held, ${counts.breached} breached, ${counts.notApplicable} not applicable, ${counts.inconclusive} inconclusive`;
  const proof = cases.some(({ expected }) => expected !== undefined) ? `, ${counts.unexpected} unexpected` : '';
  const left = leftOut.map(({ scenario, because }) => `  ${scenario}: ${because}. ${worldReasons[because].title}`);
  const leftText =
    left.length === 0 ? [] : [`${left.length} left out, which cannot be played in the ${world} world:`, ...left];
  const last = `journal ${journal}${seed === undefined ? '' : `, seed ${seed}`}`;
  const courses = coursesOf(cases).map((course) => `\n${course}`);
  return [...[head, ...rows].map(line), ...courses, '', ...leftText, `${total}${proof}`, last, ''].join('\n');
}

const xml = (text: string) =>
  text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Failures are what sets the exit code; a case that does not apply is skipped, and so is a scenario that was left out. */
function junit({ cases, world, leftOut = [] }: RunReport): string {
  const isFailure = (one: CaseResult) => (one.expected === undefined ? one.outcome === 'breached' : isUnexpected(one));
  const isError = (one: CaseResult) => one.expected === undefined && one.outcome === 'inconclusive';
  const isSkipped = (one: CaseResult) => !isFailure(one) && one.outcome === 'notApplicable';
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const tests = cases.map((one) => {
    const head = `  <testcase classname="${xml(one.scenario)}" name="${xml(`${one.case} ${one.preset}`)}" time="${seconds(one.ms)}"`;
    const told = `message="${xml(`${one.outcome}${one.expected === undefined ? '' : `, expected ${one.expected}`}`)}">${xml(one.why)}`;
    if (isFailure(one)) return `${head}>\n    <failure ${told}</failure>\n  </testcase>`;
    if (isError(one)) return `${head}>\n    <error ${told}</error>\n  </testcase>`;
    return isSkipped(one) ? `${head}>\n    <skipped/>\n  </testcase>` : `${head}/>`;
  });
  const left = leftOut.map(({ scenario, because }) => {
    const why = `not in the ${world} world: ${worldReasons[because].title}`;
    return `  <testcase classname="${xml(scenario)}" name="-" time="0.000">\n    <skipped message="${xml(why)}"/>\n  </testcase>`;
  });
  const count = (of: (one: CaseResult) => boolean) => cases.filter(of).length;
  const time = seconds(cases.reduce((sum, { ms }) => sum + ms, 0));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="gatehouse" tests="${cases.length + left.length}" failures="${count(isFailure)}" errors="${count(isError)}" skipped="${count(isSkipped) + left.length}" time="${time}">`,
    ...tests,
    ...left,
    '</testsuite>',
    '',
  ].join('\n');
}
