// The order of a set's words: moved, sorted as the options stand, told in words. Pure.

/** The list with the item at `from` standing at `to` (clamped to the list). */
export function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined) return items;
  const rest = items.toSpliced(from, 1);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, item);
}

/** As the options stand; what is none of them stays behind them. */
export function sorted(items: readonly string[], options: readonly string[]): readonly string[] {
  const rank = (item: string) => (options.includes(item) ? options.indexOf(item) : options.length);
  return items.toSorted((one, other) => rank(one) - rank(other));
}

/** `SCRAM-SHA-256: 2 of 5`. */
export function placeWords(items: readonly string[], item: string): string {
  return `${item}: ${items.indexOf(item) + 1} of ${items.length}`;
}

/** How far a key moves; undefined for keys that move nothing. */
export function stepOf(key: string, length: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowUp: -1,
    ArrowRight: 1,
    ArrowDown: 1,
    Home: -length,
    End: length,
  };
  return steps[key];
}
