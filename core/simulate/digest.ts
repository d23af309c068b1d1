// A digest of what was said and decided in a run: equal runs give equal digests, whatever their times, ports and ids.
import { createHash, type Hash, hash as oneShot } from 'node:crypto';
import type { Event } from '../contract/event.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';

const sha256 = (text: string) => oneShot('sha256', text);

/** What of an event is the same in every equal run. */
function canonical(event: Event): unknown {
  switch (event.kind) {
    case 'connect':
      return ['connect', event.listener, event.role, event.secured];
    case 'line':
      return ['line', event.secret === true ? '' : event.bytes, event.end];
    case 'octets':
      return ['octets', event.what, event.bytes];
    case 'chunk':
      return ['chunk', event.octets, event.announced, event.last];
    case 'sasl':
      return ['sasl', event.mechanism, event.move, event.ended?.result ?? ''];
    case 'xclient':
      return ['xclient', event.peer.address];
    case 'data':
      return ['data', event.exceptions.length, event.facts.overLimit];
    case 'reply':
      return ['reply', event.code, event.enhanced ?? '', decision(event.verdict)];
    case 'verdict':
      return ['verdict', decision(event.verdict)];
    case 'tls':
      return ['tls', event.state];
    case 'stored':
      return ['stored', event.sender.raw, event.recipients.map(({ raw }) => raw), event.remote];
    case 'discarded':
      return ['discarded', event.sender.raw, event.recipients.map(({ raw }) => raw), event.check];
    case 'close':
      return ['close'];
    case 'fault':
      return ['fault', event.error];
  }
}

const decision = ({ stage, action, reason }: { stage: string; action: string; reason: string }) => [
  stage,
  action,
  reason,
];

/** Text of an open session that is kept before it is hashed, characters. */
const MOST_TEXT = 16_384;

/** A session, from its first event to its close; what may come behind the close is a part of its own. */
interface Part {
  readonly session: string;
  text: string;
  hash?: Hash;
  hex?: string;
}

/**
 * The digest of one case, event by event. In the simulated world every octet of every session counts, and the order in which
 * sessions began. In the real world only what is the same in every equal run does, in any order: clients of a flood race.
 * Nothing is kept of a session that has been closed but its digest, until those that began before it have been closed as well.
 */
export class CaseDigest {
  readonly #isExact: boolean;
  readonly #whole = createHash('sha256');
  /** What is to be hashed of the whole next: a few sessions at a time. */
  #ahead = '';
  /** By session: those that have not been closed. */
  readonly #open = new Map<string, Part>();
  /** In the order of their first events; those in front of `#next` are in `#whole` already. */
  #parts: (Part | undefined)[] = [];
  #next = 0;

  constructor(world: WorldName) {
    this.#isExact = world === 'simulated';
  }

  /** Whether `add` needs the event as JSON. */
  get wantsJson(): boolean {
    return this.#isExact;
  }

  /** `json`: the event, written as JSON. */
  add(session: string, event: Event, json: string): void {
    let part = this.#open.get(session);
    if (part === undefined) {
      part = { session, text: '' };
      this.#open.set(session, part);
      this.#parts.push(part);
    }
    part.text += `${this.#isExact ? json : JSON.stringify(canonical(event))}\n`;
    if (event.kind === 'close') this.#close(part);
    else if (part.text.length > MOST_TEXT) {
      part.hash = (part.hash ?? createHash('sha256')).update(part.text);
      part.text = '';
    }
  }

  /** The digest of all that was added; nothing can be added behind it. */
  hex(): string {
    for (const part of this.#open.values()) part.hex = hexOf(part);
    this.#open.clear();
    if (!this.#isExact)
      return sha256(
        this.#parts
          .map((part) => part?.hex ?? '')
          .toSorted()
          .join('\n'),
      );
    this.#advance();
    return this.#whole.update(this.#ahead).digest('hex');
  }

  #close(part: Part): void {
    this.#open.delete(part.session);
    part.hex = hexOf(part);
    part.text = '';
    delete part.hash;
    if (this.#isExact) this.#advance();
  }

  #advance(): void {
    for (let part = this.#parts[this.#next]; part?.hex !== undefined; part = this.#parts[this.#next]) {
      this.#ahead += `${part.session} ${part.hex}\n`;
      this.#parts[this.#next] = undefined;
      this.#next += 1;
    }
    if (this.#ahead.length > MOST_TEXT) {
      this.#whole.update(this.#ahead);
      this.#ahead = '';
    }
    if (this.#next < 4096) return;
    this.#parts = this.#parts.slice(this.#next);
    this.#next = 0;
  }
}

const hexOf = ({ hash, text }: Part): string =>
  hash === undefined ? oneShot('sha256', text) : hash.update(text).digest('hex');

/** The digest of a run: its cases in order. */
export function digestOfRun(cases: readonly string[]): string {
  return sha256(cases.join('\n'));
}
