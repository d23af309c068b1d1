// Whom the receiver asks: the zone first, then real servers where the settings have them asked.
import type { Settings } from '../contract/settings/settings.ts';
import type { World } from '../world/world.ts';
import type { AskedResolver } from './resolver.ts';
import { serversOf } from './servers.ts';
import { zoneOf } from './zone.ts';
import { zoneResolver } from './zoneResolver.ts';

/** One for each receiver and each worker: it holds the cache. */
export interface Dns {
  /** A resolver for one purpose: its questions are that purpose's evidence. */
  asked(dns: Settings['dns']): AskedResolver;
  /** Gives up what it holds open. */
  close(): void;
}

export function createDns(world: Pick<World, 'elapsed' | 'after' | 'nameServers'>): Dns {
  const servers = serversOf(world);
  return {
    asked: (dns) => {
      const others = dns.servers.enabled ? servers.others(dns) : undefined;
      return zoneResolver(zoneOf(dns).zone, { world, timeout: dns.timeout, others });
    },
    close: () => servers.close(),
  };
}
