// The list of users: rows of one height, virtual, walked by arrow keys; the chosen one stands beside it with all there is.
import { type KeyboardEvent, memo, type RefObject } from 'react';
import { Chip } from '../../../ui/Chip.tsx';
import { Switch } from '../../../ui/Choose.tsx';
import { count, moment } from '../../../ui/figures.ts';
import { useRowKeys } from '../../../ui/useRowKeys.ts';
import { useSteadyList } from '../../../ui/useSteadyList.ts';
import { ask, askRemove, chooseUser, useChosen } from './asking.ts';
import { type ListedUser, quotaWords, usable } from './model.ts';
import { turnUser } from './store.ts';

/** Pixels. */
const ROW = 32;
const HEAD = 28;

const columns = ['Name', 'Enabled', 'Aliases', 'Quota', 'Mechanisms', 'Tokens', 'Since'] as const;

interface ListProps {
  readonly rows: readonly ListedUser[];
  readonly scroller: RefObject<HTMLDivElement | null>;
}

export function UserList({ rows, scroller }: ListProps) {
  const chosen = useChosen();
  const list = useSteadyList({ rows, scroller, rowHeight: ROW, headHeight: HEAD, isFollowing: false });
  const { index, walk } = useRowKeys({
    rows,
    chosen,
    list,
    onChoose: ({ name }) => chooseUser(name),
    overlap: 2,
  });
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    if (walk(event)) return;
    const now = rows[index];
    if (!now) return;
    if (event.key === 'Enter') ask({ kind: 'edit', name: now.name });
    else if (event.key === ' ') void turnUser(now.name, !now.enabled);
    else if (event.key === 'Delete') void askRemove(now.name);
    else if (event.key === 'Escape') chooseUser(undefined);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="scroll users"
      ref={scroller}
      role="grid"
      aria-label="Users"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={index >= 0 ? `user-row-${index}` : undefined}
      tabIndex={0}
      data-pane-focus=""
      onScroll={list.onScroll}
      onKeyDown={press}
    >
      <div role="rowgroup" className="session-head">
        <div role="row" aria-rowindex={1} className="users-columns users-head">
          {columns.map((title) => (
            <span key={title} role="columnheader" className={isNumber(title) ? 'number' : undefined}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: list.height, position: 'relative' }}>
        {list.drawn.map(({ row, index, top }) => (
          <Row key={row.id} row={row} index={index} top={top} isChosen={row.name === chosen} />
        ))}
      </div>
    </div>
  );
}

const isNumber = (title: (typeof columns)[number]) => title === 'Quota' || title === 'Tokens';

interface RowProps {
  readonly row: ListedUser;
  readonly index: number;
  readonly top: number;
  readonly isChosen: boolean;
}

const Row = memo(function Row({ row, index, top, isChosen }: RowProps) {
  const { name, enabled, aliases, quota, tokens, created } = row;
  const { some, of } = usable(row);
  return (
    <div
      role="row"
      id={`user-row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className="session users-row users-columns"
      data-off={enabled ? undefined : ''}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => chooseUser(name)}
      onDoubleClick={() => ask({ kind: 'edit', name })}
    >
      <span role="gridcell" className="mono cut" title={name}>
        {name}
      </span>
      <span
        role="gridcell"
        onClick={(event) => event.stopPropagation()}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <Switch
          label={`${name} can log in`}
          isOn={enabled}
          tabIndex={-1}
          onTurn={(isOn) => void turnUser(name, isOn)}
        />
      </span>
      <span role="gridcell" className="mono users-aliases" title={aliases.slice(0, 20).join('\n')}>
        <span className="cut">{aliases[0]}</span>
        {aliases.length > 1 && <span className="muted"> +{count(aliases.length - 1)}</span>}
      </span>
      <span role="gridcell" className={`number ${quota === null ? 'muted' : ''}`}>
        {quotaWords(quota)}
      </span>
      <span role="gridcell">
        {of > 0 && (
          <Chip tone={some === 0 ? 'defer' : 'quiet'} shape={some === 0 ? '▲' : some === of ? '✓' : '◐'}>
            {some} of {of}
          </Chip>
        )}
      </span>
      <span role="gridcell" className="number">
        {tokens.length === 0 ? '' : count(tokens.length)}
      </span>
      <span role="gridcell" className="muted">
        {moment(created).slice(0, 10)}
      </span>
    </div>
  );
});
