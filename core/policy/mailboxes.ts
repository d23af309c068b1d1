// Which mailboxes of ours a name means, as VRFY asks it (RFC 5321 section 3.5.1).
import type { Mailbox } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { isPostmaster, localDomain } from './localDomains.ts';

/** Addresses `local@domain`; a name without a domain is looked for in every local one. At most as many as there are local domains. */
export function mailboxesOf(settings: Settings, name: Pick<Mailbox, 'local' | 'domain'>): readonly string[] {
  const domains = name.domain === '' ? settings.domains.local.map((each) => each.name) : [name.domain];
  return domains.flatMap((domain) => {
    const mailbox = { raw: '', local: name.local, domain };
    const local = localDomain(settings, mailbox);
    if (!local) return [];
    const isKnown = local.accept === 'any' || isPostmaster(mailbox) || local.listed.has(name.local.toLowerCase());
    return isKnown ? [`${name.local}@${local.name}`] : [];
  });
}
