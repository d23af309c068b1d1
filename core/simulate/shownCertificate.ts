// The certificate that a server has shown: asked of Node once for each connection.
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const shown = new WeakMap<TLSSocket, X509Certificate | undefined>();

/**
 * Of a client's connection whose handshake is done. Node 24.21 takes the certificate out of the chain that it reads, so that
 * whoever asks again gets the next one of the chain, or none.
 */
export function shownCertificate(socket: TLSSocket): X509Certificate | undefined {
  if (!shown.has(socket)) shown.set(socket, socket.getPeerX509Certificate());
  return shown.get(socket);
}
