// Bringing a setting into view: what hides it is opened, then it is scrolled to, focused, and flashes once.
import { useEffect } from 'react';
import { create } from 'zustand';
import { type Place, usePlace } from '../../state/place.ts';

/** What the person (or a jump) opened or closed, by dotted path; the rest is as it comes. */
const useFolds = create<Readonly<Record<string, boolean>>>(() => ({}));

/** Whether a part of the form is open. What opened because of an error inside stays open when the error is gone. */
export function useFold(
  path: string,
  { isOpenAtFirst, hasProblems }: { readonly isOpenAtFirst: boolean; readonly hasProblems: boolean },
): readonly [boolean, (isOpen: boolean) => void] {
  const chosen = useFolds((folds) => folds[path]);
  const isForced = hasProblems && chosen === undefined;
  useEffect(() => {
    if (isForced) setFold(path, true);
  }, [isForced, path]);
  return [chosen ?? (hasProblems || isOpenAtFirst), (isOpen) => setFold(path, isOpen)];
}

/** Opens or closes a part of the form. */
export function setFold(path: string, isOpen: boolean): void {
  useFolds.setState({ [path]: isOpen });
}

/** After an item was removed, those behind it keep what was open in them. */
export function dropFolds(list: string, index: number): void {
  const kept = Object.entries(useFolds.getState()).flatMap(([path, isOpen]) => {
    const rest = path.startsWith(`${list}.`) ? path.slice(list.length + 1).split('.') : [];
    const at = Number(rest[0]);
    if (rest.length === 0 || !(at >= index)) return [[path, isOpen] as const];
    return at === index ? [] : [[[list, at - 1, ...rest.slice(1)].join('.'), isOpen] as const];
  });
  useFolds.setState(Object.fromEntries(kept), true);
}

/** After an item moved from one place of its list to another, what was open in it is open there. */
export function moveFolds(list: string, from: number, to: number): void {
  const moved = Object.entries(useFolds.getState()).map(([path, isOpen]) => {
    const swap = (one: number, other: number) =>
      path === `${list}.${one}` || path.startsWith(`${list}.${one}.`)
        ? path.replace(`${list}.${one}`, `${list}.${other}`)
        : undefined;
    return [swap(from, to) ?? swap(to, from) ?? path, isOpen] as const;
  });
  useFolds.setState(Object.fromEntries(moved), true);
}

/** Opens everything on the way to a path. */
function unfold(path: string): void {
  const keys = path.split('.');
  const ways = keys.map((_, n) => keys.slice(0, n + 1).join('.'));
  useFolds.setState(Object.fromEntries(ways.map((way) => [way, true])));
}

/** The place last shown: coming back to it is no new jump. */
let shown: Place | undefined;

/** Frames to wait for what was unfolded to be there. */
const PATIENCE = 10;

/** Follows the place: whoever goes to a setting gets it shown. */
export function useReveal(isReady: boolean): void {
  const place = usePlace();
  useEffect(() => {
    const { setting } = place;
    if (!isReady || place === shown || setting === undefined) return undefined;
    if (!setting.includes('.')) {
      shown = place;
      return undefined;
    }
    unfold(setting);
    let left = PATIENCE;
    let frame = 0;
    const look = () => {
      left -= 1;
      const row = find(setting, left === 0);
      if (row || left === 0) shown = place;
      if (row) flash(row);
      else if (left > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [place, isReady]);
}

/** The row of a path; as a last resort that of what contains it. */
function find(path: string, isLast: boolean): HTMLElement | undefined {
  for (let now = path; now !== ''; now = now.slice(0, Math.max(0, now.lastIndexOf('.')))) {
    const row = document.querySelector<HTMLElement>(`[data-setting="${CSS.escape(now)}"]`);
    if (row) return row;
    if (!isLast) return undefined;
  }
  return undefined;
}

const controls = 'input, textarea, select, [role=switch], [role=radio][tabindex="0"], [role=radio], button';

function flash(row: HTMLElement): void {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  row.scrollIntoView({ block: 'center', behavior: isStill ? 'auto' : 'smooth' });
  const control = row.querySelector<HTMLElement>('[data-control]');
  const target = control?.matches(controls) === true ? control : (control ?? row).querySelector<HTMLElement>(controls);
  target?.focus({ preventScroll: true });
  if (target instanceof HTMLInputElement && target.type === 'text') target.select();
  row.dataset['flash'] = '';
  setTimeout(() => delete row.dataset['flash'], 1600);
}
