// The calls about senders: DNS, what would happen to one, greylisting and the workers.
import type { Output, Parsed } from '../contract/calls.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { senderCalls } from '../contract/senderCalls.ts';
import { settingsSchema } from '../contract/settings/settings.ts';
import { createDns, type Dns } from '../dns/dns.ts';
import { realWorld } from '../world/real.ts';
import { dnsHandlers } from './dnsHandlers.ts';
import { trySender } from './trySender.ts';
import type { Parts } from './workbench.ts';

export function senderHandlers(parts: Parts): Pick<Handlers, keyof typeof senderCalls> {
  const dns = createDns(realWorld);
  return {
    ...dnsHandlers({ settings: () => parts.configuration.settings, recent: parts.recentQuestions }),
    'test.sender': (wanted) => tried(wanted, parts, dns),
    'greylist.list': ({ limit }) => greylistList(parts, limit),
    'greylist.clear': () => ({ removed: parts.greylist.greylist.clear() }),
    'workers.state': () => parts.workers.state(),
  };
}

/** Those seen last come first. */
function greylistList({ greylist: { greylist } }: Parts, limit: number): Output<'greylist.list'> {
  const { size: total, waiting } = greylist;
  const entries = greylist.entries().toSorted((one, other) => other.last - one.last);
  return { total, waiting, entries: entries.slice(0, limit).map((entry) => ({ ...entry })) };
}

/** By the draft, where there is one. */
function tried({ settings: draft, ...wanted }: Parsed<'test.sender'>, parts: Parts, dns: Dns) {
  const parsed = draft === undefined ? undefined : settingsSchema.safeParse(draft);
  if (parsed?.success === false) {
    const problems = parsed.error.issues.map(({ path, message }) => `Settings: ${path.join('.')}: ${message}`);
    return { stages: [], problems };
  }
  const settings = parsed?.data ?? parts.configuration.settings;
  const { workers, greylist } = parts;
  return trySender(wanted, { world: realWorld, settings, dns, workers, greylist: greylist.greylist });
}
