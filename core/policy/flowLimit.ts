// The limits of a set of flow limits in the order in which they are asked, and which of them a connection exceeds.
import type { FlowCount } from '../contract/facts.ts';

export type FlowLimit =
  'maxConnections' | 'peerMaxConnections' | 'maxIntervalConnections' | 'peerMaxIntervalConnections';

/** The first limit the count is above, in the order of the settings; 0 is no limit. */
export function exceeded(count: FlowCount): FlowLimit | undefined {
  const { limits } = count;
  if (isAbove(count.connections, limits.maxConnections)) return 'maxConnections';
  if (isAbove(count.peerConnections, limits.peerMaxConnections)) return 'peerMaxConnections';
  if (isAbove(count.intervalConnections, limits.maxIntervalConnections)) return 'maxIntervalConnections';
  if (isAbove(count.peerIntervalConnections, limits.peerMaxIntervalConnections)) return 'peerMaxIntervalConnections';
  return undefined;
}

const isAbove = (value: number, limit: number) => limit > 0 && value > limit;
