// When limits were hit: moments in a row as one episode, and the marks that stand for them on the axis. Pure.
import type { Moment } from '../../../../core/contract/timeline.ts';
import type { View } from '../../../ui/chart/curves.ts';

/** A time in which one limit was hit step after step. */
export interface Episode {
  readonly id: string;
  readonly series: string;
  readonly from: number;
  readonly to: number;
  /** In the order of time; at least one. */
  readonly moments: readonly [Moment, ...Moment[]];
}

/** Two moments belong together when no more than this many steps lie between them. */
const NEAR_STEPS = 10;

/** The moments of each series as episodes, in the order in which these begin. */
export function episodesOf(moments: readonly Moment[], step: number): readonly Episode[] {
  const open = new Map<string, [Moment, ...Moment[]]>();
  const all: [Moment, ...Moment[]][] = [];
  for (const moment of moments.toSorted((a, b) => a.at - b.at)) {
    const now = open.get(moment.series);
    const last = now?.at(-1);
    if (now && last && moment.at - last.at <= step * NEAR_STEPS) now.push(moment);
    else {
      const fresh: [Moment, ...Moment[]] = [moment];
      open.set(moment.series, fresh);
      all.push(fresh);
    }
  }
  return all.map((own) => {
    const [first] = own;
    const { at: to } = own.at(-1) ?? first;
    return { id: `${first.series} ${first.at}`, series: first.series, from: first.at, to, moments: own };
  });
}

/** The moment of an episode to be looked at from an instant: the last before the end of its step, or the first of all. */
export function momentAt({ moments }: Episode, at: number, step: number): Moment {
  const end = (Math.floor(at / step) + 1) * step;
  return moments.findLast((moment) => moment.at < end) ?? moments[0];
}

/** Whether the instant lies in the episode, as exactly as steps allow. */
export function isIn({ from, to }: Episode, at: number, step: number): boolean {
  const place = Math.floor(at / step);
  return place >= Math.floor(from / step) && place <= Math.floor(to / step);
}

/** A mark on the axis: episodes that begin too near to each other to be told apart are one. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly episodes: readonly [Episode, ...Episode[]];
}

/** Marks for a view that is so many pixels wide, at least `apart` pixels from one to the next. */
export function marksOf(episodes: readonly Episode[], view: View, size: { width: number; apart: number }): Mark[] {
  const least = ((view.to - view.from) * size.apart) / Math.max(1, size.width);
  const marks: { from: number; to: number; episodes: [Episode, ...Episode[]] }[] = [];
  for (const episode of episodes) {
    if (episode.to < view.from || episode.from > view.to) continue;
    const last = marks.at(-1);
    if (last && Math.max(episode.from, view.from) - Math.max(last.from, view.from) < least) {
      last.episodes.push(episode);
      last.to = Math.max(last.to, episode.to);
    } else marks.push({ from: episode.from, to: episode.to, episodes: [episode] });
  }
  return marks;
}

/** The next beginning of an episode after an instant, or the last before it. */
export function stepTo(episodes: readonly Episode[], at: number, way: 'next' | 'last'): Episode | undefined {
  return way === 'next' ? episodes.find(({ from }) => from > at) : episodes.findLast(({ from }) => from < at);
}
