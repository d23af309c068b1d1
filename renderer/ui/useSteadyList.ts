// A virtual list of rows of one height that keeps its place: what is being read does not move when rows come and go.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react';

interface SteadyList<Row> {
  readonly rows: readonly Row[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Pixels. */
  readonly rowHeight: number;
  /** Stays at the first row, whatever comes. */
  readonly isFollowing: boolean;
  /** Called when the person scrolls away from the first row. */
  readonly onLeave?: () => void;
}

/** Returns the virtual rows and how to bring one into view. */
export function useSteadyList<Row extends { readonly id: string }>(list: SteadyList<Row>) {
  const { rows, scroller, rowHeight, isFollowing, onLeave } = list;
  const anchor = useRef<{ id: string; offset: number } | undefined>(undefined);
  const own = useRef(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => rows[index]?.id ?? index,
  });

  const remember = useCallback(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const row = rows[Math.floor(top / rowHeight)];
    anchor.current = row && { id: row.id, offset: top % rowHeight };
  }, [rows, rowHeight, scroller]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let top = element.scrollTop;
    if (isFollowing) top = 0;
    else if (anchor.current) {
      const { id, offset } = anchor.current;
      const index = rows.findIndex((row) => row.id === id);
      if (index >= 0) top = index * rowHeight + offset;
    }
    if (Math.abs(top - element.scrollTop) >= 1) {
      own.current = top;
      // The sizer may still be shorter than the list now is; the virtualizer has rendered it by the next frame at the latest.
      element.scrollTop = top;
    }
    remember();
  }, [rows, rowHeight, isFollowing, scroller, remember]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const scrolled = () => {
      remember();
      if (isFollowing && element.scrollTop > rowHeight && Math.abs(element.scrollTop - own.current) > 1) onLeave?.();
    };
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => element.removeEventListener('scroll', scrolled);
  }, [scroller, remember, isFollowing, rowHeight, onLeave]);

  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);

  return {
    items: virtual.getVirtualItems(),
    height: virtual.getTotalSize(),
    show: (index: number) => virtual.scrollToIndex(index, { align: 'auto' }),
  };
}
