// Octets that were no line, as an event: a PROXY header, or a TLS handshake where SMTP was expected.
import type { EventBody } from '../contract/event.ts';

/** As many octets as the event shows. */
const mostShown = 536;

export function octetsEvent(what: 'proxy' | 'foreign', bytes: Buffer): EventBody {
  return { kind: 'octets', what, bytes: bytes.toString('latin1', 0, mostShown), length: bytes.length };
}
