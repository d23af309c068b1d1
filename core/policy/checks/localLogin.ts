// Check `local-login`: must the client log in to send to local domains?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { isPostmaster, localDomain } from '../localDomains.ts';

const found = { check: 'local-login', setting: 'authentication.localDelivery', value: 'auth' } as const;

/** On mx listeners only: 530 (RFC 4954 section 6). postmaster is spared, who must be reachable for everyone (RFC 5321 section 4.5.1). */
export const localLogin: Check = {
  name: 'local-login',
  title: 'login for local mail',
  group: 'authentication',
  run: ({ settings, facts: { connection, session, transaction } }) => {
    if (settings.authentication.localDelivery === 'all' || connection.listener.role !== 'mx') return undefined;
    const recipient = transaction?.recipient;
    if (recipient === undefined) return undefined;
    if (recipient.domain !== '' && localDomain(settings, recipient) === undefined) return undefined;
    if (session.user !== undefined) {
      const text = `logged in as ${session.user}`;
      return constant(settings, `local ${text}`, () => ({ ...found, action: 'record', text }));
    }
    if (isPostmaster(recipient)) {
      const text = 'postmaster is reachable without a login';
      return constant(settings, text, () => ({ ...found, action: 'ignore', spare: true, text }));
    }
    const text = 'mail for a local domain without a login';
    return constant(settings, text, () => ({ ...found, action: 'refuse', reason: 'login-required', text }));
  },
};
