// The desk in front of the workers: who works, who waits and for how long, who is sent away; the same in both worlds.
import type { MessageAnswer, Work } from '../contract/senderAnswers.ts';
import type { WorkersState } from '../contract/senderCalls.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Found, MessageTask } from '../message/examine.ts';
import type { Timer, World } from '../world/world.ts';
import { Collected, Room } from './collected.ts';
import type { Executor } from './executor.ts';
import { Use } from './use.ts';
import type { Workers } from './workers.ts';

export interface DeskOptions {
  readonly world: Pick<World, 'elapsed' | 'after'>;
  readonly executor: Executor;
  readonly settings: Settings['workers'];
  /** Of all messages that come or wait; `mostHeld` unless said. */
  readonly room?: Room;
}

/** One message, from when it came. */
interface Visit {
  readonly task: MessageTask;
  readonly came: number;
  readonly before: number;
  readonly working: number;
  readonly answer: (answer: MessageAnswer) => void;
  /** When its wait or its work is over. */
  timer?: Timer;
  /** Since when it is worked on, and what ends that. */
  began?: number;
  ending?: AbortController;
}

type Failed = Exclude<Work['outcome'], 'done'>;

export class Desk implements Workers {
  readonly #world: DeskOptions['world'];
  readonly #executor: Executor;
  readonly #room: Room;
  readonly #use: Use;
  #settings: Settings['workers'];
  #waiting: Visit[] = [];
  readonly #working = new Set<Visit>();
  #done = 0;
  #failed = 0;
  #turnedAway = 0;
  #isClosed = false;

  constructor({ world, executor, settings, room = new Room() }: DeskOptions) {
    this.#world = world;
    this.#executor = executor;
    this.#room = room;
    this.#settings = settings;
    this.#use = new Use(world.elapsed(), settings.most);
    executor.resize(settings);
  }

  examine(task: MessageTask, leaves?: AbortSignal): Promise<MessageAnswer> {
    return new Promise((answer) => {
      const before = this.#waiting.length;
      const visit: Visit = { task, came: this.#world.elapsed(), before, working: this.#working.size, answer };
      if (this.#isClosed) return this.#end(visit, 'crashed', 'the workers are ended');
      if (before === 0 && this.#working.size < this.#settings.most) return this.#begin(visit);
      if (before >= this.#settings.queue) {
        const room = this.#settings.queue;
        return this.#end(visit, 'no-room', room === 0 ? 'no message may wait' : `${before} wait already, ${room} may`);
      }
      if (leaves?.aborted === true) return this.#end(visit, 'waited', gone);
      leaves?.addEventListener('abort', () => this.#leave(visit), { once: true });
      this.#waiting.push(visit);
      this.#arm(visit);
    });
  }

  collect(): Collected {
    return new Collected(this.#room);
  }

  turnAway(error: string): MessageAnswer {
    this.#turnedAway += 1;
    const [before, working] = [this.#waiting.length, this.#working.size];
    return { work: { outcome: 'no-room', waited: 0, ms: 0, before, working, error } };
  }

  apply(settings: Settings['workers']): void {
    this.#settings = settings;
    this.#executor.resize(settings);
    this.#counted();
    for (const visit of [...this.#waiting, ...this.#working]) this.#arm(visit);
    this.#next();
  }

  expect(): void {
    if (!this.#isClosed) this.#executor.expect?.();
  }

  state(): WorkersState {
    const { least, most, queue } = this.#settings;
    return {
      running: this.#executor.running,
      working: this.#working.size,
      waiting: this.#waiting.length,
      least,
      most,
      queue,
      done: this.#done,
      failed: this.#failed,
      turnedAway: this.#turnedAway,
      use: this.#use.shares(this.#world.elapsed()),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const visit of [...this.#waiting, ...this.#working]) this.#end(visit, 'crashed', 'the workers were ended');
    await this.#executor.close();
  }

  /** Its time, waiting or at work, by the settings that count now; anew where they have changed. */
  #arm(visit: Visit): void {
    visit.timer?.cancel();
    const { wait, task } = this.#settings;
    const isWorking = visit.began !== undefined;
    const seconds = isWorking ? task : wait;
    const left = (visit.began ?? visit.came) + seconds * 1000 - this.#world.elapsed();
    visit.timer = this.#world.after(Math.max(0, left), () =>
      isWorking
        ? this.#end(visit, 'too-long', `not finished after ${seconds} s`)
        : this.#end(visit, 'waited', `no worker was free for ${seconds} s`),
    );
  }

  /** A worker that has it already finishes: to end one costs more than most messages do. */
  #leave(visit: Visit): void {
    if (this.#waiting.includes(visit)) this.#end(visit, 'waited', gone);
  }

  #begin(visit: Visit): void {
    visit.began = this.#world.elapsed();
    visit.ending = new AbortController();
    this.#working.add(visit);
    this.#counted();
    this.#arm(visit);
    this.#executor.run(visit.task, visit.ending.signal).then(
      (found) => this.#end(visit, 'done', '', found),
      (error: unknown) => this.#end(visit, 'crashed', said(error)),
    );
  }

  /** Answers, once; whoever is still at it is ended. */
  #end(visit: Visit, ...[outcome, error, found]: ['done', '', Found] | [Failed, string, undefined?]): void {
    const isWorking = this.#working.delete(visit);
    const place = this.#waiting.indexOf(visit);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (visit.began !== undefined && !isWorking) return;
    visit.timer?.cancel();
    if (outcome !== 'done') visit.ending?.abort();
    if (outcome === 'done') this.#done += 1;
    else if (outcome === 'no-room' || outcome === 'waited') this.#turnedAway += 1;
    else this.#failed += 1;
    const now = this.#world.elapsed();
    const work: Work = {
      outcome,
      waited: tenths((visit.began ?? now) - visit.came),
      ms: tenths(visit.began === undefined ? 0 : now - visit.began),
      before: visit.before,
      working: visit.working,
      ...(error !== '' && { error }),
    };
    this.#counted();
    visit.answer({ ...found, work });
    this.#next();
  }

  #next(): void {
    while (!this.#isClosed && this.#working.size < this.#settings.most) {
      const visit = this.#waiting.shift();
      if (visit === undefined) return;
      this.#begin(visit);
    }
  }

  #counted(): void {
    this.#use.change(this.#world.elapsed(), this.#working.size, this.#settings.most);
  }
}

const gone = 'its session ended while it waited';

const tenths = (ms: number) => Math.round(ms * 10) / 10;

/** Longest text of an error, in characters. */
const longestError = 200;

/** One printable line: what is wrong may quote the message. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length > longestError ? `${line.slice(0, longestError - 3)}...` : line || 'no reason given';
}
