// Dialogues for a comparison with stock smtp-server and Postfix, and every step where they do not all answer alike, with our reason.
import { orderTalks } from './differencesOrder.ts';
import { wireTalks } from './differencesWire.ts';
import { wordTalks } from './differencesWords.ts';

/** Codes where they differ; `gone`: the connection was closed instead. */
export type Codes = readonly [stock: string, postfix: string, ours: string];

/** A line, sent with CRLF and answered before the next; with codes and a reason when not all answer alike. */
export type Step = string | readonly [line: string, codes: Codes, why: string];

export interface Talk {
  readonly about: string;
  readonly steps: readonly Step[];
  /** Octets sent as they are behind the steps; everything heard until the server closes is one answer, e.g. `250 221`. */
  readonly end?: readonly [octets: string, codes?: Codes, why?: string];
  /** Why it is not played against Postfix. */
  readonly notPostfix?: string;
}

/** Settings as they come but for the size and the counters of a client's mistakes; Postfix 3.7 with HELO required. */
export const talks: readonly Talk[] = [...orderTalks, ...wordTalks, ...wireTalks];
