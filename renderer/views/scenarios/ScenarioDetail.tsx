// The open scenario: what came of it, what was said, which sessions it made, what decides it, and its source.
import { FileCode, Play } from 'lucide-react';
import { type Ref, useState } from 'react';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base, CaseResult } from '../../../core/contract/scenario.ts';
import { useChoices } from '../../state/choices.ts';
import { go } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { CaseChip, Chip, OutcomeChip } from '../../ui/Chip.tsx';
import { count, counted, duration, moment } from '../../ui/figures.ts';
import { PaneHead } from '../../ui/Pane.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Cell, standing } from './Cell.tsx';
import { Course } from './course/Course.tsx';
import { Knobs } from './Knobs.tsx';
import { afterwardsOf, basesOf, differenceOf } from './model.ts';
import { casesOf, keyOf, shownOf, useOutcomes } from './outcomes.ts';
import { baseTitle, play, useBase } from './run.ts';
import { Source } from './Source.tsx';
import { DIFFERENCE, Talk } from './Talk.tsx';
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

interface OutcomesProps {
  readonly row: ScenarioRow;
  readonly look: Base | undefined;
  readonly onLook: (base: Base) => void;
}

/** The outcome under one base at a time: banner, cases, talk, sessions. */
function Outcomes({ row, look, onLook }: OutcomesProps) {
  const shown = useOutcomes((outcomes) => outcomes.shown);
  const results = useOutcomes((outcomes) => outcomes.results);
  const settings = useOutcomes((outcomes) => outcomes.settings);
  const run = useWorkbench((state) => state.run);
  const [chosen, setChosen] = useState<string>();
  const bases = basesOf(row);
  const played = bases.filter((base) => shownOf(shown, row, base) !== undefined);
  const at = (base: Base) => shownOf(shown, row, base)?.at ?? 0;
  const latest = played.toSorted((a, b) => at(b) - at(a))[0];
  const base = look !== undefined && bases.includes(look) ? look : (latest ?? 'mine');
  const whole = shownOf(shown, row, base);
  const cases = casesOf(row);
  const keys = cases.map((name) => ({ name, one: shown[keyOf(row.id, name, base)] }));
  const worst = keys.find(({ one }) => one !== undefined && one.why === whole?.why)?.name ?? cases[0] ?? '-';
  const name = chosen !== undefined && cases.includes(chosen) ? chosen : worst;
  const one = shown[keyOf(row.id, name, base)];
  const result = results.get(keyOf(row.id, name, base));
  const isOld = base === 'mine' && whole !== undefined && whole.settings !== settings;
  return (
    <>
      <div className="base-row" role="group" aria-label="Outcome under">
        {bases.map((each) => (
          <button
            key={each}
            type="button"
            className="base-tab"
            aria-pressed={each === base}
            onClick={() => onLook(each)}
          >
            <span className="small">{each === 'mine' ? 'mine' : each}</span>
            <Cell
              row={row}
              base={each}
              shown={shownOf(shown, row, each)}
              state={standing(run, row, each)}
              settings={settings}
            />
          </button>
        ))}
      </div>
      <div aria-live="polite">
        {one ? (
          <Banner row={row} base={base} shown={one} result={result} isOld={isOld} />
        ) : (
          <p className="muted never">
            {standing(run, row, base)
              ? 'It is being played now …'
              : `Not played against ${baseTitle(base)} yet. Run it to see what an attacker hears, and why.`}
          </p>
        )}
      </div>
      {cases.length > 1 && (
        <div className="case-row" role="group" aria-label="Cases">
          {keys.map(({ name: each, one: of }) => (
            <button
              key={each}
              type="button"
              className="case-tab"
              aria-pressed={each === name}
              onClick={() => setChosen(each)}
            >
              <span className="mono">{each}</span>
              {of && <CaseChip outcome={of.outcome} word={outcomeWord(of.outcome, row.kind)} />}
            </button>
          ))}
        </div>
      )}
      {result && <Sessions result={result} />}
      {one && (
        <>
          <h3>What was said</h3>
          {result ? (
            result.lines.length === 0 && one.outcome === 'notApplicable' ? (
              <p className="muted">Nothing: {one.why}.</p>
            ) : (
              <Talk lines={result.lines} afterwards={afterwardsOf(differenceOf(one))} />
            )
          ) : (
            <p className="muted">The talk of this run is no longer here; run it again to read it.</p>
          )}
        </>
      )}
    </>
  );
}

interface BannerProps {
  readonly row: ScenarioRow;
  readonly base: Base;
  readonly shown: NonNullable<ReturnType<typeof shownOf>>;
  readonly result: CaseResult | undefined;
  readonly isOld: boolean;
}

const under = (base: Base) => (base === 'mine' ? 'your settings' : baseTitle(base));

const tones = { held: 'ok', breached: 'refuse', notApplicable: 'quiet', inconclusive: 'defer' } as const;
const shapes = { held: '✓', breached: '■', notApplicable: '–', inconclusive: '▲' } as const;

function Banner({ row, base, shown, result, isOld }: BannerProps) {
  const word = outcomeWord(shown.outcome, row.kind);
  const title = `${word.charAt(0).toUpperCase()}${word.slice(1)} under ${under(base)}`;
  const difference = differenceOf(shown);
  const hasLine = result?.lines.some((line) => !line.ok) === true || (result && afterwardsOf(difference) !== undefined);
  const session = result?.sessions[0];
  return (
    <div className="outcome" data-tone={tones[shown.outcome]}>
      <p>
        <span aria-hidden className="outcome-shape">
          {shapes[shown.outcome]}
        </span>
        <b>{title}</b>
        {shown.gained !== undefined && shown.outcome === 'breached' ? `: ${shown.gained}` : ''}
      </p>
      <p className="small outcome-why">{difference}</p>
      <Agreement row={row} base={base} shown={shown} />
      <div className="row small">
        {hasLine && <Jump to={showDifference}>Show what differed</Jump>}
        {session !== undefined && shown.outcome !== 'notApplicable' && (
          <Jump to={() => go({ view: 'sessions', session })}>
            {shown.outcome === 'held' ? 'Open its session' : 'Open the session that differed'}
          </Jump>
        )}
        <span className="grow" />
        <span className="outcome-when">
          {moment(shown.at)}, {tookIn(shown)}
          {isOld && '; the settings have changed since'}
        </span>
      </div>
    </div>
  );
}

/** How long it took, and by which clock. */
function tookIn({ ms, world }: BannerProps['shown']): string {
  if (world === 'simulated') return ms < 1 ? 'simulated' : `${duration(ms)} of virtual time, simulated`;
  return `${duration(ms)}${world === undefined ? '' : ', real'}`;
}

/** Whether the same settings showed the same in the other world, where that was played. */
function Agreement({ row, base, shown }: Pick<BannerProps, 'row' | 'base' | 'shown'>) {
  const { other } = shown;
  if (other === undefined || (base === 'mine' && other.settings !== shown.settings)) return null;
  const agrees = other.outcome === shown.outcome;
  return (
    <p className="small outcome-agrees">
      <span aria-hidden>{agrees ? '✓' : '▲'}</span>{' '}
      {agrees
        ? `Both worlds agree: ${outcomeWord(other.outcome, row.kind)} in the ${other.world} world, too.`
        : `The worlds disagree: ${outcomeWord(other.outcome, row.kind)} in the ${other.world} world.`}
    </p>
  );
}

function showDifference(): void {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const found = document.getElementById(DIFFERENCE);
  found?.scrollIntoView({ block: 'center', behavior: isStill ? 'auto' : 'smooth' });
  found?.focus({ preventScroll: true });
}

/** Sessions named at once. */
const NAMED = 6;

/** The sessions a case made, the one that differed first. */
function Sessions({ result }: { readonly result: CaseResult }) {
  const [most, setMost] = useState(NAMED);
  const { byId } = useWorkbench((state) => state.sessions);
  const differs = result.lines.some((line) => !line.ok);
  const { sessions } = result;
  if (sessions.length === 0) return null;
  return (
    <>
      <h3>
        {counted(sessions.length, 'session')}
        {sessions.length > 1 && differs ? ', the one that differed first' : ''}
      </h3>
      <ul className="session-links">
        {sessions.slice(0, most).map((id) => {
          const row = byId.get(id);
          return (
            <li key={id}>
              <Jump to={() => go({ view: 'sessions', session: id })} className="link mono">
                {row ? row.peer : id}
              </Jump>
              {row && (
                <>
                  <span className="muted">{counted(row.commands, 'line')}</span>
                  <OutcomeChip outcome={row.outcome} />
                  {row.reason !== undefined && (
                    <span className="muted small cut">
                      {row.code} {row.reason}
                    </span>
                  )}
                </>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > most && (
        <Button kind="ghost" onClick={() => setMost(most + 100)}>
          {count(sessions.length - most)} more
        </Button>
      )}
    </>
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
