// Plays a population with groups: clients arrive, try, are turned away, and come again until they are served or give up.
import { type Group, groupTalks, type Society } from '../contract/scenarioPopulation.ts';
import type { TalkLine } from '../contract/scenario.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { msOf } from '../contract/span.ts';
import { type Chance, seededChance, seedOf } from '../world/chance.ts';
import type { Peer } from '../world/connection.ts';
import { Heap } from '../world/heap.ts';
import type { Timer, World } from '../world/world.ts';
import type { Client } from './client.ts';
import type { Leaving } from './clientSetup.ts';
import type { Course } from './course.ts';
import { addressesOf } from './peers.ts';
import { arrivals } from './societyArrival.ts';
import { retryPolicy, type RetryPolicy } from './societyRetry.ts';

/** Ports of clients go round; no two tries under way have the same, unless so many are. */
const FIRST_PORT = 1024;
const PORTS = 64_512;
/** Tries of each group whose lines are kept while they are played: those to be shown are among them. */
const TOLD = 20;

/** One connection of a client that is to be made. */
export interface Attempt {
  /** Number of the client, from 1. */
  readonly client: number;
  readonly talk: readonly Step[];
  readonly peer: Peer;
  readonly leaves: Leaving;
  readonly isSilent: boolean;
}

export interface SocietyOptions {
  readonly society: Society;
  /** Of the case: the same clients come at the same moments, whatever the receiver makes of them. */
  readonly seed: string;
  readonly world: World;
  readonly course: Course;
  /** What a group's own talk is played with: steps in front of and behind it; the scenario's talk for none. */
  readonly whole: (talk: readonly Step[] | undefined) => readonly Step[];
  readonly client: (attempt: Attempt) => Client;
}

/** A group, with what all its clients share. */
interface Party {
  readonly index: number;
  readonly group: Group;
  readonly seed: string;
  readonly first: number;
  readonly begins: number;
  readonly times: Iterator<number, never>;
  readonly addressOf: (index: number) => string;
  readonly talkOf: () => readonly Step[];
  readonly retry: RetryPolicy;
  readonly leaves: Leaving;
  arrived: number;
  tried: number;
}

/** One client of a group, from its first try to its last. */
interface Member {
  readonly party: Party;
  /** From 0, in its group. */
  readonly index: number;
  readonly address: string;
  readonly talk: readonly Step[];
  readonly since: number;
  tries: number;
  chance?: Chance;
  marks?: Set<string>;
}

/** What is to happen: the next of a group arrives, or a client comes again. */
interface Due {
  readonly at: number;
  readonly order: number;
  readonly what: Party | Member;
}

const isMember = (what: Party | Member): what is Member => 'party' in what;

/** A try that is under way, and its place among them. */
interface Playing {
  readonly client: Client;
  at: number;
}

/** A talk to look at, and who said it. */
interface Shown {
  readonly peer: Peer;
  readonly lines: readonly TalkLine[];
  readonly isTurnedAway: boolean;
}

export class SocietyPlay {
  readonly #options: SocietyOptions;
  readonly #due = new Heap<Due>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));
  /** In no order. A Set would hold clients that have ended: its tables that were replaced do, until the next full collection. */
  readonly #playing: Playing[] = [];
  readonly #marks = new Map<string, number>();
  #order = 0;
  #tries = 0;
  /** Clients that have not ended, those still to arrive included. */
  #left = 0;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #shown: Shown | undefined;
  #isOver = false;
  #end: (error?: Error) => void = () => undefined;

  constructor(options: SocietyOptions) {
    this.#options = options;
  }

  /** The first try that was turned away, else the first of all. */
  get shown(): Shown | undefined {
    return this.#shown;
  }

  /** Plays until all clients have been served or gave up, or until its end; gives how many clients got to each mark. */
  async play(): Promise<ReadonlyMap<string, number>> {
    const { society, world } = this.#options;
    const began = world.elapsed();
    for (const [index, group] of society.groups.entries()) {
      const party = this.#partyOf(group, { index, began, first: this.#left });
      this.#left += group.clients;
      this.#expectNext(party);
    }
    let until: Timer | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#end = (error) => (error === undefined ? resolve() : reject(error));
        until = world.after(msOf(society.until), resolve);
        this.#comes();
      });
    } finally {
      until?.cancel();
      this.leave();
    }
    return this.#marks;
  }

  /** Lets go of those who are there; nobody comes any more. */
  leave(): void {
    this.#isOver = true;
    this.#timer?.timer.cancel();
    for (const { client } of this.#playing.splice(0)) client.leave();
  }

  #partyOf(group: Group, place: { readonly index: number; readonly began: number; readonly first: number }): Party {
    const { seed: of, whole, world } = this.#options;
    const seed = seedOf(of, 'population', group.name);
    const begins = place.began + msOf(group.begins ?? 0);
    const chance = seededChance(seed);
    const began = world.now() + msOf(group.begins ?? 0);
    return {
      ...place,
      group,
      seed,
      begins,
      times: arrivals(group.arrival ?? 'at-once', { chance: seededChance(seedOf(seed, 'arrival')), began }),
      addressOf: addressesOf([group.from].flat(), group.addresses ?? group.clients),
      talkOf: chosen(groupTalks(group), whole, chance),
      retry: retryPolicy(group.retry ?? 'never'),
      leaves: group.kind === 'citizen' ? 'orderly' : 'at-once',
      arrived: 0,
      tried: 0,
    };
  }

  #expectNext(party: Party): void {
    if (party.arrived < party.group.clients) this.#push(party, party.begins + party.times.next().value);
  }

  #push(what: Party | Member, at: number): void {
    this.#due.push({ at, order: this.#order++, what });
  }

  /** One timer, for whoever comes first. */
  #wait(): void {
    const { first } = this.#due;
    if (first === undefined || this.#isOver) return;
    if (this.#timer !== undefined && this.#timer.at <= first.at) return;
    this.#timer?.timer.cancel();
    const timer = this.#options.world.after(Math.max(0, first.at - this.#options.world.elapsed()), this.#comes);
    this.#timer = { at: first.at, timer };
  }

  readonly #comes = () => {
    this.#timer = undefined;
    const now = this.#options.world.elapsed();
    for (let due = this.#due.first; due !== undefined && due.at <= now && !this.#isOver; due = this.#due.first) {
      this.#due.pop();
      this.#try(isMember(due.what) ? due.what : this.#arrive(due.what, now));
    }
    this.#wait();
  };

  #arrive(party: Party, now: number): Member {
    const index = party.arrived++;
    this.#options.course.arrived(party.index);
    this.#expectNext(party);
    return { party, index, address: party.addressOf(index), talk: party.talkOf(), since: now, tries: 0 };
  }

  #try(member: Member): void {
    const { course } = this.#options;
    const { party } = member;
    member.tries += 1;
    party.tried += 1;
    const peer = { address: member.address, port: FIRST_PORT + (this.#tries++ % PORTS) };
    const client = this.#options.client({
      client: party.first + member.index + 1,
      talk: member.talk,
      peer,
      leaves: party.leaves,
      isSilent: party.tried > TOLD,
    });
    const playing = { client, at: this.#playing.length };
    this.#playing.push(playing);
    const one = course.tried(party.index, member.tries, peer);
    client.play().then(
      () => {
        if (this.#isOver) return;
        this.#remove(playing);
        course.ended(one, client.halted === undefined);
        this.#show(client, peer);
        this.#mark(member, client);
        this.#judge(member, client.halted);
        this.#wait();
      },
      (error: Error) => this.#end(error),
    );
  }

  #remove({ at }: Playing): void {
    const last = this.#playing.pop();
    if (last === undefined || last.at === at) return;
    last.at = at;
    this.#playing[at] = last;
  }

  /** `halted`: the code of the reply that ended the try, 0 for none; undefined at the end of its talk. */
  #judge(member: Member, halted: number | undefined): void {
    const { course, world } = this.#options;
    const { party, since, tries } = member;
    const now = world.elapsed();
    if (halted === undefined) {
      course.served(party.index, now - since);
      return this.#leave();
    }
    // RFC 5321 section 4.2.1: a 5xx reply is not to be tried again; everything else may be over by then.
    const isPermanent = halted >= 500 && halted < 600;
    const chance = () => (member.chance ??= seededChance(seedOf(party.seed, member.index)));
    const wait = isPermanent ? undefined : party.retry({ tries, since: now - since, chance });
    if (wait !== undefined) return this.#push(member, now + wait);
    course.gaveUp(party.index);
    this.#leave();
  }

  #leave(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#end();
  }

  #show({ lines, halted }: Client, peer: Peer): void {
    if (lines.length === 0 || this.#shown?.isTurnedAway) return;
    if (this.#shown === undefined || halted !== undefined)
      this.#shown = { peer, lines, isTurnedAway: halted !== undefined };
  }

  /** A client counts once for each mark, however often it comes. */
  #mark(member: Member, { marks }: Client): void {
    for (const mark of marks) {
      if (member.marks?.has(mark)) continue;
      (member.marks ??= new Set()).add(mark);
      this.#marks.set(mark, (this.#marks.get(mark) ?? 0) + 1);
    }
  }
}

/** What the next client does: one of the talks, by their shares. */
function chosen(
  talks: ReturnType<typeof groupTalks>,
  whole: SocietyOptions['whole'],
  chance: Chance,
): () => readonly Step[] {
  const all = talks.map(({ talk, share }) => ({ share, talk: whole(talk) }));
  const sum = all.reduce((total, { share }) => total + share, 0);
  const [only] = all;
  if (all.length === 1 && only) return () => only.talk;
  return () => {
    let at = chance.fraction() * sum;
    const one = all.find(({ share }) => (at -= share) < 0) ?? all.at(-1);
    return one?.talk ?? [];
  };
}
