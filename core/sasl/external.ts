// EXTERNAL: the client certificate of the TLS handshake says who it is (RFC 4422 appendix A).
import { isUtf8 } from 'node:buffer';
import type { ClientCertificate } from '../contract/facts.ts';
import { type Later, whenThere } from './later.ts';
import { denied, type ExchangeContext, inMoves, malformed, maxField, type Mechanism, type Step } from './mechanism.ts';
import { ask, hearing, said, shown } from './said.ts';

export const external: Mechanism = {
  name: 'EXTERNAL',
  start: (context) => {
    const read = (message: Buffer) => answer(context, message);
    return inMoves((input) => (input === null ? ask('challenge', '') : read(input)), read);
  },
};

/** RFC 4422 appendix A.1: the authorisation identity, or nothing for that of the certificate. */
function answer(context: ExchangeContext, message: Buffer): Later<Step> {
  const authzid = message.toString();
  const what = 'extern-resp';
  if (!isUtf8(message) || message.includes(0))
    return { ...malformed('not UTF-8 without NUL'), heard: said(what, message) };
  if (message.length > maxField) return { ...malformed('the name is too long'), heard: said(what, message) };
  const heard = said(what, message, authzid === '' ? [] : [shown('authzid', authzid)]);
  return hearing(heard, proved(context, authzid));
}

function proved({ channel, settings, users }: ExchangeContext, authzid: string): Later<Step> {
  const certificate = channel?.certificate;
  if (!certificate) return { fail: 'credentials', detail: 'the client has shown no certificate' };
  if (!certificate.trusted)
    return { fail: 'credentials', detail: `the certificate is not trusted: ${certificate.error ?? 'unknown'}` };
  const names = namesOf(certificate, settings.certificateName);
  if (names.length === 0)
    return { fail: 'credentials', detail: `the certificate has no ${wanted[settings.certificateName]}` };
  // Of several addresses the one that is asked for, or the first that is a user's.
  return firstOf(users, names.includes(authzid) ? [authzid] : names, (user) => ({
    ok: { user, principal: certificate.subject, ...(authzid !== '' && authzid !== user && { authzid }) },
  }));
}

const wanted = {
  email: 'address among its alternative names (subjectAltName)',
  'common-name': 'common name',
} as const;

type CertificateName = ExchangeContext['settings']['certificateName'];

function namesOf({ commonName, emails = [] }: ClientCertificate, by: CertificateName): readonly string[] {
  switch (by) {
    case 'email':
      return emails;
    case 'common-name':
      return commonName === undefined ? [] : [commonName];
  }
}

function firstOf(
  users: ExchangeContext['users'],
  [name = '', ...others]: readonly string[],
  found: (user: string) => Step,
): Later<Step> {
  return whenThere(users.find(name), (answer) => {
    if (answer === 'ok') return found(name);
    return others.length > 0 && answer === 'unknown-user' ? firstOf(users, others, found) : denied(name, answer);
  });
}
