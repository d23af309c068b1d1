// Plays one case: a private receiver under a base, the clients of its population, and the outcome.
import type { Event } from '../contract/event.ts';
import { type Base, type CaseResult, expectedOutcome, type Scenario, type ScenarioCase } from '../contract/scenario.ts';
import { groupTalks, isSociety } from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { msOf } from '../contract/span.ts';
import type { Pace } from '../contract/timeline.ts';
import { seedOf } from '../world/chance.ts';
import type { World } from '../world/world.ts';
import { CaseJournal, type KeptSession } from './caseJournal.ts';
import { ClientConnection } from './clientConnection.ts';
import { readyToCompose } from './compose/compose.ts';
import { Course } from './course.ts';
import { Dump } from './dump.ts';
import { handshakeOf } from './handshake.ts';
import { lacking } from './lacking.ts';
import { misses, type Seen, weigh, type Weighed } from './judge.ts';
import { type Network, toldStop } from './network.ts';
import { type Facing, type Playing, playing } from './playing.ts';
import { told } from './reply.ts';
import { caseSettings, populationOf, stepsOf, variantOf, wholeTalk } from './settle.ts';
import type { StartSubject, Subject } from './subject.ts';
import { Witness } from './witness.ts';

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
  /** A file to write all events to, which must not exist yet. */
  readonly dump?: string;
  /** How far a simulated case may go; what stops it is told. */
  readonly bounds?: TaskBounds;
}

/** Virtual ms, timers fired, real ms. */
export interface TaskBounds {
  readonly until?: number;
  readonly events?: number;
  readonly wall?: number;
}

export interface PlayOptions {
  readonly network: Network;
  readonly start: StartSubject;
  /** Called for each event of the private receiver as it happens. */
  readonly onEvent?: (session: string, event: Event) => void;
  /** Called with events of sessions that are kept: of most as they happen, of some when they have ended. */
  readonly onKept?: (session: string, events: readonly Event[]) => void;
  /** Called once, before the clients of a case with groups begin. */
  readonly onCourse?: (course: Course) => void;
  /** Called when the clients have ended: what follows is the end of the receiver. */
  readonly onPlayed?: () => void;
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
  /** Events that were recorded. */
  readonly events: number;
}

const PATIENCE = 5000;
/** How long sessions may take to notice that their client has left, ms. */
const SETTLE = 5000;
const MOST_SESSIONS = 1000;

interface Stage {
  readonly task: CaseTask;
  readonly variant: ScenarioCase | undefined;
  readonly options: PlayOptions;
  readonly journal: CaseJournal;
  readonly witness: Witness;
  playing?: Playing;
  course?: Course | undefined;
  /** Why it ended before its time. */
  stopped?: string;
}

/** Plays a case to its end; never rejects: whatever goes wrong around it makes it inconclusive. */
export async function playCase(task: CaseTask, options: PlayOptions): Promise<Played> {
  const { world } = options.network;
  const begun = world.elapsed();
  const variant = variantOf(task.scenario, task.case);
  const firstId = Buffer.from(world.random(4)).readUInt32BE();
  const full = variant?.disk?.full ?? task.scenario.disk?.full ?? 0;
  const population = populationOf(task.scenario, variant);
  const witness = new Witness(task.scenario.knobs);
  let commits = 0;
  const dump = task.dump === undefined ? undefined : new Dump(task.dump);
  const journal = new CaseJournal({
    firstId,
    failCommit: () => (++commits <= full ? 'ENOSPC' : undefined),
    world: options.network.name,
    elapsed: () => world.elapsed() - begun,
    ...(isSociety(population) ? { until: msOf(population.until) } : {}),
    after: variant?.after ?? task.scenario.after,
    dump,
    onEvent: (session, event) => {
      witness.take(event);
      options.onEvent?.(session, event);
    },
    ...(options.onKept ? { onKept: options.onKept } : {}),
  });
  const stage: Stage = { task, variant, options, journal, witness };
  const { isHosts, ...told } = await guarded(stage);
  const error = dump?.close();
  const weighed: Weighed = error
    ? { outcome: 'inconclusive', why: `its events could not be written to ${task.dump}: ${error.message}` }
    : told;
  const expected =
    task.proves && task.base !== 'mine' && !isHosts
      ? (variant?.presets ?? task.scenario.presets)[task.base]
      : undefined;
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
    lines: stage.playing?.shown?.lines ?? [],
    ...(stage.course === undefined ? {} : { timeline: stage.course.timeline({ stopped: stage.stopped }) }),
    sessions: sessionIds(stage),
  };
  return { result, digest: journal.digest(), events: journal.tally.events };
}

/** Ids of the case's sessions, that of the talk that is shown first. */
function sessionIds({ journal, playing }: Stage): string[] {
  const peer = playing?.shown?.peer;
  const isShown = ({ events: [first] }: KeptSession) =>
    first?.kind === 'connect' &&
    (first.proxy?.through ?? first.peer).port === peer?.port &&
    (first.proxy?.through ?? first.peer).address === peer.address;
  const shown = journal.sessions.find(isShown);
  const ids = journal.sessions.filter((one) => one !== shown).map(({ id }) => id);
  return [...(shown === undefined ? [] : [shown.id]), ...ids].slice(0, MOST_SESSIONS);
}

const talkOf = ({ task, variant }: Stage): readonly Step[] => stepsOf(task.scenario, variant);

/** All talks there are: the case's own, and those of its groups. */
function talksOf(stage: Stage): readonly (readonly Step[])[] {
  const { task, variant } = stage;
  const population = populationOf(task.scenario, variant);
  if (!isSociety(population)) return [talkOf(stage)];
  return population.groups
    .flatMap(groupTalks)
    .map(({ talk }) => (talk === undefined ? talkOf(stage) : wholeTalk(task.scenario, talk)));
}

/** `isHosts`: it does not apply because of this host, whatever the settings; then nothing is expected of it. */
async function guarded(stage: Stage): Promise<Weighed & { readonly isHosts?: boolean }> {
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
    const talks = talksOf(stage);
    const where = { listener, kerberos: subject.kerberos };
    const missing =
      talks.map((talk) => lacking(talk, settled.settings, where)).find((one) => one !== undefined) ??
      (await lacksTicket(talks.flat(), subject));
    if (missing !== undefined)
      return { outcome: 'notApplicable', why: missing, isHosts: await lacksKerberos(talks.flat(), subject) };
    await readyFor(talks.flat(), subject);
    const facing = { network: options.network, subject, listener, patience: options.patience ?? PATIENCE };
    const seed = seedOf(task.seed ?? 0, task.id, task.case);
    stage.course = courseOf(stage);
    stage.playing = playing({ scenario: task.scenario, variant, seed }, facing, stage.course);
    return await options.network.during({
      begin: () => inTime(stage, () => playOn(stage, facing)),
      otherwise: (stopped) => {
        stage.stopped = toldStop(stopped);
        return { outcome: 'inconclusive', why: stage.stopped };
      },
    });
  } catch (error) {
    return { outcome: 'inconclusive', why: `the runner failed: ${(error as Error).message}` };
  } finally {
    stage.playing?.leave();
    options.onPlayed?.();
    await options.network.during({ begin: () => subject.close(), otherwise: () => undefined });
  }
}

/** Why nobody can show a ticket, where a talk is to. */
async function lacksTicket(talk: readonly Step[], { tickets }: Subject): Promise<string | undefined> {
  const shows = talk.some((step) => 'login' in step && step.login.mechanism === 'GSSAPI');
  return shows ? tickets?.problem() : undefined;
}

async function lacksKerberos(talk: readonly Step[], subject: Subject): Promise<boolean> {
  const shows = talk.some((step) => 'login' in step && step.login.mechanism === 'GSSAPI');
  return shows && (subject.kerberos !== undefined || (await lacksTicket(talk, subject)) !== undefined);
}

/** Makes what a talk will need and virtual time could not wait for: the certificates its clients show, and what signs their messages. */
async function readyFor(talk: readonly Step[], subject: Subject): Promise<void> {
  const kinds = talk.flatMap((step) => handshakeOf(step)?.certificate ?? []);
  await Promise.all([...new Set(kinds)].map((kind) => subject.certificate(kind)));
  await readyToCompose(talk);
}

/** Ends the case when its deadline has come or it was cancelled. */
async function inTime(stage: Stage, play: () => Promise<Weighed>): Promise<Weighed> {
  const { network, signal } = stage.options;
  const { world } = network;
  const deadline = stage.options.deadline ?? stage.playing?.deadline ?? Infinity;
  return new Promise((resolve, reject) => {
    const stop = (why: string) => {
      resolve({ outcome: 'inconclusive', why });
    };
    const late = () => stop(`not done after ${deadline / 1000} s; ${stage.playing?.late() ?? ''}`);
    const cancelled = () => {
      stage.stopped = 'cancelled';
      stop(stage.stopped);
    };
    const timer = deadline === Infinity ? undefined : world.after(deadline, late);
    signal?.addEventListener('abort', cancelled, { once: true });
    if (signal?.aborted) cancelled();
    play()
      .then(resolve, reject)
      .finally(() => {
        timer?.cancel();
        signal?.removeEventListener('abort', cancelled);
      });
  });
}

/** The course of a case with groups, told of every event. */
function courseOf({ task, variant, options, journal }: Stage): Course | undefined {
  const population = populationOf(task.scenario, variant);
  if (!isSociety(population)) return undefined;
  const { world, spent } = options.network;
  const [began, before] = [world.elapsed(), spent()];
  const clock = {
    elapsed: () => world.elapsed() - began,
    now: () => world.now(),
    took: () => spent().ms - before.ms,
    fired: () => spent().timers - before.timers,
  };
  const course = new Course({ society: population, clock, keep: journal.keep });
  journal.follow(course);
  options.onCourse?.(course);
  return course;
}

async function playOn({ task, variant, options, journal, witness, playing }: Stage, facing: Facing): Promise<Weighed> {
  const { scenario } = task;
  if (playing === undefined) throw new Error('there is nobody to play');
  const { differences, marks, expectations } = await playing.play();
  await settling(journal, options.network.world);
  const after = variant?.after ?? scenario.after ?? {};
  const seen: Seen = {
    journal,
    marks,
    left: journal.open,
    ...(after.alive === true ? { greeting: await greeting(facing) } : {}),
  };
  return weigh({
    scenario,
    variant,
    preset: task.base === 'mine' ? undefined : task.base,
    differences,
    misses: misses(after, seen),
    expectations,
    witness,
    last: playing.shown?.lines.findLast(({ heard }) => heard !== undefined)?.heard ?? 'nothing',
  });
}

/** Waits until the receiver has noticed that its clients left, so that what follows sees everything. */
async function settling(journal: CaseJournal, world: World): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = world.after(SETTLE, resolve);
    void journal.settled().then(() => {
      timer.cancel();
      resolve();
    });
  });
}

/** What a new, orderly client from 127.0.0.1 is greeted with. */
async function greeting({ network, listener, subject }: Facing): Promise<string> {
  const { authority } = subject;
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
