// Where the person is: the view, and what is open in it; the browser's back and forward walk through it.
import { create } from 'zustand';

export type ViewId = 'sessions' | 'scenarios' | 'receiver' | 'messages';

export interface Place {
  readonly view: ViewId;
  /** Sessions: the open session, and the number of the event looked at. */
  readonly session?: string;
  readonly line?: number;
  /** Receiver: the path of a setting to show, e.g. `errors.maxAuthErrors`, or of a group. */
  readonly setting?: string;
  /** Scenarios: id of the scenario. */
  readonly scenario?: string;
  /** Messages: id of the message. */
  readonly message?: string;
}

const KEPT = 'gatehouse.place';

function read(value: unknown): Place | undefined {
  const view = (value as { view?: unknown } | null)?.view;
  return view === 'sessions' || view === 'scenarios' || view === 'receiver' || view === 'messages'
    ? (value as Place)
    : undefined;
}

function kept(): Place {
  try {
    return read(history.state) ?? read(JSON.parse(sessionStorage.getItem(KEPT) ?? 'null')) ?? { view: 'sessions' };
  } catch {
    return { view: 'sessions' };
  }
}

const hasWindow = typeof window !== 'undefined';

export const usePlace = create<Place>(() => (hasWindow ? kept() : { view: 'sessions' }));

/** What was open in each view when it was left, so that it is still open on return. */
const last = new Map<ViewId, Place>();

/** Goes somewhere. With `quiet`, the step back skips it (walking through a list is not a journey). */
export function go(place: Place, quiet = false): void {
  const now = usePlace.getState();
  last.set(now.view, now);
  usePlace.setState(place, true);
  if (!hasWindow) return;
  sessionStorage.setItem(KEPT, JSON.stringify(place));
  if (quiet && now.view === place.view) history.replaceState(place, '');
  else history.pushState(place, '');
}

/** Goes to a view, to what was open there last. */
export function goToView(view: ViewId): void {
  if (usePlace.getState().view !== view) go(last.get(view) ?? { view });
}

if (hasWindow) {
  history.replaceState(usePlace.getState(), '');
  window.addEventListener('popstate', (event) => {
    const place = read(event.state);
    if (place) usePlace.setState(place, true);
  });
}
