// Who is exempt from a group of checks of the sender: whoever has logged in, submission, and the networks it names.
import type { Facts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';
import type { PolicyContext } from './check.ts';
import { constant } from './constant.ts';
import { networkHolding } from './networks.ts';

type Sender = Settings['sender'];

/** Groups of `sender` that have exemptions. */
export type SenderGroup = {
  [K in keyof Sender]: Sender[K] extends { readonly exemptNetworks: readonly string[] } ? K : never;
}[keyof Sender];

/** What is not done for whoever is exempt. */
const spares: Readonly<Record<SenderGroup, string>> = {
  spf: 'SPF check',
  reverseDns: 'check of reverse DNS',
  ehloName: 'check of the EHLO name',
  senderDomain: 'check of the sender’s domain',
  dnsbl: 'DNSBL',
  domainLists: 'domain list',
  dkim: 'DKIM check',
  dmarc: 'DMARC check',
  arc: 'ARC check',
  header: 'rules for the header',
  greylist: 'greylisting',
};

/** The setting that exempts, and why. */
interface Why {
  readonly key: string;
  readonly value: unknown;
  readonly why: string;
}

/** Without a finding, for those who only want to know whether. */
export function isExempt(group: SenderGroup, settings: Settings, facts: Facts): boolean {
  const { exemptAuthenticated, exemptSubmission, exemptNetworks } = settings.sender[group];
  const { listener, peer } = facts.connection;
  if (exemptAuthenticated && facts.session.user !== undefined) return true;
  if (exemptSubmission && listener.role !== 'mx') return true;
  return networkHolding(exemptNetworks, peer.address) >= 0;
}

/** Why the group has nothing to say of this client; undefined when it has. Findings that say the same are the same object. */
export function exemptFrom(
  group: SenderGroup,
  check: string,
  { settings, facts }: Pick<PolicyContext, 'settings' | 'facts'>,
): Finding | undefined {
  if (!isExempt(group, settings, facts)) return undefined;
  const { key, value, why } = whyExempt(group, settings, facts);
  return constant(settings, `${check} ${group} ${why}`, () => ({
    check,
    action: 'ignore',
    spare: true,
    text: `no ${spares[group]}: ${why}`,
    setting: `sender.${group}.${key}`,
    value,
  }));
}

function whyExempt(group: SenderGroup, settings: Settings, { connection, session }: Facts): Why {
  const { exemptAuthenticated, exemptSubmission, exemptNetworks } = settings.sender[group];
  if (exemptAuthenticated && session.user !== undefined)
    return { key: 'exemptAuthenticated', value: true, why: `logged in as ${session.user}` };
  const { role } = connection.listener;
  if (exemptSubmission && role !== 'mx') return { key: 'exemptSubmission', value: true, why: `a ${role} listener` };
  const { address } = connection.peer;
  const index = networkHolding(exemptNetworks, address);
  return { key: `exemptNetworks.${index}`, value: exemptNetworks[index], why: `${address} is in an exempt network` };
}
