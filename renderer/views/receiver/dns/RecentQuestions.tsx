// The last questions of the receiver, newest first: what was asked, what came back, and which session and check asked.
import { SearchX } from 'lucide-react';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import type { LoggedQuestion } from '../../../../core/contract/senderCalls.ts';
import { usePolled } from '../../../state/asking.ts';
import { go } from '../../../state/place.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Say } from '../../../ui/Field.tsx';
import { clock, count, duration } from '../../../ui/figures.ts';
import { useRowKeys } from '../../../ui/useRowKeys.ts';
import { useSteadyList } from '../../../ui/useSteadyList.ts';
import { byWords } from '../../sender/Questions.tsx';

const EVERY = 2000;
/** All the host keeps. */
const MOST = 1000;
const ROW = 48;

interface Row extends LoggedQuestion {
  readonly id: string;
}

export function RecentQuestions() {
  const { answer, error } = usePolled('dns.recent', { limit: MOST }, EVERY);
  const rows = useMemo(() => named(answer?.questions ?? []), [answer]);
  return (
    <>
      <div className="list-note small muted recent-head">
        <h3>Last questions</h3>
        <span className="grow" />
        <span>{rows.length > 0 && `${count(rows.length)} of ${count(answer?.total ?? 0)}`}</span>
      </div>
      <Say tone="refuse" text={error} />
      {rows.length > 0 ? (
        <Rows rows={rows} />
      ) : (
        answer && (
          <EmptyState icon={SearchX} title="Nothing was asked yet">
            Checks of the sender ask DNS while a session runs: SPF asks as soon as a client says EHLO and MAIL.
          </EmptyState>
        )
      )}
    </>
  );
}

/** All questions of an event come at once, so that its number and their place in it name them. */
function named(questions: readonly LoggedQuestion[]): readonly Row[] {
  const seen = new Map<string, number>();
  return questions.map((one) => {
    const event = `${one.session}-${one.event}`;
    const at = seen.get(event) ?? 0;
    seen.set(event, at + 1);
    return { ...one, id: `${event}-${at}` };
  });
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, choose] = useState<string>();
  const list = useSteadyList({ rows, scroller, rowHeight: ROW, isFollowing: false });
  const { index, walk } = useRowKeys({ rows, chosen, list, onChoose: ({ id }) => choose(id) });
  const open = ({ session, event }: Row) => go({ view: 'sessions', session, line: event });
  const press = (event: KeyboardEvent) => {
    const row = rows[index];
    if (event.key !== 'Enter' || !row) {
      walk(event);
      return;
    }
    event.preventDefault();
    open(row);
  };
  return (
    <div
      className="scroll"
      ref={scroller}
      role="grid"
      aria-label="Last questions"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={index >= 0 ? `question-${chosen}` : undefined}
      tabIndex={0}
      data-pane-focus=""
      onScroll={list.onScroll}
      onKeyDown={press}
    >
      <div role="rowgroup" className="unseen">
        <div role="row" aria-rowindex={1}>
          {['Asked', 'Time', 'Answer', 'Who asked'].map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: list.height, position: 'relative' }}>
        {list.drawn.map(({ row, index: at, top }) => (
          <Line key={row.id} row={row} index={at} top={top} isChosen={row.id === chosen} onOpen={open} />
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly isChosen: boolean;
  readonly onOpen: (row: Row) => void;
}

const Line = memo(function Line({ row, index, top, isChosen, onOpen }: LineProps) {
  const { name, type, answer, ms, at, session, check } = row;
  const isFault = typeof answer === 'string';
  const said = isFault ? answer : answer.join(', ');
  return (
    <div
      role="row"
      id={`question-${row.id}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className="session session-compact"
      style={{ transform: `translateY(${top}px)` }}
      title={`${name} ${type}: ${said}. Asked by ${check} of session ${session}; opens it.`}
      onClick={() => onOpen(row)}
    >
      <span role="gridcell" className="mono cut">
        {name} {type}
      </span>
      <span role="gridcell" className="small muted number">
        {clock(at)}
      </span>
      <span role="gridcell" className={isFault ? 'mono cut small dns-fault' : 'mono cut small muted'}>
        {said === '' ? 'no records' : said}
      </span>
      <span role="gridcell" className="small muted number">
        {check}, {byWords(row)}, {duration(ms)}
      </span>
    </div>
  );
});
