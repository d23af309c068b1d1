// The Scenarios view: the tree with its matrix, what to run against what, and the open scenario beside it.
import { FlaskConical, Play, SearchX, Square } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base } from '../../../core/contract/scenario.ts';
import '../../style/scenarios.css';
import { useCommand } from '../../state/commands.ts';
import { clockText } from '../../state/pace.ts';
import { go, goToView, usePlace } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { caseLooks, Chip } from '../../ui/Chip.tsx';
import { Select } from '../../ui/Choose.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { count, counted } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';
import { Pane, PaneHead, Split } from '../../ui/Pane.tsx';
import { useWideWindow } from '../../ui/useWide.ts';
import { isDirty, useDraft } from '../receiver/draft.ts';
import { loadCatalogue, useCatalogue } from './catalogue.ts';
import { useLookings } from './course/looking.ts';
import { filterRows, linesOf, type Theme, themesOf } from './model.ts';
import { shownOf, useOutcomes } from './outcomes.ts';
import { baseTitle, bases, cancel, play, useBase } from './run.ts';
import { ScenarioDetail } from './ScenarioDetail.tsx';
import { ScenarioList } from './ScenarioList.tsx';
import { useFindings } from './findings.ts';
import { outcomeWord } from './words.ts';
import { WorldSwitch } from './WorldSwitch.tsx';
import { worldText } from './worlds.ts';

/** Below this width, pixels, the open scenario stands under the list. */
const TWO_PANES_FROM = 980;

export function ScenariosView() {
  const rows = useCatalogue((catalogue) => catalogue.rows);
  const error = useCatalogue((catalogue) => catalogue.error);
  const selected = usePlace((place) => place.scenario);
  const isConnected = useWorkbench((state) => state.link.state === 'open');
  const { filter, closed } = useFindings();
  const [look, setLook] = useState<Base>();
  const isWide = useWideWindow(TWO_PANES_FROM);
  const detail = useRef<HTMLDivElement>(null);
  const isCourseAlone = useLookings((lookings) => lookings.isWide);
  const shownRows = useFiltered(rows, filter);
  const themes = useMemo(() => themesOf(shownRows), [shownRows]);
  const lines = useMemo(() => linesOf(themes, closed), [themes, closed]);
  const open = rows?.find((row) => row.id === selected);
  const isCourseWide = isCourseAlone && open?.population === true;
  const theme = themes.find(({ id }) => `theme:${id}` === selected);
  useEffect(() => {
    if (isConnected) void loadCatalogue();
  }, [isConnected]);

  const select = useCallback((id: string) => {
    setLook(undefined);
    go({ view: 'scenarios', scenario: id }, true);
  }, []);
  const lookAt = useCallback((row: ScenarioRow, base: Base) => {
    go({ view: 'scenarios', scenario: row.id }, true);
    setLook(base);
  }, []);
  const run = useCallback(
    (id: string) => {
      const of = themes.find((one) => `theme:${one.id}` === id);
      setLook(undefined);
      void play(of ? of.rows.map((row) => row.id) : [id]);
    },
    [themes],
  );
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  useCommand(
    'scenarios.run',
    selected !== undefined && !isPlaying && (open ?? theme) ? () => run(selected) : undefined,
  );
  useCommand(
    'scenarios.runPaused',
    open?.population === true && !isPlaying ? () => void play([open.id], { paused: true }) : undefined,
  );
  useCommand('scenarios.runAll', rows && !isPlaying ? () => void play([]) : undefined);

  if (!rows)
    return error === undefined ? (
      <EmptyState icon={FlaskConical} title="Reading the scenarios …" />
    ) : (
      <EmptyState
        icon={FlaskConical}
        title="The scenarios could not be read"
        actions={<Button onClick={() => void loadCatalogue()}>Try again</Button>}
      >
        {error}
      </EmptyState>
    );
  const list = (
    <Pane label="Scenario list">
      <ListHead rows={shownRows} all={rows.length} />
      <UnsavedNote />
      <RunLine />
      {lines.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title="No scenario matches"
          actions={<Button onClick={() => useFindings.setState({ filter: '' })}>Clear the filter</Button>}
        >
          Words are searched in titles, row ids, settings, roles and the outcome under your settings.
        </EmptyState>
      ) : (
        <ScenarioList
          lines={lines}
          selected={selected}
          closed={closed}
          onSelect={select}
          onFold={fold}
          onRun={run}
          onLook={lookAt}
          onEnter={() => detail.current?.focus()}
        />
      )}
    </Pane>
  );
  const beside = (
    <Pane label="Scenario">
      {open ? (
        <ScenarioDetail key={open.id} row={open} look={look} onLook={setLook} onLeave={focusList} body={detail} />
      ) : theme ? (
        <ThemeDetail theme={theme} onRun={() => run(`theme:${theme.id}`)} />
      ) : (
        <EmptyState
          icon={FlaskConical}
          title="Attack your receiver"
          actions={
            <Button kind="primary" icon={Play} disabled={isPlaying} onClick={() => void play([])}>
              Run all {count(rows.length)}
            </Button>
          }
        >
          Each scenario plays its clients, byte by byte, against a private receiver with your settings. Choose one to
          read what it does, or run them all and see what is held.
        </EmptyState>
      )}
    </Pane>
  );
  return (
    <Split
      id={isWide ? 'scenarios' : 'scenarios.narrow'}
      direction={isWide ? 'row' : 'column'}
      parts={[
        ...(isCourseWide ? [] : [{ id: 'scenarios', min: isWide ? 420 : 160, content: list }]),
        { id: 'scenario', size: isWide ? '40' : '50', min: isWide ? 340 : 160, content: beside },
      ]}
    />
  );
}

function fold(theme: string, isClosed: boolean): void {
  const { closed } = useFindings.getState();
  const next = new Set(closed);
  if (isClosed) next.add(theme);
  else next.delete(theme);
  useFindings.setState({ closed: next });
}

function focusList(): void {
  document.querySelector<HTMLElement>('[role=treegrid]')?.focus();
}

function useFiltered(rows: readonly ScenarioRow[] | undefined, filter: string): readonly ScenarioRow[] {
  const shown = useOutcomes((outcomes) => outcomes.shown);
  return useMemo(() => {
    const word = (row: ScenarioRow) => {
      const mine = shownOf(shown, row, 'mine');
      return `${mine ? outcomeWord(mine.outcome, row.kind) : 'not run'}\n${worldText(row)}`;
    };
    return filterRows(rows ?? [], filter, word);
  }, [rows, filter, shown]);
}

function ListHead({ rows, all }: { readonly rows: readonly ScenarioRow[]; readonly all: number }) {
  const filter = useFindings((findings) => findings.filter);
  const base = useBase((state) => state.base);
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  const input = useRef<HTMLInputElement>(null);
  useCommand('list.filter', () => input.current?.select());
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && filter !== '') useFindings.setState({ filter: '' });
    else if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') focusList();
    else return;
    event.preventDefault();
  };
  const playable = rows.filter(({ problems }) => problems.length === 0);
  return (
    <div className="run-head">
      <PaneHead>
        <h2>Scenarios</h2>
        <input
          ref={input}
          className="input scenario-filter"
          type="search"
          aria-label="Filter the scenarios"
          placeholder="Filter, e.g. auth breached"
          value={filter}
          onChange={(event) => useFindings.setState({ filter: event.target.value })}
          onKeyDown={leave}
        />
        <span className="grow" />
        <label className="against">
          <span className="muted wide-only">against</span>
          <Select
            aria-label="Play against"
            value={base}
            options={bases}
            title={bases.find(({ value }) => value === base)?.about}
            onChoose={(next) => useBase.setState({ base: next })}
          />
        </label>
        <WorldSwitch />
        {isPlaying ? (
          <Button icon={Square} onClick={() => void cancel()}>
            Cancel
          </Button>
        ) : (
          <Button
            kind="primary"
            icon={Play}
            disabled={playable.length === 0}
            onClick={() => void play(rows.length === all ? [] : playable.map(({ id }) => id))}
          >
            Run {count(playable.length)}
          </Button>
        )}
      </PaneHead>
    </div>
  );
}

/** Runs play the applied settings: whoever has changed some and not applied them is told. */
function UnsavedNote() {
  const dirty = useDraft(isDirty);
  const base = useBase((state) => state.base);
  if (!dirty || base !== 'mine') return null;
  return (
    <div className="run-line unsaved-note" role="status">
      <span aria-hidden>▲</span>
      <span>
        Runs use your settings as applied; what you changed and did not apply is not in them.{' '}
        <Jump to={() => goToView('receiver')}>Look at it</Jump>
      </span>
    </div>
  );
}

/** How the run stands: its progress while it goes on, its sum afterwards. */
function RunLine() {
  const run = useWorkbench((state) => state.run);
  const results = useWorkbench((state) => state.results);
  if (!run) return null;
  const sum = (outcome: keyof typeof caseLooks) => results.filter((one) => one.outcome === outcome).length;
  // A population alone is measured by its clock.
  const clock = run.total === 1 ? run.clock : undefined;
  const far = clock ? clockText(run) : `${count(run.done)} of ${counted(run.total, 'case')}`;
  const words =
    run.state === 'running'
      ? `${far} against ${baseTitle(run.base)}`
      : run.state === 'failed'
        ? `The run failed: ${run.error ?? ''}`
        : `${run.state === 'cancelled' ? `Cancelled after ${count(run.done)} of ${count(run.total)}` : counted(run.total, 'case')} against ${baseTitle(run.base)}`;
  const unexpected = results.filter((one) => one.expected !== undefined && one.expected !== one.outcome).length;
  return (
    <div className="run-line" role="status" data-state={run.state}>
      <span className="cut">{words}</span>
      {run.state === 'running' && (
        <Meter
          label={clock ? 'Virtual time of the population' : 'Cases played'}
          value={clock?.now ?? run.done}
          limit={clock?.until ?? run.total}
        />
      )}
      <span className="grow" />
      {(['held', 'breached', 'inconclusive', 'notApplicable'] as const)
        .filter((outcome) => sum(outcome) > 0)
        .map((outcome) => (
          <Chip key={outcome} tone={caseLooks[outcome].tone} shape={caseLooks[outcome].shape}>
            {count(sum(outcome))} {caseLooks[outcome].word}
          </Chip>
        ))}
      {run.base === 'presets' && run.state === 'done' && (
        <Chip tone={unexpected > 0 ? 'refuse' : 'ok'} shape={unexpected > 0 ? '■' : '✓'}>
          {unexpected > 0 ? `${count(unexpected)} not as expected` : 'all as expected'}
        </Chip>
      )}
    </div>
  );
}

function ThemeDetail({ theme, onRun }: { readonly theme: Theme; readonly onRun: () => void }) {
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  return (
    <>
      <PaneHead>
        <h2>{theme.title}</h2>
        <span className="grow" />
        <Button icon={Play} command="scenarios.run" disabled={isPlaying} onClick={onRun}>
          Run {counted(theme.rows.length, 'scenario')}
        </Button>
      </PaneHead>
      <ul className="scroll theme-list" tabIndex={0} aria-label={`Scenarios of ${theme.title}`}>
        {theme.rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              className="theme-row"
              onClick={() => go({ view: 'scenarios', scenario: row.id }, true)}
            >
              <b>{row.title}</b>
              <span className="muted">{row.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
