// What a worker does with a message: DKIM, DMARC, ARC, its header and parts, and its hash, in one pass over its octets.
import type { Mailbox } from '../contract/facts.ts';
import type { MessageAnswer, SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';

/** What can be asked of a message. */
export type Wanted = 'dkim' | 'dmarc' | 'arc' | 'header' | 'removed' | 'parts' | 'sha256';

/** Everything about one message that a worker needs; can be cloned between threads, and its chunks transferred. */
export interface MessageTask {
  /** The message as it is kept, in order; nobody else writes to them. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly want: readonly Wanted[];
  readonly sender: Settings['sender'];
  readonly dns: Settings['dns'];
  /** acceptance.hostname: the authserv-id of this receiver (RFC 8601 section 2.5). */
  readonly hostname: string;
  readonly peer: string;
  readonly helo: string;
  readonly mailFrom: Mailbox;
  /** For DMARC: what SPF said at MAIL, and of the EHLO name where the sender is null. */
  readonly spf?: SpfAnswer;
  /** Wall clock, ms since 1970: signatures are judged by it. */
  readonly now: number;
  /** 0 to 1, for pct of RFC 7489. */
  readonly chance: number;
}

/** What was found; how the work went is added by whoever had it done. */
export type Found = Omit<MessageAnswer, 'work'>;
