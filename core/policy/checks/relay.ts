// Check `relay`: may this client send to this recipient's domain?
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { isRouted, localDomain } from '../localDomains.ts';

const found = { check: 'relay', setting: 'authentication.remoteDelivery' } as const;

/**
 * Remote domains are for those the settings name; 550 5.7.1 for others. A local part that names a further hop
 * (`user%other@here`, `other!user@here`) counts as remote unless the recipient is listed: real servers have relayed such.
 */
export const relay: Check = {
  name: 'relay',
  title: 'relaying',
  group: 'authentication',
  run: ({ settings, facts: { session, transaction } }): Finding | undefined => {
    const recipient = transaction?.recipient;
    if (recipient === undefined || (recipient.domain === '' && !isRouted(recipient))) return undefined;
    const domain = localDomain(settings, recipient);
    const isHidden = domain !== undefined && isRouted(recipient) && !domain.listed.has(recipient.local.toLowerCase());
    if (domain !== undefined && !isHidden) {
      const text = `${domain.name} is a local domain`;
      return constant(settings, text, () => ({
        check: 'relay',
        action: 'record',
        text,
        setting: `${domain.path}.name`,
        value: domain.name,
      }));
    }
    const value = settings.authentication.remoteDelivery;
    const { user } = session;
    const what = isHidden ? `${recipient.local} names a further hop` : `${recipient.domain} is not a local domain`;
    const evidence = { domain: recipient.domain };
    switch (value) {
      case 'all':
        return { ...found, action: 'record', value, text: `${what}; anyone may send there`, evidence };
      case 'none':
        return {
          ...found,
          action: 'refuse',
          reason: 'relay-denied',
          value,
          text: `${what}; nobody may send there`,
          evidence,
        };
      case 'auth': {
        if (user !== undefined)
          return { ...found, action: 'record', value, text: `${what}; ${user} may send there`, evidence };
        const text = `${what}, and the client has not logged in`;
        return { ...found, action: 'refuse', reason: 'relay-denied', value, text, evidence };
      }
    }
  },
};
