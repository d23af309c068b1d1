// Which tab the pane beside the form shows, and the place in the YAML someone asked for.
import { create } from 'zustand';

export type SideId = 'effect' | 'changes' | 'yaml' | 'defaults';

interface Side {
  readonly tab: SideId;
  /** A line of the YAML to go to, from 1; each wish is an object of its own. */
  readonly line?: { readonly number: number; readonly column: number } | undefined;
}

export const useSide = create<Side>(() => ({ tab: 'effect' }));

export function showSide(tab: SideId): void {
  useSide.setState({ tab });
}

/** Opens the YAML at a line. */
export function showLine(number: number, column = 1): void {
  useSide.setState({ tab: 'yaml', line: { number, column } });
}
