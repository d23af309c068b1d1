// What a check is: one question about the facts at one stage, answered with findings.
import type { Facts, Stage, Stress } from '../contract/facts.ts';
import type {
  DomainAnswer,
  EhloAnswer,
  GreylistAnswer,
  ListAnswer,
  MessageAnswer,
  ReverseAnswer,
  SpfAnswer,
} from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';

/** What a check may look at; everything outside comes in as a function. */
export interface PolicyContext {
  readonly settings: Settings;
  readonly facts: Facts;
  /** The world's monotonic clock, ms. */
  elapsed(): number;
  /** Resolves after that many ms. */
  readonly pause: (ms: number) => Promise<void>;
  /** Undefined while the receiver is not under stress. */
  readonly stress: () => Stress | undefined;
  /** Asks SPF about an identity (RFC 7208); DNS is the zone's alone. At once when the answer is remembered. */
  spf(identity: 'helo' | 'mailfrom'): SpfAnswer | Promise<SpfAnswer>;
  /** What else is asked outside. */
  readonly inquiry: Inquiry;
}

/** One list to ask, and what for. */
export interface ListQuestion {
  readonly list: Settings['sender']['dnsbl']['lists'][number];
  readonly kind: 'address' | 'domain';
  /** An address, or a domain. */
  readonly subject: string;
  /** Whether the list has to pass its own test first. */
  readonly probe: boolean;
}

/** What is asked outside about a sender. Nothing is kept here: who asks keeps the answer with the facts. None rejects. */
export interface Inquiry {
  /** Of the peer's address. */
  reverse(): Promise<ReverseAnswer>;
  /** Of the name in EHLO, which is neither malformed nor ours. */
  ehloName(name: string): Promise<EhloAnswer>;
  senderDomain(domain: string): Promise<DomainAnswer>;
  list(question: ListQuestion): Promise<ListAnswer>;
  /** Of the message that has come, by a worker; what it found and how that went. */
  message(): Promise<MessageAnswer>;
  /** Looks up, and notes, that a message from here to there is tried now. */
  greylist(triplet: { readonly sender: string; readonly recipient: string }): GreylistAnswer;
  /** Notes that a signature has come once more; how often within `replayInterval`, this time included. */
  copies(signature: string): number;
}

/** A row of the stages table. */
export interface Check {
  /** Kebab-case, as findings name it. */
  readonly name: string;
  /** A few words for the window, e.g. `failed logins`. */
  readonly title: string;
  /** Group of the settings it reads. */
  readonly group: string;
  /** Undefined when there is nothing to say; synchronous wherever nothing is asked outside. `stage`: the one whose line in stages.ts it is. */
  run(context: PolicyContext, stage: Stage): CheckAnswer | Promise<CheckAnswer>;
}

export type CheckAnswer = Finding | readonly Finding[] | undefined;

export type StageTable = Readonly<Record<Stage, readonly Check[]>>;
