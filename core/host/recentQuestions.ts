// The last DNS questions of the receiver, folded out of the findings in its journal as they are appended.
import type { EventBody } from '../contract/event.ts';
import type { DnsQuestion } from '../contract/facts.ts';
import type { LoggedQuestion } from '../contract/senderCalls.ts';
import type { Finding } from '../contract/verdict.ts';
import type { World } from '../world/world.ts';

/** Questions kept. */
const MOST = 1000;

export class RecentQuestions {
  readonly #world: Pick<World, 'now'>;
  /** A ring: the oldest stands at `#total` modulo its size once it is full. */
  readonly #ring: LoggedQuestion[] = [];
  #total = 0;
  /** Events of the sessions that are open. */
  readonly #counts = new Map<string, number>();
  /** Findings come again when they act at a later stage; their questions were asked once. */
  readonly #seen = new WeakSet<DnsQuestion>();

  constructor(world: Pick<World, 'now'>) {
    this.#world = world;
  }

  /** Takes every event of a session, in its order: they are counted. */
  event(session: string, body: EventBody): void {
    const event = (this.#counts.get(session) ?? 0) + 1;
    if (body.kind === 'close') this.#counts.delete(session);
    else this.#counts.set(session, event);
    if (!('verdict' in body)) return;
    for (const finding of body.verdict.findings) {
      if (finding.dns === undefined || finding.dns.length === 0 || isRemembered(finding)) continue;
      for (const question of finding.dns) {
        if (this.#seen.has(question)) continue;
        this.#seen.add(question);
        this.#ring[this.#total % MOST] = { ...question, at: this.#world.now(), session, event, check: finding.check };
        this.#total += 1;
      }
    }
  }

  /** The newest first; `total` is how many are kept. */
  list(limit: number): { readonly questions: LoggedQuestion[]; readonly total: number } {
    const kept = this.#ring.length;
    const from = this.#total % MOST;
    const inOrder = kept < MOST ? this.#ring : [...this.#ring.slice(from), ...this.#ring.slice(0, from)];
    return { questions: inOrder.slice(-limit).reverse(), total: kept };
  }
}

/** An answer that was remembered asked nobody. */
function isRemembered({ answer }: Finding): boolean {
  return answer !== undefined && 'remembered' in answer && answer.remembered === true;
}
