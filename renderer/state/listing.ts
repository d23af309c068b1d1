// The live lists of the host, sessions and messages: pulled page by page after a revision, and read anew when in doubt.
import type { MessageRow } from '../../core/contract/calls.ts';
import type { Client } from '../../core/contract/rpc.ts';
import type { SessionRow } from '../../core/contract/summary.ts';
import { emptyRows, type LiveRows, onlyRows, withPage } from './liveRows.ts';

/** A live list with what the host says about it. */
export interface Listing<Row> extends LiveRows<Row> {
  /** Up to here everything is here. */
  readonly revision: number;
  /** Rows the host keeps. */
  readonly total: number;
  /** False until the first pull came to its end: the difference between "none" and "not yet". */
  readonly isLoaded: boolean;
}

export function emptyListing<Row>(): Listing<Row> {
  return { ...emptyRows<Row>(), revision: 0, total: 0, isLoaded: false };
}

interface Rows {
  readonly sessions: SessionRow;
  readonly messages: MessageRow;
}

/** Rows asked for at once. */
const PAGE = 1000;

interface Target<Row> {
  readonly get: () => Listing<Row>;
  readonly put: (listing: Listing<Row>) => void;
  readonly time: (row: Row) => number;
}

/**
 * Pulls until everything is here. A list whose revision is 0 or older than `cleared` is void: it is read anew, and what the
 * host no longer names is dropped at the end, so that what it still has never leaves the screen meanwhile.
 */
export async function pullListing<T extends keyof Rows>(
  client: Client,
  topic: T,
  target: Target<Rows[T]>,
): Promise<void> {
  const name = `${topic}.list` as 'sessions.list' | 'messages.list';
  let named: Set<string> | undefined = target.get().revision === 0 ? new Set() : undefined;
  try {
    for (;;) {
      const before = target.get();
      const page = await client.call(name, { after: before.revision, limit: PAGE });
      const rows = page.rows as unknown as readonly Rows[T][];
      const { revision, removed, total, cleared } = page;
      if (before.revision > 0 && cleared > before.revision) named ??= new Set();
      let list: LiveRows<Rows[T]> = withPage(before, { rows, removed }, target.time);
      for (const row of rows) named?.add(row.id);
      for (const id of removed) named?.delete(id);
      const isLast = rows.length + removed.length < PAGE || revision <= before.revision;
      if (isLast && named) list = onlyRows(list, named);
      target.put({ ...list, revision, total, isLoaded: before.isLoaded || isLast });
      if (isLast) return;
    }
  } catch (error) {
    if (named) target.put({ ...target.get(), revision: 0 });
    throw error;
  }
}
