// The one resolver type: a question in, rows or an error with a code out, as node:dns/promises has it.
import type { DnsQuestion } from '../contract/facts.ts';
import type { Rows } from '../world/nameServers.ts';

export type { Rows };

/** Rejects with an Error whose `code` is ENOTFOUND, ENODATA, ESERVFAIL, EREFUSED, ETIMEOUT or ETRUNCATED; never stays open. */
export type Resolver = (name: string, type: string) => Promise<Rows>;

/** A resolver that notes what it was asked. */
export interface AskedResolver {
  readonly resolve: Resolver;
  readonly questions: readonly DnsQuestion[];
  /** Whether all answers so far came from the zone alone: they last as long as it does. */
  readonly lasting: boolean;
}
