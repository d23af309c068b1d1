// A long list that grows while it is read: rows by id, newest first, changed in one pass however many come at once.

/** What a page of `sessions.list` or `messages.list` brings. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly removed: readonly string[];
}

export interface LiveRows<Row> {
  /** Shared between the versions of a list: always the newest state. */
  readonly byId: ReadonlyMap<string, Row>;
  /** Newest first; a new array whenever anything changed. */
  readonly rows: readonly Row[];
}

export function emptyRows<Row>(): LiveRows<Row> {
  return { byId: new Map<string, Row>(), rows: [] };
}

/**
 * The list with a page applied. Rows keep their place when they change; new ones are put where their time belongs,
 * in front of those with the same time. Costs one pass over the list, not one per row.
 */
export function withPage<Row extends { readonly id: string }>(
  list: LiveRows<Row>,
  page: RowPage<Row>,
  time: (row: Row) => number,
): LiveRows<Row> {
  if (page.rows.length === 0 && page.removed.length === 0) return list;
  const byId = list.byId as Map<string, Row>;
  const fresh = new Set<string>();
  for (const row of page.rows) {
    if (!byId.has(row.id)) fresh.add(row.id);
    byId.set(row.id, row);
  }
  for (const id of page.removed) byId.delete(id);
  const coming: Row[] = [];
  for (const id of fresh) {
    const row = byId.get(id);
    if (row) coming.push(row);
  }
  coming.reverse().sort((a, b) => time(b) - time(a));

  const rows: Row[] = [];
  let next = 0;
  for (const old of list.rows) {
    const row = byId.get(old.id);
    if (row === undefined || fresh.has(old.id)) continue;
    const at = time(row);
    for (let first = coming[next]; first && time(first) >= at; first = coming[next]) {
      rows.push(first);
      next += 1;
    }
    rows.push(row);
  }
  while (next < coming.length) rows.push(coming[next++] as Row);
  return { byId, rows };
}

/** Only the rows whose ids are named: for a list that was read anew from its beginning. */
export function onlyRows<Row extends { readonly id: string }>(
  list: LiveRows<Row>,
  ids: ReadonlySet<string>,
): LiveRows<Row> {
  if (list.rows.every((row) => ids.has(row.id))) return list;
  const rows = list.rows.filter((row) => ids.has(row.id));
  return { byId: new Map(rows.map((row) => [row.id, row])), rows };
}
