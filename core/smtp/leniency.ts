// What a command other than MAIL and RCPT had that the strict grammar does not: refused under strict, noted under lenient.
import type { Stage } from '../contract/facts.ts';
import { leniencyFinding, leniencyText } from '../policy/leniency.ts';
import type { Answer, Dialogue } from './dialogue.ts';
import type { Leniency } from './grammar.ts';

/** The refusal; undefined when it is taken, and the reply tells. */
export function leniently(d: Dialogue, stage: Stage, lenient: readonly Leniency[]): Answer | undefined {
  if (lenient.length === 0) return undefined;
  if (d.settings.strictness.grammar === 'lenient') {
    d.noted = [...(d.noted ?? []), leniencyFinding(lenient)];
    return undefined;
  }
  const detail = leniencyText(lenient);
  return d.wrong(stage, 'grammar', { because: `strictness.grammar is strict: ${detail}`, detail });
}
