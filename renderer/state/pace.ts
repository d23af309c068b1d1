// The time of the simulated population now played: how far it is, and what pauses, steps and speeds it.
import type { Input, RunState } from '../../core/contract/calls.ts';
import { spanText } from '../../core/contract/span.ts';
import { toast } from '../ui/Toast.tsx';
import { choose, useChoices } from './choices.ts';
import { useCommand } from './commands.ts';
import { sayError, useWorkbench, workbench } from './workbench.ts';

/** Virtual ms a real ms; 0: as fast as it can. */
export const speeds = [
  { value: 0, title: 'as fast as it can' },
  { value: 3600, title: '3,600x, 1 h a second' },
  { value: 600, title: '600x' },
  { value: 60, title: '60x, 1 min a second' },
  { value: 1, title: '1x, as in life' },
] as const;

/** Whether a population is played whose time can be held. */
export const isPaced = (run: RunState | undefined): boolean => run?.state === 'running' && run.pace !== undefined;
export const isPaused = (run: RunState | undefined): boolean => isPaced(run) && run?.pace?.state === 'paused';

/** `3 h 20 min of 24 h, paused`; empty when there is none. */
export function clockText(run: RunState | undefined): string {
  if (run === undefined || !isPaced(run)) return '';
  const far = run.clock === undefined ? 'beginning' : `${spanText(run.clock.now)} of ${spanText(run.clock.until)}`;
  const others = run.clock?.others ?? 0;
  const which = others > 0 ? `${far} in the first of ${others + 1} populations` : far;
  return isPaused(run) ? `${which}, paused` : which;
}

/** The last wish, until the host has answered it. */
let moving: Promise<void> = Promise.resolve();

export function movePace(input: Input<'scenarios.pace'>): Promise<void> {
  moving = told(input);
  return moving;
}

async function told(input: Input<'scenarios.pace'>): Promise<void> {
  try {
    const { pace } = await workbench.call('scenarios.pace', input);
    workbench.store.setState(({ run }) => (run === undefined || pace === undefined ? {} : { run: { ...run, pace } }));
    workbench.pullRun();
  } catch (error) {
    toast('The time of the run goes on as it did', sayError(error), 'refuse');
  }
}

/** Goes on at the speed that was chosen. */
export function resume(): void {
  const { speed } = useChoices.getState();
  void movePace({ action: 'resume', ...(speed > 0 ? { speed } : {}) });
}

/** Chooses a speed; a population that is running takes it at once. */
export function chooseSpeed(speed: number): void {
  choose({ speed });
  // Whether it runs is known once the wish before this one was answered.
  void moving.then(() => {
    const { run } = workbench.store.getState();
    if (isPaced(run) && !isPaused(run)) resume();
  });
}

/** Lends the commands that work from any view. */
export function usePaceCommands(): void {
  const isOn = useWorkbench((state) => isPaced(state.run));
  const isHeld = useWorkbench((state) => isPaused(state.run));
  const world = useChoices((choices) => choices.world);
  useCommand('scenarios.pause', isOn ? () => (isHeld ? resume() : void movePace({ action: 'pause' })) : undefined);
  useCommand('scenarios.step', isOn ? () => void movePace({ action: 'step' }) : undefined);
  useCommand('scenarios.fast', isOn ? () => fast() : undefined);
  useCommand('scenarios.simulated', world === 'real' ? () => choose({ world: 'simulated' }) : undefined);
  useCommand('scenarios.real', world === 'simulated' ? () => choose({ world: 'real' }) : undefined);
}

function fast(): void {
  choose({ speed: 0 });
  resume();
}
