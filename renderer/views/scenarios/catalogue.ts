// The scenarios there are: read from the host when the window connects and whenever the view is opened.
import { create } from 'zustand';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import { sayError, workbench } from '../../state/workbench.ts';

interface Catalogue {
  /** Undefined until they were read. */
  readonly rows?: readonly ScenarioRow[];
  readonly error?: string | undefined;
  readonly isLoading: boolean;
}

export const useCatalogue = create<Catalogue>(() => ({ isLoading: false }));

/** Reads the scenarios anew; what was read before stays until the answer is there. */
export async function loadCatalogue(): Promise<void> {
  if (useCatalogue.getState().isLoading) return;
  useCatalogue.setState({ isLoading: true });
  try {
    const { scenarios } = await workbench.call('scenarios.list', {});
    useCatalogue.setState({ rows: scenarios, error: undefined, isLoading: false });
  } catch (error) {
    useCatalogue.setState({ error: sayError(error), isLoading: false });
  }
}

let wasOpen = false;

function follow(): void {
  const isOpen = workbench.store.getState().link.state === 'open';
  if (isOpen && !wasOpen) void loadCatalogue();
  wasOpen = isOpen;
}

workbench.store.subscribe(follow);
follow();
