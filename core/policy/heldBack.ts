// How much later an answer comes for the findings about the sender whose action is delay.
import type { Finding } from '../contract/verdict.ts';
import type { Settings } from '../contract/settings/settings.ts';

export interface HeldBack {
  /** All findings; those that delay say by how much. */
  readonly findings: readonly Finding[];
  /** In all, at most `sender.maxDelay`. */
  readonly ms: number;
}

/** Each waits `sender.delay`, as long as `sender.maxDelay` has room; undefined when none does. Failed logins wait by a rule of their own. */
export function heldBack(findings: readonly Finding[], { sender }: Settings): HeldBack | undefined {
  if (!findings.some(isHeld)) return undefined;
  let seconds = 0;
  const told = findings.map((finding) => {
    if (!isHeld(finding)) return finding;
    const own = Math.min(sender.delay, sender.maxDelay - seconds);
    seconds += own;
    const text = own > 0 ? `the answer waits ${own} s` : `the answer has waited ${sender.maxDelay} s already`;
    return { ...finding, text: `${finding.text}; ${text}`, evidence: { ...finding.evidence, delay: `${own} s` } };
  });
  return { findings: told, ms: seconds * 1000 };
}

function isHeld({ action, setting }: Finding): boolean {
  return action === 'delay' && setting?.startsWith('sender.') === true;
}
