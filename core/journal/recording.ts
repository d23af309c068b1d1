// Sessions and messages on the main thread's side: events are gathered here and handed to the writer in batches.
import type { Event, EventBody } from '../contract/event.ts';
import { Bodies } from './batches.ts';
import type { Envelope, Journal, MessageLog, SessionLog, Truth } from './journal.ts';
import { idOf, storageError } from './memory.ts';
import { type Failure, type Kept, record } from './protocol.ts';
import type { Sending } from './sending.ts';

/** A batch is handed over when it has this many events, or lines and replies of this many characters. */
const EVENTS = 64;
const CHARACTERS = 32_768;

export type OnEvent = (session: string, body: EventBody, t: number) => void;

interface Waiting {
  readonly session: Session;
  readonly resolve: (stored: { readonly size: number }) => void;
  readonly reject: (error: Error) => void;
}

export class Recording implements Journal {
  readonly #sending: Sending;
  readonly #next: Record<Kept, number>;
  readonly #onEvent: OnEvent | undefined;
  readonly #open = new Map<number, Session>();
  readonly #commits = new Map<number, Waiting>();
  readonly #bodies: Bodies;
  #broken: Failure | undefined;

  constructor(o: { sending: Sending; next: Readonly<Record<Kept, number>>; onEvent?: OnEvent | undefined }) {
    this.#sending = o.sending;
    this.#next = { ...o.next };
    this.#onEvent = o.onEvent;
    this.#bodies = new Bodies({
      know: (number, text) => this.#sending.put(record.know, number, 0, text),
      forget: () => this.#sending.put(record.forget, 0, 0),
    });
  }

  get next(): Readonly<Record<Kept, number>> {
    return this.#next;
  }

  /** A session of a scenario run is not told to `onEvent`: its peer was never here. */
  session(run?: string): SessionLog {
    const number = this.#next.sessions++;
    if (run !== undefined) this.#sending.put(record.run, number, 0, run);
    const session = new Session({
      number,
      sending: this.#sending,
      bodies: this.#bodies,
      onEvent: run === undefined ? this.#onEvent : undefined,
      message: (from) => this.#message(from),
      ended: () => void this.#open.delete(number),
    });
    this.#open.set(number, session);
    return session;
  }

  /** Records a session that was played elsewhere; returns its id here. */
  add(events: readonly Event[], run: string): string {
    const session = this.session(run);
    for (const { n: _n, t, ...body } of events) session.append(body, t);
    session.end();
    return session.id;
  }

  /** Events the writer has not been given yet, as they would follow those it has. */
  tail(number: number): readonly Event[] {
    return this.#open.get(number)?.tail() ?? [];
  }

  #message(session: Session): MessageLog {
    const number = this.#next.messages++;
    const sending = this.#sending;
    return {
      id: idOf(number),
      write: (chunk) => sending.chunk(number, chunk),
      drained: () => sending.drained(),
      commit: (envelope: Envelope, truths: readonly Truth[] = []) => {
        if (this.#broken) return Promise.reject(errorOf(this.#broken));
        session.promise(number, truths);
        sending.put(record.commit, number, session.number, JSON.stringify(envelope));
        sending.wake();
        return new Promise((resolve, reject) => void this.#commits.set(number, { session, resolve, reject }));
      },
      abort: () => sending.put(record.abort, number, 0),
    };
  }

  stored(message: number, size: number): void {
    const waiting = this.#commits.get(message);
    this.#commits.delete(message);
    waiting?.session.keep(true);
    waiting?.resolve({ size });
  }

  failed(message: number, failure: Failure): void {
    const waiting = this.#commits.get(message);
    this.#commits.delete(message);
    waiting?.session.keep(false);
    waiting?.reject(errorOf(failure));
  }

  /** The writer has gone: no commit succeeds any more. */
  fail(failure: Failure): void {
    this.#broken = failure;
    for (const number of [...this.#commits.keys()]) this.failed(number, failure);
  }
}

const errorOf = ({ code, message }: Failure) => storageError(code, message.replace(/^[A-Z]+: /, ''));

class Session implements SessionLog {
  readonly id: string;
  readonly number: number;
  readonly #sending: Sending;
  readonly #written: Bodies;
  readonly #onEvent: OnEvent | undefined;
  readonly #message: (from: Session) => MessageLog;
  readonly #ended: () => void;
  readonly #flush = () => this.flush();
  #count = 0;
  /** Events the writer has been given. */
  #handed = 0;
  #characters = 0;
  #bodies: EventBody[] = [];
  #times: number[] = [];
  /** Events the writer keeps only if it can keep a message; until it has said so, others wait. */
  #promised: readonly Truth[] | undefined;
  #held: Truth[] = [];
  #ending = false;

  constructor(o: {
    number: number;
    sending: Sending;
    bodies: Bodies;
    onEvent: OnEvent | undefined;
    message: (from: Session) => MessageLog;
    ended: () => void;
  }) {
    this.number = o.number;
    this.id = idOf(o.number);
    this.#sending = o.sending;
    this.#written = o.bodies;
    this.#onEvent = o.onEvent;
    this.#message = o.message;
    this.#ended = o.ended;
  }

  /** The body is taken over: nobody may change it from now on. */
  append(body: EventBody, t: number): number {
    if (this.#promised) return this.#count + this.#promised.length + this.#held.push({ body, t });
    const waiting = this.#bodies.push(body);
    this.#times.push(t);
    if (body.kind === 'line' || body.kind === 'reply') this.#characters += body.bytes.length;
    if (waiting >= EVENTS || this.#characters >= CHARACTERS) this.flush();
    else if (waiting === 1) this.#sending.soon(this.#flush);
    this.#onEvent?.(this.id, body, t);
    return ++this.#count;
  }

  /** Hands over what is waiting; these events follow it if the message is kept. */
  promise(message: number, truths: readonly Truth[]): void {
    this.flush();
    if (truths.length === 0) return;
    this.#promised = truths;
    const text = this.#written.textOf(
      truths.map(({ t }) => t),
      truths.map(({ body }) => body),
    );
    this.#sending.put(record.promise, message, this.#handed + 1, text);
  }

  /** The message is kept, or it is not. */
  keep(isKept: boolean): void {
    const promised = this.#promised ?? [];
    this.#promised = undefined;
    if (isKept) {
      this.#handed += promised.length;
      this.#count += promised.length;
      for (const { body, t } of promised) this.#onEvent?.(this.id, body, t);
    }
    for (const { body, t } of this.#held.splice(0)) this.append(body, t);
    if (this.#ending) this.end();
  }

  /** Hands what is waiting to the writer, as one text. */
  flush(): void {
    const waiting = this.#bodies.length;
    if (waiting === 0) return;
    this.#sending.put(record.events, this.number, this.#handed + 1, this.#written.textOf(this.#times, this.#bodies));
    this.#handed += waiting;
    this.#bodies = [];
    this.#times = [];
    this.#characters = 0;
  }

  tail(): readonly Event[] {
    return this.#bodies.map((body, index) => ({ ...body, n: this.#handed + 1 + index, t: this.#times[index] ?? 0 }));
  }

  message(): MessageLog {
    return this.#message(this);
  }

  end(): void {
    this.#ending = true;
    // A session that ends while its message is being written has more to say.
    if (this.#promised) return;
    this.flush();
    this.#sending.put(record.end, this.number, 0);
    this.#sending.soon(this.#flush);
    this.#ended();
  }
}
