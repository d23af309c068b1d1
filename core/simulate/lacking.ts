// What a talk needs that the settings switch off: then a case does not apply, rather than fail for the wrong reason.
import type { Step } from '../contract/scenarioStep.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { effectiveSettings } from '../policy/effective.ts';
import type { SubjectListener } from './subject.ts';

/** Says what is missing: STARTTLS, or a login mechanism on the secured connection; undefined when nothing is. */
export function lacking(talk: readonly Step[], settings: Settings, listener: SubjectListener): string | undefined {
  const { secured } = settings.authentication;
  const canStart = listener.tls === 'starttls' && offersStartTls(settings, listener);
  let isSecured = listener.tls === 'implicit';
  for (const step of talk) {
    if ('starttls' in step) {
      if (!canStart) return `the ${listener.role} listener offers no STARTTLS in these settings`;
      isSecured = true;
    }
    if ('connect' in step) isSecured = listener.tls === 'implicit' && step.connect.plain !== true;
    if ('tls' in step) isSecured = step.tls !== 'off';
    // In clear the refusal of a mechanism may be the very point.
    if ('login' in step && isSecured && !secured.includes(step.login.mechanism))
      return `${step.login.mechanism} is not offered on secured connections in these settings`;
    if (!('mail' in step)) continue;
    if (step.mail.tls && !canStart && !isSecured)
      return `the ${listener.role} listener offers no STARTTLS in these settings`;
    if (step.mail.user !== undefined && (isSecured || step.mail.tls) && secured.length === 0)
      return 'no login is offered on secured connections in these settings';
  }
  return undefined;
}

/** With what the listener has of its own. */
function offersStartTls(settings: Settings, { role, tls }: SubjectListener): boolean {
  const index = settings.listeners.findIndex((one) => one.enable && one.role === role && one.tls === tls);
  return effectiveSettings(settings, { listenerIndex: index, address: '' }).settings.acceptance.extensions.startTls;
}
