// STARTTLS: the client asks for TLS on a connection that began in clear (RFC 3207 section 4).
import type { Verdict } from '../../contract/verdict.ts';
import { offersStartTls } from '../capabilities.ts';
import { closeOf } from '../closing.ts';
import type { Answer, Dialogue } from '../dialogue.ts';

/** Stage `tls` is asked when the handshake is done, and before it whether there may be one, where these are limited. */
export function startTls(d: Dialogue, argument: string): Answer | Promise<Answer> {
  if (d.wire.secured)
    return d.wrong('tls', 'sequence-tls-active', {
      because: 'the connection is secured already',
    });
  if (!offersStartTls(d.settings, d.facts.connection.listener, false))
    return d.wrong('tls', 'starttls-off', {
      because: 'the listener or the acceptance settings do not offer STARTTLS',
    });
  if (argument !== '')
    return d.wrong('tls', 'syntax', {
      because: 'STARTTLS has no parameters (RFC 3207 section 4)',
      detail: 'STARTTLS',
    });
  const go: Answer = {
    ...d.plain('tls', 'starttls-go', 'the listener offers STARTTLS'),
    then: 'tls',
  };
  const handshakes = d.opening.visit.handshakes();
  if (handshakes === undefined) return go;
  d.facts.session.handshakes = handshakes;
  return d.decided('tls', (verdict) => {
    delete d.facts.session.handshakes;
    return verdict.action === 'accept' ? go : { verdict };
  });
}

/** Asks stage `tls` once a handshake behind STARTTLS is done; `next` when the session may go on. */
export function judgeTls(d: Dialogue, next: () => void): void {
  const judged = (verdict: Verdict) => {
    if (verdict.action === 'accept') {
      if (verdict.findings.length > 0) d.record({ kind: 'verdict', verdict });
      return next();
    }
    if (verdict.closes === 'silent') return d.dropSilently(verdict);
    const answer = d.answered({ verdict });
    d.say(answer);
    d.whenSent(() => d.close(closeOf(verdict), verdict.because));
  };
  const verdict = d.ask('tls');
  if (!(verdict instanceof Promise)) return judged(verdict);
  verdict.then(judged).catch((error: unknown) => {
    d.fault(error, 'tls');
    d.close('fault', 'a bug in the receiver, see the fault event');
  });
}
