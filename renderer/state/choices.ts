// What the person chose about the window, kept on this machine: theme, columns, panes, what is shown.
import { create } from 'zustand';

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
}

const KEPT = 'gatehouse.choices';

const first: Choices = {
  theme: 'system',
  hiddenColumns: [],
  listAt: 'side',
  isLogOpen: false,
  isRawOpen: false,
  isFollowing: true,
};

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
