// One TLS handshake, after STARTTLS and on implicit TLS alike: its first octets, its deadline, its events and its end.
import { TLSSocket } from 'node:tls';
import type { EventBody } from '../contract/event.ts';
import type { TlsFacts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { FlowVisit } from '../policy/flow.ts';
import type { Connection } from '../world/connection.ts';
import type { World } from '../world/world.ts';
import { timeLeft } from './deadlines.ts';
import {
  alertOf,
  handshakeError,
  type HandshakeEnd,
  handshakeLeft,
  type HandshakePlace,
  handshakeTooLong,
  tlsFacts,
} from './handshake.ts';
import type { ListenerTls, Shown } from './listenerTls.ts';

export interface Shaking {
  readonly world: World;
  readonly tls: ListenerTls;
  readonly settings: Settings;
  /** `listeners.*.handshakeTimeout`, s. */
  readonly seconds: number;
  /** The world's monotonic clock when the connection came, ms. */
  readonly begun: number;
  readonly visit: Pick<FlowVisit, 'handshake'>;
  readonly place: HandshakePlace;
  /** Octets thrown away that came in clear behind STARTTLS. */
  readonly discarded: number;
  readonly record: (body: EventBody) => void;
  /** The handshake is done; nothing has been read yet. */
  readonly up: (socket: TLSSocket, facts: TlsFacts) => void;
  /** The handshake has ended without one; its socket is gone. */
  readonly failed: (end: HandshakeEnd) => void;
}

/** A handshake that runs. */
export interface Handshake {
  /** Ends it, unless it is over. */
  stop(end: HandshakeEnd): void;
}

/** Octets that tell which protocol a client speaks. */
const telling = 24;

/** Does the handshake on a socket that nobody reads. */
export function shakeHands(raw: Connection, shaking: Shaking): Handshake {
  const { world, record, seconds, place } = shaking;
  const from = world.elapsed();
  let settled = false;
  let first = '';
  let top: Connection = raw;
  record({ kind: 'tls', state: 'starting', discarded: shaking.discarded });
  const resumed = shaking.visit.handshake();

  const settle = (): boolean => {
    if (settled) return false;
    settled = true;
    timer.cancel();
    raw.off('readable', begin);
    for (const event of ['end', 'close'] as const) raw.off(event, left);
    return true;
  };
  const stop = (end: HandshakeEnd, alert?: string) => {
    if (!settle()) return;
    record({
      kind: 'tls',
      state: 'failed',
      error: end.detail,
      ...(alert !== undefined && { alert }),
    });
    top.destroy();
    shaking.failed(end);
  };
  const failed = (error: Error) => stop(handshakeError(error, { place, first }), alertOf(error));
  const left = () => stop(handshakeLeft);
  // Nothing can be said any more, so the session's deadline ends it without a word.
  const whole = timeLeft(shaking.settings.errors.deadlines, from - shaking.begun);
  const timer =
    whole && whole.ms < seconds * 1000
      ? world.after(whole.ms, () => stop(whole.end))
      : world.after(seconds * 1000, () => stop(handshakeTooLong(seconds)));

  // The first octets are looked at before OpenSSL has them: its errors do not say what else the client spoke.
  const begin = () => {
    const head = raw.read() as Buffer | null;
    if (head === null) return;
    first = head.subarray(0, telling).toString('latin1');
    raw.off('readable', begin);
    for (const event of ['end', 'close'] as const) raw.off(event, left);
    raw.unshift(head);
    try {
      secure();
    } catch (error) {
      const { message } = error as Error;
      stop({
        by: 'us',
        reason: 'fault',
        detail: `a bug in the receiver: ${message}`,
      });
    }
  };
  const secure = () => {
    const shown: Shown = {};
    const socket = new TLSSocket(raw, shaking.tls.options(shaking.settings, shown));
    top = socket;
    shaking.tls.watch(socket);
    socket.on('error', failed);
    // Where Node reports what a client did wrong in a handshake that no tls.Server watches.
    socket.on('_tlsError', failed);
    socket.once('end', left);
    socket.once('close', left);
    socket.once('secure', () => {
      if (!settle()) return;
      // Node ends a connection whose TLS breaks later only where a tls.Server watches it; an alert would leave it hanging.
      socket.on('_tlsError', (error: Error) => void socket.destroy(error));
      const facts = { ...tlsFacts(socket, shaking.tls.clientDepth), ...shown };
      if (facts.resumed) resumed();
      record({ kind: 'tls', state: 'up', facts, ms: world.elapsed() - from });
      shaking.up(socket, facts);
    });
  };
  raw.on('error', failed);
  raw.once('end', left);
  raw.once('close', left);
  raw.on('readable', begin);
  return { stop };
}
