// The line at the bottom: counts of all sessions and the run in progress, from any view.
import { useMemo } from 'react';
import type { SessionOutcome, SessionRow } from '../../core/contract/summary.ts';
import { runCommand } from '../state/commands.ts';
import { setFilter, useFilter } from '../state/filterText.ts';
import { withTerm } from '../state/filter.ts';
import { clockText } from '../state/pace.ts';
import { goToView } from '../state/place.ts';
import { useWorkbench } from '../state/workbench.ts';
import { outcomeLooks } from '../ui/Chip.tsx';
import { count } from '../ui/figures.ts';
import { Meter } from '../ui/Meter.tsx';

const shown: readonly SessionOutcome[] = ['open', 'accepted', 'deferred', 'refused', 'dropped', 'closed'];

function tally(rows: readonly SessionRow[]): Record<SessionOutcome, number> {
  const counts = { open: 0, accepted: 0, deferred: 0, refused: 0, dropped: 0, closed: 0 };
  for (const row of rows) counts[row.outcome] += 1;
  return counts;
}

export function StatusLine() {
  const rows = useWorkbench((state) => state.sessions.rows);
  const counts = useMemo(() => tally(rows), [rows]);
  const filter = useFilter((state) => state.text);
  const show = (outcome: SessionOutcome | undefined) => {
    setFilter(withTerm(filter, 'outcome', outcome));
    goToView('sessions');
  };
  return (
    <footer className="status">
      <button type="button" className="status-item" onClick={() => show(undefined)}>
        <b>{count(rows.length)}</b> {rows.length === 1 ? 'session' : 'sessions'}
      </button>
      {shown.map((outcome) => (
        <button
          key={outcome}
          type="button"
          className="status-item"
          title={`Show only ${outcome} sessions`}
          onClick={() => show(outcome)}
        >
          <span
            aria-hidden
            className="status-shape"
            data-shape={outcomeLooks[outcome].shape}
            style={{ color: counts[outcome] > 0 ? toneColour[outcome] : undefined }}
          >
            {outcomeLooks[outcome].shape}
          </span>
          <b>{count(counts[outcome])}</b> {outcome}
        </button>
      ))}
      <span className="grow" />
      <RunProgress />
    </footer>
  );
}

const toneColour: Readonly<Record<SessionOutcome, string>> = {
  open: 'var(--accent)',
  accepted: 'var(--ok)',
  deferred: 'var(--defer)',
  refused: 'var(--refuse)',
  dropped: 'var(--drop)',
  closed: 'var(--muted)',
};

const baseWords: Readonly<Record<string, string>> = { mine: 'my settings', presets: 'the presets' };

function RunProgress() {
  const run = useWorkbench((state) => state.run);
  if (!run) return null;
  const against = baseWords[run.base] ?? run.base;
  if (run.state !== 'running') {
    const words = run.state === 'done' ? 'done' : run.state === 'failed' ? `failed: ${run.error ?? ''}` : 'cancelled';
    return (
      <button type="button" className="status-item cut" onClick={() => goToView('scenarios')}>
        run {words}: {count(run.done)} of {count(run.total)} against {against}
      </button>
    );
  }
  const clock = clockText(run);
  // A population alone is measured by its clock, many cases by how many were played.
  const isAlone = run.total === 1 && run.clock !== undefined;
  return (
    <>
      <button
        type="button"
        className="status-item cut"
        onClick={() => goToView('scenarios')}
        title={run.playing.join('\n')}
      >
        {isAlone ? (
          <>
            run <b className="status-clock">{clock}</b>
          </>
        ) : (
          <>
            run <b>{count(run.done)}</b> of {count(run.total)}
          </>
        )}{' '}
        against {against}
        {!isAlone && clock !== '' && `, ${clock}`}
      </button>
      <Meter
        label={isAlone ? 'Virtual time of the run' : 'Run in progress'}
        value={isAlone ? (run.clock?.now ?? 0) : run.done}
        limit={isAlone ? (run.clock?.until ?? 0) : run.total}
      />
      <button type="button" className="status-item" onClick={() => runCommand('scenarios.cancel')}>
        cancel
      </button>
    </>
  );
}
