// Questions to the host that follow what is typed or shown: asked when typing rests, or again and again while somebody looks.
import { useEffect, useState } from 'react';
import type { CallName, Input, Output } from '../../core/contract/calls.ts';
import { sayError, useWorkbench, workbench } from './workbench.ts';

/** Milliseconds of rest before the host is asked. */
const REST = 150;
/** Milliseconds after which waiting is worth a word. */
const LONG = 1000;

export interface Asking<T> {
  /** The last answer; it stays while the next is on its way, and when there is an error. */
  readonly answer?: T;
  readonly error?: string | undefined;
  readonly isBusy: boolean;
  /** Busy for longer than a second. */
  readonly isSlow: boolean;
}

/** Asks when the input has rested; the same object is asked about once, undefined asks nothing. */
export function useAnswer<K extends CallName>(name: K, input: Input<K> | undefined, rest = REST): Asking<Output<K>> {
  const [asking, setAsking] = useState<Asking<Output<K>>>({ isBusy: false, isSlow: false });
  const isLinked = useWorkbench((state) => state.link.state === 'open');
  useEffect(() => {
    if (input === undefined || !isLinked) return undefined;
    let isLate = false;
    let slow: ReturnType<typeof setTimeout> | undefined;
    const timer = setTimeout(() => {
      setAsking((now) => ({ ...now, isBusy: true }));
      slow = setTimeout(() => setAsking((now) => ({ ...now, isSlow: now.isBusy })), LONG);
      workbench
        .call(name, input)
        .then(
          (answer) => !isLate && setAsking({ answer, isBusy: false, isSlow: false }),
          (error: unknown) =>
            !isLate && setAsking((now) => ({ ...now, error: sayError(error), isBusy: false, isSlow: false })),
        )
        .finally(() => clearTimeout(slow));
    }, rest);
    return () => {
      isLate = true;
      clearTimeout(timer);
      clearTimeout(slow);
      setAsking((now) => (now.isBusy ? { ...now, isBusy: false, isSlow: false } : now));
    };
  }, [name, input, rest, isLinked]);
  return asking;
}

/** Asks at once, and again `every` ms while the window is visible; `again` asks out of turn. */
export function usePolled<K extends CallName>(name: K, input: Input<K>, every: number): Asking<Output<K>> & Again {
  const [asking, setAsking] = useState<Asking<Output<K>>>({ isBusy: true, isSlow: false });
  const [turn, setTurn] = useState(0);
  const isLinked = useWorkbench((state) => state.link.state === 'open');
  const key = JSON.stringify(input);
  useEffect(() => {
    if (!isLinked) return undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      if (document.visibilityState === 'hidden') {
        timer = setTimeout(ask, every);
        return;
      }
      workbench
        .call(name, JSON.parse(key) as Input<K>)
        .then(
          (answer) => !isGone && setAsking({ answer, isBusy: false, isSlow: false }),
          (error: unknown) =>
            !isGone && setAsking((now) => ({ ...now, error: sayError(error), isBusy: false, isSlow: false })),
        )
        .finally(() => {
          if (!isGone) timer = setTimeout(ask, every);
        });
    };
    ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [name, key, every, isLinked, turn]);
  return { ...asking, again: () => setTurn((now) => now + 1) };
}

interface Again {
  readonly again: () => void;
}
