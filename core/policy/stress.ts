// What counts while the receiver is under stress (settings `errors.stress`): the tighter of two limits, and how to say so.
import type { Stress } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { grouped } from './wording.ts';

type Tight = Exclude<keyof Settings['errors']['stress'], 'at'>;

/** A limit, the setting it comes from, and words behind it when that is one for stress. */
export interface Pressed {
  readonly limit: number | 'unlimited';
  readonly setting: string;
  readonly why: string;
}

/** The usual limit, or that for stress where it is tighter. `stress`: undefined when there is none. */
export function pressed(
  usual: Omit<Pressed, 'why'>,
  tight: { readonly limit: number; readonly name: Tight },
  stress: Stress | undefined,
): Pressed {
  if (stress === undefined || (usual.limit !== 'unlimited' && tight.limit >= usual.limit)) return { ...usual, why: '' };
  return { limit: tight.limit, setting: `errors.stress.${tight.name}`, why: ` ${underStress(stress)}` };
}

/** `under stress (180 of 200 connections)`. */
function underStress({ connections, limit }: Stress): string {
  return `under stress (${grouped(connections)} of ${grouped(limit)} connections)`;
}
