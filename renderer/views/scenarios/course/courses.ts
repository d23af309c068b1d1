// The courses the host knows: pulled while a panel shows them, whenever the host says that a run went on.
import { useEffect } from 'react';
import { create } from 'zustand';
import { sayError, workbench } from '../../../state/workbench.ts';
import { isOpen, keyOfPlayed, type Played } from './model.ts';

interface Courses {
  /** Undefined until they were read; the one now played first. */
  readonly all?: readonly Played[];
  readonly error?: string | undefined;
}

export const useCourses = create<Courses>(() => ({}));

let watchers = 0;
let isBusy = false;
let again = false;
/** The run that was on, or the last, when courses were pulled. */
let pulledFor: string | undefined;

/** One pull at a time; a wish that comes meanwhile is granted once, afterwards. */
async function pull(): Promise<void> {
  if (isBusy) {
    again = true;
    return;
  }
  isBusy = true;
  try {
    const { all: before } = useCourses.getState();
    const run = workbench.store.getState().run?.id;
    // What belongs to earlier runs is told once: when another run began, or after the connection was lost.
    const earlier = before === undefined || pulledFor !== run;
    const { timelines } = await workbench.call('scenarios.timelines', { earlier });
    pulledFor = run;
    useCourses.setState({ all: merged(before ?? [], timelines, earlier), error: undefined });
  } catch (error) {
    pulledFor = undefined;
    useCourses.setState({ error: sayError(error) });
  } finally {
    isBusy = false;
    if (again) {
      again = false;
      if (watchers > 0) void pull();
    }
  }
}

/** The new answer (all of it, or only the last run's), with the objects of before for courses that are over: what did not change is not drawn anew. */
export function merged(before: readonly Played[], now: readonly Played[], isAll: boolean): readonly Played[] {
  const known = new Map(before.map((one) => [keyOfPlayed(one), one]));
  const told = now.map((one) => {
    const old = known.get(keyOfPlayed(one));
    return old && !isOpen(old) && old.state === one.state && old.outcome === one.outcome ? old : one;
  });
  const keys = new Set(now.map(keyOfPlayed));
  return isAll ? told : [...told, ...before.filter((one) => !keys.has(keyOfPlayed(one)))];
}

/** The courses, read now and as long as the component is there. */
export function useWatchedCourses(): Courses {
  useEffect(() => {
    watchers += 1;
    void pull();
    let { run, link } = workbench.store.getState();
    const stop = workbench.store.subscribe((state) => {
      const isNews = state.run !== run || (state.link.state === 'open' && link.state !== 'open');
      ({ run, link } = state);
      if (link.state !== 'open') pulledFor = undefined;
      if (isNews && link.state === 'open') void pull();
    });
    return () => {
      watchers -= 1;
      stop();
    };
  }, []);
  return useCourses();
}
