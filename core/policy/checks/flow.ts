// Check `flow`: are the listener's and the service's limits on connections kept?
import type { Check } from '../check.ts';
import { judgeFlow } from '../flowFinding.ts';

/** Counted before access rules are asked (AXIGEN documentation, Flow Control); listener and service must both hold. */
export const flow: Check = {
  name: 'flow',
  title: 'connections',
  group: 'flow',
  run: ({ facts: { connection } }) =>
    connection.flow.filter(({ scope }) => scope !== 'rule').map((count) => judgeFlow('flow', count, connection)),
};
