// What the word of a strictness setting makes of what was found in a message: refused, or noted.
import type { Strict, StrictRule } from '../contract/settings/strictness.ts';
import type { Counter, Finding } from '../contract/verdict.ts';
import type { PolicyContext } from './check.ts';
import type { ReasonKey } from './reasons.table.ts';
import { spared } from './spared.ts';

export interface Found {
  readonly check: string;
  readonly rule: StrictRule;
  readonly what: string;
  /** What stands behind it under each word. */
  readonly done: Readonly<Record<Strict, string>>;
  /** Why it is refused under `reject`. */
  readonly reason: ReasonKey;
  readonly counter?: Counter;
}

/** A finding of its own each time: it names what is in this message. */
export function strictly(context: PolicyContext, { check, rule, what, done, reason, counter }: Found): Finding {
  const value = context.settings.strictness[rule];
  const text = `${what}${done[value]}`;
  const found = { check, text, setting: `strictness.${rule}`, value, ...(counter && { counter }) };
  if (value === 'reject') return { ...found, action: 'refuse', reason };
  return spared(context, rule, found) ?? { ...found, action: 'record' };
}
