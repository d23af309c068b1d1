// What the person chose about the window, kept on this machine: theme, columns, panes, what is shown.
import { create } from 'zustand';
import type { WorldName } from '../../core/contract/scenarioWorld.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Choices {
  readonly theme: Theme;
  /** Columns of the session list that are hidden. */
  readonly hiddenColumns: readonly string[];
  /** Where the session list stands: beside the transcript, or above it. */
  readonly listAt: 'side' | 'top';
  readonly isLogOpen: boolean;
  readonly isRawOpen: boolean;
  /** New sessions scroll the list. */
  readonly isFollowing: boolean;
  /** Where scenarios are played that can be played in both worlds, and the seed of the simulated one. */
  readonly world: WorldName;
  readonly seed: number;
  /** Virtual ms a real ms of a simulated population; 0: as fast as it can. */
  readonly speed: number;
}

const KEPT = 'gatehouse.choices';

const first: Choices = {
  theme: 'system',
  hiddenColumns: [],
  listAt: 'side',
  isLogOpen: false,
  isRawOpen: false,
  isFollowing: true,
  world: 'real',
  seed: 0,
  speed: 0,
};

/** The largest seed. */
export const mostSeed = 0xffff_ffff;

const isSeed = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= mostSeed;

function kept(): Choices {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Choices>;
    return {
      theme: themes.find((theme) => theme === found.theme) ?? first.theme,
      hiddenColumns: Array.isArray(found.hiddenColumns) ? found.hiddenColumns.filter((c) => typeof c === 'string') : [],
      listAt: found.listAt === 'top' ? 'top' : 'side',
      isLogOpen: found.isLogOpen === true,
      isRawOpen: found.isRawOpen === true,
      isFollowing: true,
      world: found.world === 'simulated' ? 'simulated' : 'real',
      seed: isSeed(found.seed) ? found.seed : 0,
      speed: typeof found.speed === 'number' && found.speed > 0 ? found.speed : 0,
    };
  } catch {
    return first;
  }
}

export const useChoices = create<Choices>(() => (typeof localStorage === 'undefined' ? first : kept()));

/** Changes some choices and keeps them. */
export function choose(part: Partial<Choices>): void {
  useChoices.setState(part);
  try {
    localStorage.setItem(KEPT, JSON.stringify(useChoices.getState()));
  } catch {
    // A full or forbidden storage costs the memory, not the choice.
  }
}

/** Puts the theme on the document, now and whenever it or the system's changes. */
export function applyTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const put = () => {
    const { theme } = useChoices.getState();
    document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  put();
  dark.addEventListener('change', put);
  useChoices.subscribe(put);
}
