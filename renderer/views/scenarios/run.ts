// Starting and cancelling runs from the window.
import type { Input } from '../../../core/contract/calls.ts';
import { create } from 'zustand';
import { useChoices } from '../../state/choices.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { toast } from '../../ui/Toast.tsx';

export type RunBase = Input<'scenarios.run'>['base'];

/** What is played against. */
export const bases: readonly { readonly value: RunBase; readonly title: string; readonly about: string }[] = [
  { value: 'mine', title: 'my settings', about: 'the settings as applied, on a private receiver' },
  { value: 'axigen-10.3', title: 'AXIGEN 10.3 as shipped', about: 'the recovered configuration of the product' },
  { value: 'hardened-mx', title: 'hardened MX', about: 'a careful server that takes mail from others' },
  { value: 'hardened-submission', title: 'hardened submission', about: 'a careful server for mail programs' },
  { value: 'weak', title: 'weak', about: 'everything open: shows what an attack gains' },
  {
    value: 'presets',
    title: 'prove the presets',
    about: 'each case under each preset it names, against what it expects',
  },
];

/** The base as it stands behind "against". */
export const baseTitle = (base: RunBase) =>
  base === 'presets' ? 'the presets' : (bases.find((one) => one.value === base)?.title ?? base);

/** What the next run is played against. */
export const useBase = create<{ readonly base: RunBase }>(() => ({ base: 'mine' }));

/** What the run in progress was asked to play, when it was asked from this window. */
export const useAsked = create<{ readonly run?: string; readonly scenarios: readonly string[] }>(() => ({
  scenarios: [],
}));

export interface PlayOptions {
  readonly base?: RunBase;
  /** Populations stand still at their beginning until they are resumed. */
  readonly paused?: boolean;
}

/** Plays scenarios by id, in the world the person chose where there is a choice; an empty list is all of them. */
export async function play(scenarios: readonly string[], { base, paused = false }: PlayOptions = {}): Promise<void> {
  const { world, seed, speed } = useChoices.getState();
  try {
    const run = await workbench.call('scenarios.run', {
      scenarios: [...scenarios],
      base: base ?? useBase.getState().base,
      world,
      seed,
      paused,
      ...(speed > 0 ? { speed } : {}),
    });
    useAsked.setState({ run: run.id, scenarios });
    workbench.pullRun();
  } catch (error) {
    toast('Nothing was run', sayError(error), 'refuse');
  }
}

/** Cancels the run in progress; what was played stays. */
export async function cancel(): Promise<void> {
  try {
    await workbench.call('scenarios.cancel', {});
    workbench.pullRun();
  } catch (error) {
    toast('The run was not cancelled', sayError(error), 'refuse');
  }
}
