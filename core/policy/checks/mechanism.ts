// Check `mechanism`: is the mechanism the client names offered on this connection?
import type { Facts } from '../../contract/facts.ts';
import type { Settings } from '../../contract/settings/settings.ts';
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';
import { listPath } from '../effective.ts';
import { counted } from '../wording.ts';

/** Says nothing once the exchange has begun; an unlisted mechanism is 504 5.5.4 (RFC 4954 section 4). What came too early is told to be lost. */
export const mechanism: Check = {
  name: 'mechanism',
  title: 'login mechanism',
  group: 'authentication',
  run: ({ settings, facts }) => {
    if (facts.login?.result !== 'pending') return undefined;
    const { exposed } = facts.login;
    const found = judged(settings, facts, facts.login.mechanism);
    if (exposed === undefined || found.action !== 'refuse') return found;
    return {
      ...found,
      text: `${found.text}; what came with it in clear is exposed, ${counted(exposed, 'character')} of credentials`,
    };
  },
};

function judged(settings: Settings, facts: Facts, mechanism: string): Finding {
  const { session, connection } = facts;
  const { clear, secured } = settings.authentication;
  const { listener, listenerIndex } = connection;
  const isSecured = session.tls !== undefined || listener.tls === 'implicit';
  const list: readonly string[] = isSecured ? secured : clear;
  const setting = listPath(listener, listenerIndex, isSecured ? 'secured' : 'clear');
  const name = mechanism.toUpperCase();
  const found = { check: 'mechanism', setting, value: list } as const;
  const where = isSecured ? 'on secured connections' : 'in clear';
  if (list.includes(name)) return certificateMissing(name, found, facts) ?? offered(settings, { name, where, found });
  const canSecure = listener.tls === 'starttls' && settings.acceptance.extensions.startTls;
  if (!isSecured && settings.authentication.requireTls) return tooEarly(canSecure);
  const cannot = connection.unavailable?.find((one) => one.mechanism === name);
  if (cannot !== undefined) {
    const text = `${name} is listed and not offered: ${cannot.why}`;
    return { ...found, action: 'refuse', reason: 'auth-mechanism', text };
  }
  if (!isSecured && canSecure && (secured as readonly string[]).includes(name)) {
    const text = `${name} is offered on secured connections only`;
    return { ...found, action: 'refuse', reason: 'auth-needs-tls', text };
  }
  // RFC 5321 section 4.2.4: a command that is known but not offered is 502; 503 is for AUTH out of order (RFC 4954 section 4).
  if (list.length === 0)
    return { ...found, action: 'refuse', reason: 'auth-off', text: `no mechanism is offered ${where}` };
  const text = `${printable(name)} is not offered ${where}, only ${list.join(', ')}`;
  return { ...found, action: 'refuse', reason: 'auth-mechanism', text };
}

type Found = Pick<Finding, 'check' | 'setting' | 'value'>;

function offered(settings: Settings, about: { readonly name: string; readonly where: string; readonly found: Found }) {
  const { name, where, found } = about;
  const text = `${name} is offered ${where}`;
  return constant(settings, `${found.setting} ${text}`, () => ({ ...found, action: 'record', text }));
}

/** EXTERNAL is what the handshake has proved already, so it is there for those alone who proved something. */
function certificateMissing(name: string, found: Found, { session }: Facts): Finding | undefined {
  if (name !== 'EXTERNAL') return undefined;
  const client = session.tls?.client;
  if (client !== undefined && client !== 'none' && client.trusted) return undefined;
  const why =
    client === undefined
      ? 'the listener asks for no certificate'
      : client === 'none'
        ? 'the client has shown no certificate'
        : `the client’s certificate is not trusted (${client.error ?? 'no reason is known'})`;
  return { ...found, action: 'refuse', reason: 'auth-mechanism', text: `EXTERNAL is listed and not offered: ${why}` };
}

/** RFC 3207 section 4: 530, whatever the mechanism. Where there is no STARTTLS to ask for, AUTH is not implemented. */
function tooEarly(canSecure: boolean): Finding {
  const found = { check: 'mechanism', action: 'refuse', setting: 'authentication.requireTls', value: true } as const;
  if (canSecure) return { ...found, reason: 'auth-tls-first', text: 'AUTH before TLS' };
  return { ...found, reason: 'auth-off', text: 'AUTH in clear, on a connection that cannot be secured' };
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
