// Flow counters with a clock in the test's hand.
import type { FlowCount } from '../../core/contract/facts.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { settingsOf } from './facts.ts';

export function counters(input: SettingsInput = {}) {
  const clock = { now: 0 };
  const settings = settingsOf(input);
  const flow = new FlowCounters(() => clock.now);
  const enter = (address = '192.0.2.1', listenerIndex = 0) => flow.enter({ settings, listenerIndex, address });
  return { clock, flow, enter, settings };
}

export const numbers = ({ connections, peerConnections, intervalConnections, peerIntervalConnections }: FlowCount) => [
  connections,
  peerConnections,
  intervalConnections,
  peerIntervalConnections,
];
