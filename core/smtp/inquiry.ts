// What a session asks outside about its sender: DNS, the workers, and what is remembered of others.
import type {
  DomainAnswer,
  EhloAnswer,
  GreylistAnswer,
  ListAnswer,
  MessageAnswer,
  ReverseAnswer,
} from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Asker } from '../dns/asking.ts';
import type { Dns } from '../dns/dns.ts';
import { askEhloName } from '../dns/ehloName.ts';
import { askList, type ListTest, testList } from '../dns/list.ts';
import { askReverse } from '../dns/reverse.ts';
import { askSenderDomain } from '../dns/senderDomain.ts';
import type { Inquiry, ListQuestion } from '../policy/check.ts';
import type { Greylist, Met } from '../policy/greylist.ts';
import { Remembered } from '../policy/remembered.ts';
import type { World } from '../world/world.ts';
import type { Dialogue } from './dialogue.ts';
import { examined } from './examined.ts';

/** What a session can ask; made anew when XCLIENT names another client. */
export type AskSender = (d: Dialogue) => Inquiry;

const unasked = (): never => {
  throw new Error('nobody to ask');
};

/** Where nobody can be asked, as before the greeting. */
export const nobody: Inquiry = {
  reverse: unasked,
  ehloName: unasked,
  senderDomain: unasked,
  list: unasked,
  message: unasked,
  greylist: unasked,
  copies: unasked,
};

/** What all sessions of a receiver ask with. */
export interface Asking {
  readonly world: Pick<World, 'now' | 'elapsed'>;
  readonly dns: Dns;
  readonly greylist: Greylist;
  readonly tests: ListTests;
  /** How often each signature has come of late. */
  readonly signatures: Remembered;
}

export type AskedBy = Pick<Dialogue, 'settings' | 'facts'>;

export function askingWith(given: Pick<Asking, 'world' | 'dns' | 'greylist'>): Asking {
  return { ...given, tests: new ListTests(given.world), signatures: new Remembered() };
}

/** What the sessions of a receiver ask. */
export const inquiryOf =
  (asking: Asking): AskSender =>
  (d) =>
    new SenderInquiry(asking, d, () => examined(d));

/** Everything but the message, which a worker reads. One for each client of a session. */
export class SenderInquiry implements Inquiry {
  readonly #asking: Asking;
  readonly #by: AskedBy;
  readonly message: () => Promise<MessageAnswer>;

  constructor(asking: Asking, by: AskedBy, message: () => Promise<MessageAnswer>) {
    this.#asking = asking;
    this.#by = by;
    this.message = message;
  }

  reverse(): Promise<ReverseAnswer> {
    return askReverse(this.#by.facts.connection.peer.address, this.#asker());
  }

  ehloName(name: string): Promise<EhloAnswer> {
    return askEhloName(name, this.#asker());
  }

  senderDomain(domain: string): Promise<DomainAnswer> {
    const { reachable } = this.#by.settings.sender.senderDomain;
    return askSenderDomain({ domain, reachable }, this.#asker());
  }

  list({ list, kind, subject, probe }: ListQuestion): Promise<ListAnswer> {
    const name = list.name === '' ? list.zone : list.name;
    const { dns } = this.#by.settings;
    const test = probe ? this.#asking.tests.of(dns, list.zone) : undefined;
    return askList({ list: name, zone: list.zone, kind, subject }, this.#asker(), test);
  }

  greylist(triplet: { readonly sender: string; readonly recipient: string }): GreylistAnswer {
    return this.#asking.greylist.meet(this.met(triplet), this.#by.settings.sender.greylist);
  }

  copies(signature: string): number {
    const interval = this.#by.settings.sender.dkim.replayInterval * 1000;
    const now = this.#asking.world.elapsed();
    return this.#asking.signatures.add(signature, now, interval).size(now, interval);
  }

  protected met(triplet: { readonly sender: string; readonly recipient: string }): Met {
    const { address } = this.#by.facts.connection.peer;
    return { ...triplet, address, now: this.#asking.world.now() };
  }

  /** A purpose of its own: its questions are that answer's evidence. */
  #asker(): Asker {
    const { world, dns } = this.#asking;
    return { asked: dns.asked(this.#by.settings.dns), elapsed: () => world.elapsed() };
  }
}

/** Asks as a session would, and leaves no trace of it: nobody is met, no copy is counted. */
export class TrialInquiry extends SenderInquiry {
  readonly #greylist: Greylist;
  readonly #limits: Settings['sender']['greylist'];

  constructor(asking: Asking, by: AskedBy, message: () => Promise<MessageAnswer>) {
    super(asking, by, message);
    this.#greylist = asking.greylist;
    this.#limits = by.settings.sender.greylist;
  }

  override greylist(triplet: { readonly sender: string; readonly recipient: string }): GreylistAnswer {
    return this.#greylist.look(this.met(triplet), this.#limits);
  }

  /** It would be the first: copies are counted by signature, and nobody asks for those of a trial. */
  override copies(): number {
    return 1;
  }
}

/** ms: a list is tested no more often (settings `sender.dnsbl.probe`). */
const testedFor = 600_000;

interface Tested {
  readonly at: number;
  readonly wrong: Promise<string | undefined>;
}

/** Whether lists are in order, asked of each at most once in ten minutes; of addresses once for each family. */
export class ListTests {
  readonly #world: Pick<World, 'elapsed'>;
  /** Another zone or other servers may say otherwise. */
  readonly #tested = new WeakMap<Settings['dns'], Map<string, Tested>>();

  constructor(world: Pick<World, 'elapsed'>) {
    this.#world = world;
  }

  of(dns: Settings['dns'], zone: string): ListTest {
    return (entries, asker) => {
      let tested = this.#tested.get(dns);
      if (tested === undefined) this.#tested.set(dns, (tested = new Map<string, Tested>()));
      const key = `${entries.present}.${zone.toLowerCase()}`;
      const now = this.#world.elapsed();
      const last = tested.get(key);
      if (last !== undefined && now - last.at < testedFor) return last.wrong;
      const wrong = testList(zone, entries, asker);
      tested.set(key, { at: now, wrong });
      return wrong;
    };
  }
}
