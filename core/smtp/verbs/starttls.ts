// STARTTLS: the client asks for TLS on a connection that began in clear (RFC 3207 section 4).
import { offersStartTls } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';

export function startTls(d: Dialogue, argument: string): Answer | Promise<Answer> {
  if (d.wire.secured) return d.wrong('tls', 'sequence-tls-active', { because: 'the connection is secured already' });
  if (!offersStartTls(d.settings, d.facts.connection.listener, false))
    return d.wrong('tls', 'starttls-off', { because: 'the listener or the acceptance settings do not offer STARTTLS' });
  if (argument !== '')
    return d.wrong('tls', 'syntax', { because: 'STARTTLS has no parameters (RFC 3207 section 4)', detail: 'STARTTLS' });
  return d.decided('tls', (verdict) => (verdict.action === 'accept' ? { verdict, then: 'tls' } : { verdict }));
}
