// A chain of things in the order in which they were put last: the first is found, and any taken out, in one step.

/** What can stand in one chain at a time; its neighbours are kept in it, so that a chain takes no room of its own. */
export interface Link<T> {
  before: T | undefined;
  after: T | undefined;
}

export class Chain<T extends Link<T>> {
  #first: T | undefined;
  #last: T | undefined;

  get first(): T | undefined {
    return this.#first;
  }

  append(link: T): void {
    link.before = this.#last;
    if (this.#last) this.#last.after = link;
    else this.#first = link;
    this.#last = link;
  }

  /** The link must stand in this chain. */
  remove(link: T): void {
    const { before, after } = link;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    link.before = undefined;
    link.after = undefined;
  }
}
