// Check `grammar`: is the command within the strict grammar?
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { leniencyFinding, leniencyText } from '../leniency.ts';

/** RFC 5321 sections 3.3 and 4.1, RFC 6531: what the session could read, but the grammar does not have. */
export const grammar: Check = {
  name: 'grammar',
  title: 'command grammar',
  group: 'strictness',
  run: ({ settings, facts: { transaction } }): Finding | undefined => {
    const lenient = transaction?.lenient;
    if (lenient === undefined || lenient.length === 0) return undefined;
    if (settings.strictness.grammar === 'lenient') return leniencyFinding(lenient);
    const text = leniencyText(lenient);
    const found = { check: 'grammar', setting: 'strictness.grammar', value: 'strict' };
    // A source route is within the grammar (section 4.1.2), and declined all the same (section 3.6.1).
    const reason = lenient.every((one) => one === 'source-route') ? 'source-route' : 'grammar';
    return {
      ...found,
      action: 'refuse',
      reason,
      text,
      evidence: { detail: text },
    };
  },
};
