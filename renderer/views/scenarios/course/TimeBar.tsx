// The bar that stays on top of the charts: the instant of the cursor, what limit was hit there, and the axis.
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { Button, IconButton, Jump } from '../../../ui/Button.tsx';
import type { View } from '../../../ui/chart/curves.ts';
import { Ruler } from '../../../ui/chart/Ruler.tsx';
import { instantText } from '../../../ui/chart/ticks.ts';
import { counted, virtualClock } from '../../../ui/figures.ts';
import { isIn, marksOf, momentAt, stepTo } from './hits.ts';
import { openOf, timeOf, titleOf } from './Hits.tsx';
import { look, useHover } from './looking.ts';
import { isOpen } from './model.ts';
import { moveCursor, type Showing, toNewest, useCursor, useFollows, zoomBy } from './showing.ts';
import { cursorWords } from './words.ts';

/** Pixels from one mark on the axis to the next, at least. */
const APART = 14;

export function TimeBar({ showing }: { readonly showing: Showing }) {
  const { played, view, whole, step, episodes, charts } = showing;
  const cursor = useCursor(showing);
  const follows = useFollows(showing);
  const before = stepTo(episodes, cursor, 'last');
  const after = stepTo(episodes, cursor, 'next');
  const told = useMemo(() => charts.flatMap(({ series }) => series), [charts]);
  return (
    <div className="time-bar">
      <div className="time-line">
        <Instant showing={showing} />
        <span className="grow" />
        {!follows && isOpen(played) && (
          <Button kind="ghost" title="The cursor goes along with the newest values" onClick={() => toNewest(showing)}>
            Follow
          </Button>
        )}
        <Extent showing={showing} />
        <IconButton
          icon={ChevronLeft}
          label="To the last time before at which a limit was hit"
          disabled={!before}
          onClick={() => before && moveCursor(showing, before.from)}
        />
        <IconButton
          icon={ChevronRight}
          label="To the next time at which a limit was hit"
          disabled={!after}
          onClick={() => after && moveCursor(showing, after.from)}
        />
      </div>
      <HitHere showing={showing} />
      <Ruler
        label="Time"
        view={view}
        end={whole.to}
        now={played.timeline.now}
        cursor={cursor}
        step={step}
        valueText={cursorWords(cursor, told, played.timeline.step)}
        marks={(width) =>
          marksOf(episodes, view, { width, apart: APART }).map(({ from, to, episodes: [first, ...others] }) => ({
            id: first.id,
            from,
            to,
            label: `${timeOf(first, step)}: ${titleOf(showing, first.series)}${others.length > 0 ? `, and ${counted(others.length, 'limit')} more` : ''}`,
            onChoose: () => moveCursor(showing, from),
          }))
        }
        onMove={(at) => moveCursor(showing, at)}
        onZoom={(factor) => zoomBy(showing, factor)}
      />
    </div>
  );
}

/** From a part to what is shown by itself; from there to the end, while the run has yet to get to it. */
function Extent({ showing: { scenario, view, grown, whole } }: { readonly showing: Showing }) {
  const isBoth = grown.to === whole.to;
  if (isSame(view, grown))
    return isBoth ? null : (
      <Button
        kind="ghost"
        title="Up to its end, which is still to come"
        onClick={() => look(scenario, { view: 'whole' })}
      >
        Whole time
      </Button>
    );
  return (
    <Button kind="ghost" onClick={() => look(scenario, { view: undefined })}>
      {isBoth ? 'Show all of it' : 'Show so far'}
    </Button>
  );
}

const isSame = (a: View, b: View) => a.from === b.from && a.to === b.to;

/** The instant the values are of: the pointer's while it is on a chart. */
function Instant({ showing }: { readonly showing: Showing }) {
  const { step, played } = showing;
  const cursor = useCursor(showing);
  const follows = useFollows(showing);
  const hover = useHover(({ at }) => at);
  const at = hover ?? cursor;
  const last = isOpen(played) ? 'newest' : 'at its end';
  const where = hover !== undefined ? 'at the pointer' : follows ? last : 'at the cursor';
  return (
    <span className="instant">
      <b>{instantText(at, step)}</b>
      <span className="muted small cut">
        {where}, {virtualClock(played.timeline.began + at)}
      </span>
    </span>
  );
}

/** What limit was hit at the cursor, and the session in which it was. */
function HitHere({ showing }: { readonly showing: Showing }) {
  const { episodes, step } = showing;
  const cursor = useCursor(showing);
  const [first, ...others] = episodes.filter((episode) => isIn(episode, cursor, step));
  if (!first)
    return (
      <p className="hit-here small faint" role="status">
        No limit is hit at the cursor.
      </p>
    );
  const moment = momentAt(first, cursor, step);
  return (
    <div className="hit-here small" role="status">
      <span aria-hidden className="hit-shape">
        ▼
      </span>
      <span className="cut" title={`${titleOf(showing, first.series)}: ${moment.text}`}>
        <b>{titleOf(showing, first.series)}</b>: {moment.text}
        {others.length > 0 && `, and ${counted(others.length, 'limit')} more`}
      </span>
      <Jump to={() => openOf(moment)}>Open a session of it</Jump>
    </div>
  );
}
