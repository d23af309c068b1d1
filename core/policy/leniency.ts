// What was taken although the strict grammar does not have it, in words and as a finding.
import type { Finding } from '../contract/verdict.ts';

/** `space after colon, tab`, of the words of grammar.ts. */
export function leniencyText(lenient: readonly string[]): string {
  return lenient.map((one) => one.replaceAll('-', ' ')).join(', ');
}

/** Under `strictness.grammar: lenient`. */
export function leniencyFinding(lenient: readonly string[]): Finding {
  const text = `taken: ${leniencyText(lenient)}`;
  return { check: 'grammar', action: 'record', setting: 'strictness.grammar', value: 'lenient', text };
}
