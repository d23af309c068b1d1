// Makes a finding of one set of flow limits and its counters.
import type { ConnectionFacts, FlowCount } from '../contract/facts.ts';
import type { Counter, Finding } from '../contract/verdict.ts';
import { exceeded, type FlowLimit } from './flowLimit.ts';
import { allowed, grouped, ordinal, toRelief } from './wording.ts';

/** What each limit counts; a reader of events finds a counter by this name and the `scope` in the finding's evidence. */
export const flowCounterNames = {
  maxConnections: 'simultaneous connections',
  peerMaxConnections: 'simultaneous connections of the peer',
  maxIntervalConnections: 'new connections in the interval',
  peerMaxIntervalConnections: 'new connections of the peer in its interval',
} as const satisfies Record<FlowLimit, string>;

/** Refuses when a limit is exceeded, in the order of the settings; 0 is no limit. On implicit TLS nothing is ever said in front of the handshake. */
export function judgeFlow(check: string, count: FlowCount, connection: ConnectionFacts): Finding {
  const { limits, path, network } = count;
  const counters = countersOf(count);
  const scope = scopeName(count, connection);
  const evidence: Record<string, string> = { scope, window: count.window };
  if (network !== undefined) evidence['counted as one peer'] = network;
  const over = exceeded(count);
  if (over === undefined)
    return { check, action: 'record', text: within(count, scope), setting: path, counters, evidence };
  const answer = limits.answer[over];
  const silent = answer === 'silent' || connection.listener.tls === 'implicit';
  evidence['answer'] = answer === 'silent' || !silent ? answer : 'silent, because TLS is implicit';
  const counter = counters[order.indexOf(over)] as Counter;
  return {
    check,
    action: 'drop',
    reason: 'too-many-connections',
    ...(silent ? { silent } : {}),
    text: `${sentence(over, count, connection)}, ${allowed(limits[over])}${reliefOf(counter)}${alsoOver(counters, counter)}`,
    setting: `${path}.${over}`,
    value: limits[over],
    counter,
    counters,
    evidence,
  };
}

const order: readonly FlowLimit[] = [
  'maxConnections',
  'peerMaxConnections',
  'maxIntervalConnections',
  'peerMaxIntervalConnections',
];

function countersOf(count: FlowCount): readonly Counter[] {
  const { limits, intervalRelief, peerIntervalRelief } = count;
  const names = flowCounterNames;
  return [
    { name: names.maxConnections, value: count.connections, limit: limits.maxConnections },
    { name: names.peerMaxConnections, value: count.peerConnections, limit: limits.peerMaxConnections },
    timed(names.maxIntervalConnections, [count.intervalConnections, limits.maxIntervalConnections], intervalRelief),
    timed(
      names.peerMaxIntervalConnections,
      [count.peerIntervalConnections, limits.peerMaxIntervalConnections],
      peerIntervalRelief,
    ),
  ];
}

function timed(name: string, [value, limit]: readonly [number, number], relief: number | undefined): Counter {
  return relief === undefined ? { name, value, limit } : { name, value, limit, relief };
}

/** Of what is counted at once nobody knows when it ends, only how many must: this connection closes by itself. */
function reliefOf({ name, value, limit, relief }: Counter): string {
  if (relief !== undefined) return `; ${toRelief(relief)}`;
  if (name !== flowCounterNames.maxConnections && name !== flowCounterNames.peerMaxConnections) return '';
  const others = value - Number(limit);
  return others === 1 ? '; relief when one of them closes' : `; relief when ${grouped(others)} of them close`;
}

/** What else is exceeded: relief comes when all of it is over. */
function alsoOver(counters: readonly Counter[], told: Counter): string {
  let text = '';
  for (const counter of counters) {
    const { name, value, limit, relief } = counter;
    if (counter === told || limit === 0 || value <= Number(limit)) continue;
    text += `; ${name} as well: ${of(value, Number(limit))}${relief === undefined ? '' : `, ${toRelief(relief)}`}`;
  }
  return text;
}

function sentence(limit: FlowLimit, count: FlowCount, connection: ConnectionFacts): string {
  const { limits } = count;
  const from = ` from ${count.network ?? connection.peer.address}`;
  const within = count.window === 'fixed' ? 'in this window of' : 'within';
  switch (limit) {
    case 'maxConnections':
      return `${ordinal(count.connections)} simultaneous connection ${scopeName(count, connection)}`;
    case 'peerMaxConnections':
      return `${ordinal(count.peerConnections)} simultaneous connection${from}`;
    case 'maxIntervalConnections':
      return `${ordinal(count.intervalConnections)} new connection ${scopeName(count, connection)} ${within} ${limits.timeInterval} s`;
    case 'peerMaxIntervalConnections':
      return `${ordinal(count.peerIntervalConnections)} new connection${from} ${within} ${limits.peerTimeInterval} s`;
  }
}

function scopeName({ scope, path }: FlowCount, { listener }: ConnectionFacts): string {
  if (scope === 'listener') return `on listener ${listener.name}`;
  return scope === 'service' ? 'over all listeners' : `under ${path.replace(/\.flow$/, '')}`;
}

function within(count: FlowCount, scope: string): string {
  const { limits } = count;
  const from = count.network ?? 'this peer';
  const all = of(count.connections, limits.maxConnections);
  const peer = of(count.peerConnections, limits.peerMaxConnections);
  const interval = of(count.intervalConnections, limits.maxIntervalConnections);
  const peerInterval = of(count.peerIntervalConnections, limits.peerMaxIntervalConnections);
  return `${all} at once ${scope}, ${peer} from ${from}; new in the interval: ${interval}, ${peerInterval} from ${from}`;
}

const of = (value: number, limit: number) => (limit === 0 ? grouped(value) : `${grouped(value)} of ${grouped(limit)}`);
