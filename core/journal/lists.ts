// The lists windows follow: how far each has grown, what was removed from it, and when it became void.
import type { Database } from './database.ts';
import type { Kept, Page, PageOf } from './protocol.ts';
import type { Extent } from './segments.ts';

/** More notes of removal than this are replaced by one: the list is void. */
const NOTES = 200_000;

/** A window may know of changes a crash took back: revisions go on where it cannot have been. */
const LEAP = 1_000_000;

const each = (of: (kind: Kept) => number): Record<Kept, number> => ({
  sessions: of('sessions'),
  messages: of('messages'),
});

/** A revision is the number of the last change to a list; each row has that of its own last change. */
export class Lists {
  readonly #db: Database;
  readonly revision: Record<Kept, number>;
  readonly total: Record<Kept, number>;
  readonly #cleared: Record<Kept, number>;
  readonly #notes: Record<Kept, number>;

  constructor(db: Database) {
    this.#db = db;
    this.#cleared = each((kind) => db.readNumber(`cleared.${kind}`, 0));
    this.revision = each((kind) => {
      const last = Math.max(db.lastRevision(kind), this.#cleared[kind], db.readNumber(`revision.${kind}`, 0));
      return last === 0 ? 0 : last + LEAP;
    });
    this.total = each((kind) => db.count(kind));
    this.#notes = each((kind) => db.notes(kind));
  }

  /** Adds to a page's rows what else a window must know to follow. */
  page(kind: Kept, { after }: Page, found: { rows: string[]; revision: number }): PageOf<string> {
    const cleared = this.#cleared[kind];
    const removed = after === 0 ? [] : this.#db.removedBetween(kind, Math.max(after, cleared), found.revision);
    return { ...found, removed, total: this.total[kind], cleared };
  }

  /**
   * Removes rows, of messages all up to the last of these numbers, and notes it; on disk with the next write that is.
   * Returns the extents of removed messages: until then a crash may bring their rows back.
   */
  remove(kind: Kept, numbers: readonly number[]): Extent[] {
    let extents: Extent[] = [];
    this.#db.transaction(() => {
      if (kind === 'messages') extents = this.#db.removeMessages(numbers.at(-1) ?? 0);
      else for (const number of numbers) this.#db.removeSession(number);
      this.#db.noteRemoved(kind, this.revision[kind], numbers);
    }, false);
    this.revision[kind] += numbers.length;
    this.total[kind] -= numbers.length;
    this.#notes[kind] += numbers.length;
    return extents;
  }

  /** When removals have become too many to remember one by one, makes all windows' lists void; returns by how much revisions rose. */
  forget(kind: Kept, most = NOTES): number {
    if (this.#notes[kind] <= most) return 0;
    const cleared = this.revision[kind];
    const raised = cleared - Math.min(cleared, this.#db.firstRevision(kind)) + 1;
    this.#db.transaction(() => {
      this.#db.renumber(kind, raised);
      this.#db.write(`cleared.${kind}`, String(cleared));
      this.#db.write(`revision.${kind}`, String(cleared + raised));
    });
    this.#cleared[kind] = cleared;
    this.revision[kind] = cleared + raised;
    this.#notes[kind] = 0;
    return raised;
  }

  /** Removes all messages, or all sessions that have ended. */
  clear(kind: Kept): { readonly count: number; readonly extents: readonly Extent[] } {
    const extents = kind === 'messages' ? [...this.#db.extents()].flat() : [];
    const before = this.#db.count(kind);
    const cleared = this.revision[kind] + 1;
    this.#db.transaction(() => {
      this.#db.clear(kind);
      this.#db.write(`cleared.${kind}`, String(cleared));
    });
    const count = before - this.#db.count(kind);
    this.#cleared[kind] = cleared;
    this.revision[kind] = cleared;
    this.#notes[kind] = 0;
    this.total[kind] -= count;
    return { count, extents };
  }
}
