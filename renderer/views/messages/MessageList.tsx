// The list of accepted messages, newest first; virtual, filtered by words, walked by arrow keys.
import { Inbox, MoreHorizontal, SearchX, X } from 'lucide-react';
import { type KeyboardEvent, memo, useRef } from 'react';
import type { MessageRow } from '../../../core/contract/calls.ts';
import { runCommand, useCommand } from '../../state/commands.ts';
import { go, usePlace } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button, IconButton, Jump } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { clock, count, counted, size } from '../../ui/figures.ts';
import { KeyHint } from '../../ui/KeyHint.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { PaneHead } from '../../ui/Pane.tsx';
import { useRowKeys } from '../../ui/useRowKeys.ts';
import { useSteadyList } from '../../ui/useSteadyList.ts';
import { decodeHeader } from './encodedWords.ts';
import { clearMessages } from './clearMessages.ts';
import { Quarantined } from './Quarantined.tsx';

interface ListProps {
  readonly rows: readonly MessageRow[];
  readonly filter: string;
  readonly onFilter: (text: string) => void;
  readonly onEnter: () => void;
}

const ROW = 48;

export function MessageList({ rows, filter, onFilter, onEnter }: ListProps) {
  const held = useWorkbench((state) => state.messages.rows.length);
  const kept = useWorkbench((state) => state.settings?.settings.queue.keepMessages);
  const input = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useCommand('list.filter', () => input.current?.select());
  return (
    <>
      <PaneHead>
        <div className="filter-box">
          <input
            ref={input}
            className="input filter"
            aria-label="Filter messages"
            placeholder="Filter: subject, sender, quarantine"
            spellCheck={false}
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'ArrowDown') return;
              event.preventDefault();
              scroller.current?.focus();
            }}
          />
          <span className="filter-end">
            {filter === '' ? (
              <KeyHint keys="/" />
            ) : (
              <IconButton icon={X} label="Clear the filter" onClick={() => onFilter('')} />
            )}
          </span>
        </div>
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More for messages" />}
          entries={[
            {
              kind: 'action',
              title: 'Clear all messages …',
              command: 'messages.clear',
              disabled: held === 0,
              run: () => void clearMessages(),
            },
          ]}
        />
      </PaneHead>
      <div className="list-note small muted">
        <span role="status">
          {filter === '' ? counted(held, 'message') : `${count(rows.length)} of ${counted(held, 'message')}`}
        </span>
        {kept !== undefined && (
          <Jump to={() => go({ view: 'receiver', setting: 'queue.keepMessages' })}>
            {kept === 0 ? 'all are kept' : `the newest ${count(kept)} are kept`}
          </Jump>
        )}
      </div>
      <Rows rows={rows} scroller={scroller} isFiltered={filter !== ''} onFilter={onFilter} onEnter={onEnter} />
    </>
  );
}

interface RowsProps {
  readonly rows: readonly MessageRow[];
  readonly scroller: React.RefObject<HTMLDivElement | null>;
  readonly isFiltered: boolean;
  readonly onFilter: (text: string) => void;
  readonly onEnter: () => void;
}

function Rows({ rows, scroller, isFiltered, onFilter, onEnter }: RowsProps) {
  const isLoaded = useWorkbench((state) => state.messages.isLoaded);
  const selected = usePlace((place) => place.message);
  const list = useSteadyList({ rows, scroller, rowHeight: ROW, isFollowing: false });
  const { index, walk } = useRowKeys({
    rows,
    chosen: selected,
    list,
    onChoose: ({ id }) => go({ view: 'messages', message: id }, true),
  });
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') walk(event);
    else {
      event.preventDefault();
      onEnter();
    }
  };
  if (rows.length === 0 && isLoaded) {
    return isFiltered ? (
      <EmptyState
        icon={SearchX}
        title="No message matches"
        actions={<Button onClick={() => onFilter('')}>Clear the filter</Button>}
      />
    ) : (
      <EmptyState
        icon={Inbox}
        title="No message yet"
        actions={
          <Button
            kind="primary"
            onClick={() => {
              runCommand('view.sessions');
              setTimeout(() => runCommand('sessions.test'), 50);
            }}
          >
            Send a test message
          </Button>
        }
      >
        Every message the receiver answers with 250 is kept here, byte for byte as the client sent it.
      </EmptyState>
    );
  }
  return (
    <div
      className="scroll"
      ref={scroller}
      role="grid"
      aria-label="Messages"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={index >= 0 ? `message-${selected}` : undefined}
      tabIndex={0}
      data-pane-focus=""
      onScroll={list.onScroll}
      onKeyDown={press}
    >
      <div role="rowgroup" className="unseen">
        <div role="row" aria-rowindex={1}>
          {['Subject', 'Size', 'Sender and recipients', 'Time'].map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: list.height, position: 'relative' }}>
        {list.drawn.map(({ row, index, top }) => (
          <Line key={row.id} row={row} index={index} top={top} isSelected={row.id === selected} />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  readonly row: MessageRow;
  readonly index: number;
  readonly top: number;
  readonly isSelected: boolean;
}

const Line = memo(function Line({ row, index, top, isSelected }: LineProps) {
  const [first, ...others] = row.recipients;
  return (
    <div
      role="row"
      id={`message-${row.id}`}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className="session session-compact"
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => go({ view: 'messages', message: row.id }, true)}
    >
      <span role="gridcell" className="cut">
        {row.subject === '' ? <span className="muted">(no subject)</span> : decodeHeader(row.subject)}{' '}
        {row.remote && (
          <Chip tone="defer" shape="▲" title="For a remote domain: held and shown, never sent">
            held
          </Chip>
        )}
        {row.quarantine !== undefined && <Quarantined by={row.quarantine} />}
      </span>
      <span role="gridcell" className="small muted number">
        {size(row.size)}
      </span>
      <span role="gridcell" className="cut small muted">
        {row.sender === '' ? '<>' : row.sender} → {first}
        {others.length > 0 && ` +${others.length}`}
      </span>
      <span role="gridcell" className="small muted number">
        {clock(row.at)}
      </span>
    </div>
  );
});
