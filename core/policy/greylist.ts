// What greylisting remembers: networks, senders and recipients that wait, and those that were let in (RFC 6647).
import type { GreylistAnswer } from '../contract/senderAnswers.ts';
import { networkOf, parseIp } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { Oldest } from './oldest.ts';

/** One triplet. Times are ms since 1970. */
export interface GreylistEntry {
  readonly network: string;
  /** As it is compared: see {@link Greylist.meet}; empty for the null sender. */
  readonly sender: string;
  readonly recipient: string;
  readonly first: number;
  readonly last: number;
  readonly passed: boolean;
}

export interface Met {
  readonly address: string;
  readonly sender: string;
  readonly recipient: string;
  /** Wall clock, ms since 1970: what is remembered outlives the program. */
  readonly now: number;
}

type Limits = Settings['sender']['greylist'];

/** Octets of an address that count; no longer one can be written (RFC 5321 section 4.5.3.1.3). */
const longestAddress = 320;
const DAY = 86_400_000;

/** Memory is bounded by `maxEntries`: whoever waits is forgotten before whoever was let in, the longest unseen first. */
export class Greylist {
  readonly #waiting = new Oldest<GreylistEntry>();
  readonly #passed = new Oldest<GreylistEntry>();
  /** Called when something has changed. */
  changed: () => void = () => undefined;

  /** In the order in which they were seen last. */
  constructor(entries: readonly GreylistEntry[] = []) {
    for (const entry of entries) this.#put(keyOf(entry), entry);
  }

  /**
   * Notes that mail comes, and says whether it may. Addresses are compared in lower case. Digits in the sender's local part
   * count as one sign, so that a list which writes a number of its own into each envelope (VERP, SRS) is one sender.
   */
  meet(met: Met, limits: Limits): GreylistAnswer {
    const { answer, key, entry } = this.#judged(met, limits);
    this.#put(key, entry);
    this.#forget(met.now, limits);
    this.changed();
    return answer;
  }

  /** As `meet`, and nothing is noted. */
  look(met: Met, limits: Limits): GreylistAnswer {
    return this.#judged(met, limits).answer;
  }

  get size(): number {
    return this.#waiting.size + this.#passed.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The longest unseen first, those that wait before those let in. */
  entries(): GreylistEntry[] {
    return [...this.#waiting.values(), ...this.#passed.values()];
  }

  /** Returns how many there were. */
  clear(): number {
    const { size } = this;
    for (const memory of [this.#waiting, this.#passed])
      for (let oldest = memory.oldest; oldest !== undefined; oldest = memory.oldest) memory.delete(oldest.key);
    if (size > 0) this.changed();
    return size;
  }

  #judged(
    met: Met,
    limits: Limits,
  ): { readonly answer: GreylistAnswer; readonly key: string; readonly entry: GreylistEntry } {
    const { now } = met;
    const triplet = tripletOf(met, limits);
    const key = keyOf(triplet);
    const known = this.#waiting.get(key) ?? this.#passed.get(key);
    const { state, first, relief } = stateOf(known, now, limits);
    const passed = state === 'passed' || state === 'known';
    const answer: GreylistAnswer = { kind: 'greylist', state, ...triplet, first, relief, questions: [], ms: 0 };
    return { answer, key, entry: { ...triplet, first, last: now, passed } };
  }

  #put(key: string, entry: GreylistEntry): void {
    (entry.passed ? this.#waiting : this.#passed).delete(key);
    (entry.passed ? this.#passed : this.#waiting).set(key, entry);
  }

  #forget(now: number, limits: Limits): void {
    // Two steps for each that comes: what is over keeps pace with what begins.
    for (let step = 0; step < 2; step += 1) {
      for (const memory of [this.#waiting, this.#passed]) {
        const { oldest } = memory;
        if (oldest !== undefined && isOver(oldest.value, now, limits)) memory.delete(oldest.key);
      }
    }
    while (this.size > limits.maxEntries) {
      const from = this.#waiting.size > 0 ? this.#waiting : this.#passed;
      if (from.oldest === undefined) return;
      from.delete(from.oldest.key);
    }
  }
}

function isOver({ last, passed }: GreylistEntry, now: number, { window, lifetime }: Limits): boolean {
  return now - last > (passed ? lifetime * DAY : window * 1000);
}

/** A wall clock that was set back makes nobody wait longer than from now on. */
function stateOf(
  known: GreylistEntry | undefined,
  now: number,
  limits: Limits,
): Pick<GreylistAnswer, 'state' | 'first' | 'relief'> {
  const delay = limits.delay * 1000;
  if (known === undefined || (known.passed && isOver(known, now, limits)))
    return { state: 'new', first: now, relief: delay };
  const first = Math.min(known.first, now);
  if (known.passed) return { state: 'known', first, relief: 0 };
  const age = now - first;
  if (age < delay) return { state: 'early', first, relief: delay - age };
  if (age > limits.window * 1000) return { state: 'late', first: now, relief: delay };
  return { state: 'passed', first, relief: 0 };
}

function tripletOf({ address, sender, recipient }: Met, { prefix4, prefix6 }: Limits) {
  const ip = parseIp(address);
  const network = ip === undefined ? address : networkOf(ip, ip.family === 4 ? prefix4 : prefix6);
  return { network, sender: senderKey(sender), recipient: shortened(recipient) };
}

function senderKey(sender: string): string {
  const text = shortened(sender);
  const at = text.lastIndexOf('@');
  return at < 0 ? text : `${text.slice(0, at).replace(/\d+/g, '#')}${text.slice(at)}`;
}

const shortened = (address: string) => address.toLowerCase().slice(0, longestAddress);

/** No part holds a NUL. */
const keyOf = ({ network, sender, recipient }: Pick<GreylistEntry, 'network' | 'sender' | 'recipient'>) =>
  `${network}\0${sender}\0${recipient}`;
