// A population whose worker is a script: tests say how far it is, and read what it was told.
import type { Pace, Timeline } from '../../core/contract/timeline.ts';
import type { CaseWorker, FromWorker, ToWorker } from '../../core/simulate/protocol.ts';
import type { CaseTask } from '../../core/simulate/run.ts';

export const societyYaml = `title: Everybody comes back at once
row: CON-15
kind: attack
role: mx
about: Clients that were turned away come again and again, all of them.
knobs: [flow.service.peerMaxConnections]
world: { because: takes-too-long }
population:
  until: 24h
  groups:
    - { name: mtas, kind: citizen, clients: 100, from: 198.51.100.0/24, arrival: at-once, retry: honest }
talk:
  - hear: 220
  - say: QUIT
  - expect: { reply: 221, closed: true }
presets: {}
`;

export const plainYaml = `title: A client that leaves
row: CMD-01
kind: attack
role: mx
about: A client that says hello and leaves again.
knobs: []
talk:
  - hear: 220
  - say: QUIT
  - expect: { reply: 221, closed: true }
presets: {}
`;

/** A course at a virtual moment, ms. */
export type CourseAt = (now: number, more?: Partial<Timeline>) => Timeline;

export class ScriptedPopulation {
  readonly heard: ToWorker[] = [];
  readonly #courseAt: CourseAt;
  #now = 0;
  #say: (message: FromWorker) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(courseAt: CourseAt) {
    this.#courseAt = courseAt;
  }

  readonly spawn = (): CaseWorker => ({
    post: (message) => {
      this.heard.push(message);
      if (message.kind === 'end') queueMicrotask(() => this.#end());
      if (message.kind === 'cancel') queueMicrotask(() => this.#finish('cancelled', { stopped: 'cancelled' }));
    },
    onMessage: (take) => (this.#say = take),
    onEnd: (take) => (this.#end = () => take(undefined)),
  });

  get tasks(): CaseTask[] {
    return this.heard.flatMap((message) => (message.kind === 'play' ? [message.task] : []));
  }

  get paces() {
    return this.heard.flatMap((message) => (message.kind === 'pace' ? [message.pace] : []));
  }

  course(now: number, pace: Pace): void {
    this.#now = now;
    this.#say({ kind: 'course', index: 0, timeline: this.#courseAt(now), pace });
  }

  session(session: string): void {
    this.#say({ kind: 'events', index: 0, sessions: [{ session, events: [] }] });
  }

  /** The last event was earlier than what was told of its clock. */
  endsAt(now: number): void {
    this.#now = now;
  }

  /** Plays on to the end. */
  done(): void {
    this.#now = 86_400_000;
    this.#finish('it held', {});
  }

  #finish(why: string, more: Partial<Timeline>): void {
    const [task] = this.tasks;
    if (!task) throw new Error('nothing is played');
    const { id: scenario, case: name, base: preset, world } = task;
    const timeline = this.#courseAt(this.#now, more);
    const outcome = why === 'cancelled' ? 'inconclusive' : 'held';
    const result = { scenario, case: name, preset, world, outcome, ms: 1, why, lines: [], sessions: ['A'], timeline };
    this.#say({ kind: 'played', index: 0, played: { digest: '', result } } as unknown as FromWorker);
  }
}
