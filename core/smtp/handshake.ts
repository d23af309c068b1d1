// What a TLS handshake came to: the facts of one that succeeded, and whose doing it was when one failed.
import type { TLSSocket } from 'node:tls';
import type { CloseReason } from '../contract/event.ts';
import type { TlsFacts } from '../contract/facts.ts';

export function tlsFacts(socket: TLSSocket): TlsFacts {
  const sni = socket.servername as string | false | undefined;
  const alpn = socket.alpnProtocol;
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    ...(typeof sni === 'string' && sni !== '' && { sni }),
    ...(typeof alpn === 'string' && { alpn }),
    resumed: socket.isSessionReused(),
  };
}

export interface HandshakeEnd {
  readonly by: 'us' | 'client';
  readonly reason: CloseReason;
  readonly detail: string;
}

const lost = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The end of a handshake that met an error: the connection was lost, or what came was no TLS we take. */
export function handshakeError(error: Error & { readonly code?: string }): HandshakeEnd {
  if (error.code !== undefined && lost.has(error.code))
    return {
      by: 'client',
      reason: 'peer-rst',
      detail: `the connection was lost during the TLS handshake: ${error.code}`,
    };
  return { by: 'us', reason: 'tls-error', detail: `the TLS handshake failed: ${reasonOf(error)}` };
}

/** OpenSSL's reason without the address of its thread, e.g. `http request`. */
function reasonOf(error: Error & { readonly reason?: string }): string {
  return error.reason ?? error.message.replace(/^[0-9A-F]+:/, '').trim();
}

export const handshakeLeft: HandshakeEnd = {
  by: 'client',
  reason: 'peer-fin',
  detail: 'the client closed the connection during the TLS handshake',
};

export function handshakeTooLong(seconds: number): HandshakeEnd {
  return { by: 'us', reason: 'handshake-timeout', detail: `the TLS handshake took longer than ${seconds} s` };
}

export const handshakeStopped: HandshakeEnd = {
  by: 'us',
  reason: 'shutdown',
  detail: 'the receiver or its listener is closing',
};
