// Makes a finding of one set of flow limits and its counters.
import type { ConnectionFacts, FlowCount } from '../contract/facts.ts';
import type { Counter, Finding } from '../contract/verdict.ts';
import { allowed, grouped, ordinal } from './wording.ts';

type Limit = 'maxConnections' | 'peerMaxConnections' | 'maxIntervalConnections' | 'peerMaxIntervalConnections';

const counterNames = {
  maxConnections: 'simultaneous connections',
  peerMaxConnections: 'simultaneous connections of the peer',
  maxIntervalConnections: 'new connections in the interval',
  peerMaxIntervalConnections: 'new connections of the peer in its interval',
} as const satisfies Record<Limit, string>;

/** Refuses when a limit is exceeded, in the order of the settings; 0 is no limit. On implicit TLS nothing is ever said in front of the handshake. */
export function judgeFlow(check: string, count: FlowCount, connection: ConnectionFacts): Finding {
  const { limits, path } = count;
  const counters: (Counter & { readonly limit: number; readonly key: Limit })[] = [
    { key: 'maxConnections', ...counter('maxConnections', count.connections, count) },
    { key: 'peerMaxConnections', ...counter('peerMaxConnections', count.peerConnections, count) },
    { key: 'maxIntervalConnections', ...counter('maxIntervalConnections', count.intervalConnections, count) },
    {
      key: 'peerMaxIntervalConnections',
      ...counter('peerMaxIntervalConnections', count.peerIntervalConnections, count),
    },
  ];
  const plain = counters.map(({ name, value, limit }) => ({ name, value, limit }));
  const over = counters.find(({ value, limit }) => limit > 0 && value > limit);
  const scope = scopeName(count, connection);
  const evidence = { scope, ...(count.network !== undefined && { 'counted as one peer': count.network }) };
  if (over === undefined) {
    return { check, action: 'record', text: within(plain, scope, count), setting: path, counters: plain, evidence };
  }
  const answer = limits.answer[over.key];
  const silent = answer === 'silent' || connection.listener.tls === 'implicit';
  return {
    check,
    action: 'drop',
    reason: 'too-many-connections',
    ...(silent ? { silent } : {}),
    text: `${sentence(over.key, over.value, count, connection)}, ${allowed(over.limit)}`,
    setting: `${path}.${over.key}`,
    value: over.limit,
    counter: { name: over.name, value: over.value, limit: over.limit },
    counters: plain,
    evidence: { ...evidence, answer: answer === 'silent' || !silent ? answer : 'silent, because TLS is implicit' },
  };
}

function counter(key: Limit, value: number, count: FlowCount) {
  return { name: counterNames[key], value, limit: count.limits[key] };
}

function sentence(key: Limit, value: number, count: FlowCount, connection: ConnectionFacts): string {
  const { limits } = count;
  const from = ` from ${count.network ?? connection.peer.address}`;
  switch (key) {
    case 'maxConnections':
      return `${ordinal(value)} simultaneous connection ${scopeName(count, connection)}`;
    case 'peerMaxConnections':
      return `${ordinal(value)} simultaneous connection${from}`;
    case 'maxIntervalConnections':
      return `${ordinal(value)} new connection ${scopeName(count, connection)} within ${limits.timeInterval} s`;
    case 'peerMaxIntervalConnections':
      return `${ordinal(value)} new connection${from} within ${limits.peerTimeInterval} s`;
  }
}

function scopeName({ scope, path }: FlowCount, { listener }: ConnectionFacts): string {
  if (scope === 'listener') return `on listener ${listener.name}`;
  return scope === 'service' ? 'over all listeners' : `under ${path.replace(/\.flow$/, '')}`;
}

function within(
  counters: readonly (Counter & { readonly limit: number })[],
  scope: string,
  { network }: FlowCount,
): string {
  const [all, peer, interval, peerInterval] = counters.map(({ value, limit }) =>
    limit === 0 ? grouped(value) : `${grouped(value)} of ${grouped(limit)}`,
  );
  const from = network ?? 'this peer';
  return `${all} at once ${scope}, ${peer} from ${from}; new in the interval: ${interval}, ${peerInterval} from ${from}`;
}
