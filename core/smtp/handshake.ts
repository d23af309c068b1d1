// What a TLS handshake came to: the facts of one that succeeded, and whose doing it was when one failed.
import type { TLSSocket } from 'node:tls';
import type { CloseReason } from '../contract/event.ts';
import type { TlsFacts } from '../contract/facts.ts';
import { clientCertificate } from './clientCertificate.ts';

/** Where a handshake was expected. */
export type HandshakePlace = 'implicit' | 'starttls';

/** `asked`: `listeners.*.security.clientDepth` where a certificate was asked of the client. */
export function tlsFacts(socket: TLSSocket, asked?: number): TlsFacts {
  const sni = socket.servername as string | false | undefined;
  const alpn = socket.alpnProtocol;
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    ...(typeof sni === 'string' && sni !== '' && { sni }),
    ...(typeof alpn === 'string' && { alpn }),
    resumed: socket.isSessionReused(),
    ...(asked !== undefined && { client: clientCertificate(socket, asked) }),
  };
}

export interface HandshakeEnd {
  readonly by: 'us' | 'client';
  readonly reason: CloseReason;
  readonly detail: string;
}

/** An error of Node's TLS: a code such as `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`, and OpenSSL's own words. */
interface TlsError extends Error {
  readonly code?: string;
  readonly reason?: string;
}

const lost = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The end of a handshake that met an error; `first` holds the first octets the client sent in it. */
export function handshakeError(
  error: TlsError,
  { place, first }: { readonly place: HandshakePlace; readonly first: string },
): HandshakeEnd {
  if (error.code !== undefined && lost.has(error.code))
    return {
      by: 'client',
      reason: 'peer-rst',
      detail: `the connection was lost during the TLS handshake: ${error.code}`,
    };
  const alert = alertOf(error);
  if (alert !== undefined)
    return {
      by: 'client',
      reason: 'tls-error',
      detail: `the client ended the TLS handshake with the alert: ${alert}`,
    };
  const other = protocolOf(first);
  const where = place === 'implicit' ? 'on an implicit TLS listener' : 'behind STARTTLS';
  if (other !== undefined)
    return {
      by: 'us',
      reason: 'tls-error',
      detail: `the client spoke ${other} ${where} (${reasonOf(error)})`,
    };
  return {
    by: 'us',
    reason: 'tls-error',
    detail: `the TLS handshake failed: ${explained(reasonOf(error))}`,
  };
}

/** The alert the client sent (RFC 8446 section 6), e.g. `unknown ca`; undefined when the error was found by us. */
export function alertOf({ code }: TlsError): string | undefined {
  const name = code === undefined ? undefined : /^ERR_SSL_.*ALERT_(.+)$/.exec(code)?.[1];
  return name?.toLowerCase().replaceAll('_', ' ');
}

/** OpenSSL's reason without the address of its thread, e.g. `http request`. */
function reasonOf(error: TlsError): string {
  return error.reason ?? error.message.replace(/^[0-9A-F]+:/, '').trim();
}

function explained(reason: string): string {
  const meaning = meanings[reason];
  return meaning === undefined ? reason : `${reason}, ${meaning}`;
}

const meanings: Readonly<Record<string, string>> = {
  'unsupported protocol': 'the client offers no TLS version of this listener (security.versions)',
  'no shared cipher':
    'the client offers no cipher of this listener that goes with its certificate and versions (security.ciphers)',
  'wrong version number':
    'the client went on in another TLS version than was agreed; it may not take that of the listener',
  'no application protocol': 'the client offers protocols by ALPN, and SMTP is none of them',
};

const verbs = /^(?:EHLO|HELO|MAIL|RCPT|DATA|RSET|NOOP|QUIT|VRFY|EXPN|HELP|AUTH|STARTTLS|BDAT|LHLO)\b/i;
const methods = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT|PRI) /;

/** What a client speaks that does not begin with a handshake record (RFC 8446 section 5.1); undefined when it does. */
function protocolOf(first: string): string | undefined {
  if (first === '' || first.startsWith('\x16')) return undefined;
  if (verbs.test(first)) return 'plain SMTP';
  if (methods.test(first)) return 'HTTP';
  if (first.startsWith('SSH-')) return 'SSH';
  if (first.startsWith('PROXY ') || first.startsWith('\r\n\r\n\0\r\nQUIT\n')) return 'the PROXY protocol';
  return 'no TLS';
}

export const handshakeLeft: HandshakeEnd = {
  by: 'client',
  reason: 'peer-fin',
  detail: 'the client closed the connection during the TLS handshake',
};

export function handshakeTooLong(seconds: number): HandshakeEnd {
  return {
    by: 'us',
    reason: 'handshake-timeout',
    detail: `the TLS handshake took longer than ${seconds} s`,
  };
}

export const handshakeStopped: HandshakeEnd = {
  by: 'us',
  reason: 'shutdown',
  detail: 'the receiver or its listener is closing',
};
