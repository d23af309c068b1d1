// Check `flow`: are the listener's and the service's limits on connections kept?
import type { Check } from '../check.ts';
import { judgeFlow } from '../flowFinding.ts';

/**
 * Counted before access rules are asked; listener and service must both hold. For rules the listener is the outer bound (AXIGEN
 * documentation, Rules); that it is one for the service too, and what it refuses is never put before it, is assumed.
 */
export const flow: Check = {
  name: 'flow',
  title: 'connections',
  group: 'flow',
  run: ({ facts: { connection } }) =>
    connection.flow.filter(({ scope }) => scope !== 'rule').map((count) => judgeFlow('flow', count, connection)),
};
