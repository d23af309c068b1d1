// Findings of what was asked before, in front of those of the verdict that answers for all of it.
import type { Finding, Verdict } from '../contract/verdict.ts';

/** The same object when nothing was noted. */
export function withNoted(noted: readonly Finding[], verdict: Verdict): Verdict {
  if (noted.length === 0) return verdict;
  const { decider } = verdict;
  const moved = decider === undefined ? {} : { decider: decider + noted.length };
  return { ...verdict, findings: [...noted, ...verdict.findings], ...moved };
}
