// What whoever runs the receiver is told while clients hear wrong answers on purpose.
import type { ReceiverState } from '../contract/calls.ts';

/** One line for the terminal, or nothing while there are no faults. */
export function faultWarning({ faults }: ReceiverState): string | undefined {
  if (faults === undefined) return undefined;
  return `FAULTS ARE ON: clients hear wrong answers on purpose (${faults.join(', ')}); faults.enabled switches them off`;
}

/** What to say when settings were applied: faults begun or changed, or over. */
export function faultChange(before: ReceiverState, after: ReceiverState): string | undefined {
  const [was, now] = [faultWarning(before), faultWarning(after)];
  if (was === now) return undefined;
  return now ?? 'faults are off: clients hear what is meant';
}
