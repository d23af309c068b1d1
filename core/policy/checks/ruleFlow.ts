// Check `rule-flow`: are the limits of the allow rule that let the connection in kept?
import type { Check } from '../check.ts';
import { judgeFlow } from '../flowFinding.ts';

/** A total counts all addresses of the rule, a limit per peer one address among them (AXIGEN documentation, Rules). */
export const ruleFlow: Check = {
  name: 'rule-flow',
  title: 'connections of the allow rule',
  group: 'access',
  run: ({ facts: { connection } }) =>
    connection.flow.filter(({ scope }) => scope === 'rule').map((count) => judgeFlow('rule-flow', count, connection)),
};
