// What a case is played against: something that listens, by default the receiver itself.
import type { ClientCertificateKind } from '../contract/scenarioStep.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Journal } from '../journal/journal.ts';
import type { KerberosClient } from '../sasl/kerberos.ts';
import type { NewUser } from '../sasl/users.ts';
import type { World } from '../world/world.ts';
import type { ClientPem } from './handshake.ts';

export interface SubjectListener {
  readonly role: 'mx' | 'submission' | 'submissions';
  readonly tls: 'clear' | 'starttls' | 'implicit';
  readonly host: string;
  readonly port: number;
}

export interface Subject {
  /** Those that are bound, in the order of the settings. */
  readonly listeners: readonly SubjectListener[];
  /** What it calls itself. */
  readonly hostname: string;
  /** Where its clients have tickets from; absent where nobody lends Kerberos. */
  readonly tickets?: KerberosClient;
  /** Why it accepts no tickets; undefined when it does, or lists no GSSAPI. */
  readonly kerberos?: string;
  /** PEM of the authority its certificates come from; empty when it has no TLS. */
  readonly authority: string;
  /** Makes a client certificate; undefined for a client that has none. */
  certificate(kind: ClientCertificateKind): Promise<ClientPem | undefined>;
  close(): Promise<void>;
}

export interface SubjectOptions {
  readonly settings: Settings;
  readonly users: readonly Omit<NewUser, 'created'>[];
  readonly world: World;
  readonly journal: Journal;
}

/** Starts a subject; rejects when it cannot listen. */
export type StartSubject = (options: SubjectOptions) => Promise<Subject>;
