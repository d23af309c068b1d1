// The one way out: connections to this machine, and to nothing else.
import { connect } from 'node:net';
import { isLoopback } from '../contract/settings/network.ts';
import type { Connection } from './connection.ts';

/** Where to connect to; `host` is an address of this machine (127.0.0.0/8 or ::1). */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Opens a connection that may be half closed; rejects with the system's error, or a RangeError for any other machine. */
export type Dial = (target: Target) => Promise<Connection>;

/** Connects over real sockets, to loopback only: names are not looked up, other addresses are refused before anything is sent. */
export const dialLoopback: Dial = (target) => {
  const { host, port } = target;
  if (!isLoopback(host))
    return Promise.reject(
      new RangeError(
        `refused to connect to ${host}: only this machine (127.0.0.0/8 or ::1) may be attacked; name a loopback address`,
      ),
    );
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
};
