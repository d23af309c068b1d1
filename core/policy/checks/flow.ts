// Check `flow`: are the listener's and the service's limits on connections kept?
import type { Check } from '../check.ts';
import { judgeFlow } from '../flowFinding.ts';

/**
 * Counted before access rules are asked; listener and service must both hold. The listener is the outer bound (AXIGEN
 * documentation, Rules): what it refuses is never put before the service.
 */
export const flow: Check = {
  name: 'flow',
  title: 'connections',
  group: 'flow',
  run: ({ facts: { connection } }) =>
    connection.flow.filter(({ scope }) => scope !== 'rule').map((count) => judgeFlow('flow', count, connection)),
};
