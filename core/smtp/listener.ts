// smtp-server's server without its sockets: it makes our sessions and holds what they do in TLS. Never listens, never closes.
import type { Connection } from '../world/connection.ts';
import { SMTPServer } from 'smtp-server';
import type { ListenerTls } from './listenerTls.ts';
import { Session, type SessionOptions } from './session.ts';

export interface ListenerOptions {
  /** True when sessions come with TLS up already. */
  readonly implicit: boolean;
  /** Absent on clear listeners. */
  readonly tls?: ListenerTls;
}

/** One for each binding of a listener: a new certificate means a new one. */
export class Listener extends SMTPServer {
  /** Of the handshakes that begin now: renewed certificates take its place. */
  tls: ListenerTls | undefined;

  constructor({ implicit, tls }: ListenerOptions) {
    super({
      // Named, so that smtp-server does not ask the system for its name for every connection.
      name: 'gatehouse',
      secure: implicit,
      secured: implicit,
      logger: false,
      disableReverseLookup: true,
      authOptional: true,
    });
    this.tls = tls;
    // Without a listener an error of one session would end the process.
    this.on('error', () => undefined);
  }

  override connect(socket: Connection, options: SessionOptions): void {
    const session = new Session(this, socket, options);
    this.connections.add(session);
    session.on('error', () => undefined);
    session.init();
  }

  get sessions(): ReadonlySet<Session> {
    return this.connections as Set<unknown> as Set<Session>;
  }
}
