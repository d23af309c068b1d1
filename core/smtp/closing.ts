// The close reason of a verdict that ends its session.
import type { CloseReason } from '../contract/event.ts';
import type { Verdict } from '../contract/verdict.ts';
import { type Reason, type ReasonKey, reasons } from '../policy/reasons.table.ts';

/** What the reason's row says, else `policy`. */
export function closeOf({ reason }: Verdict): CloseReason {
  const { close }: Reason = reasons[reason as ReasonKey];
  return close ?? 'policy';
}
