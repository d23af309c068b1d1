// The one resolver type: a question in, rows or an error with a code out, as node:dns/promises has it.
import type { DnsQuestion } from '../contract/facts.ts';

/** Rows as `dns.promises.resolve` returns them: TXT string[][], A/AAAA/PTR/CNAME string[], MX {priority, exchange}[]. */
export type Rows = string[] | string[][] | { priority: number; exchange: string }[];

/** Rejects with an Error whose `code` is ENOTFOUND, ENODATA, ESERVFAIL, EREFUSED or ETIMEOUT. */
export type Resolver = (name: string, type: string) => Promise<Rows>;

/** A resolver that notes what it was asked. */
export interface AskedResolver {
  readonly resolve: Resolver;
  readonly questions: readonly DnsQuestion[];
}
