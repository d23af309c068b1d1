// What is typed for trying a login, kept while the window is open; passwords and tokens never are.
import { create } from 'zustand';
import type { ListenerState } from '../../../../core/contract/calls.ts';
import { mechanismFacts, type Needs } from '../../../../core/contract/mechanisms.ts';

export interface Trial {
  readonly isOpen: boolean;
  readonly listener: string;
  readonly secured: boolean;
  readonly mechanism: string;
  readonly user: string;
  readonly authzid: string;
}

export const useTrial = create<Trial>(() => ({
  isOpen: false,
  listener: '',
  secured: true,
  mechanism: 'PLAIN',
  user: '',
  authzid: '',
}));

export const openTrial = (part: Partial<Trial> = {}) => useTrial.setState({ ...part, isOpen: true });
export const closeTrial = () => useTrial.setState({ isOpen: false });

type Connection = 'clear' | 'secured';

/** How a client can be connected to the listener. */
export function connectionsOf({ ehlo }: Pick<ListenerState, 'ehlo'>): readonly Connection[] {
  return [...(ehlo.clear ? (['clear'] as const) : []), ...(ehlo.secured ? (['secured'] as const) : [])];
}

/** Mechanisms that a client without a certificate is offered. */
export function offeredBy({ ehlo }: Pick<ListenerState, 'ehlo'>, secured: boolean): readonly string[] {
  const lines = (secured ? ehlo.secured : ehlo.clear) ?? [];
  const found = lines.find((line) => line.startsWith('AUTH '));
  return found === undefined ? [] : found.split(' ').slice(1);
}

/** Whether a client can say for whom else it logs in. */
export function canActFor(mechanism: string): boolean {
  return mechanismFacts(mechanism)?.ownNameOnly !== true;
}

/** What a client brings for it. */
export function needsOf(mechanism: string): Needs {
  return mechanismFacts(mechanism)?.needs ?? 'password';
}
