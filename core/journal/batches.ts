// Batches of events on their way from the main thread: one line for the times, one for each event, and events that come again and again only once.
import type { EventBody } from '../contract/event.ts';
import type { Batch, StoredChunk } from './protocol.ts';

/** When the writer knows that many events by number, it forgets them all. */
const MOST = 2000;

/** What the main side of {@link Batches} tells the writer. */
export interface Knowing {
  /** From now on this number stands for this event. */
  know(number: number, text: string): void;
  /** No number stands for anything any more. */
  forget(): void;
}

/** The main thread's end: bodies as text. */
export class Bodies {
  readonly #tell: Knowing;
  /** Frozen bodies that have come before, such as replies to good commands; numbered when they come again. */
  #seen = new WeakMap<EventBody, { readonly text: string; number: string }>();
  #count = 0;

  constructor(tell: Knowing) {
    this.#tell = tell;
  }

  textOf(times: readonly number[], bodies: readonly EventBody[]): string {
    // Not in the middle of a batch: its numbers would stand for nothing.
    if (this.#count >= MOST) this.#forget();
    let text = times.join();
    for (const body of bodies) text += `\n${this.#lineOf(body)}`;
    return text;
  }

  #lineOf(body: EventBody): string {
    if (!Object.isFrozen(body)) return JSON.stringify(body);
    const seen = this.#seen.get(body);
    if (seen === undefined) {
      const text = JSON.stringify(body);
      this.#seen.set(body, { text, number: '' });
      return text;
    }
    if (seen.number === '') this.#know(seen);
    return seen.number;
  }

  #forget(): void {
    this.#count = 0;
    this.#seen = new WeakMap();
    this.#tell.forget();
  }

  #know(seen: { readonly text: string; number: string }): void {
    this.#count += 1;
    seen.number = String(this.#count);
    this.#tell.know(this.#count, seen.text);
  }
}

/** A batch as it is stored, and what it says. */
export interface Told extends StoredChunk {
  readonly batch: () => Batch;
}

/** A batch from its stored text alone. */
export const toldOf = (first: number, text: string): Told => ({ first, text, batch: () => JSON.parse(text) as Batch });

/** The writer thread's end: text as batches. */
export class Batches {
  readonly #known = new Map<string, { readonly text: string; readonly body: EventBody }>();

  know(number: number, text: string): void {
    this.#known.set(String(number), { text, body: JSON.parse(text) as EventBody });
  }

  forget(): void {
    this.#known.clear();
  }

  read(first: number, handed: string): Told {
    const [times = '', ...lines] = handed.split('\n');
    const events: (string | EventBody)[] = [];
    let text = '';
    for (const line of lines) {
      const known = this.#known.get(line);
      events.push(known?.body ?? line);
      text += text === '' ? (known?.text ?? line) : `,${known?.text ?? line}`;
    }
    return {
      first,
      text: `{"t":[${times}],"e":[${text}]}`,
      batch: () => ({
        t: JSON.parse(`[${times}]`) as number[],
        e: events.map((event) => (typeof event === 'string' ? (JSON.parse(event) as EventBody) : event)),
      }),
    };
  }
}
