// The open scenario: what came of it, what was said, which sessions it made, what decides it, and its source.
import { FileCode, Play } from 'lucide-react';
import { type Ref, useState } from 'react';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base } from '../../../core/contract/scenario.ts';
import { useChoices } from '../../state/choices.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { PaneHead } from '../../ui/Pane.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Course } from './course/Course.tsx';
import { Knobs } from './Knobs.tsx';
import { Outcomes } from './Outcomes.tsx';
import { baseTitle, play, useBase } from './run.ts';
import { Source } from './Source.tsx';
import { outcomeWord } from './words.ts';
import { worldAbout, worldFor, worldText, worldWord } from './worlds.ts';

interface DetailProps {
  readonly row: ScenarioRow;
  /** The base whose outcome is looked at; by default the one played last. */
  readonly look: Base | undefined;
  readonly onLook: (base: Base) => void;
  readonly onLeave: () => void;
  readonly body: Ref<HTMLDivElement>;
}

export function ScenarioDetail({ row, look, onLook, onLeave, body }: DetailProps) {
  const isBad = row.problems.length > 0;
  const [isSource, setSource] = useState(isBad);
  const [line, setLine] = useState<{ readonly number: number; readonly column: number }>();
  const base = useBase((state) => state.base);
  const world = useChoices((choices) => choices.world);
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  const shownSource = isSource || isBad;
  const [tab, setTab] = useState<'course' | 'outcome'>('course');
  const about = (
    <div
      className="scroll detail"
      ref={body}
      tabIndex={0}
      role="region"
      aria-label={`About ${row.title}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onLeave();
      }}
    >
      <Outcomes row={row} look={look} onLook={onLook} />
      <h3>What decides this</h3>
      <Knobs row={row} />
      <h3>What happens</h3>
      <p className="about">{row.about}</p>
      <Expectations row={row} />
      {row.sources.length > 0 && <p className="small muted">Sources: {row.sources.join('; ')}</p>}
      <p className="small muted">
        <span className="mono">{row.id}.yml</span>, {row.kind === 'citizen' ? 'good citizen' : 'attack'}, {row.role},{' '}
        {row.row}; {worldText(row)}
      </p>
    </div>
  );
  return (
    <>
      <PaneHead>
        <h2 className="cut" title={row.title}>
          {row.title}
        </h2>
        <span className="grow" />
        {!isBad && (
          <span
            className="muted small played-in wide-only"
            title={`${worldText(row)}. ${worldAbout[worldFor(row, world)]}`}
          >
            {row.worlds.length === 1 ? worldWord(row) : `${worldFor(row, world)} world`}
          </span>
        )}
        {!isBad && (
          <Button kind="ghost" icon={FileCode} aria-pressed={isSource} onClick={() => setSource(!isSource)}>
            Source
          </Button>
        )}
        <Button
          icon={Play}
          disabled={isPlaying || isBad}
          title={`Run it against ${baseTitle(base)} in the ${worldFor(row, world)} world (Enter in the list)`}
          onClick={() => void play([row.id])}
        >
          Run
        </Button>
      </PaneHead>
      {isBad && <Problems row={row} onLine={(number, column) => setLine({ number, column })} />}
      {shownSource ? (
        <Source scenario={row.id} problems={row.problems} line={line} />
      ) : row.population ? (
        <Tabs
          label="What is shown of it"
          value={tab}
          onChange={setTab}
          tabs={[
            {
              id: 'course',
              title: 'Course',
              content: () => <Course row={row} onLeave={onLeave} body={body} />,
            },
            { id: 'outcome', title: 'Outcome', content: () => about },
          ]}
        />
      ) : (
        about
      )}
    </>
  );
}

function Problems({
  row,
  onLine,
}: {
  readonly row: ScenarioRow;
  readonly onLine: (line: number, column: number) => void;
}) {
  return (
    <div className="bad-file">
      <div className="notice" data-tone="refuse">
        This file cannot be played until what is wrong with it is corrected.
      </div>
      <ol className="yaml-problems" aria-label="Problems of the file">
        {row.problems.map(({ line, column, path, message }, index) => (
          <li key={index}>
            <button type="button" className="problem" onClick={() => onLine(line ?? 1, column ?? 1)}>
              <span aria-hidden className="problem-shape">
                ■
              </span>
              {line !== undefined && <span className="problem-line">line {line}</span>}
              <span>
                {path !== '' && <span className="mono">{path}: </span>}
                {message}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What the file expects under the presets, and what a breach gains. */
function Expectations({ row }: { readonly row: ScenarioRow }) {
  const entries = Object.entries(row.presets);
  if (entries.length === 0) return null;
  return (
    <ul className="expectations">
      {entries.map(([preset, { outcome, gained }]) => (
        <li key={preset}>
          <span>
            Under <b>{baseTitle(preset as Base)}</b>
          </span>
          <Chip tone="plain">{outcomeWord(outcome, row.kind)}</Chip>
          {gained !== undefined && <span className="muted">{gained}</span>}
        </li>
      ))}
    </ul>
  );
}
