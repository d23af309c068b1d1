// What a client of a case is given, and what it tells when its talk went otherwise.
import type { KerberosClient } from '../sasl/kerberos.ts';
import type { ClientCertificateKind, Step } from '../contract/scenarioStep.ts';
import type { Connection, Peer } from '../world/connection.ts';
import type { World } from '../world/world.ts';
import type { ClientPem } from './handshake.ts';

/** What differed first: at a step that is the point (`expect`), or at one on the way (`hear`). */
export interface Difference {
  readonly kind: 'expect' | 'hear';
  readonly client: number;
  /** Number of the step, from 1. */
  readonly step: number;
  readonly expected: string;
  readonly heard: string;
}

/** Everything a client needs; `open` makes one more connection of this client. */
export interface ClientSetup {
  /** Number of the client, from 1. */
  readonly client: number;
  readonly talk: readonly Step[];
  readonly world: World;
  readonly open: (ahead?: Buffer) => Promise<Connection>;
  readonly tls: 'clear' | 'starttls' | 'implicit';
  /** PEM of the authority whose certificates are trusted; none but it. */
  readonly authority: string;
  /** What the client calls the server; only logins tell it. */
  readonly host: string;
  /** Where it has tickets from. */
  readonly kerberos?: KerberosClient | undefined;
  /** Makes a client certificate, when a scenario shows one. */
  readonly certificate: (kind: ClientCertificateKind) => Promise<ClientPem | undefined>;
  /** Who the client is, as the receiver sees it. */
  readonly peer: Peer;
  /** How long a reply is waited for unless a step says otherwise, ms. */
  readonly patience: number;
  /** Resolves when every other client has come as far, or has ended. */
  readonly meet: () => Promise<void>;
  /** How it leaves a talk that ended before its end; as a talk does that got there unless said. */
  readonly leaves?: Leaving;
  /** It keeps no lines of its talk: one of very many. */
  readonly isSilent?: boolean;
}

/** `orderly`: says QUIT where the server still listens; `at-once`: drops the connection without a word. */
export type Leaving = 'orderly' | 'at-once';
