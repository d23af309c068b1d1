// A million connections before flow control: what counting and judging them costs, and what is remembered of their peers.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FlowLimits } from '../../core/contract/settings/flow.ts';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { evaluateAccess } from '../../core/policy/access.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { judgeFlow } from '../../core/policy/flowFinding.ts';

/** Most time a connection that is turned away may take, µs; printed, asserted nowhere. */
export const flowTarget = 3;

const connections = 1_000_000;
/** ms between two connections: the million comes within a minute. */
const apart = 0.06;

export interface FlowFigure {
  readonly work: string;
  /** µs of the thread's CPU a connection, findings and their texts included. */
  readonly each: number;
  readonly refused: number;
  /** Counts of peers remembered in the end. */
  readonly remembered: number;
  /** Octets of memory for each of them. */
  readonly octets: number;
}

interface FlowWork {
  readonly name: string;
  readonly address: (index: number) => string;
  readonly flow?: NonNullable<SettingsInput['flow']>;
  /** Limits of listener and service; those of AXIGEN's configuration unless said. */
  readonly limits?: Partial<FlowLimits>;
}

const v4 = (index: number) => `${10 + (index >> 24)}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const v6 = (index: number) => `2001:db8:${(index >> 16).toString(16)}:${(index & 65_535).toString(16)}::1`;
const anyNumber = { maxConnections: 0, maxIntervalConnections: 0 } as const;

const flowWorks: readonly FlowWork[] = [
  { name: 'one peer', address: () => '192.0.2.1' },
  { name: 'one peer, refused do not count', address: () => '192.0.2.1', flow: { countRefused: false } },
  { name: 'one peer, fixed window', address: () => '192.0.2.1', flow: { window: 'fixed' } },
  { name: 'IPv4 peers', address: v4 },
  { name: 'IPv4 peers, all let in', address: v4, limits: anyNumber },
  { name: 'IPv4 networks /24, all let in', address: v4, limits: anyNumber, flow: { peerPrefix4: 24 } },
  { name: 'IPv6 networks /64', address: v6, flow: { peerPrefix6: 64 } },
  { name: 'IPv6 networks /64, all let in', address: v6, limits: anyNumber, flow: { peerPrefix6: 64 } },
];

export function measureFlow(): FlowFigure[] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return flowWorks.map((work) => {
    // The first one only warms up.
    play(work, connections / 20);
    collect();
    const before = process.memoryUsage().heapUsed;
    const { flow, refused, each } = play(work, connections);
    collect();
    const octets = (process.memoryUsage().heapUsed - before) / flow.remembered;
    return { work: work.name, each, refused, remembered: flow.remembered, octets: Math.round(octets) };
  });
}

function play({ address, flow: input, limits = {} }: FlowWork, count: number) {
  const settings = settingsSchema.parse({
    listeners: [{ name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'clear', flow: limits }],
    flow: { ...input, service: limits },
  });
  const [listener] = settings.listeners;
  if (!listener) throw new Error('there is no listener');
  let now = 0;
  let refused = 0;
  const flow = new FlowCounters(() => now);
  const began = process.threadCpuUsage();
  for (let index = 0; index < count; index += 1) {
    now = index * apart;
    const peer = { address: address(index), port: 40_000 };
    const visit = flow.enter({ settings, listenerIndex: 0, address: peer.address });
    const rule = visit.rule(() => evaluateAccess(settings, 0, peer.address));
    const connection = { id: 's', listener, listenerIndex: 0, peer, local: peer, flow: visit.counts };
    const checks = visit.counts.map((one) => judgeFlow('flow', one, connection));
    if (rule) checks.push(judgeFlow('rule-flow', rule, connection));
    if (checks.some(({ action }) => action === 'drop')) {
      refused += 1;
      visit.refused();
    }
    visit.leave();
  }
  const { user, system } = process.threadCpuUsage(began);
  return { flow, refused, each: Math.round(((user + system) / count) * 100) / 100 };
}
