// What an import would do, or did, line by line: virtual, with what each line comes to as a word and a shape.
import { useMemo, useRef, useState } from 'react';
import type { Output } from '../../../../core/contract/calls.ts';
import { Chip, type Tone } from '../../../ui/Chip.tsx';
import { count } from '../../../ui/figures.ts';
import { useSteadyList } from '../../../ui/useSteadyList.ts';

type Rows = Output<'users.import'>['rows'];
type What = Rows[number]['what'];

const looks: Readonly<Record<What, { readonly tone: Tone; readonly shape: string; readonly done: string }>> = {
  new: { tone: 'ok', shape: '+', done: 'added' },
  changed: { tone: 'defer', shape: '▲', done: 'changed' },
  same: { tone: 'quiet', shape: '=', done: 'same' },
  skipped: { tone: 'refuse', shape: '■', done: 'skipped' },
};
const kinds = Object.keys(looks) as readonly What[];

/** How many lines come to each. */
export function tally(rows: Rows): Readonly<Record<What, number>> {
  const sums = { new: 0, changed: 0, same: 0, skipped: 0 };
  for (const { what } of rows) sums[what] += 1;
  return sums;
}

/** Pixels. */
const ROW = 28;

interface ImportRowsProps {
  readonly rows: Rows;
  readonly isDone: boolean;
  /** The text has changed since. */
  readonly isStale: boolean;
}

export function ImportRows({ rows, isDone, isStale }: ImportRowsProps) {
  const [only, setOnly] = useState<What>();
  const scroller = useRef<HTMLDivElement>(null);
  const sums = tally(rows);
  const shown = useMemo(
    () =>
      rows
        .filter(({ what }) => only === undefined || what === only)
        .map((row, n) => ({ ...row, id: `${row.line}-${n}` })),
    [rows, only],
  );
  const list = useSteadyList({ rows: shown, scroller, rowHeight: ROW, isFollowing: false });
  const word = (what: What) => (isDone ? looks[what].done : what);
  return (
    <div className="import-preview" data-stale={isStale || undefined}>
      <div className="row" role="group" aria-label="What happens, by kind">
        {kinds
          .filter((what) => sums[what] > 0)
          .map((what) => (
            <button
              key={what}
              type="button"
              className="import-kind"
              aria-pressed={only === what}
              onClick={() => setOnly(only === what ? undefined : what)}
            >
              <Chip tone={looks[what].tone} shape={looks[what].shape}>
                {count(sums[what])} {word(what)}
              </Chip>
            </button>
          ))}
      </div>
      <div
        className="scroll import-rows"
        ref={scroller}
        role="grid"
        aria-label={isDone ? 'What was done' : 'What would happen'}
        aria-rowcount={shown.length + 1}
        tabIndex={0}
        onScroll={list.onScroll}
      >
        <div role="rowgroup" className="unseen">
          <div role="row" aria-rowindex={1}>
            {['Line', 'Name', 'What', 'Note'].map((title) => (
              <span key={title} role="columnheader">
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: list.height, position: 'relative' }}>
          {list.drawn.map(({ row, index, top }) => (
            <div
              key={row.id}
              role="row"
              aria-rowindex={index + 2}
              className="import-row"
              style={{ transform: `translateY(${top}px)` }}
            >
              <span role="gridcell" className="number muted">
                {row.line}
              </span>
              <span role="gridcell" className="mono cut" title={row.name}>
                {row.name}
              </span>
              <span role="gridcell">
                <Chip tone={looks[row.what].tone} shape={looks[row.what].shape}>
                  {word(row.what)}
                </Chip>
              </span>
              <span role="gridcell" className="cut muted" title={row.note}>
                {row.note}
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
