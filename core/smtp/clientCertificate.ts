// The certificate a client showed: who it says it is, how long its chain is, and whether it is trusted here.
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { verifyPeerCertificate } from 'smtp-server/lib/smtp-connection.js';
import type { ClientCertificate } from '../contract/facts.ts';

/** A name is evidence, not a place to keep things. */
const longestName = 1000;
/** Longer chains than OpenSSL takes do not come here; a loop in one must not hold us. */
const longestChain = 100;

/** `none` when the client was asked and had none. `deepest`: `listeners.*.security.clientDepth`. */
export function clientCertificate(socket: TLSSocket, deepest: number): ClientCertificate | 'none' {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return 'none';
  // Sets `authorized` and `authorizationError`, as tls.Server does for the sockets it accepts.
  verifyPeerCertificate(socket, {
    requestCert: true,
    rejectUnauthorized: false,
  });
  const depth = depthOf(certificate);
  const verified = socket.authorized ? undefined : String(socket.authorizationError);
  const commonName = commonNameOf(certificate);
  const emails = emailsOf(certificate.subjectAltName);
  const error = verified ?? (depth > deepest ? 'CERT_CHAIN_TOO_LONG' : undefined);
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    fingerprint: certificate.fingerprint256,
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    depth,
    trusted: error === undefined,
    ...(error !== undefined && { error }),
    ...(commonName !== undefined && { commonName }),
    ...(emails.length > 0 && { emails }),
  };
}

/** The last one of the subject, as X.509 has the most particular part of a name last. */
function commonNameOf(certificate: X509Certificate): string | undefined {
  // Of several Node makes a list, whatever its types say.
  const names = certificate.toLegacyObject().subject?.CN as string | readonly string[] | undefined;
  const name = typeof names === 'string' ? names : names?.at(-1);
  return name === undefined || name === '' || name.length > longestName ? undefined : name;
}

/** Alternative names as Node writes them: `type:value`, with quotes around a value that could be taken for more than one. */
const alternative = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
/** Addresses that are kept of one certificate. */
const mostEmails = 20;

/** RFC 5280 section 4.2.1.6, rfc822Name; one that has to be quoted is no address. */
function emailsOf(names: string | undefined): readonly string[] {
  const emails: string[] = [];
  alternative.lastIndex = 0;
  for (
    let next = alternative.exec(names ?? '');
    next && emails.length < mostEmails;
    next = alternative.exec(names ?? '')
  ) {
    const [, type, value = ''] = next;
    if (type === 'email' && value !== '' && !value.startsWith('"') && value.length <= longestName) emails.push(value);
  }
  return emails;
}

/** Certificates above the client's own: those it sent, and the root where it is known. */
function depthOf(certificate: X509Certificate): number {
  let depth = 0;
  let at = certificate;
  while (at.issuerCertificate && at.issuerCertificate.fingerprint256 !== at.fingerprint256 && depth < longestChain) {
    at = at.issuerCertificate;
    depth += 1;
  }
  return depth;
}

/** One line of what OpenSSL writes on several. */
function nameOf(name: string | undefined): string {
  return (name ?? '').trim().replaceAll('\n', ', ').slice(0, longestName);
}
