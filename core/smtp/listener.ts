// smtp-server's server without its sockets: it holds the TLS context and makes our sessions. Never listens, never closes.
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import type { Pem } from '../world/authority.ts';
import { Session, type SessionOptions } from './session.ts';

export interface ListenerOptions {
  /** True when sessions come with TLS up already. */
  readonly implicit: boolean;
  /** Absent on clear listeners. */
  readonly identity?: Pem;
}

/** One for each binding of a listener: a new certificate means a new one. */
export class Listener extends SMTPServer {
  constructor({ implicit, identity }: ListenerOptions) {
    super({
      secure: implicit,
      secured: implicit,
      logger: false,
      disableReverseLookup: true,
      authOptional: true,
      // RFC 8996: TLS 1.0 and 1.1 are gone.
      minVersion: 'TLSv1.2',
      ...(identity && { key: identity.key, cert: identity.cert }),
    });
    // Without a listener an error of one session would end the process.
    this.on('error', () => undefined);
  }

  override connect(socket: Socket, options: SessionOptions): void {
    const session = new Session(this, socket, options);
    this.connections.add(session);
    session.on('error', () => undefined);
    session.init();
  }

  /** The context of implicit TLS and STARTTLS alike. */
  get context(): SecureContext | undefined {
    return this.secureContext.get('*');
  }

  get sessions(): ReadonlySet<Session> {
    return this.connections as Set<unknown> as Set<Session>;
  }
}
