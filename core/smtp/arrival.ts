// A connection on its way to a session: its record begins, its proxy is believed or not, and flow control counts it.
import type { EventBody } from '../contract/event.ts';
import type { ConnectionFacts, ProxyFacts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Journal, SessionLog } from '../journal/journal.ts';
import { type Effective, effectiveSettings, type Place } from '../policy/effective.ts';
import type { FlowCounters, FlowVisit } from '../policy/flow.ts';
import { networkHolding } from '../policy/networks.ts';
import type { Protection } from '../policy/protection.ts';
import type { Kerberos } from '../sasl/kerberos.ts';
import type { UserSource } from '../sasl/userSource.ts';
import type { Accepted, World } from '../world/world.ts';
import type { Workers } from '../workers/workers.ts';
import type { AskSender } from './inquiry.ts';
import type { Listener } from './listener.ts';
import { octetsEvent } from './octets.ts';
import type { AskSpf } from './spfQuestion.ts';

/** The settings in force for a new connection. */
export interface Current {
  readonly settings: Settings;
  readonly generation: number;
  readonly listenerIndex: number;
  /** As in {@link Place}. */
  readonly kerberos?: string | undefined;
}

export interface GateOptions {
  readonly world: World;
  readonly journal: Journal;
  readonly users: UserSource;
  readonly kerberos?: Kerberos;
  readonly flow: FlowCounters;
  readonly protection: Protection;
  readonly listener: Listener;
  readonly implicit: boolean;
  readonly current: () => Current;
  readonly spf: AskSpf;
  readonly inquiry: AskSender;
  readonly workers: Workers;
  /** A session began or ended. */
  readonly changed: () => void;
}

/** One connection on its way to a session. */
export interface Arrival {
  readonly accepted: Accepted;
  readonly current: Current;
  /** The settings as they count for another address. */
  readonly effective: (address: string) => Effective;
  readonly log: SessionLog;
  readonly begun: number;
  readonly connection: ConnectionFacts;
  readonly visit: FlowVisit;
  readonly record: (body: EventBody) => void;
  readonly over: () => void;
}

/** A new connection, and what its proxy said of it. */
export interface Incoming {
  readonly accepted: Accepted;
  /** The world's monotonic clock, ms. */
  readonly begun: number;
  readonly proxied?: { readonly facts: ProxyFacts; readonly bytes: Buffer };
}

/** Seconds a header may take from this address; undefined when it is no trusted proxy. */
export function proxyTimeout({ settings, listenerIndex }: Current, address: string): number | undefined {
  const proxy = settings.listeners[listenerIndex]?.proxy;
  return proxy && networkHolding(proxy.from, address) >= 0 ? proxy.timeout : undefined;
}

/** Begins the record of a connection. Undefined when the listener was taken out of the settings while the connection came. */
export function beginRecord(options: GateOptions, { accepted, begun, proxied }: Incoming) {
  const { world, journal, implicit } = options;
  const current = options.current();
  const { listenerIndex, generation } = current;
  const listener = current.settings.listeners[listenerIndex];
  if (!listener) return undefined;
  const log = journal.session();
  const { peer, local } = accepted;
  const record = (body: EventBody) => void log.append(body, Math.round((world.elapsed() - begun) * 1000) / 1000);
  record({
    kind: 'connect',
    listener: listener.name,
    role: listener.role,
    production: listener.address,
    local,
    peer,
    secured: implicit,
    generation,
    ...(proxied && { proxy: proxied.facts }),
    at: world.now(),
  });
  if (proxied) record(octetsEvent('proxy', proxied.bytes));
  return { current, log, record };
}

/** Counts a connection and works out the settings that count for it; undefined as above. `gone`: it is over. */
export function arrive(options: GateOptions, incoming: Incoming, gone: () => void): Arrival | undefined {
  const { accepted, begun, proxied } = incoming;
  const begin = beginRecord(options, incoming);
  if (!begin) return undefined;
  const { current, log, record } = begin;
  const { listenerIndex, kerberos } = current;
  const { peer, local } = accepted;
  const effective = (address: Place['address']) =>
    effectiveSettings(current.settings, { listenerIndex, address, kerberos });
  const { settings, exempt, unavailable } = effective(peer.address);
  const listener = settings.listeners[listenerIndex] as ConnectionFacts['listener'];
  const visit = options.flow.enter({
    settings,
    listenerIndex,
    address: peer.address,
  });
  const ban = options.protection.visit(settings, peer.address).ban();
  const connection = {
    id: log.id,
    listener,
    listenerIndex,
    peer,
    local,
    flow: [...visit.counts],
    ...(exempt.length > 0 && { exempt }),
    ...(unavailable.length > 0 && { unavailable }),
    ...(ban && { ban }),
    ...(proxied && { proxy: proxied.facts }),
  };
  const over = () => {
    visit.leave();
    gone();
  };
  return {
    accepted,
    current: { ...current, settings },
    effective,
    log,
    begun,
    connection,
    visit,
    record,
    over,
  };
}
