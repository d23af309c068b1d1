// The course of a case with groups: what its clients did and what the receiver recorded, folded as it happens.
import type { Event } from '../contract/event.ts';
import type { PopulationExpectation, Society } from '../contract/scenarioPopulation.ts';
import { msOf, spanText } from '../contract/span.ts';
import type { PopulationOutcome, Series, Timeline } from '../contract/timeline.ts';
import type { Verdict } from '../contract/verdict.ts';
import { Counters } from './counters.ts';
import { type Asked, judged } from './expectations.ts';
import { AtOnce, Figures, membersOf, type Reach, spansOf } from './figures.ts';
import { MOST_STEPS, type Row, Steps } from './series.ts';

/** The clock of a case, and what is known of it besides. */
export interface CourseClock {
  /** Virtual ms since the beginning of the case. */
  elapsed(): number;
  /** Wall clock, ms since 1970, virtual. */
  now(): number;
  /** Real ms since the case began. */
  took(): number;
  /** Timers fired since the case began. */
  fired(): number;
}

/** One connection of a client: made by {@link Course.tried}, handed back when it has ended. */
export interface Try {
  readonly group: number;
}

/** `state`: the client goes on with it; its talk got to its end; or it was cut short. */
interface Trying extends Try {
  readonly key: string;
  reach: Reach;
  state: 'open' | 'orderly' | 'cut';
  /** The receiver ended it, not its client. */
  isClosed: boolean;
  isCounted: boolean;
}

/** A session that has not ended. */
interface Open {
  readonly one: Trying | undefined;
  readonly address: string;
  isGreeted: boolean;
}

export interface CourseOptions {
  readonly society: Society;
  readonly clock: CourseClock;
  /** Called with a session whose events should be kept: something in the timeline leads to it. */
  readonly keep?: (session: string) => void;
}

/** Steps double at most so often until the end of a case. */
const DOUBLINGS = 6;
const classes = ['2xx', '3xx', '4xx', '5xx'] as const;

/**
 * Groups are named by their place in the society, from 0. Everything is told in the order in which it happens.
 * Memory grows with the sessions and tries that are open, not with those that were.
 */
export class Course {
  readonly #society: Society;
  readonly #clock: CourseClock;
  readonly #began: number;
  readonly #until: number;
  readonly #steps: Steps;
  readonly #counters: Counters;
  readonly #figures: readonly Figures[];
  /** What is open at once, for the groups of each expectation that asks. */
  readonly #atOnce: {
    readonly expectation: PopulationExpectation;
    readonly of: ReadonlySet<number>;
    readonly count: AtOnce;
  }[];
  /** Tries whose session has not been opened yet, by their peer. */
  readonly #coming = new Map<string, Trying>();
  readonly #open = new Map<string, Open>();
  readonly #sessions: Row;
  readonly #replies: readonly Row[];
  readonly #silent: Row;
  readonly #waiting: readonly Row[];
  readonly #served: readonly Row[];
  #greeted = 0;
  #journalled = { sessions: 0, kept: 0 };

  constructor({ society, clock, keep = () => undefined }: CourseOptions) {
    this.#society = society;
    this.#clock = clock;
    this.#began = clock.now() - clock.elapsed();
    this.#until = msOf(society.until);
    this.#steps = new Steps(Math.max(1, Math.ceil(this.#until / MOST_STEPS / 2 ** DOUBLINGS)));
    this.#counters = new Counters(this.#steps, keep);
    const spans = spansOf(society);
    this.#figures = society.groups.map((group) => new Figures(group, spans));
    this.#atOnce = (society.expect ?? []).flatMap((expectation) =>
      'sessionsAtOnce' in expectation
        ? [
            {
              expectation,
              of: new Set(membersOf(expectation.of, society)),
              count: new AtOnce(expectation.each !== undefined),
            },
          ]
        : [],
    );
    this.#sessions = this.#steps.row('level');
    this.#replies = classes.map(() => this.#steps.row('sum'));
    this.#silent = this.#steps.row('sum');
    this.#waiting = society.groups.map(() => this.#steps.row('level'));
    this.#served = society.groups.map(() => this.#steps.row('level'));
  }

  /** A client of the group is about to try for the first time. */
  arrived(group: number): void {
    this.#of(group).begun += 1;
    this.#noteGroup(group);
  }

  /** A client connects, for the `nth` time (from 1), from this address and port: no other try has both at the same time. */
  tried(group: number, nth: number, { address, port }: { readonly address: string; readonly port: number }): Try {
    const figures = this.#of(group);
    figures.tries += 1;
    if (nth > figures.mostTries) figures.mostTries = nth;
    const key = `${address} ${port}`;
    const one: Trying = { group, key, reach: 0, state: 'open', isClosed: false, isCounted: false };
    this.#coming.set(key, one);
    return one;
  }

  /** A try has ended. `isOrderly`: it got to the end of its talk. */
  ended(handle: Try, isOrderly: boolean): void {
    const one = handle as Trying;
    one.state = isOrderly ? 'orderly' : 'cut';
    if (this.#coming.get(one.key) === one) this.#coming.delete(one.key);
    this.#count(one);
  }

  /** A client has got to the end of its talk, so many ms after its first try; nothing follows for it. */
  served(group: number, waited: number): void {
    this.#of(group).serve(waited);
    this.#noteGroup(group);
  }

  /** A client will not try again: refused for good, too long, or it never does. */
  gaveUp(group: number): void {
    this.#of(group).gaveUp += 1;
    this.#noteGroup(group);
  }

  /** Every event of every session, as it is recorded. The journal of the case calls this (see caseJournal.ts). */
  event(session: string, event: Event): void {
    switch (event.kind) {
      case 'connect':
        return this.#connected(session, event);
      case 'reply':
        return this.#replied(session, event);
      case 'verdict':
        if (event.verdict.closes === 'silent') this.#silent.note(this.#index(), 1);
        return this.#read(session, event.verdict);
      case 'stored':
        return this.#reached(session, 3);
      case 'close':
        return this.#closed(session, event.by === 'us' && event.reason !== 'quit' && event.reason !== 'shutdown');
      default:
        return;
    }
  }

  /** Of all sessions that were opened, so many are kept. The journal of the case calls this. */
  journalled(sessions: number, kept: number): void {
    this.#journalled = { sessions, kept };
  }

  /** What is expected, and what was found so far. */
  outcomes(): PopulationOutcome[] {
    return (this.#society.expect ?? []).map((expectation) => judged(expectation, this.#asked(expectation)));
  }

  /** The course so far. `stopped`: why it ended before its time; `at`: up to a moment before which nothing more happens, ms. */
  timeline({ stopped, at = 0 }: { readonly stopped?: string | undefined; readonly at?: number } = {}): Timeline {
    const now = Math.max(at, this.#clock.elapsed());
    const index = this.#steps.index(now);
    return {
      now,
      until: this.#until,
      began: this.#began,
      took: Math.round(this.#clock.took()),
      timers: this.#clock.fired(),
      step: this.#steps.step,
      groups: this.#figures.map((figures) => figures.course()),
      series: [...this.#ownSeries(index), ...this.#counters.series(index)],
      moments: this.#counters.moments(),
      ...this.#journalled,
      expectations: this.outcomes(),
      ...(stopped === undefined ? {} : { stopped }),
    };
  }

  #ownSeries(index: number): Series[] {
    const each = `in ${spanText(this.#steps.step)}`;
    const replies = classes.map((name, at) => ({ id: `replies ${name}`, title: name, row: this.#replies[at] }));
    const silent = { id: 'silent refusals', title: 'refused in silence', row: this.#silent };
    return [
      {
        id: 'sessions',
        title: 'sessions open',
        kind: 'sessions',
        unit: 'sessions',
        values: this.#sessions.upTo(index),
      },
      ...[...replies, silent].map(({ id, title, row }): Series => ({
        id,
        title,
        kind: 'replies',
        unit: each,
        values: row?.upTo(index) ?? [],
      })),
      ...this.#society.groups.flatMap(({ name }, at): Series[] => [
        {
          id: `group ${name} waiting`,
          title: `${name} waiting`,
          kind: 'group',
          unit: 'clients',
          values: this.#waiting[at]?.upTo(index) ?? [],
        },
        {
          id: `group ${name} served`,
          title: `${name} served`,
          kind: 'group',
          unit: 'clients',
          values: this.#served[at]?.upTo(index) ?? [],
        },
      ]),
    ];
  }

  #of(group: number): Figures {
    const figures = this.#figures[group];
    if (figures === undefined) throw new RangeError(`there is no group ${group}`);
    return figures;
  }

  #index(): number {
    return this.#steps.index(this.#clock.elapsed());
  }

  #noteGroup(group: number): void {
    const { waiting, served } = this.#of(group);
    const index = this.#index();
    this.#waiting[group]?.note(index, waiting);
    this.#served[group]?.note(index, served);
  }

  #connected(session: string, { peer, proxy }: Extract<Event, { kind: 'connect' }>): void {
    const caller = proxy?.through ?? peer;
    const key = `${caller.address} ${caller.port}`;
    const one = this.#coming.get(key);
    this.#coming.delete(key);
    this.#open.set(session, { one, address: peer.address, isGreeted: false });
  }

  #replied(session: string, { code, verdict }: Extract<Event, { kind: 'reply' }>): void {
    this.#replies[Math.floor(code / 100) - 2]?.note(this.#index(), 1);
    if (code === 220) this.#entered(session);
    if (code === 250 && verdict.stage === 'mail') this.#reached(session, 2);
    this.#read(session, verdict);
  }

  #entered(session: string): void {
    const open = this.#open.get(session);
    if (open === undefined || open.isGreeted) return;
    open.isGreeted = true;
    this.#reached(session, 1);
    this.#greeted += 1;
    this.#sessions.note(this.#index(), this.#greeted);
    for (const { of, count } of this.#atOnce)
      if (open.one !== undefined && of.has(open.one.group)) count.enter(open.address);
  }

  #closed(session: string, isByUs: boolean): void {
    const open = this.#open.get(session);
    if (open === undefined) return;
    this.#open.delete(session);
    const { one, address, isGreeted } = open;
    if (one !== undefined) {
      one.isClosed ||= isByUs;
      this.#count(one);
    }
    if (!isGreeted) return;
    this.#greeted -= 1;
    this.#sessions.note(this.#index(), this.#greeted);
    for (const { of, count } of this.#atOnce) if (one !== undefined && of.has(one.group)) count.leave(address);
  }

  #reached(session: string, reach: Reach): void {
    const one = this.#open.get(session)?.one;
    if (one !== undefined && reach > one.reach) one.reach = reach;
  }

  #read(session: string, verdict: Verdict): void {
    if (verdict.findings.length > 0) this.#counters.read(verdict, { at: this.#clock.elapsed(), session });
  }

  /** A connection that has ended counts once as turned away, if it was cut short or the receiver ended it. */
  #count(one: Trying): void {
    if (one.isCounted || one.state === 'open' || (one.state === 'orderly' && !one.isClosed)) return;
    one.isCounted = true;
    this.#of(one.group).turnedAway[one.reach] += 1;
  }

  #asked(expectation: PopulationExpectation): Asked | undefined {
    const members = membersOf(expectation.of, this.#society).map((group) => this.#of(group));
    if (members.length === 0) return undefined;
    const sum = (value: (one: Figures) => number) => members.reduce((all, one) => all + value(one), 0);
    const away = (reach: number) => sum((one) => one.turnedAway.slice(0, reach).reduce((all, value) => all + value, 0));
    const count = this.#atOnce.find((each) => each.expectation === expectation)?.count;
    return {
      clients: sum(({ clients }) => clients),
      begun: sum(({ begun }) => begun),
      served: sum(({ served }) => served),
      gaveUp: sum(({ gaveUp }) => gaveUp),
      tries: sum(({ tries }) => tries),
      mostTries: Math.max(...members.map(({ mostTries }) => mostTries)),
      turnedAway: { greeting: away(1), mail: away(2), message: away(3), end: away(4) },
      within: (ms) => sum((one) => one.within.get(ms) ?? 0),
      sessionsAtOnce: count?.most ?? 0,
      sessionsOfAddress: count?.mostOfAddress ?? 0,
    };
  }
}
