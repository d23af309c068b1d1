// How long a talk takes at most for what it waits for of its own accord, before any server has been slow.
import type { Crowd } from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { type Span, msOf } from '../contract/span.ts';
import { handshakeOf } from './handshake.ts';

/** ms of all waits, pauses between segments, and patience that steps name. */
export function talkTime(talk: readonly Step[]): number {
  return talk.reduce((sum, step) => sum + stepTime(step), 0);
}

/** ms of all the clients of a crowd together, from the first to the last. */
export function crowdTime({ clients, every = 0, oneByOne = false }: Crowd, talk: readonly Step[]): number {
  return (clients - 1) * msOf(every) + (oneByOne ? clients : 1) * talkTime(talk);
}

function stepTime(step: Step): number {
  if ('wait' in step) return msOf(step.wait);
  if ('send' in step) return Array.isArray(step.send) ? (step.send.length - 1) * ms(step.pause) : 0;
  if ('expect' in step)
    return typeof step.expect === 'object' && !Array.isArray(step.expect) ? ms(step.expect.within) : 0;
  return ms(handshakeOf(step)?.within);
}

const ms = (span: Span | undefined) => msOf(span ?? 0);
