// The words of outcomes: a good citizen is served or turned away where an attack is held or breaches.
import type { Outcome } from '../../../core/contract/scenario.ts';

/** The word on the chip. */
export function outcomeWord(outcome: Outcome, kind: 'attack' | 'citizen'): string {
  switch (outcome) {
    case 'held':
      return kind === 'citizen' ? 'served' : 'held';
    case 'breached':
      return kind === 'citizen' ? 'turned away' : 'breached';
    case 'notApplicable':
      return 'not applicable';
    case 'inconclusive':
      return 'inconclusive';
  }
}
