// The finding that an exempt network made a difference (`strictness.exempt`).
import type { StrictRule } from '../contract/settings/strictness.ts';
import type { Finding } from '../contract/verdict.ts';
import type { PolicyContext } from './check.ts';

/** Undefined unless the peer is exempt from the setting and would have been treated otherwise without that. */
export function spared(
  { facts, settings }: PolicyContext,
  rule: StrictRule,
  found: Pick<Finding, 'check' | 'text'>,
): Finding | undefined {
  const entry = facts.connection.exempt?.find(({ from }) => from.includes(rule));
  if (!entry) return undefined;
  return {
    check: found.check,
    action: 'record',
    text: `${found.text}; ${entry.network} is an exempt network`,
    setting: entry.path,
    value: settings.strictness[rule],
    spare: true,
  };
}
