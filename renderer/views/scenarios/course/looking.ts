// How a person looks at the course of each scenario: cursor, zoom, runs, what is open; it stays put whatever arrives.
import { create } from 'zustand';
import type { Pointers, View } from '../../../ui/chart/curves.ts';

export interface Looking {
  /** The run shown, where one was chosen; else the newest. */
  readonly shown?: string | undefined;
  /** The run beside it. */
  readonly beside?: string | undefined;
  /** ms; without: the newest there is. */
  readonly cursor?: number | undefined;
  /** Without: all there is so far; `whole`: up to its end. */
  readonly view?: View | 'whole' | undefined;
  /** Counters opened or closed by hand. */
  readonly open: Readonly<Record<string, boolean>>;
  readonly isTable: boolean;
}

/** How everybody looks at first. */
export const first: Looking = { open: {}, isTable: false };

interface Lookings {
  readonly of: Readonly<Record<string, Looking>>;
  /** Whether the course has the whole view for itself. */
  readonly isWide: boolean;
}

export const useLookings = create<Lookings>(() => ({ of: {}, isWide: false }));

export const lookingOf = (scenario: string): Looking => useLookings.getState().of[scenario] ?? first;

export const useLooking = (scenario: string): Looking => useLookings(({ of }) => of[scenario] ?? first);

export function look(scenario: string, part: Partial<Looking>): void {
  useLookings.setState(({ of }) => ({ of: { ...of, [scenario]: { ...(of[scenario] ?? first), ...part } } }));
}

/** Where the pointer is in the charts, ms: apart, because it changes with every move. */
export const useHover = create<{ readonly at?: number | undefined }>(() => ({}));

/** The lines of all charts: the cursor, which follows from what was chosen, and the pointer. */
export function pointersOf(scenario: string, cursorAt: (chosen: number | undefined) => number): Pointers {
  return {
    get: () => ({ cursor: cursorAt(lookingOf(scenario).cursor), hover: useHover.getState().at }),
    subscribe: (listener) => {
      const stops = [useLookings.subscribe(listener), useHover.subscribe(listener)];
      return () => stops.forEach((stop) => stop());
    },
  };
}
