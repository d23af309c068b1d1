// Sends a spoilt reply piece by piece, as slowly as its course has it.
import type { World } from '../world/world.ts';
import type { Course } from './faultBytes.ts';

/** A reply on its way out. */
export interface Pace {
  /** Resolves when all was written, or was given up. */
  readonly done: Promise<void>;
  /** Gives up what has not been written yet. */
  stop(): void;
}

/** Writes the pieces of a course; the first after at least one turn of the loop, so that what was said before has left. */
export function carryOut(course: Course, world: World, write: (bytes: string) => void): Pace {
  const { pieces, before, between } = course;
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  let next = 0;
  const step = () => {
    const piece = pieces[next];
    next += 1;
    if (piece !== undefined) write(piece);
    if (next >= pieces.length) end();
    else timer = world.after(between, step);
  };
  let timer = world.after(before, step);
  return {
    done,
    stop: () => {
      timer.cancel();
      end();
    },
  };
}
