// The clients of a case against its receiver: a crowd that plays the talk once, or groups that come again.
import type { Scenario, ScenarioCase, TalkLine } from '../contract/scenario.ts';
import { type Crowd, isSociety } from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { msOf } from '../contract/span.ts';
import type { PopulationOutcome } from '../contract/timeline.ts';
import type { Peer } from '../world/connection.ts';
import { Client } from './client.ts';
import type { ClientSetup, Difference } from './clientSetup.ts';
import type { Course } from './course.ts';
import { gate, Meeting, playAll } from './crowd.ts';
import type { Network } from './network.ts';
import { addressOf } from './peers.ts';
import { populationOf, stepsOf, wholeTalk } from './settle.ts';
import { SocietyPlay } from './society.ts';
import type { Subject, SubjectListener } from './subject.ts';
import { crowdTime } from './talkTime.ts';

/** The most a case of one client may take, ms, beside what its talk takes of itself. */
const DEADLINE = 30_000;
/** What each client adds to it, ms: a hundred one after the other need more than one. */
const FOR_EACH = 500;
/** Most clients over real sockets that are connecting at a time; those connected stay. */
const CONNECTING = 128;

/** What clients meet. */
export interface Facing {
  readonly network: Network;
  readonly subject: Subject;
  readonly listener: SubjectListener;
  /** How long a reply is waited for unless its step says otherwise, ms. */
  readonly patience: number;
}

export interface Plan {
  readonly scenario: Scenario;
  readonly variant: ScenarioCase | undefined;
  /** Of the case, whatever the settings are: the same clients come at the same moments. */
  readonly seed: string;
}

/** What the clients of a case have come to. */
export interface Outcome {
  readonly differences: readonly Difference[];
  /** How many clients got to each mark. */
  readonly marks: ReadonlyMap<string, number>;
  readonly expectations: readonly PopulationOutcome[];
}

export interface Playing {
  /** Plays all clients to their end. */
  play(): Promise<Outcome>;
  /** Lets go of all that are still there. */
  leave(): void;
  /** The most it may take, ms; infinite when it ends by itself. */
  readonly deadline: number;
  /** Who is waited for, in words. */
  late(): string;
  /** The talk to look at: of the client that differed first, else of the first. */
  readonly shown: { readonly peer: Peer; readonly lines: readonly TalkLine[] } | undefined;
}

/** `course`: of a case with groups. */
export function playing(plan: Plan, facing: Facing, course: Course | undefined): Playing {
  const population = populationOf(plan.scenario, plan.variant);
  if (!isSociety(population)) return new CrowdPlay(plan, population, facing);
  if (course === undefined) throw new Error('groups of clients need a course');
  const shared = sharedBy(facing);
  const { network, listener } = facing;
  const society = new SocietyPlay({
    society: population,
    seed: plan.seed,
    world: network.world,
    course,
    whole: (talk) => (talk === undefined ? stepsOf(plan.scenario, plan.variant) : wholeTalk(plan.scenario, talk)),
    client: (attempt) =>
      new Client({
        ...shared,
        ...attempt,
        open: (ahead) => network.open(listener, ahead === undefined ? attempt.peer : { ...attempt.peer, ahead }),
        meet: alone,
      }),
  });
  return {
    play: async () => ({ differences: [], marks: await society.play(), expectations: course.outcomes() }),
    leave: () => society.leave(),
    deadline: Infinity,
    late: () => 'the population',
    get shown() {
      return society.shown;
    },
  };
}

const alone = () => Promise.resolve();

const sharedBy = ({ network, subject, listener, patience }: Facing) =>
  ({
    world: network.world,
    tls: listener.tls,
    authority: subject.authority,
    host: subject.hostname,
    kerberos: subject.tickets,
    certificate: (kind) => subject.certificate(kind),
    patience,
  }) satisfies Partial<ClientSetup>;

class CrowdPlay implements Playing {
  readonly deadline: number;
  readonly #crowd: Crowd;
  readonly #facing: Facing;
  readonly #talk: readonly Step[];
  readonly #from: string;
  readonly #clients: Client[] = [];
  readonly #peers: Peer[] = [];

  constructor({ scenario, variant }: Plan, crowd: Crowd, facing: Facing) {
    this.#crowd = crowd;
    this.#facing = facing;
    this.#talk = stepsOf(scenario, variant);
    this.#from = crowd.from ?? variant?.from ?? scenario.from ?? '127.0.0.1';
    this.deadline = DEADLINE + crowd.clients * FOR_EACH + crowdTime(crowd, this.#talk);
  }

  async play(): Promise<Outcome> {
    const { network, listener } = this.#facing;
    const { clients: number, every = 0, oneByOne = false } = this.#crowd;
    const shared = sharedBy(this.#facing);
    const connecting = gate(network.name === 'real' ? CONNECTING : Infinity);
    const meeting = new Meeting(number);
    const plays = Array.from({ length: number }, (_, index) => {
      const peer = { address: addressOf(this.#from, index), port: 20_000 + index };
      let met = 0;
      const client = new Client({
        ...shared,
        client: index + 1,
        talk: this.#talk,
        peer,
        open: (ahead) => connecting(() => network.open(listener, ahead === undefined ? peer : { ...peer, ahead })),
        meet: oneByOne ? alone : () => meeting.arrive(++met),
      });
      this.#clients.push(client);
      this.#peers.push(peer);
      return () => client.play().finally(() => meeting.leave(met));
    });
    await playAll(plays, { every: msOf(every), oneByOne }, network.world);
    const marks = new Map<string, number>();
    for (const client of this.#clients) for (const mark of client.marks) marks.set(mark, (marks.get(mark) ?? 0) + 1);
    const differences = this.#clients.flatMap(({ difference }) => (difference ? [difference] : []));
    return { differences, marks, expectations: [] };
  }

  leave(): void {
    for (const client of this.#clients) client.leave();
  }

  late(): string {
    const at = this.#clients.findIndex((client) => !client.ended);
    return `client ${at + 1} waited for ${this.#clients[at]?.waiting ?? 'the receiver'}`;
  }

  get shown() {
    const at = Math.max(
      0,
      this.#clients.findIndex(({ difference }) => difference !== undefined),
    );
    const [client, peer] = [this.#clients[at], this.#peers[at]];
    return client && peer && { peer, lines: client.lines };
  }
}
