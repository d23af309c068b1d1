// Plays one case: a private receiver under a base, the clients of its population, and the outcome.
import type { Event } from '../contract/event.ts';
import { type Base, type CaseResult, expectedOutcome, type Scenario, type ScenarioCase } from '../contract/scenario.ts';
import { type Crowd, isSociety } from '../contract/scenarioPopulation.ts';
import type { Handshake, Step } from '../contract/scenarioStep.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { msOf } from '../contract/span.ts';
import type { Pace } from '../contract/timeline.ts';
import { type MemoryJournal, memoryJournal } from '../journal/memory.ts';
import type { World } from '../world/world.ts';
import { Client } from './client.ts';
import { ClientConnection } from './clientConnection.ts';
import { digestOf, exactDigest } from './digest.ts';
import { lacking } from './lacking.ts';
import { misses, type Seen, weigh, type Weighed } from './judge.ts';
import { type Network, toldStop } from './network.ts';
import { addressOf, type Caller } from './peers.ts';
import { gate, Meeting, playAll } from './crowd.ts';
import { told } from './reply.ts';
import { caseSettings, stepsOf } from './settle.ts';
import type { StartSubject, Subject, SubjectListener } from './subject.ts';
import { crowdTime } from './talkTime.ts';

/** One case to be played against one base. */
export interface CaseTask {
  /** Path of the file below scenarios/, without .yml. */
  readonly id: string;
  readonly scenario: Scenario;
  /** Name of the case; `-` where the scenario has none. */
  readonly case: string;
  readonly base: Base;
  /** The person's settings, for the base `mine`. */
  readonly mine?: Settings | undefined;
  readonly world: WorldName;
  /** Of the simulated world; 0 unless said. */
  readonly seed?: number;
  /** How a simulated population begins; as fast as it can unless said. */
  readonly pace?: Pace;
  /** Compare the outcome with what the scenario expects under this preset. */
  readonly proves?: boolean;
}

export interface PlayOptions {
  readonly network: Network;
  readonly start: StartSubject;
  /** Called for each event of the private receiver as it happens. */
  readonly onEvent?: (session: string, event: Event) => void;
  readonly signal?: AbortSignal;
  /** The most a case may take, ms; what its talks take by themselves, 30,000 and 500 for each client unless said. */
  readonly deadline?: number;
  /** How long a reply is waited for unless its step says otherwise, ms; 5,000 unless said. */
  readonly patience?: number;
}

/** The result, and a digest of what was said and decided (see digest.ts). */
export interface Played {
  readonly result: CaseResult;
  readonly digest: string;
}

const DEADLINE = 30_000;
/** What each client adds to it, ms: a hundred one after the other need more than one. */
const FOR_EACH = 500;
const PATIENCE = 5000;
/** Most clients that are connecting at a time; those connected stay. */
const CONNECTING = 128;
/** How long sessions may take to notice that their client has left, ms. */
const SETTLE = 5000;
const MOST_SESSIONS = 1000;

interface Stage {
  readonly task: CaseTask;
  readonly variant: ScenarioCase | undefined;
  readonly options: PlayOptions;
  readonly journal: MemoryJournal;
  readonly clients: Client[];
}

/** Plays a case to its end; never rejects: whatever goes wrong around it makes it inconclusive. */
export async function playCase(task: CaseTask, options: PlayOptions): Promise<Played> {
  const { world } = options.network;
  const begun = world.elapsed();
  const variant = task.scenario.cases?.find((one) => one.name === task.case);
  const firstId = Buffer.from(world.random(4)).readUInt32BE();
  const full = variant?.disk?.full ?? task.scenario.disk?.full ?? 0;
  let commits = 0;
  const journal = memoryJournal({
    firstId,
    failCommit: () => (++commits <= full ? 'ENOSPC' : undefined),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  const stage: Stage = { task, variant, options, journal, clients: [] };
  const weighed = await guarded(stage);
  const differing = stage.clients.find((client) => client.difference !== undefined) ?? stage.clients[0];
  const expected =
    task.proves && task.base !== 'mine' ? (variant?.presets ?? task.scenario.presets)[task.base] : undefined;
  const result: CaseResult = {
    scenario: task.id,
    case: task.case,
    preset: task.base,
    world: options.network.name,
    outcome: weighed.outcome,
    ...(expected === undefined ? {} : { expected: expectedOutcome(expected).outcome }),
    ms: Math.round(world.elapsed() - begun),
    why: weighed.why,
    ...(weighed.gained === undefined ? {} : { gained: weighed.gained }),
    lines: differing?.lines ?? [],
    sessions: sessionIds(stage, differing),
  };
  const digest = options.network.name === 'real' ? digestOf(journal.sessions) : exactDigest(journal.sessions);
  return { result, digest };
}

/** Ids of the case's sessions, that of the client that differed first. */
function sessionIds({ journal, clients }: Stage, differing: Client | undefined): string[] {
  const ports = new Set(differing === undefined ? [] : [portOf(clients.indexOf(differing))]);
  const of = (events: readonly Event[]) => events[0]?.kind === 'connect' && ports.has(events[0].peer.port);
  const sorted = journal.sessions.toSorted((a, b) => Number(of(b.events)) - Number(of(a.events)));
  return sorted.slice(0, MOST_SESSIONS).map(({ id }) => id);
}

const talkOf = ({ task, variant }: Stage): readonly Step[] => stepsOf(task.scenario, variant);
function crowdOf({ task, variant }: Stage): Crowd {
  const population = variant?.population ?? task.scenario.population ?? { clients: 1 };
  if (isSociety(population)) throw new Error('groups of clients are played elsewhere');
  return population;
}
const portOf = (index: number) => 20_000 + index;

async function guarded(stage: Stage): Promise<Weighed> {
  const { task, variant, options } = stage;
  const settled = caseSettings({ scenario: task.scenario, variant, base: task.base, mine: task.mine });
  if ('problems' in settled) {
    const [first] = settled.problems;
    return { outcome: 'inconclusive', why: `the settings do not fit: ${first?.path ?? ''}: ${first?.message ?? ''}` };
  }
  let subject: Subject;
  try {
    const users = task.scenario.users ?? [];
    const { settings } = settled;
    subject = await options.start({ settings, users, world: options.network.inside, journal: stage.journal });
  } catch (error) {
    return { outcome: 'inconclusive', why: `the private receiver did not start: ${(error as Error).message}` };
  }
  try {
    const listener = subject.listeners.find(({ role }) => role === task.scenario.role);
    if (!listener) return { outcome: 'notApplicable', why: `no ${task.scenario.role} listener in these settings` };
    const missing = lacking(talkOf(stage), settled.settings, listener);
    if (missing !== undefined) return { outcome: 'notApplicable', why: missing };
    await readyFor(talkOf(stage), subject);
    return await options.network.during({
      begin: () => inTime(stage, () => playOn(stage, subject, listener)),
      otherwise: (stopped) => ({ outcome: 'inconclusive', why: toldStop(stopped) }),
    });
  } catch (error) {
    return { outcome: 'inconclusive', why: `the runner failed: ${(error as Error).message}` };
  } finally {
    for (const client of stage.clients) client.leave();
    await options.network.during({ begin: () => subject.close(), otherwise: () => undefined });
  }
}

/** Makes what a talk will need and virtual time could not wait for: the certificates its clients show. */
async function readyFor(talk: readonly Step[], subject: Subject): Promise<void> {
  const kinds = talk.flatMap((step) => handshakeOf(step)?.certificate ?? []);
  await Promise.all([...new Set(kinds)].map((kind) => subject.certificate(kind)));
}

function handshakeOf(step: Step): Handshake | undefined {
  if ('connect' in step) return step.connect.tls;
  if ('starttls' in step) return step.starttls === true ? undefined : step.starttls;
  return 'tls' in step && step.tls !== 'off' ? step.tls : undefined;
}

/** Ends the case when its deadline has come or it was cancelled. */
async function inTime(stage: Stage, play: () => Promise<Weighed>): Promise<Weighed> {
  const { network, signal } = stage.options;
  const { world } = network;
  const crowd = crowdOf(stage);
  const deadline = stage.options.deadline ?? DEADLINE + crowd.clients * FOR_EACH + crowdTime(crowd, talkOf(stage));
  return new Promise((resolve, reject) => {
    const stop = (why: string) => {
      resolve({ outcome: 'inconclusive', why });
    };
    const late = () => {
      const at = stage.clients.findIndex((client) => !client.ended);
      stop(
        `not done after ${deadline / 1000} s; client ${at + 1} waited for ${stage.clients[at]?.waiting ?? 'the receiver'}`,
      );
    };
    const cancelled = () => stop('cancelled');
    const timer = world.after(deadline, late);
    signal?.addEventListener('abort', cancelled, { once: true });
    if (signal?.aborted) cancelled();
    play()
      .then(resolve, reject)
      .finally(() => {
        timer.cancel();
        signal?.removeEventListener('abort', cancelled);
      });
  });
}

async function playOn(stage: Stage, subject: Subject, listener: SubjectListener): Promise<Weighed> {
  const { task, variant, options, clients, journal } = stage;
  const { scenario } = task;
  const { world } = options.network;
  const population = crowdOf(stage);
  const from = population.from ?? variant?.from ?? scenario.from ?? '127.0.0.1';
  const talk = talkOf(stage);
  const connecting = gate(CONNECTING);
  const open = (caller: Caller) => connecting(() => options.network.open(listener, caller));
  const meeting = new Meeting(population.clients);
  const plays = Array.from({ length: population.clients }, (_, index) => {
    const peer = { address: addressOf(from, index), port: portOf(index) };
    let met = 0;
    const meet = population.oneByOne ? () => Promise.resolve() : () => meeting.arrive(++met);
    const client = new Client({
      client: index + 1,
      talk,
      world,
      open: (ahead) => open(ahead === undefined ? peer : { ...peer, ahead }),
      peer,
      tls: listener.tls,
      authority: subject.authority,
      certificate: (kind) => subject.certificate(kind),
      patience: options.patience ?? PATIENCE,
      meet,
    });
    clients.push(client);
    return () => client.play().finally(() => meeting.leave(met));
  });
  await playAll(plays, { every: msOf(population.every ?? 0), oneByOne: population.oneByOne ?? false }, world);
  await settling(journal, world);
  const after = variant?.after ?? scenario.after ?? {};
  const seen: Seen = {
    journal,
    marks: marksOf(clients),
    left: journal.sessions.filter(({ ended }) => !ended).length,
    ...(after.alive === true ? { greeting: await greeting(options, listener, subject) } : {}),
  };
  return weigh({
    scenario,
    variant,
    preset: task.base === 'mine' ? undefined : task.base,
    differences: clients.flatMap(({ difference }) => (difference ? [difference] : [])),
    misses: misses(after, seen),
    journal,
    last: clients[0]?.lines.findLast(({ heard }) => heard !== undefined)?.heard ?? 'nothing',
  });
}

function marksOf(clients: readonly Client[]): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  for (const client of clients) for (const mark of client.marks) marks.set(mark, (marks.get(mark) ?? 0) + 1);
  return marks;
}

/** Waits until the receiver has noticed that its clients left, so that what follows sees everything. */
async function settling(journal: MemoryJournal, world: World): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = world.after(SETTLE, resolve);
    void journal.settled().then(() => {
      timer.cancel();
      resolve();
    });
  });
}

/** What a new, orderly client from 127.0.0.1 is greeted with. */
async function greeting({ network }: PlayOptions, listener: SubjectListener, { authority }: Subject): Promise<string> {
  try {
    const connection = new ClientConnection(
      await network.open(listener, { address: '127.0.0.1', port: 19_999 }),
      network.world,
    );
    try {
      if (listener.tls === 'implicit') {
        const shaken = await connection.upgrade({ authority, within: PATIENCE });
        if (shaken.state === 'failed') return `handshake failed: ${shaken.error}`;
      }
      const heard = await connection.hear(PATIENCE);
      return heard.kind === 'reply'
        ? told(heard.reply)
        : heard.kind === 'closed'
          ? heard.how
          : `nothing within ${PATIENCE} ms`;
    } finally {
      connection.destroy();
    }
  } catch (error) {
    return `no connection (${(error as Error).message})`;
  }
}
