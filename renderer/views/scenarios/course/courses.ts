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

/** One pull at a time; a wish that comes meanwhile is granted once, afterwards. */
async function pull(): Promise<void> {
  if (isBusy) {
    again = true;
    return;
  }
  isBusy = true;
  try {
    const { timelines } = await workbench.call('scenarios.timelines', {});
    const { all } = useCourses.getState();
    useCourses.setState({ all: kept(all ?? [], timelines), error: undefined });
  } catch (error) {
    useCourses.setState({ error: sayError(error) });
  } finally {
    isBusy = false;
    if (again) {
      again = false;
      if (watchers > 0) void pull();
    }
  }
}

/** The new answer, with the objects of before for courses that are over: what did not change is not drawn anew. */
export function kept(before: readonly Played[], now: readonly Played[]): readonly Played[] {
  const known = new Map(before.map((one) => [keyOfPlayed(one), one]));
  return now.map((one) => {
    const old = known.get(keyOfPlayed(one));
    return old && !isOpen(old) && old.state === one.state && old.outcome === one.outcome ? old : one;
  });
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
      if (isNews && link.state === 'open') void pull();
    });
    return () => {
      watchers -= 1;
      stop();
    };
  }, []);
  return useCourses();
}
