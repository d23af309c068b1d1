// Keys that walk through the rows of a list; in a steady list the chosen row is kept in view.
import { type KeyboardEvent, useEffect, useMemo } from 'react';
import type { useSteadyList } from './useSteadyList.ts';

/** How many rows a key walks, with how many rows a page has and the list in all; undefined for keys that walk nowhere. */
export function rowStep(key: string, page: number, length: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -length,
    End: length,
  };
  return steps[key];
}

interface RowKeys<Row> {
  readonly rows: readonly Row[];
  /** Id of the chosen row; it may be none of them. */
  readonly chosen: string | undefined;
  readonly list: Pick<ReturnType<typeof useSteadyList>, 'show' | 'room'>;
  readonly onChoose: (row: Row) => void;
  /** Rows that stay in view, or stand under the list's head, when a page is walked. */
  readonly overlap?: number;
}

/** Returns where the chosen row stands (-1: nowhere), and what walks: it tells whether the key was one of its own. */
export function useRowKeys<Row extends { readonly id: string }>(keys: RowKeys<Row>) {
  const { rows, chosen, list, onChoose, overlap = 1 } = keys;
  const index = useMemo(() => rows.findIndex(({ id }) => id === chosen), [rows, chosen]);
  useEffect(() => {
    if (index >= 0) list.show(index);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when another one is chosen, not when rows come
  }, [chosen]);
  const walk = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = rowStep(event.key, Math.max(1, list.room() - overlap), rows.length);
    if (step === undefined) return false;
    const next = Math.min(rows.length - 1, Math.max(0, (index < 0 && step > 0 ? -1 : index) + step));
    const row = rows[next];
    if (!row) return false;
    event.preventDefault();
    onChoose(row);
    list.show(next);
    return true;
  };
  return { index, walk };
}
