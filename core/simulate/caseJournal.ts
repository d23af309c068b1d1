// The journal of a case: every event is hashed and counted, and as many sessions are kept as a person could look at.
import type { Event, EventBody } from '../contract/event.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { Journal, SessionLog } from '../journal/journal.ts';
import { idOf, type MemoryMessage, type MemoryOptions, memoryMessage } from '../journal/memory.ts';
import type { Course } from './course.ts';
import { CaseDigest } from './digest.ts';
import type { Dump } from './dump.ts';
import { type After, Tally } from './tally.ts';

/** So many sessions are kept whatever becomes of them. */
const KEPT = 1000;
/** Of those behind them: so many of each ending, and one of each ending in each of so many parts of the case's time. */
const OF_EACH_ENDING = 200;
const SLOTS = 500;
/** Bytes of messages are kept of so many, and so many octets. */
const MESSAGES = 1000;
const OCTETS = 64 * 1024 * 1024;

export interface KeptSession {
  readonly id: string;
  readonly events: readonly Event[];
  readonly ended: boolean;
}

export interface CaseJournalOptions extends Pick<MemoryOptions, 'firstId' | 'failCommit'> {
  readonly world: WorldName;
  /** ms since the beginning of the case. */
  readonly elapsed: () => number;
  /** ms the case may last; only shapes what is kept. */
  readonly until?: number;
  /** What is asked afterwards. */
  readonly after?: After | undefined;
  /** Every event of every session. */
  readonly onEvent?: (session: string, event: Event) => void;
  /** Events of sessions that are kept: as they happen of the first sessions, of others when it is known that they are kept. */
  readonly onKept?: (session: string, events: readonly Event[]) => void;
  readonly dump?: Dump | undefined;
}

/** `isSure`: it is kept whatever comes. */
interface Recorded extends KeptSession {
  readonly events: Event[];
  ended: boolean;
  isSure: boolean;
  /** The reason of the last verdict that was none of accept. */
  against: string | undefined;
}

export class CaseJournal implements Journal {
  readonly tally: Tally;
  /** Messages whose bytes are kept, in the order they were committed. */
  readonly messages: MemoryMessage[] = [];
  readonly #options: CaseJournalOptions;
  readonly #digest: CaseDigest;
  readonly #slot: number;
  /** Open sessions and kept ones, in the order they were opened. */
  readonly #sessions = new Map<string, Recorded>();
  #list: readonly KeptSession[] | undefined;
  readonly #endings = new Map<string, { count: number; slot: number }>();
  #course: Course | undefined;
  #nextSession: number;
  #nextMessage: number;
  #opened = 0;
  #forgotten = 0;
  #open = 0;
  #octets = 0;
  #waiting: (() => void)[] = [];

  constructor(options: CaseJournalOptions) {
    this.#options = options;
    this.#digest = new CaseDigest(options.world);
    this.tally = new Tally(options.after);
    this.#slot = Math.max(1, (options.until ?? 0) / SLOTS);
    this.#nextSession = this.#nextMessage = options.firstId ?? 1;
  }

  /** Tells a course of every event from now on. */
  follow(course: Course): void {
    this.#course = course;
  }

  /** Sessions that are open or kept, in the order they were opened. */
  get sessions(): readonly KeptSession[] {
    return (this.#list ??= [...this.#sessions.values()]);
  }

  /** Sessions that were opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Sessions that have not ended. */
  get open(): number {
    return this.#open;
  }

  /** Keeps an open session, because something leads to it. */
  readonly keep = (id: string): void => {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.isSure = true;
  };

  session(): SessionLog {
    const id = idOf(this.#nextSession++);
    const isFirst = this.#opened < KEPT;
    const session: Recorded = { id, events: [], ended: false, isSure: isFirst, against: undefined };
    this.#opened += 1;
    this.#open += 1;
    this.#sessions.set(id, session);
    this.#list = undefined;
    const append = (body: EventBody, t: number) =>
      this.#append(session, { ...body, n: session.events.length + 1, t }, isFirst);
    return {
      id,
      append,
      message: () =>
        memoryMessage({
          id: idOf(this.#nextMessage++),
          session: id,
          append,
          stored: (message) => this.#stored(message),
          failCommit: this.#options.failCommit,
        }),
      end: () => this.#end(session, isFirst),
    };
  }

  /** Resolves when no session is open any more; at once when none is. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** The digest of all events; nothing may be recorded behind it. */
  digest(): string {
    return this.#digest.hex();
  }

  #append(session: Recorded, event: Event, isFirst: boolean): number {
    const { id } = session;
    const { onEvent, onKept, dump } = this.#options;
    session.events.push(event);
    const json = dump !== undefined || this.#digest.wantsJson ? JSON.stringify(event) : '';
    this.#digest.add(id, event, json);
    dump?.add(id, json);
    this.tally.event(id, event);
    if ((event.kind === 'reply' || event.kind === 'verdict') && event.verdict.action !== 'accept')
      session.against = event.verdict.reason;
    this.#course?.event(id, event);
    onEvent?.(id, event);
    if (isFirst) onKept?.(id, [event]);
    return event.n;
  }

  #stored(message: MemoryMessage): void {
    this.tally.message(message.bytes, message.envelope);
    this.#octets += message.bytes.length;
    if (this.messages.length < MESSAGES && this.#octets <= OCTETS) this.messages.push(message);
  }

  #end(session: Recorded, isFirst: boolean): void {
    if (session.ended) return;
    session.ended = true;
    this.#open -= 1;
    if (!session.isSure && !this.#isKept(session)) {
      this.#sessions.delete(session.id);
      this.#list = undefined;
      this.#forgotten += 1;
    } else if (!isFirst) this.#options.onKept?.(session.id, session.events);
    this.#course?.journalled(this.#opened, this.#opened - this.#forgotten);
    if (this.#open > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  /** The first of each ending, then one in each part of the time. */
  #isKept({ against, events }: Recorded): boolean {
    const last = events.at(-1);
    const ending = against ?? (last?.kind === 'close' ? last.reason : 'none');
    const slot = Math.floor(this.#options.elapsed() / this.#slot);
    const known = this.#endings.get(ending);
    if (known === undefined) {
      this.#endings.set(ending, { count: 1, slot });
      return true;
    }
    const isFirstHere = slot > known.slot && slot < SLOTS;
    known.slot = slot;
    known.count += 1;
    return known.count <= OF_EACH_ENDING || isFirstHere;
  }
}
