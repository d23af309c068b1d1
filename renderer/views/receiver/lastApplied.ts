// What was applied last from this window: so that its effect can be looked at when nothing is unsaved any more.
import { create } from 'zustand';
import type { Mapping } from './tree.ts';

export interface Applied {
  readonly before: Mapping;
  readonly after: Mapping;
  readonly paths: readonly string[];
}

export const useLastApplied = create<{ readonly applied?: Applied }>(() => ({}));

export function rememberApplied(applied: Applied): void {
  useLastApplied.setState({ applied });
}
