// The last things a case showed that tell why it ended as it did: the decision, the finding and the close that count.
import type { Event } from '../contract/event.ts';

type Decision = Extract<Event, { kind: 'reply' | 'verdict' }>;
type Close = Extract<Event, { kind: 'close' }>;

export class Witness {
  readonly #knobs: ReadonlySet<string>;
  #against: Decision | undefined;
  #decided: Decision | undefined;
  #noticed = '';
  #ending: Close | undefined;

  constructor(knobs: readonly string[]) {
    this.#knobs = new Set(knobs);
  }

  take(event: Event): void {
    if (event.kind === 'reply' || event.kind === 'verdict') return this.#decision(event);
    if (event.kind === 'close' && event.reason !== 'quit' && event.reason !== 'shutdown') this.#ending = event;
  }

  #decision(event: Decision): void {
    const { action, decider, findings } = event.verdict;
    if (action !== 'accept') {
      this.#against = event;
      if (decider !== undefined) this.#decided = event;
    }
    for (const { setting, check, text } of findings)
      if (setting !== undefined && this.#knobs.has(setting)) this.#noticed = `${check}: ${text}`;
  }

  /** What the receiver refused or deferred last, else what it found by a knob; empty for none of these. */
  get defence(): string {
    // A refusal with a finding behind it says more than an error of the protocol, or the 421 that follows it.
    const last = this.#decided ?? this.#against;
    if (!last) return this.#noticed;
    const { findings, decider, because } = last.verdict;
    const finding = findings[decider ?? 0];
    const said = last.kind === 'reply' ? String(last.code) : 'silence';
    return `${said}, ${finding === undefined ? because : `${finding.check}: ${finding.text}`}`;
  }

  /** How the last session ended that did not end with QUIT. */
  get ending(): string | undefined {
    return this.#ending && `${this.#ending.reason}: ${this.#ending.detail}`;
  }
}
