// A map whose keys stand in the order of their last activity: the oldest is found at once, however many are gone.
import { Chain, type Link } from './chain.ts';

interface Entry<T> extends Link<Entry<T>> {
  readonly key: string;
  value: T;
}

/** Every step is O(1). A Map alone would not do: to find its first key it walks over all those deleted in front of it. */
export class Oldest<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #order = new Chain<Entry<T>>();

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** The key becomes the newest. A new one is copied: cut out of a line, it would keep the whole line in memory. */
  set(key: string, value: T): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const own = Buffer.from(key).toString();
      entry = { key: own, value, before: undefined, after: undefined };
      this.#entries.set(own, entry);
    } else {
      this.#order.remove(entry);
      entry.value = value;
    }
    this.#order.append(entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#order.remove(entry);
  }

  get oldest(): { readonly key: string; readonly value: T } | undefined {
    return this.#order.first;
  }

  /** The oldest first. Nothing may be set or deleted meanwhile. */
  *values(): Generator<T> {
    for (let entry = this.#order.first; entry !== undefined; entry = entry.after) yield entry.value;
  }

  get size(): number {
    return this.#entries.size;
  }
}
