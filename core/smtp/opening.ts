// What a session is lent: what it begins with, its connection as the dialogue sees it, and a login under way.
import type { Ban, ConnectionFacts, TlsFacts } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Verdict } from '../contract/verdict.ts';
import type { SessionLog } from '../journal/journal.ts';
import type { Effective } from '../policy/effective.ts';
import type { FlowVisit } from '../policy/flow.ts';
import type { Protection } from '../policy/protection.ts';
import type { Kerberos } from '../sasl/kerberos.ts';
import type { BindingType, Exchange, Failure } from '../sasl/mechanism.ts';
import type { UserSource } from '../sasl/userSource.ts';
import type { World } from '../world/world.ts';
import type { Workers } from '../workers/workers.ts';
import type { AskSender } from './inquiry.ts';
import type { AskSpf } from './spfQuestion.ts';
import type { ChunkPhase, DataPhase } from './wireParser.ts';

/** What a session begins with; it keeps these to its end. */
export interface Opening {
  readonly settings: Settings;
  /** The settings as they count for another address: XCLIENT. */
  readonly effective: (address: string) => Effective;
  readonly generation: number;
  readonly world: World;
  readonly log: SessionLog;
  /** The world's monotonic clock at the connect, ms. */
  readonly begun: number;
  readonly connection: ConnectionFacts;
  /** What it counts for, and what is counted around it. */
  readonly visit: Pick<FlowVisit, 'handshakes' | 'handshake' | 'stress'>;
  readonly protection: Protection;
  /** On implicit TLS: what the handshake came to. */
  readonly tls?: TlsFacts;
  /** What stage `connect` decided; spoken when the session is ready for it. */
  readonly greeting: Verdict;
  readonly users: UserSource;
  /** Absent where the host has none. */
  readonly kerberos?: Kerberos;
  readonly spf: AskSpf;
  readonly inquiry: AskSender;
  readonly workers: Workers;
  /** Called once, when the session is over. */
  readonly over: () => void;
}

/** What a session's connection lends to the dialogue. */
export interface Wire {
  readonly secured: boolean;
  /** Undefined in clear, and where this connection has no such binding. */
  binding(type: BindingType): Buffer | undefined;
  /** Bytes as one character per octet; what is written in one turn leaves in one write. */
  write(bytes: string): void;
  /** Sends what is written and closes; the client has a few seconds to close its side. */
  end(): void;
  /** Closes at once; what is written may be lost. */
  drop(): void;
  /** Sends what is written, then waits for the client's handshake. */
  startTls(): void;
  startData(phase: DataPhase): void;
  /** Behind BDAT: so many octets are no commands. */
  startChunk(phase: ChunkPhase): void;
  resumeData(): void;
}

/** A login under way. */
export interface LoginUnderWay {
  /** As it may be shown. */
  readonly mechanism: string;
  readonly exchange: Exchange;
  /** Answered so far. */
  moves: number;
  /** What stands against a user it has named: its password is not checked. */
  ban?: Ban;
  /** It has failed already, and the client has been told why. */
  failing?: Failure;
}
