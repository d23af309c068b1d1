// Check `mechanism`: is the mechanism the client names offered on this connection?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';

/** Says nothing once the exchange has begun; an unlisted mechanism is 504 5.5.4 (RFC 4954 section 4). */
export const mechanism: Check = {
  name: 'mechanism',
  title: 'login mechanism',
  group: 'authentication',
  run: ({ settings, facts: { login, session, connection } }) => {
    if (login?.result !== 'pending') return undefined;
    const { clear, secured } = settings.authentication;
    const isSecured = session.tls !== undefined || connection.listener.tls === 'implicit';
    const list: readonly string[] = isSecured ? secured : clear;
    const setting = isSecured ? 'authentication.secured' : 'authentication.clear';
    const name = login.mechanism.toUpperCase();
    const found = { check: 'mechanism', setting, value: list } as const;
    const where = isSecured ? 'on secured connections' : 'in clear';
    if (list.includes(name)) {
      const text = `${name} is offered ${where}`;
      return constant(settings, text, () => ({ ...found, action: 'record', text }));
    }
    const canSecure = connection.listener.tls === 'starttls' && settings.acceptance.extensions.startTls;
    if (!isSecured && canSecure && (secured as readonly string[]).includes(name)) {
      const text = `${name} is offered on secured connections only`;
      return { ...found, action: 'refuse', reason: 'auth-needs-tls', text };
    }
    // RFC 5321 section 4.2.4: a command that is known but not offered is 502; 503 is for AUTH out of order (RFC 4954 section 4).
    if (list.length === 0)
      return { ...found, action: 'refuse', reason: 'auth-off', text: `no mechanism is offered ${where}` };
    const text = `${printable(name)} is not offered ${where}, only ${list.join(', ')}`;
    return { ...found, action: 'refuse', reason: 'auth-mechanism', text };
  },
};

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
