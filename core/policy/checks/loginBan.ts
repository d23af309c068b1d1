// Check `login-ban`: are logins of the peer, as the user, or of everybody held off?
import type { Check } from '../check.ts';
import { banned } from '../banned.ts';

/** In front of `credentials`: what is held off hears the same whatever its password. */
export const loginBan: Check = {
  name: 'login-ban',
  title: 'logins held off',
  group: 'protection',
  run: ({ settings, facts: { login } }) => {
    if (login?.ban === undefined) return undefined;
    const { mechanism, user } = login;
    const finding = banned('login-ban', settings, login.ban);
    return { ...finding, evidence: { ...finding.evidence, mechanism, ...(user !== undefined && { user }) } };
  },
};
