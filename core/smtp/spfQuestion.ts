// Asks SPF about a session's client; DNS is answered by the zone of the settings and nothing else.
import type { Facts, SpfAnswer } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { parseZone, type Zone } from '../dns/zone.ts';
import { zoneResolver } from '../dns/zoneResolver.ts';
import { checkSpf } from '../message/spf.ts';
import type { World } from '../world/world.ts';

export interface SpfAsked {
  readonly settings: Settings;
  readonly facts: Facts;
  readonly identity: 'helo' | 'mailfrom';
}
export type AskSpf = (asked: SpfAsked) => Promise<SpfAnswer>;

const zones = new WeakMap<Settings['dns'], Zone>();

function zoneOf({ dns }: Settings): Zone {
  let zone = zones.get(dns);
  if (!zone) zones.set(dns, (zone = parseZone(dns.zone).zone));
  return zone;
}

export function askSpf(world: World): AskSpf {
  return ({ settings, facts, identity }) => {
    const { connection, session, transaction } = facts;
    return checkSpf({
      identity,
      ip: connection.peer.address,
      helo: session.helo?.name ?? '',
      ...(identity === 'mailfrom' && transaction && { sender: transaction.sender }),
      hostname: settings.acceptance.hostname,
      asked: zoneResolver(zoneOf(settings), { world, timeout: settings.dns.timeout }),
      elapsed: world.elapsed,
    });
  };
}
