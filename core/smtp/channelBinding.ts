// What binds a login to the TLS connection it runs in (RFC 5056): octets that both ends know and nobody in between can bring about.
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { BindingType } from '../sasl/mechanism.ts';
import { elements, within } from './der.ts';

/** Undefined where this connection has no such binding. */
export function channelBinding(socket: TLSSocket, type: BindingType): Buffer | undefined {
  switch (type) {
    case 'tls-exporter':
      return exporter(socket);
    case 'tls-server-end-point':
      return endPoint(socket.getX509Certificate()?.raw);
  }
}

/** RFC 9266 section 2: 32 octets, and an empty context. Where the keys are not those of one handshake alone there is none (section 4.2). */
function exporter(socket: TLSSocket): Buffer | undefined {
  if (socket.getProtocol() !== 'TLSv1.3' && !hasExtendedSecret(socket.getSession())) return undefined;
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
}

/** Tag of `flags` in OpenSSL's SSL_SESSION, and the bit of it that says extended master secret (RFC 7627). */
const flagsTag = 0xa0 + 13;
const extendedSecret = 1;

/** Node does not tell, but what OpenSSL writes of a session does (OpenSSL, ssl/ssl_asn1.c). */
export function hasExtendedSecret(session: Buffer | undefined): boolean {
  const flags = (session && within(session))?.find(({ tag }) => tag === flagsTag);
  const value = flags && elements(flags.content)?.[0]?.content;
  return value !== undefined && ((value.at(-1) ?? 0) & extendedSecret) !== 0;
}

/**
 * RFC 5929 section 4.1: the hash of our certificate with the hash of its signature; MD5 and SHA-1 become SHA-256. A signature
 * without exactly one hash has no such binding. Ed25519 names none and hashes with SHA-512 by itself (RFC 8032 section 5.1);
 * GnuTLS takes that one, OpenSSL tells its users of none, so it is GnuTLS that is agreed with.
 */
export function endPoint(certificate: Buffer | undefined): Buffer | undefined {
  if (certificate === undefined) return undefined;
  const hash = signatureHash(certificate);
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest();
}

/** `algorithm OBJECT IDENTIFIER` of a signature, in hex, and its hash (RFC 3279, RFC 4055, RFC 5758). */
const hashes: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': 'sha512', // Ed25519
};
const rsaPss = '2a864886f70d01010a';
/** The hash in the parameters of RSASSA-PSS; SHA-1 where none is named (RFC 4055 section 3.1). */
const pssHashes: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha256', // SHA-1
  '608648016503040204': 'sha224',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

/** RFC 5280 section 4.1: Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }. */
function signatureHash(certificate: Buffer): string | undefined {
  const signature = within(certificate)?.[1];
  const [algorithm, parameters] = (signature && elements(signature.content)) ?? [];
  if (!algorithm) return undefined;
  const name = algorithm.content.toString('hex');
  if (name !== rsaPss) return hashes[name];
  const named = (parameters && elements(parameters.content))?.find(({ tag }) => tag === 0xa0);
  if (!named) return 'sha256';
  const hash = within(named.content)?.[0];
  return hash && pssHashes[hash.content.toString('hex')];
}
