// Findings whose action is mark: kept with the session or its message until the trace tells of them.
import type { Mark } from '../contract/facts.ts';
import type { Finding, Verdict } from '../contract/verdict.ts';
import { isPositive } from './fate.ts';
import type { GrowingFacts } from './dialogue.ts';

/** A field of its own tells of these (RFC 7208 section 9.1). */
const ownField = /^spf-/;

/** Keeps the marks of a verdict that lets the mail pass; those of an EHLO stand until the next one. */
export function keepMarks(verdict: Verdict, { session, transaction }: GrowingFacts): void {
  const { stage, findings } = verdict;
  if (findings.length === 0 && (stage !== 'ehlo' || session.marks === undefined)) return;
  if (!isPositive(verdict)) return;
  const marks = findings.filter(isMark).map(({ check, text }): Mark => ({ check, text }));
  if (stage === 'ehlo') {
    delete session.marks;
    if (marks.length > 0) session.marks = marks;
  } else if (transaction !== undefined && marks.length > 0) {
    const before = transaction.marks ?? [];
    const isNew = (mark: Mark) => !before.some(({ check, text }) => check === mark.check && text === mark.text);
    transaction.marks = [...before, ...marks.filter(isNew)];
  }
}

function isMark({ action, check }: Finding): boolean {
  return action === 'mark' && !ownField.test(check);
}
