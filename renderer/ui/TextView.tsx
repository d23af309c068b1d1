// Text of any size with line numbers, virtual: a source of megabytes opens at once and scrolls smoothly.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { printable, type TextRow, textRows } from './textRows.ts';

/** What is known of a line beside its text. */
export interface LineMark {
  readonly kind: 'signed' | 'unsigned' | 'removed';
  /** Characters from which on it holds no more. */
  readonly until?: number;
}

interface TextViewProps {
  /** What the text is, for screen readers. */
  readonly label: string;
  readonly text: string;
  /** Lines up to this number are set off: they were added by us, not sent by the client. */
  readonly ownLines?: number;
  /** Of lines behind those of ours, from 1. */
  readonly marks?: ((line: number) => LineMark | undefined) | undefined;
}

const LINE = 18;

/** What a mark looks like, and is called. */
export const lineMarks = {
  signed: { sign: '✓', word: 'signed' },
  unsigned: { sign: '○', word: 'not signed' },
  removed: { sign: '×', word: 'left out where it is handed on' },
} as const;

export function TextView({ label, text, ownLines = 0, marks }: TextViewProps) {
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
          const mark = row && row.line > ownLines ? marks?.(row.line - ownLines) : undefined;
          return (
            row && (
              <div
                key={item.key}
                className="text-row"
                data-own={row.line <= ownLines || undefined}
                data-mark={mark?.kind}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className="text-number" aria-hidden>
                  {row.isFirst ? row.line : '↳'}
                </span>
                {marks && <Sign mark={mark} />}
                <Marked
                  text={row.text}
                  until={mark?.until}
                  before={mark?.until === undefined ? 0 : before(rows, item.index)}
                />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** Characters of the line in the rows before this one. */
function before(rows: readonly TextRow[], index: number): number {
  let length = 0;
  for (let at = index; rows[at]?.isFirst === false; at -= 1) length += rows[at - 1]?.text.length ?? 0;
  return length;
}

function Sign({ mark }: { readonly mark: LineMark | undefined }) {
  if (!mark) return <span className="text-sign" />;
  const { sign, word } = lineMarks[mark.kind];
  return (
    <span className="text-sign" title={word}>
      <span aria-hidden>{sign}</span>
      <span className="unseen">{word}: </span>
    </span>
  );
}

interface MarkedProps {
  readonly text: string;
  readonly until: number | undefined;
  readonly before: number;
}

/** The text, and what of it lies behind the end of the mark. */
function Marked({ text, until, before: begun }: MarkedProps) {
  if (until === undefined || begun + text.length <= until) return <span>{printable(text)}</span>;
  const cut = Math.max(0, until - begun);
  return (
    <span>
      {printable(text.slice(0, cut))}
      <span className="text-rest">
        <span className="unseen">from here on not signed: </span>
        {printable(text.slice(cut))}
      </span>
    </span>
  );
}
