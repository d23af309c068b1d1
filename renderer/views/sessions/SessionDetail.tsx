// The open session: its head, its transcript, and underneath its raw bytes when they are wanted.
import { Binary, Copy, MousePointerClick, UserRound } from 'lucide-react';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import type { LoginAccount } from '../../../core/contract/login.ts';
import { isSimulated, type SessionRow } from '../../../core/contract/summary.ts';
import { transcriptText } from '../../../core/contract/transcript.ts';
import { choose, useChoices } from '../../state/choices.ts';
import { useCommand } from '../../state/commands.ts';
import { useWorkbench, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip, OutcomeChip } from '../../ui/Chip.tsx';
import { copyText } from '../../ui/copyText.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { moment, virtualClock } from '../../ui/figures.ts';
import { Pane, PaneHead, Split } from '../../ui/Pane.tsx';
import { RawBytes } from './RawBytes.tsx';
import { talk } from './columns.tsx';
import { whoIsIn } from './logins.ts';
import { showWhyTab } from './WhyPanel.tsx';
import { shownItems } from './explain.ts';
import { foldRepeats } from './repeats.ts';
import { Transcript } from './Transcript.tsx';

interface DetailProps {
  readonly id: string | undefined;
  readonly logins: readonly LoginAccount[];
  readonly line: number | undefined;
  readonly onLine: (n: number) => void;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

export function SessionDetail({ id, logins, line, onLine, onEnter, onLeave, scroller }: DetailProps) {
  const open = useWorkbench((state) => state.open);
  const row = useWorkbench((state) => state.sessions.byId.get(id ?? ''));
  const isRawOpen = useChoices((choices) => choices.isRawOpen);
  const isOpen = id !== undefined && open.id === id;
  useCommand('sessions.raw', isOpen ? () => choose({ isRawOpen: !isRawOpen }) : undefined);
  useCommand('sessions.copy', isOpen ? copyTranscript : undefined);

  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => setUnfolded(new Set()), [id]);
  const items = useMemo(
    () =>
      foldRepeats(
        shownItems(open.items),
        ({ n, last }) => unfolded.has(n) || (line !== undefined && line > n && line <= last),
      ),
    [open.items, unfolded, line],
  );

  if (!isOpen) {
    return (
      <Pane label="Transcript">
        <PaneHead>
          <h2>Transcript</h2>
        </PaneHead>
        <EmptyState icon={MousePointerClick} title="No session is open">
          Choose one in the list to read what was said, line by line, and why.
        </EmptyState>
      </Pane>
    );
  }
  const transcript = (
    <Transcript
      session={open.id}
      items={items}
      line={line}
      onLine={onLine}
      onUnfold={(n) => setUnfolded(new Set([...unfolded, n]))}
      onEnter={onEnter}
      onLeave={onLeave}
      scroller={scroller}
    />
  );
  return (
    <Pane label="Transcript">
      <PaneHead>
        <SessionTitle row={row} id={open.id} logins={logins} />
        <span className="grow" />
        <Button kind="ghost" icon={Binary} aria-pressed={isRawOpen} onClick={() => choose({ isRawOpen: !isRawOpen })}>
          Raw
        </Button>
        <Button kind="ghost" icon={Copy} onClick={copyTranscript}>
          Copy
        </Button>
      </PaneHead>
      {open.error !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          The transcript could not be read: {open.error}
        </div>
      )}
      {open.isLoaded && open.items.length === 0 && open.error === undefined ? (
        <EmptyState title="Nothing was recorded">This session has no events, or they were cleared.</EmptyState>
      ) : (
        <div className="detail-body">
          <Split
            id="transcript"
            direction="column"
            parts={[
              { id: 'talk', min: 120, content: <div className="pane">{transcript}</div> },
              ...(isRawOpen
                ? [
                    {
                      id: 'raw bytes',
                      size: 220,
                      min: 90,
                      isFixed: true,
                      content: <RawBytes events={open.events} line={line} />,
                    },
                  ]
                : []),
            ]}
          />
        </div>
      )}
    </Pane>
  );
}

function copyTranscript(): void {
  void copyText(transcriptText(workbench.store.getState().open.items), 'Transcript copied');
}

interface TitleProps {
  readonly row: SessionRow | undefined;
  readonly id: string;
  readonly logins: readonly LoginAccount[];
}

function SessionTitle({ row, id, logins }: TitleProps) {
  if (!row) return <h2 className="mono cut">{id}</h2>;
  const isVirtual = isSimulated(row);
  const began = isVirtual ? `${virtualClock(row.started)} of virtual time` : moment(row.started);
  const about = `${began} · ${row.listener} · session ${row.id}`;
  return (
    <>
      <h2 className="mono session-peer" title={`${row.peer}, port ${row.peerPort}`}>
        {row.peer}
      </h2>
      <span className="muted cut" title={about}>
        {talk(row)}
      </span>
      <OutcomeChip row={row} />
      <LoggedIn row={row} logins={logins} />
      {row.run !== undefined && (
        <Chip
          tone={isVirtual ? 'drop' : 'plain'}
          title={`Made by scenario run ${row.run}${isVirtual ? ': its peer and its times are not real' : ''}`}
        >
          {isVirtual ? `simulated, ${virtualClock(row.started)}` : 'scenario'}
        </Chip>
      )}
    </>
  );
}

/** Who logged in, and the principal that proved it; leads to the login. */
function LoggedIn({ row, logins }: Omit<TitleProps, 'id' | 'row'> & { readonly row: SessionRow }) {
  const login = whoIsIn(logins);
  const user = row.user ?? login?.authzid ?? login?.user;
  if (user === undefined || user === '') return null;
  const principal = login?.principal;
  const words = principal === undefined || principal === user ? user : `${user}, ${principal}`;
  return (
    <button
      type="button"
      className="session-user"
      title={`Logged in as ${words}${login ? `, by ${login.mechanism}` : ''}`}
      onClick={() => showWhyTab('login')}
    >
      <UserRound aria-hidden />
      <span className="unseen">logged in as </span>
      <span className="mono cut">{words}</span>
    </button>
  );
}
