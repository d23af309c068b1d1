// The tree of scenarios as a table: themes to open and close, a row each with its matrix; arrows walk, Enter runs.
import { ChevronRight, Play } from 'lucide-react';
import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import type { RunState, ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base } from '../../../core/contract/scenario.ts';
import { spanText } from '../../../core/contract/span.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { counted, duration } from '../../ui/figures.ts';
import { rowStep } from '../../ui/useRowKeys.ts';
import { Cell, standing } from './Cell.tsx';
import { columns, type Line, type Theme } from './model.ts';
import { shownOf, useOutcomes } from './outcomes.ts';
import { play, useAsked } from './run.ts';
import { worldText, worldWord } from './worlds.ts';

/** Lines. */
const PAGE = 12;

interface ListProps {
  readonly lines: readonly Line[];
  readonly selected: string | undefined;
  readonly closed: ReadonlySet<string>;
  readonly onSelect: (id: string) => void;
  readonly onFold: (theme: string, isClosed: boolean) => void;
  readonly onRun: (id: string) => void;
  /** Looks at the outcome under a base. */
  readonly onLook: (row: ScenarioRow, base: Base) => void;
  readonly onEnter: () => void;
}

export function ScenarioList({ lines, selected, closed, onSelect, onFold, onRun, onLook, onEnter }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const at = lines.findIndex((line) => line.id === selected);
  const now = lines[at];
  useEffect(() => {
    scroller.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  const walk = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = rowStep(event.key, PAGE, lines.length);
    if (step !== undefined) {
      const next = lines[Math.min(lines.length - 1, Math.max(0, at + step))];
      if (next) onSelect(next.id);
    } else if (event.key === 'Enter' && now) onRun(now.id);
    else if (event.key === 'ArrowRight' && now?.kind === 'theme' && closed.has(now.theme.id))
      onFold(now.theme.id, false);
    else if (event.key === 'ArrowRight' && now?.kind === 'scenario') onEnter();
    else if (event.key === 'ArrowLeft' && now?.kind === 'theme') onFold(now.theme.id, true);
    else if (event.key === 'ArrowLeft' && now) onSelect(`theme:${now.theme.id}`);
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="scroll scenarios"
      ref={scroller}
      role="treegrid"
      aria-label="Scenarios"
      aria-activedescendant={now ? idOf(now.id) : undefined}
      tabIndex={0}
      data-pane-focus=""
      onKeyDown={walk}
    >
      <div role="rowgroup" className="scenario-head">
        <div role="row" className="scenario-line">
          <span role="columnheader">
            <span className="unseen">Row of the catalogue</span>
          </span>
          <span role="columnheader">Scenario</span>
          {columns.map(({ id, title }) => (
            <span key={id} role="columnheader" className="cell">
              {title}
            </span>
          ))}
          <span role="columnheader" className="number">
            time
          </span>
        </div>
      </div>
      <div role="rowgroup">
        {lines.map((line) =>
          line.kind === 'theme' ? (
            <ThemeLine
              key={line.id}
              theme={line.theme}
              isClosed={closed.has(line.theme.id)}
              isSelected={line.id === selected}
              onSelect={onSelect}
              onFold={onFold}
            />
          ) : (
            <ScenarioLine
              key={line.id}
              row={line.row}
              isSelected={line.id === selected}
              onSelect={onSelect}
              onRun={onRun}
              onLook={onLook}
            />
          ),
        )}
      </div>
    </div>
  );
}

const idOf = (id: string) => `scenario-${id.replace(/[^\w-]/g, '-')}`;

interface ThemeLineProps {
  readonly theme: Theme;
  readonly isClosed: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (id: string) => void;
  readonly onFold: (theme: string, isClosed: boolean) => void;
}

function ThemeLine({ theme, isClosed, isSelected, onSelect, onFold }: ThemeLineProps) {
  const roles = [...new Set(theme.rows.map(({ role }) => role).filter((role) => role !== ''))];
  const id = `theme:${theme.id}`;
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  return (
    <div
      role="row"
      id={idOf(id)}
      className="scenario-theme"
      aria-level={1}
      aria-expanded={!isClosed}
      aria-selected={isSelected}
      onClick={() => onSelect(id)}
      onDoubleClick={() => onFold(theme.id, !isClosed)}
    >
      <span role="gridcell" aria-colspan={7} className="scenario-theme-cell">
        <span
          className="fold-toggle"
          aria-hidden
          onClick={(event) => {
            event.stopPropagation();
            onFold(theme.id, !isClosed);
          }}
        >
          <ChevronRight className="fold-arrow" data-open={!isClosed} />
        </span>
        <b>{theme.title}</b>
        <span className="muted cut">
          {counted(theme.rows.length, 'scenario')}, {roles.join(', ')}
        </span>
        <span className="grow" />
        <span className="row-run">
          <IconButton
            icon={Play}
            label={`Run ${theme.title}`}
            tabIndex={-1}
            disabled={isPlaying}
            onClick={(event) => {
              event.stopPropagation();
              void play(theme.rows.map((row) => row.id));
            }}
          />
        </span>
      </span>
    </div>
  );
}

interface ScenarioLineProps {
  readonly row: ScenarioRow;
  readonly isSelected: boolean;
  readonly onSelect: (id: string) => void;
  readonly onRun: (id: string) => void;
  readonly onLook: (row: ScenarioRow, base: Base) => void;
}

const ScenarioLine = memo(function ScenarioLine({ row, isSelected, onSelect, onRun, onLook }: ScenarioLineProps) {
  const isBad = row.problems.length > 0;
  return (
    <div
      role="row"
      id={idOf(row.id)}
      className="scenario-line"
      aria-level={2}
      aria-selected={isSelected}
      onClick={() => onSelect(row.id)}
      onDoubleClick={() => onRun(row.id)}
    >
      <span role="gridcell" className="scenario-row mono">
        {row.row}
      </span>
      <span role="gridcell" className="scenario-title">
        <span className={isBad ? 'cut mono' : 'cut'} title={row.title}>
          {isBad ? `${row.id}.yml` : row.title}
        </span>
        <span className="scenario-role muted small">
          {row.role}
          {row.kind === 'citizen' && ', citizen'}
        </span>
        {row.worlds.length === 1 && (
          <span className="world-word small" title={`${worldText(row)}.`}>
            {worldWord(row)}
          </span>
        )}
      </span>
      {isBad ? (
        <span role="gridcell" aria-colspan={columns.length + 1} className="cell-wide">
          <Chip tone="refuse" shape="■">
            {counted(row.problems.length, 'problem')} in the file
          </Chip>
        </span>
      ) : (
        <Matrix row={row} onLook={onLook} />
      )}
    </div>
  );
});

function Matrix({
  row,
  onLook,
}: {
  readonly row: ScenarioRow;
  readonly onLook: (row: ScenarioRow, base: Base) => void;
}) {
  const shown = useOutcomes((outcomes) => outcomes.shown);
  const settings = useOutcomes((outcomes) => outcomes.settings);
  const run = useWorkbench((state) => state.run);
  const asked = useAsked();
  const cells = columns.map((column) => {
    const base =
      column.bases.find((one) => one === 'mine' || row.presets[one] !== undefined) ?? column.bases[0] ?? 'mine';
    const found = shownOf(shown, row, base);
    return { column, base, found, state: stateOf(run, asked, { row, base, found: found?.run }) };
  });
  const latest = cells.reduce<(typeof cells)[number] | undefined>(
    (now, one) => (one.found && (now?.found === undefined || one.found.at > now.found.at) ? one : now),
    undefined,
  );
  return (
    <>
      {cells.map(({ column, base, found, state }) => (
        <span
          key={column.id}
          role="gridcell"
          className="cell"
          onClick={() => {
            if (found) onLook(row, base);
          }}
        >
          <Cell row={row} base={base} shown={found} state={state} settings={settings} />
        </span>
      ))}
      <span role="gridcell" className="number muted case-time">
        {latest?.found && (latest.found.world === 'simulated' ? spanText : duration)(latest.found.ms)}
      </span>
    </>
  );
}

/** Whether a case is played now, or will be in this run. */
function stateOf(
  run: RunState | undefined,
  asked: { readonly run?: string; readonly scenarios: readonly string[] },
  { row, base, found }: { readonly row: ScenarioRow; readonly base: Base; readonly found: string | undefined },
): 'running' | 'waiting' | undefined {
  if (run?.state !== 'running') return undefined;
  if (standing(run, row, base)) return 'running';
  const isOfRun = run.base === base || (run.base === 'presets' && base !== 'mine' && row.presets[base] !== undefined);
  const isWanted = asked.run === run.id && (asked.scenarios.length === 0 || asked.scenarios.includes(row.id));
  return isOfRun && isWanted && found !== `${run.id} ${run.started}` ? 'waiting' : undefined;
}
