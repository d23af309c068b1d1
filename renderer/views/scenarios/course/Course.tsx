// The course of a population: how far it is, how groups fared, what was expected, and every counter over virtual time.
import { Play, Users } from 'lucide-react';
import { type Ref, useRef } from 'react';
import type { ScenarioRow } from '../../../../core/contract/calls.ts';
import type { PopulationOutcome } from '../../../../core/contract/timeline.ts';
import '../../../style/chart.css';
import '../../../style/course.css';
import { useWorkbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Chip } from '../../../ui/Chip.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { useElementWidth } from '../../../ui/useWide.ts';
import { standing } from '../Cell.tsx';
import { basesOf } from '../model.ts';
import { shownOf, useOutcomes } from '../outcomes.ts';
import { play } from '../run.ts';
import { Charts } from './Charts.tsx';
import { CourseHead } from './CourseHead.tsx';
import { useWatchedCourses } from './courses.ts';
import { Groups } from './Groups.tsx';
import { HitList } from './Hits.tsx';
import { useLookings } from './looking.ts';
import { SeriesTable } from './SeriesTable.tsx';
import { type Showing, useShowing } from './showing.ts';
import { TimeBar } from './TimeBar.tsx';

interface CourseProps {
  readonly row: ScenarioRow;
  readonly onLeave: () => void;
  readonly body: Ref<HTMLDivElement>;
}

export function Course({ row, onLeave, body }: CourseProps) {
  const { all, error } = useWatchedCourses();
  const showing = useShowing(row.id, all);
  return (
    <div
      className="scroll course"
      ref={body}
      tabIndex={0}
      role="region"
      aria-label={`Course of ${row.title}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (useLookings.getState().isWide) useLookings.setState({ isWide: false });
        else onLeave();
      }}
    >
      {error !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          The course could not be read: {error}
        </div>
      )}
      {showing ? <Shown showing={showing} /> : all ? <Nothing row={row} /> : null}
    </div>
  );
}

function Shown({ showing }: { readonly showing: Showing }) {
  const sum = useRef<HTMLDivElement>(null);
  const width = useElementWidth(sum);
  const { groups, expectations } = showing.played.timeline;
  return (
    <div className="course-parts">
      <CourseHead showing={showing} />
      <div className="course-sum" ref={sum}>
        <Expectations all={expectations} isOver={showing.played.state === 'done'} />
        <Groups groups={groups} width={width} />
      </div>
      <div className="course-main">
        <h3 className="unseen">Over virtual time</h3>
        <TimeBar showing={showing} />
        {showing.looking.isTable ? <SeriesTable showing={showing} /> : <Charts showing={showing} />}
      </div>
      <div className="course-hits">
        <HitList showing={showing} />
      </div>
    </div>
  );
}

interface ExpectationsProps {
  readonly all: readonly PopulationOutcome[];
  /** Played to its end: before, and where it was stopped, nothing is decided. */
  readonly isOver: boolean;
}

function Expectations({ all, isOver }: ExpectationsProps) {
  if (all.length === 0) return null;
  return (
    <ul className="course-expected" aria-label={isOver ? 'What was expected' : 'What is expected, as it stands now'}>
      {all.map(({ expected, found, held }, index) => (
        <li key={index}>
          <Chip tone={held ? 'ok' : isOver ? 'refuse' : 'defer'} shape={held ? '✓' : isOver ? '■' : '▲'}>
            {isOver ? (held ? 'held' : 'breached') : held ? 'so far' : 'so far not'}
          </Chip>
          <span>
            {expected} <span className="muted">found: {found}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Its receiver starts and its clients are made: what will be shown has its place. */
function Beginning() {
  return (
    <div className="course-parts course-beginning">
      <div className="course-head">
        <div className="course-state" role="status">
          <Chip tone="open" shape="●">
            running
          </Chip>
          <span className="course-far">Its receiver starts and its clients get ready …</span>
        </div>
        <div className="skeleton" data-of="controls" aria-hidden />
      </div>
      <div className="course-main" aria-hidden>
        <div className="skeleton" data-of="line" />
        <div className="skeleton" data-of="chart" />
        <div className="skeleton" data-of="line" />
        <div className="skeleton" data-of="chart" />
      </div>
    </div>
  );
}

/** What a population is, where none was played yet. */
function Nothing({ row }: { readonly row: ScenarioRow }) {
  const run = useWorkbench((state) => state.run);
  const shown = useOutcomes((outcomes) => outcomes.shown);
  const isPlaying = run?.state === 'running';
  if (basesOf(row).some((base) => standing(run, row, base))) return <Beginning />;
  const wasPlayed = basesOf(row).some((base) => shownOf(shown, row, base) !== undefined);
  return (
    <EmptyState
      icon={Users}
      title="Hours in seconds"
      actions={
        <Button kind="primary" icon={Play} disabled={isPlaying} onClick={() => void play([row.id])}>
          Run it
        </Button>
      }
    >
      {wasPlayed && (
        <b>
          It was played before, but the course of a run is kept only until Gatehouse is closed, or 20 others were
          played.{' '}
        </b>
      )}
      This scenario has a population: groups of clients that arrive over time, are turned away, wait and come again. Its
      clock jumps from one event to the next, so a day passes in seconds. Run it, and see here how each group fared and
      what every counter stood at against its limit.
    </EmptyState>
  );
}
