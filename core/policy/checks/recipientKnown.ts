// Check `recipient-known`: does the local domain have this recipient?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { isPostmaster, localDomain } from '../localDomains.ts';

/** Unknown: 550 5.1.1. postmaster is always known, with and without a domain (RFC 5321 section 4.5.1). */
export const recipientKnown: Check = {
  name: 'recipient-known',
  title: 'recipient',
  group: 'domains',
  run: ({ settings, facts: { transaction } }) => {
    const recipient = transaction?.recipient;
    if (recipient === undefined) return undefined;
    const domain = recipient.domain === '' ? undefined : localDomain(settings, recipient);
    if (domain === undefined && recipient.domain !== '') return undefined;
    if (isPostmaster(recipient)) {
      const text = 'postmaster is always accepted';
      return constant(settings, text, () => ({ check: 'recipient-known', action: 'record', spare: true, text }));
    }
    // A mailbox without a domain other than postmaster is no mailbox (RFC 5321 section 4.1.1.3).
    if (domain === undefined) {
      const text = `${recipient.local} without a domain, and only postmaster may be so`;
      return { check: 'recipient-known', action: 'refuse', reason: 'unknown-recipient', text };
    }
    const found = { check: 'recipient-known', setting: `${domain.path}.accept`, value: domain.accept } as const;
    if (domain.accept === 'any') {
      const text = `${domain.name} takes any recipient`;
      return constant(settings, text, () => ({ ...found, action: 'record', text }));
    }
    if (domain.listed.has(recipient.local.toLowerCase())) {
      return { ...found, action: 'record', text: `${recipient.local} is listed in ${domain.name}` };
    }
    const text = `${recipient.local} is not among the ${domain.listed.size} listed in ${domain.name}`;
    return { ...found, action: 'refuse', reason: 'unknown-recipient', text };
  },
};
