// What a client can bind a login to: the TLS connection it has, or the certificate it was shown (RFC 9266; RFC 5929 section 4).
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { shownCertificate } from '../shownCertificate.ts';
import type { ClientChannel } from './mechanism.ts';

/** Of a connection whose handshake is done. */
export function channelOf(socket: TLSSocket): ClientChannel {
  return {
    binding(type) {
      // RFC 9266 section 3: label EXPORTER-Channel-Binding, an empty context, 32 octets.
      if (type === 'tls-exporter') return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      const certificate = shownCertificate(socket);
      const hash = certificate && hashOf(certificate.signatureAlgorithm);
      return hash === undefined ? undefined : createHash(hash).update(certificate!.raw).digest();
    },
  };
}

/**
 * RFC 5929 section 4.1: the hash of the certificate's signature, SHA-256 for MD5 and SHA-1; undefined where it has none of its
 * own. Ed25519 hashes with SHA-512 by itself (RFC 8032 section 5.1), and GnuTLS takes that.
 */
function hashOf(algorithm: string | undefined): string | undefined {
  if (/^ed25519$/i.test(algorithm ?? '')) return 'sha512';
  const named = /(md5|sha-?(?:1|224|256|384|512))(?!\d)/i
    .exec(algorithm ?? '')?.[1]
    ?.toLowerCase()
    .replace('-', '');
  return named === 'md5' || named === 'sha1' ? 'sha256' : named;
}
