// The Sessions view: the live list, the transcript of the open session, and why every answer was given.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import './sessions.css';
import './login.css';
import { compileFilter, parseFilter } from '../../state/filter.ts';
import { useFilter } from '../../state/filterText.ts';
import { choose, useChoices } from '../../state/choices.ts';
import { useCommand } from '../../state/commands.ts';
import { go, usePlace } from '../../state/place.ts';
import { useWorkbench, workbench } from '../../state/workbench.ts';
import { foldLogins } from '../../../core/contract/login.ts';
import type { SessionRow } from '../../../core/contract/summary.ts';
import { Pane, Split, type SplitPart } from '../../ui/Pane.tsx';
import { useWideWindow } from '../../ui/useWide.ts';
import { clearSessions, ListHead } from './ListHead.tsx';
import { LogPanel } from './LogPanel.tsx';
import { SessionDetail } from './SessionDetail.tsx';
import { SessionList } from './SessionList.tsx';
import { TestMessage } from './TestMessage.tsx';
import { decidingLine } from './explain.ts';
import { WhyPanel } from './WhyPanel.tsx';

/** Below this width, pixels, the why folds under the transcript. */
const THREE_PANES_FROM = 1200;

export function SessionsView() {
  const session = usePlace((place) => place.session);
  const chosenLine = usePlace((place) => place.line);
  const items = useWorkbench((state) => state.open.items);
  const events = useWorkbench((state) => state.open.events);
  const isOpenOne = useWorkbench((state) => state.open.id === (session ?? ''));
  const { listAt, isLogOpen, isFollowing } = useChoices();
  const isWide = useWideWindow(THREE_PANES_FROM);
  const [isSending, setSending] = useState(false);
  const { rows, isFiltered } = useFilteredRows();
  const fresh = useFresh(rows, isFollowing);
  const transcript = useRef<HTMLDivElement>(null);
  const why = useRef<HTMLElement>(null);

  useEffect(() => workbench.openSession(session ?? ''), [session]);
  const logins = useMemo(() => (isOpenOne ? foldLogins(events) : []), [events, isOpenOne]);
  const line = useMemo(
    () => (isOpenOne ? (chosenLine ?? decidingLine(items)) : undefined),
    [chosenLine, items, isOpenOne],
  );
  const onLine = useCallback(
    (n: number) => session !== undefined && go({ view: 'sessions', session, line: n }, true),
    [session],
  );

  useCommand('sessions.test', () => setSending(true));
  useCommand('sessions.follow', () => choose({ isFollowing: !isFollowing }));
  useCommand('sessions.log', () => choose({ isLogOpen: !isLogOpen }));
  useCommand('sessions.layout', () => choose({ listAt: listAt === 'side' ? 'top' : 'side' }));
  useCommand('sessions.clear', () => void clearSessions());

  const list = (
    <Pane label="Session list">
      <ListHead
        shown={rows.length}
        fresh={fresh}
        isFiltered={isFiltered}
        onLeave={focusList}
        onSend={() => setSending(true)}
      />
      <SessionList rows={rows} isFiltered={isFiltered} onEnter={() => transcript.current?.focus()} />
    </Pane>
  );
  const detail = (
    <SessionDetail
      id={session}
      logins={logins}
      line={line}
      onLine={onLine}
      onEnter={() => why.current?.focus()}
      onLeave={focusList}
      scroller={transcript}
    />
  );
  const reason = (
    <WhyPanel
      items={isOpenOne ? items : []}
      logins={logins}
      line={line}
      onLine={onLine}
      panel={why}
      onLeave={() => transcript.current?.focus()}
    />
  );
  const reading: SplitPart[] = [
    { id: 'transcript', min: isWide ? 340 : 160, content: detail },
    { id: 'why', size: isWide ? 348 : '42', min: isWide ? 280 : 140, isFixed: isWide, content: reason },
  ];
  const main =
    listAt === 'side' && isWide ? (
      <Split
        id="sessions.side"
        parts={[{ id: 'sessions', size: 400, min: 280, isFixed: true, content: list }, ...reading]}
      />
    ) : (
      <Split
        id={listAt === 'side' ? 'sessions.narrow' : 'sessions.top'}
        direction={listAt === 'side' ? 'row' : 'column'}
        parts={[
          {
            id: 'sessions',
            size: listAt === 'side' ? 340 : '38',
            min: listAt === 'side' ? 260 : 120,
            isFixed: listAt === 'side',
            content: list,
          },
          {
            id: 'session',
            min: 200,
            content: (
              <Split
                id={`reading.${isWide ? 'wide' : 'narrow'}`}
                direction={isWide ? 'row' : 'column'}
                parts={reading}
              />
            ),
          },
        ]}
      />
    );
  return (
    <>
      <Split
        id="sessions.log"
        direction="column"
        parts={[
          { id: 'main', min: 200, content: main },
          ...(isLogOpen ? [{ id: 'log', size: 180, min: 80, isFixed: true, content: <LogPanel /> }] : []),
        ]}
      />
      <TestMessage isOpen={isSending} onClose={() => setSending(false)} />
    </>
  );
}

function focusList(): void {
  document.querySelector<HTMLElement>('[aria-label="Sessions"][role=grid]')?.focus();
}

/** The rows the filter lets through; each row is tested once per filter. */
function useFilteredRows(): { readonly rows: readonly SessionRow[]; readonly isFiltered: boolean } {
  const all = useWorkbench((state) => state.sessions.rows);
  const text = useDeferredValue(useFilter((state) => state.text));
  const test = useMemo(() => {
    const filter = parseFilter(text);
    if (filter.terms.length === 0) return undefined;
    const matches = compileFilter(filter, new Date());
    const known = new WeakMap<SessionRow, boolean>();
    return (row: SessionRow) => {
      const before = known.get(row);
      if (before !== undefined) return before;
      const isHit = matches(row);
      known.set(row, isHit);
      return isHit;
    };
  }, [text]);
  const rows = useMemo(() => (test ? all.filter(test) : all), [all, test]);
  return { rows, isFiltered: test !== undefined };
}

/** How many rows came on top since the list was last followed. */
function useFresh(rows: readonly SessionRow[], isFollowing: boolean): number {
  const [top, setTop] = useState<string | undefined>(undefined);
  const first = rows[0]?.id;
  useEffect(() => {
    if (isFollowing || top === undefined) setTop(first);
  }, [isFollowing, first, top]);
  return useMemo(
    () =>
      isFollowing || top === undefined
        ? 0
        : Math.max(
            0,
            rows.findIndex(({ id }) => id === top),
          ),
    [rows, top, isFollowing],
  );
}
