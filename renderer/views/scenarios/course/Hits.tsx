// When limits were hit: what the cursor is at, and the list of all such times, each leading to a session of it.
import { useState } from 'react';
import type { Moment } from '../../../../core/contract/timeline.ts';
import { go } from '../../../state/place.ts';
import { Button, Jump } from '../../../ui/Button.tsx';
import { instantText } from '../../../ui/chart/ticks.ts';
import { count, counted } from '../../../ui/figures.ts';
import { type Episode, isIn, momentAt } from './hits.ts';
import { isOpen, nameOfRun } from './model.ts';
import { moveCursor, type Showing, useCursor } from './showing.ts';

/** Times named at once. */
const NAMED = 12;

export const openOf = ({ session }: Moment) => go({ view: 'sessions', session });

export function titleOf({ charts }: Showing, series: string): string {
  return charts.find(({ id }) => id === series)?.title ?? series;
}

/** The time of an episode: `3 h 20 min`, `3 h 20 min to 5 h`. */
export function timeOf({ from, to }: Episode, step: number): string {
  const first = instantText(from, step);
  const last = instantText(to, step);
  return first === last ? first : `${first} to ${last}`;
}

export function HitList({ showing }: { readonly showing: Showing }) {
  const { episodes, episodesBeside, played, beside } = showing;
  const none = isOpen(played) ? 'None so far: ' : 'None: ';
  return (
    <>
      <h3>Limits that were hit{timesOf(episodes)}</h3>
      {episodes.length === 0 ? (
        <p className="muted">{none}no counter of this run has reached its limit.</p>
      ) : (
        <Episodes showing={showing} episodes={episodes} label="Limits that were hit" />
      )}
      {beside && (
        <>
          <h3>
            In the {nameOfRun(beside)}, beside{timesOf(episodesBeside)}
          </h3>
          {episodesBeside.length === 0 ? (
            <p className="muted">None: no counter of it has reached its limit.</p>
          ) : (
            <Episodes showing={showing} episodes={episodesBeside} label="Limits that were hit in the run beside" />
          )}
        </>
      )}
    </>
  );
}

const timesOf = ({ length }: readonly Episode[]) => (length > 1 ? `, ${count(length)} times` : '');

interface EpisodesProps {
  readonly showing: Showing;
  readonly episodes: readonly Episode[];
  readonly label: string;
}

function Episodes({ showing, episodes, label }: EpisodesProps) {
  const [most, setMost] = useState(NAMED);
  const { step } = showing;
  const cursor = useCursor(showing);
  return (
    <>
      <ol className="hits" aria-label={label}>
        {episodes.slice(0, most).map((episode) => {
          const isHere = isIn(episode, cursor, step);
          const moment = momentAt(episode, isHere ? cursor : episode.from, step);
          return (
            <li key={episode.id} data-here={isHere ? '' : undefined}>
              <button
                type="button"
                className="hit"
                aria-current={isHere ? 'true' : undefined}
                onClick={() => moveCursor(showing, episode.from)}
              >
                <span className="hit-time">
                  <span aria-hidden className="hit-shape">
                    ▼
                  </span>
                  {timeOf(episode, step)}
                </span>
                <b>{titleOf(showing, episode.series)}</b>
                <span className="muted small">
                  {moment.text}
                  {episode.moments.length > 1 && `, in ${counted(episode.moments.length, 'step')}`}
                </span>
              </button>
              <Jump to={() => openOf(moment)} aria-label={`Open session of ${instantText(moment.at, step)}`}>
                Open session
              </Jump>
            </li>
          );
        })}
      </ol>
      {episodes.length > most && (
        <Button kind="ghost" onClick={() => setMost(most + 100)}>
          {count(episodes.length - most)} more
        </Button>
      )}
    </>
  );
}
