// The charts of a course: sessions and replies always, counters when they came near their limit or were opened.
import { ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { spanText } from '../../../../core/contract/span.ts';
import type { Series } from '../../../../core/contract/timeline.ts';
import { go } from '../../../state/place.ts';
import { Jump } from '../../../ui/Button.tsx';
import { Chart } from '../../../ui/chart/Chart.tsx';
import { instantText } from '../../../ui/chart/ticks.ts';
import { counted } from '../../../ui/figures.ts';
import { Meter } from '../../../ui/Meter.tsx';
import { look, lookingOf, useHover } from './looking.ts';
import {
  changesBetween,
  type ChartModel,
  isCounted,
  lookOf,
  mostOf,
  OPEN_FROM,
  reached,
  settingText,
  valueAt,
} from './model.ts';
import { besideOf, drawingOf, moveCursor, type Showing, useCursor, zoomTo } from './showing.ts';
import { amount, chartWords, valueWords } from './words.ts';

export function Charts({ showing }: { readonly showing: Showing }) {
  const { charts } = showing;
  const counters = charts.filter(({ kind }) => kind === 'counter').toSorted(byReach(showing));
  return (
    <>
      {charts
        .filter(({ kind }) => kind !== 'counter')
        .map((chart) => (
          <section key={chart.id} className="course-chart" aria-label={chart.title}>
            <div className="course-chart-head">
              <h4>{chart.title}</h4>
              <Unit chart={chart} step={showing.step} />
            </div>
            <Drawn showing={showing} chart={chart} />
          </section>
        ))}
      <h3>{counted(counters.length, 'counter')} against their limits</h3>
      {counters.length === 0 && (
        <p className="muted small">Nothing was counted so far: no client has come to a limit that counts.</p>
      )}
      {counters.map((chart) => (
        <Counter key={chart.id} showing={showing} chart={chart} />
      ))}
    </>
  );
}

/** Whether the setting that limits it is not the same in both runs. */
function isDecider({ played, beside }: Showing, { series: [first] }: ChartModel): boolean {
  if (!beside || first?.setting === undefined) return false;
  // Knobs name no position in a list.
  const setting = first.setting.replace(/\.\d+(?=\.)/g, '');
  return changesBetween(beside, played).some(({ what }) => what === setting);
}

/** How near a counter came to its limit, in either run. */
function nearness(showing: Showing, { series: [first] }: ChartModel): number {
  return first ? Math.max(reached(first), reached(besideOf(showing, first))) : 0;
}

/**
 * Those whose setting differs between the two runs first, then those that came near their limit, those without one
 * last; among equals by name: rarely one moves while values arrive.
 */
const byReach = (showing: Showing) => {
  const rank = (chart: ChartModel) =>
    isDecider(showing, chart)
      ? 0
      : nearness(showing, chart) >= OPEN_FROM
        ? 1
        : chart.series[0]?.limit !== undefined
          ? 2
          : 3;
  return (a: ChartModel, b: ChartModel) => rank(a) - rank(b) || a.title.localeCompare(b.title);
};

function Unit({ chart, step }: { readonly chart: ChartModel; readonly step: number }) {
  if (!isCounted(chart.kind) && chart.title.toLowerCase().includes(chart.unit)) return null;
  const words = isCounted(chart.kind) ? `in ${spanText(step)}` : chart.unit;
  return <span className="small faint cut">{words}</span>;
}

function Counter({ showing, chart }: { readonly showing: Showing; readonly chart: ChartModel }) {
  const { scenario, looking } = showing;
  const near = nearness(showing, chart);
  const isShown = looking.open[chart.id] ?? (near >= OPEN_FROM || isDecider(showing, chart));
  const [series] = chart.series;
  if (!series) return null;
  const most = mostOf(series);
  return (
    <section className="course-chart" aria-label={chart.title}>
      <div className="course-chart-head" data-of="counter">
        <button
          type="button"
          className="course-fold"
          aria-expanded={isShown}
          onClick={() => look(scenario, { open: { ...lookingOf(scenario).open, [chart.id]: !isShown } })}
        >
          <ChevronRight size={13} className="fold-arrow" data-open={isShown} aria-hidden />
          <span className="cut">{chart.title}</span>
        </button>
        {series.setting !== undefined && (
          <Jump
            to={() => go({ view: 'receiver', setting: series.setting ?? '' })}
            className="link mono course-setting"
            title={`Change ${series.setting}`}
          >
            {settingText(series.setting, showing.played)}
          </Jump>
        )}
        <span className="grow" />
        <span className="small muted course-most">at most {valueWords(most, series.limit)}</span>
        {series.limit !== undefined && (
          <Meter
            label={`${chart.title}: at most`}
            value={most}
            limit={series.limit}
            tone={most >= series.limit ? 'refuse' : most >= series.limit * OPEN_FROM ? 'defer' : 'open'}
          />
        )}
      </div>
      {isShown && <Drawn showing={showing} chart={chart} />}
    </section>
  );
}

/** Canvas and legend. */
function Drawn({ showing, chart }: { readonly showing: Showing; readonly chart: ChartModel }) {
  const drawing = useMemo(() => drawingOf(showing, chart), [showing, chart]);
  return (
    <div className="course-drawn">
      <Chart
        label={chartWords(chart.title, chart.series, showing.played.timeline.step)}
        drawing={drawing}
        pointers={showing.pointers}
        onHover={(at) => useHover.setState({ at })}
        onPick={(at) => moveCursor(showing, at)}
        onZoom={(from, to) => zoomTo(showing, { from, to })}
      />
      <Legend showing={showing} chart={chart} />
    </div>
  );
}

/** The values at the pointer, or at the cursor. */
function Legend({ showing, chart }: { readonly showing: Showing; readonly chart: ChartModel }) {
  const hover = useHover(({ at }) => at);
  const { played, beside, step } = showing;
  const cursor = useCursor(showing);
  const at = hover ?? cursor;
  const alone = chart.series.length === 1;
  const hasLimit = chart.series.some(({ limit }) => limit !== undefined);
  return (
    <table className="course-legend" aria-label={`${chart.title} at the cursor`}>
      <thead className={beside || hasLimit ? undefined : 'unseen'}>
        <tr>
          <th scope="col">{instantText(at, step)}</th>
          <th scope="col" className="number">
            this run
          </th>
          {beside && (
            <th scope="col" className="number">
              <i className="swatch" data-dashed="" aria-hidden />
              beside
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {chart.series.map((series, place) => {
          const other = besideOf(showing, series);
          return (
            <tr key={series.id}>
              <th scope="row">
                <Swatch series={series} place={place} alone={alone} />
                {alone && chart.kind === 'counter' ? 'value' : series.title}
              </th>
              <Value series={series} step={played.timeline.step} at={at} />
              {beside && <Value series={other} step={beside.timeline.step} at={at} />}
            </tr>
          );
        })}
        {hasLimit && (
          <tr>
            <th scope="row">
              <i className="swatch" data-tone-of="text" aria-hidden />
              limit
            </th>
            <td className="number">{limitWords(played.timeline.series.find(({ id }) => id === chart.id))}</td>
            {beside && <td className="number">{limitWords(chart.series[0] && besideOf(showing, chart.series[0]))}</td>}
          </tr>
        )}
      </tbody>
    </table>
  );
}

const limitWords = (series: Series | undefined) => (series?.limit === undefined ? 'none' : amount(series.limit));

interface ValueProps {
  readonly series: Series | undefined;
  readonly step: number;
  readonly at: number;
}

function Value({ series, step, at }: ValueProps) {
  const value = valueAt(series, step, at);
  const isFull = value !== undefined && series?.limit !== undefined && value >= series.limit;
  return (
    <td className="number" data-full={isFull ? '' : undefined}>
      {value === undefined ? <span className="faint">–</span> : amount(value)}
      {isFull && <span className="unseen"> (the limit is reached)</span>}
    </td>
  );
}

interface SwatchProps {
  readonly series: Series;
  readonly place: number;
  readonly alone: boolean;
}

/** The line of a curve, with its shape. */
export function Swatch({ series, place, alone }: SwatchProps) {
  const { tone, shape } = lookOf(series, place, alone);
  return (
    <i className="swatch" data-tone-of={tone} data-shape={shape} aria-hidden>
      {shape}
    </i>
  );
}
