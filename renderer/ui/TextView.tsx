// Text of any size with line numbers, virtual: a source of megabytes opens at once and scrolls smoothly.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { printable, textRows } from './textRows.ts';

interface TextViewProps {
  /** What the text is, for screen readers. */
  readonly label: string;
  readonly text: string;
  /** Lines up to this number are set off: they were added by us, not sent by the client. */
  readonly ownLines?: number;
}

const LINE = 18;

export function TextView({ label, text, ownLines = 0 }: TextViewProps) {
  const rows = useMemo(() => textRows(text), [text]);
  const widest = useMemo(() => rows.reduce((most, row) => Math.max(most, row.text.length), 0), [rows]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 30,
    paddingStart: 6,
    paddingEnd: 12,
  });
  return (
    <div
      className="scroll text-view mono"
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label={label}
      data-pane-focus=""
    >
      <div style={{ height: virtual.getTotalSize(), minWidth: `calc(${widest}ch + 80px)`, position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <div
                key={item.key}
                className="text-row"
                data-own={row.line <= ownLines || undefined}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className="text-number" aria-hidden>
                  {row.isFirst ? row.line : '↳'}
                </span>
                <span>{printable(row.text)}</span>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
