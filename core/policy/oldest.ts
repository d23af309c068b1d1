// A map whose keys stand in the order of their last activity: the oldest is found at once, however many are gone.

interface Entry<T> {
  readonly key: string;
  value: T;
  older: Entry<T> | undefined;
  newer: Entry<T> | undefined;
}

/** Every step is O(1). A Map alone would not do: to find its first key it walks over all those deleted in front of it. */
export class Oldest<T> {
  readonly #entries = new Map<string, Entry<T>>();
  #oldest: Entry<T> | undefined;
  #newest: Entry<T> | undefined;

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** The key becomes the newest. A new one is copied: cut out of a line, it would keep the whole line in memory. */
  set(key: string, value: T): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const own = Buffer.from(key).toString();
      entry = { key: own, value, older: undefined, newer: undefined };
      this.#entries.set(own, entry);
    } else {
      this.#unlink(entry);
      entry.value = value;
    }
    entry.older = this.#newest;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
  }

  get oldest(): { readonly key: string; readonly value: T } | undefined {
    return this.#oldest;
  }

  get size(): number {
    return this.#entries.size;
  }

  #unlink(entry: Entry<T>): void {
    const { older, newer } = entry;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
