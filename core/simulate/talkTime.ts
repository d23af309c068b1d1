// How long a talk takes at most for what it waits for of its own accord, before any server has been slow.
import type { Crowd } from '../contract/scenarioPopulation.ts';
import type { Handshake, Step } from '../contract/scenarioStep.ts';
import { type Span, msOf } from '../contract/span.ts';

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
  if ('connect' in step) return shakeTime(step.connect.tls);
  if ('starttls' in step) return step.starttls === true ? 0 : shakeTime(step.starttls);
  return 'tls' in step && step.tls !== 'off' ? shakeTime(step.tls) : 0;
}

const ms = (span: Span | undefined) => msOf(span ?? 0);
const shakeTime = (handshake: Handshake | undefined) => ms(handshake?.within);
