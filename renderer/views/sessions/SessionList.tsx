// The live list of sessions: virtual, filtered, walked by arrow keys; one line with columns, or two lines where it is narrow.
import { SearchX } from 'lucide-react';
import { memo, type KeyboardEvent, useMemo, useRef } from 'react';
import type { SessionRow } from '../../../core/contract/summary.ts';
import { choose, useChoices } from '../../state/choices.ts';
import { setFilter } from '../../state/filterText.ts';
import { go, usePlace } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { OutcomeChip } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useRowKeys } from '../../ui/useRowKeys.ts';
import { useSteadyList } from '../../ui/useSteadyList.ts';
import { useWideElement } from '../../ui/useWide.ts';
import { decided, sessionColumns, StartTime, talk } from './columns.tsx';
import { NoSessions } from './NoSessions.tsx';

/** From this width on, pixels, a row is one line with columns. */
const COLUMNS_FROM = 700;

interface ListProps {
  readonly rows: readonly SessionRow[];
  readonly isFiltered: boolean;
  /** Puts the focus into the transcript. */
  readonly onEnter: () => void;
}

export function SessionList({ rows, isFiltered, onEnter }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isWide = useWideElement(scroller, COLUMNS_FROM);
  const hidden = useChoices((choices) => choices.hiddenColumns);
  const isFollowing = useChoices((choices) => choices.isFollowing);
  const selected = usePlace((place) => place.session);
  const isLoaded = useWorkbench((state) => state.sessions.isLoaded);
  const columns = useMemo(() => sessionColumns.filter(({ id }) => !hidden.includes(id)), [hidden]);
  const list = useSteadyList({
    rows,
    scroller,
    rowHeight: isWide ? 28 : 48,
    headHeight: isWide ? 28 : 0,
    isFollowing,
    onLeave: () => choose({ isFollowing: false }),
  });
  const { index, walk } = useRowKeys({ rows, chosen: selected, list, onChoose: ({ id }) => open(id) });
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || selected === undefined) walk(event);
    else {
      event.preventDefault();
      onEnter();
    }
  };

  if (rows.length === 0 && isLoaded) {
    return isFiltered ? (
      <EmptyState
        icon={SearchX}
        title="No session matches"
        actions={<Button onClick={() => setFilter('')}>Clear the filter</Button>}
      >
        The filter is kept, and new sessions that match appear here.
      </EmptyState>
    ) : (
      <NoSessions />
    );
  }
  const template = columns.map(({ width }) => width).join(' ');
  return (
    <div className="sessions" data-wide={isWide} style={{ '--columns': template } as React.CSSProperties}>
      <div
        className="scroll"
        ref={scroller}
        role="grid"
        aria-label="Sessions"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={index >= 0 ? `session-${selected}` : undefined}
        tabIndex={0}
        data-pane-focus=""
        onScroll={list.onScroll}
        onKeyDown={press}
      >
        <div role="rowgroup" className={isWide ? 'session-head' : 'unseen'}>
          <div role="row" aria-rowindex={1} className="session-columns">
            {(isWide ? columns : compactColumns).map(({ id, title, isNumber }) => (
              <span key={id} role="columnheader" className={isNumber === true ? 'number' : undefined}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: list.height, position: 'relative' }}>
          {list.drawn.map(({ row, index, top }) => (
            <SessionLine
              key={row.id}
              row={row}
              index={index}
              top={top}
              isSelected={row.id === selected}
              columns={isWide ? columns : undefined}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function open(id: string): void {
  if (useChoices.getState().isFollowing) choose({ isFollowing: false });
  go({ view: 'sessions', session: id }, true);
}

const compactColumns: readonly { id: string; title: string; isNumber?: boolean }[] = [
  { id: 'talk', title: 'Peer, who to whom' },
  { id: 'outcome', title: 'Outcome' },
  { id: 'decided', title: 'What decided' },
  { id: 'time', title: 'Time' },
];

interface LineProps {
  readonly row: SessionRow;
  readonly index: number;
  readonly top: number;
  readonly isSelected: boolean;
  readonly columns: typeof sessionColumns | undefined;
}

const SessionLine = memo(function SessionLine({ row, index, top, isSelected, columns }: LineProps) {
  return (
    <div
      role="row"
      id={`session-${row.id}`}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={columns ? 'session session-columns' : 'session session-compact'}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => open(row.id)}
    >
      {columns ? (
        columns.map(({ id, cell, isNumber }) => (
          <span key={id} role="gridcell" className={isNumber === true ? 'number muted' : 'cut'}>
            {cell(row)}
          </span>
        ))
      ) : (
        <>
          <span role="gridcell" className="cut">
            <span className="mono">{row.peer}</span> <span className="muted">{talk(row)}</span>
          </span>
          <span role="gridcell">
            <OutcomeChip row={row} />
          </span>
          <span role="gridcell" className="cut small muted">
            {decided(row)}
          </span>
          <span role="gridcell" className="small muted number">
            <StartTime row={row} />
          </span>
        </>
      )}
    </div>
  );
});
