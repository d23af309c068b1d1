// The host's side of the Kerberos helper: started when it is first needed, again after it broke, and never waited for too long.
import type { Timer, World } from '../../world/world.ts';
import { type Answer, type Call, readAnswer } from './messages.ts';

/** A helper process as a host lends it: program.ts runs in it. */
export interface HelperProcess {
  post(call: Call): void;
  /** Called for each message, in order. */
  onMessage(take: (message: unknown) => void): void;
  /** Called once, when it has ended or could not be started, with how: `exit code 1`, `signal SIGSEGV`. */
  onEnd(take: (how: string) => void): void;
  /** Ends it at once. */
  end(): void;
}

export type SpawnHelper = () => HelperProcess;

export interface HelperOptions {
  readonly spawn: SpawnHelper;
  readonly world: Pick<World, 'after' | 'elapsed'>;
  /** A call that takes longer ends the helper: it has one thread, and is stuck. */
  readonly patienceMs: number;
}

/** A helper that lived this long was well: the next one is started at once. */
const wellAfterMs = 60_000;
const longestWaitMs = 30_000;

type Failed = Extract<Answer, { is: 'failed' }>;
type Sent<C = Call> = C extends Call ? Omit<C, 'n'> : never;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly timer: Timer;
}

export class Helper {
  readonly #options: HelperOptions;
  readonly #waiting = new Map<number, Waiting>();
  #process: HelperProcess | undefined;
  #began = 0;
  #calls = 0;
  /** Processes that broke soon after their start, one after the other. */
  #broken = 0;
  #notBefore = 0;
  #lastEnd = '';
  #closed = false;
  /** Counts processes: what a context had is gone with the one it began in. */
  generation = 0;

  constructor(options: HelperOptions) {
    this.#options = options;
  }

  /** Never rejects: what is wrong with the helper is a failure of ours. */
  ask(call: Sent): Promise<Answer> {
    const running = this.#running();
    const n = ++this.#calls;
    if (typeof running === 'string') return Promise.resolve(failed(n, running));
    const { world, patienceMs } = this.#options;
    return new Promise((resolve) => {
      const timer = world.after(patienceMs, () =>
        this.#over(running, `the Kerberos library did not answer within ${patienceMs / 1000} s`, true),
      );
      this.#waiting.set(n, { resolve, timer });
      running.post({ ...call, n });
    });
  }

  /** Says something that is not answered; nothing where no helper runs. */
  tell(call: Sent): void {
    this.#process?.post({ ...call, n: ++this.#calls });
  }

  /** Ends the helper for good; calls under way fail. */
  close(): void {
    this.#closed = true;
    if (this.#process) this.#over(this.#process, 'the host is closing', true);
  }

  #running(): HelperProcess | string {
    if (this.#closed) return 'the host is closing';
    if (this.#process) return this.#process;
    const { world, spawn } = this.#options;
    const wait = this.#notBefore - world.elapsed();
    if (wait > 0) return `${this.#lastEnd}; it is started again in ${Math.ceil(wait / 1000)} s`;
    const started = spawn();
    this.#process = started;
    this.#began = world.elapsed();
    this.generation += 1;
    started.onMessage((message) => {
      const answer = readAnswer(message);
      if (answer) this.#take(answer);
      else this.#over(started, 'the Kerberos helper said what is no answer', true);
    });
    started.onEnd((how) => this.#over(started, `the Kerberos helper ended (${how})`, false));
    return started;
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.n);
    this.#waiting.delete(answer.n);
    waiting?.timer.cancel();
    waiting?.resolve(answer);
  }

  #over(which: HelperProcess, why: string, isToEnd: boolean): void {
    if (which !== this.#process) return;
    this.#process = undefined;
    const now = this.#options.world.elapsed();
    this.#broken = now - this.#began >= wellAfterMs ? 1 : this.#broken + 1;
    // The first time at once, then after 1, 2, 4 s and so on.
    const wait = this.#broken < 2 ? 0 : Math.min(longestWaitMs, 1000 * 2 ** (this.#broken - 2));
    this.#notBefore = now + wait;
    this.#lastEnd = why;
    if (isToEnd) which.end();
    for (const [n, { resolve, timer }] of [...this.#waiting]) {
      this.#waiting.delete(n);
      timer.cancel();
      resolve(failed(n, why));
    }
  }
}

const failed = (n: number, why: string): Failed => ({ n, is: 'failed', failed: why, ours: true });
