// Check `client-certificate`: does the client show a certificate that is trusted here?
import type { ClientCertificate } from '../../contract/facts.ts';
import type { Check } from '../check.ts';

/**
 * Asked behind the handshake, so that the client hears why (RFC 8446 section 4.4.2.4 lets a server go on with a client it
 * does not believe). A certificate is never taken for an identity.
 */
export const clientCertificate: Check = {
  name: 'client-certificate',
  title: 'client certificate',
  group: 'listeners',
  run: ({ facts: { connection, session } }) => {
    const client = session.tls?.client;
    if (client === undefined) return undefined;
    if (client !== 'none' && client.trusted) return undefined;
    const { listener, listenerIndex } = connection;
    const { clientCertificate: value, clientDepth } = listener.security;
    const setting = `listeners.${listenerIndex}.security.clientCertificate`;
    const found = { check: 'client-certificate', setting, value };
    if (value !== 'require') {
      if (client === 'none') return undefined;
      return { ...found, action: 'record', text: `${causeOf(client, clientDepth)}: ${shown(client)}` };
    }
    const cause = client === 'none' ? 'the client showed none' : causeOf(client, clientDepth);
    return {
      ...found,
      action: 'drop',
      reason: 'client-certificate',
      text: client === 'none' ? cause : `${cause}: ${shown(client)}`,
      evidence: { detail: client === 'none' ? 'none was shown' : cause },
    };
  },
};

const shown = ({ subject, issuer }: ClientCertificate) => `${subject || 'no subject'}, issued by ${issuer || 'nobody'}`;

/** OpenSSL's words for what administrators ask about (`openssl verify`, DIAGNOSTICS). */
const causes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not known here',
  CERT_UNTRUSTED: 'its CA is not trusted here',
  INVALID_PURPOSE: 'it is not meant for clients (extended key usage clientAuth)',
  INVALID_CA: 'one of its CAs may not sign certificates',
  PATH_LENGTH_EXCEEDED: 'one of its CAs allows no CA below it',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_REVOKED: 'it was revoked',
  UNABLE_TO_GET_CRL: 'one of its CAs has no list of revoked certificates here',
  UNABLE_TO_GET_CRL_ISSUER: 'one of its CAs has no list of revoked certificates here',
  DIFFERENT_CRL_SCOPE: 'one of its CAs has no list of revoked certificates here',
  CRL_HAS_EXPIRED: 'the list of revoked certificates of one of its CAs is out of date here',
  CRL_NOT_YET_VALID: 'the list of revoked certificates of one of its CAs is not yet valid here',
  CRL_SIGNATURE_FAILURE: 'the list of revoked certificates of one of its CAs has a wrong signature here',
  KEYUSAGE_NO_CRL_SIGN: 'one of its CAs may not sign lists of revoked certificates',
};

function causeOf({ error = '', depth }: ClientCertificate, deepest: number): string {
  if (error === 'CERT_CHAIN_TOO_LONG')
    return `its chain is too long: ${depth} certificates above it, ${deepest} allowed`;
  return causes[error] ?? `it is not trusted (${error.toLowerCase().replaceAll('_', ' ')})`;
}
