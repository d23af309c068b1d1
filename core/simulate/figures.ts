// The figures of the groups of a society, each by itself and together: what expectations are judged by.
import type { Society } from '../contract/scenarioPopulation.ts';
import { msOf } from '../contract/span.ts';
import type { GroupCourse } from '../contract/timeline.ts';
import { Sketch } from './sketch.ts';

/** How far a connection came, least first: refused at once, greeted, a MAIL accepted, a message accepted. */
export const reaches = ['nothing', 'greeting', 'mail', 'message'] as const;
export type Reach = 0 | 1 | 2 | 3;

/** The figures of one group. */
export class Figures {
  readonly name: string;
  readonly kind: 'citizen' | 'bot';
  readonly clients: number;
  begun = 0;
  served = 0;
  gaveUp = 0;
  tries = 0;
  /** Connections of the client that made most of them. */
  mostTries = 0;
  /** Connections that were refused, dropped or closed, by how far they had come. */
  readonly turnedAway: [number, number, number, number] = [0, 0, 0, 0];
  /** Clients that were served within so many ms, for the spans that expectations name. */
  readonly within: Map<number, number>;
  readonly #waits = new Sketch();

  constructor({ name, kind, clients }: Society['groups'][number], spans: readonly number[]) {
    this.name = name;
    this.kind = kind;
    this.clients = clients;
    this.within = new Map(spans.map((span) => [span, 0]));
  }

  get waiting(): number {
    return this.begun - this.served - this.gaveUp;
  }

  /** A client was served after so many ms. */
  serve(waited: number): void {
    this.served += 1;
    this.#waits.add(waited);
    for (const [span, count] of this.within) if (waited <= span) this.within.set(span, count + 1);
  }

  course(): GroupCourse {
    const { name, kind, clients, begun, served, gaveUp, waiting, tries } = this;
    const waits = this.#waits.percentiles();
    return { name, kind, clients, begun, served, gaveUp, waiting, tries, turnedAway: this.turnedAway[0], waits };
  }
}

/** Sessions open at a moment: of some groups together, and of each address when that is asked. */
export class AtOnce {
  open = 0;
  most = 0;
  /** Of the address that had most of them. */
  mostOfAddress = 0;
  readonly #addresses: Map<string, number> | undefined;

  constructor(isEach: boolean) {
    this.#addresses = isEach ? new Map() : undefined;
  }

  enter(address: string): void {
    this.open += 1;
    if (this.open > this.most) this.most = this.open;
    if (this.#addresses === undefined) return;
    const count = (this.#addresses.get(address) ?? 0) + 1;
    this.#addresses.set(address, count);
    if (count > this.mostOfAddress) this.mostOfAddress = count;
  }

  leave(address: string): void {
    this.open -= 1;
    const count = this.#addresses?.get(address);
    if (count === undefined) return;
    if (count > 1) this.#addresses?.set(address, count - 1);
    else this.#addresses?.delete(address);
  }
}

/** The groups that a name means: one of them, citizens, bots, or all; none for a name that is none of these. */
export function membersOf(of: string | undefined, { groups }: Pick<Society, 'groups'>): number[] {
  const those = (isIt: (group: Society['groups'][number]) => boolean) =>
    groups.flatMap((group, index) => (isIt(group) ? [index] : []));
  const named = those(({ name }) => name === of);
  if (named.length > 0) return named;
  if (of === 'citizens' || of === 'bots') return those(({ kind }) => `${kind}s` === of);
  return of === undefined || of === 'all' ? those(() => true) : [];
}

/** The spans that expectations about waits name, ms. */
export function spansOf({ expect = [] }: Society): number[] {
  return [...new Set(expect.flatMap((one) => ('waits' in one ? [msOf(one.waits.most)] : [])))];
}
