// Check `tls-rate`: may the peer begin another TLS handshake?
import type { Check } from '../check.ts';
import { allowed, ordinal, toRelief } from '../wording.ts';

/** Asked before the handshake, when it can still be spared: 454 is for a TLS that is not available for now (RFC 3207 section 4). */
export const tlsRate: Check = {
  name: 'tls-rate',
  title: 'TLS handshakes',
  group: 'flow',
  run: ({ settings, facts: { connection, session } }) => {
    if (session.handshakes === undefined) return undefined;
    const { count: value, network, relief } = session.handshakes;
    const { tls, window } = settings.flow;
    const { peerMaxIntervalHandshakes: limit, peerTimeInterval } = tls;
    if (limit === 0 || value <= limit) return undefined;
    const from = network ?? connection.peer.address;
    const within = window === 'fixed' ? 'in this window of' : 'within';
    return {
      check: 'tls-rate',
      action: 'defer',
      reason: 'too-many-handshakes',
      text: `${ordinal(value)} full TLS handshake from ${from} ${within} ${peerTimeInterval} s, ${allowed(limit)}${relief === undefined ? '' : `; ${toRelief(relief)}`}`,
      setting: 'flow.tls.peerMaxIntervalHandshakes',
      value: limit,
      counter: {
        name: 'full TLS handshakes of the peer in its interval',
        value,
        limit,
        ...(relief !== undefined && { relief }),
      },
      evidence: { window, ...(network !== undefined && { 'counted as one peer': network }) },
    };
  },
};
