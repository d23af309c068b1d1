// A virtual list of rows of one height that keeps its place: what is being read does not move when rows come and go.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

interface SteadyList<Row> {
  readonly rows: readonly Row[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Pixels. */
  readonly rowHeight: number;
  /** Pixels of a head that sticks to the top, inside the scroller. */
  readonly headHeight?: number;
  /** Stays at the first row, whatever comes. */
  readonly isFollowing: boolean;
  /** Called when the person scrolls away from the first row. */
  readonly onLeave?: () => void;
}

/** Returns the rows to draw and where, what the scroller must call when it is scrolled, and how to bring a row into view. */
export function useSteadyList<Row extends { readonly id: string }>(list: SteadyList<Row>) {
  const { rows, scroller, rowHeight, headHeight = 0, isFollowing, onLeave } = list;
  const anchor = useRef<{ id: string; offset: number } | undefined>(undefined);
  const own = useRef(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: headHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
  });

  const remember = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const row = rows[Math.floor(top / rowHeight)];
    anchor.current = row && { id: row.id, offset: top % rowHeight };
  }, [rows, rowHeight, scroller]);

  const held = useRef<{ rows: readonly Row[]; rowHeight: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const hasMoved = held.current?.rows !== rows || held.current.rowHeight !== rowHeight;
    held.current = { rows, rowHeight };
    let top = element.scrollTop;
    if (isFollowing) top = 0;
    else if (hasMoved && anchor.current) {
      const { id, offset } = anchor.current;
      const index = rows.findIndex((row) => row.id === id);
      if (index >= 0) top = index * rowHeight + Math.min(offset, rowHeight - 1);
    }
    if (Math.abs(top - element.scrollTop) >= 1) {
      own.current = top;
      element.scrollTop = top;
    }
    remember();
  }, [rows, rowHeight, isFollowing, scroller, remember]);

  // For the scroller's onScroll: a listener of our own would be taken off and put back by the very render its event causes.
  const onScroll = () => {
    remember();
    const top = scroller.current?.scrollTop ?? 0;
    if (isFollowing && top > rowHeight && Math.abs(top - own.current) > 1) onLeave?.();
  };

  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);

  return {
    /** Rows to draw; `top` is in pixels below the head. */
    drawn: virtual.getVirtualItems().flatMap(({ index, start }) => {
      const row = rows[index];
      return row ? [{ row, index, top: start - headHeight }] : [];
    }),
    height: virtual.getTotalSize(),
    onScroll,
    /** How many rows the scroller has room for, were there no head. */
    room: () => Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight),
    /** Rows have one height, so this needs no virtualizer, which would go on correcting after the person has scrolled. */
    show: (index: number) => {
      const element = scroller.current;
      if (!element) return;
      const top = index * rowHeight;
      const below = top + rowHeight + headHeight - element.clientHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (below > element.scrollTop) element.scrollTop = below;
      remember();
    },
  };
}
