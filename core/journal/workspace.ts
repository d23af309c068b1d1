// The workspace: a journal in a folder, kept by the writer thread, with everything the window reads of it.
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { MessageRow } from '../contract/calls.ts';
import type { Event } from '../contract/event.ts';
import type { SessionRow } from '../contract/summary.ts';
import type { World } from '../world/world.ts';
import { eventsIn } from './chunks.ts';
import type { Journal, SessionLog } from './journal.ts';
import { storageError } from './memory.ts';
import type { AskName, Asks, Failure, Kept, PageOf, Revisions, Said, WorkspaceRefusal } from './protocol.ts';
import { type OnEvent, Recording } from './recording.ts';
import { RingIn, ringMemory } from './ring.ts';
import { Sending } from './sending.ts';

/** Octets of shared memory between the two threads; a power of two. */
const RING = 32 * 1024 * 1024;
/** The doorbell rings at most every so many ms. */
const DOORBELL = 50;

export interface WorkspaceOptions {
  readonly folder: string;
  readonly world: World;
  /** The doorbell: which lists have grown; at most 20 times a second. */
  readonly onChanged?: (revisions: Revisions) => void;
  /** Something is wrong with the disk; an empty text says that it is over. */
  readonly onProblem?: (problem: string) => void;
  /** Called for each event of a session as it is appended: for the log. */
  readonly onEvent?: OnEvent;
  /** How many are kept, the newest; 0 = all. */
  readonly keep?: Readonly<Record<Kept, number>>;
}

export interface Workspace extends Journal {
  readonly folder: string;
  /** The folder for log files. */
  readonly logFolder: string;
  revisions(): Revisions;
  /** Session rows changed after the revision, in the order of their change. */
  sessionsAfter(revision: number, limit: number): Promise<PageOf<SessionRow>>;
  /**
   * Events numbered above `after`, those not on disk yet included; undefined when there is no such session.
   * `done` when the session has ended and these were its last; a long session takes several calls.
   */
  eventsOf(
    session: string,
    after: number,
  ): Promise<{ readonly events: readonly Event[]; readonly done: boolean } | undefined>;
  messagesAfter(revision: number, limit: number): Promise<PageOf<MessageRow>>;
  message(id: string): Promise<Asks['message']['out']>;
  /** The client's bytes; undefined when there is no such message. */
  messageBytes(id: string): Promise<Uint8Array | undefined>;
  /** Removes all sessions that have ended; returns how many. */
  clearSessions(): Promise<number>;
  clearMessages(): Promise<number>;
  /** Changes how many are kept; older ones go at once. */
  retain(keep: Readonly<Record<Kept, number>>): Promise<void>;
  /** The person's configuration, comments and all; undefined in a fresh workspace. */
  loadYaml(): Promise<string | undefined>;
  saveYaml(yaml: string): Promise<void>;
  loadUsers<T extends { readonly name: string }>(): Promise<T[]>;
  saveUsers(users: readonly { readonly name: string }[]): Promise<void>;
  /** Runs, the newest first. */
  loadRuns<T extends { readonly id: string; readonly started: number }>(most: number): Promise<T[]>;
  saveRun(run: { readonly id: string; readonly started: number }): Promise<void>;
  /** Opens the record of a session; one of a scenario run names it and is not told to `onEvent`. */
  session(run?: string): SessionLog;
  /** Records a session that a scenario run played elsewhere; returns its id here. */
  importSession(events: readonly Event[], run: string): string;
  /** Writes what is waiting and leaves the folder; the workspace is of no use afterwards. */
  close(): Promise<void>;
}

export type OpenedWorkspace =
  { readonly workspace: Workspace; readonly problems: readonly string[] } | { readonly refusal: WorkspaceRefusal };

/** Opens the folder as a workspace, or makes it one. A refusal says what is wrong, where, and how to fix it. */
export function openWorkspace(options: WorkspaceOptions): Promise<OpenedWorkspace> {
  const memory = ringMemory(RING);
  const { port1: port, port2 } = new MessageChannel();
  const keep = options.keep ?? { sessions: 0, messages: 0 };
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: { folder: options.folder, ring: memory, keep, port: port2 },
    transferList: [port2],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    name: 'writer',
  });
  // The thread's end may be heard before its last words, and the other way round.
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    port.once('message', (said: Said) => {
      if (said.said === 'refused') {
        port.close();
        void exited.then(() => resolve({ refusal: said.refusal }));
      } else if (said.said === 'opened') {
        worker.off('error', reject);
        // Neither keeps the process alive: what was acknowledged is on disk.
        worker.unref();
        resolve({
          workspace: begin({ options, port, worker, ring: new RingIn(memory), said }),
          problems: said.problems,
        });
      } else reject(new Error(`the writer began with ${said.said}`));
    });
  });
}

interface Beginning {
  readonly options: WorkspaceOptions;
  readonly port: MessageChannel['port1'];
  readonly worker: Worker;
  readonly ring: RingIn;
  readonly said: Extract<Said, { said: 'opened' }>;
}

function begin({ options, port, worker, ring, said: { next, revisions: first } }: Beginning): Workspace {
  const sending = new Sending(ring, options.world);
  const recording = new Recording({ sending, next, onEvent: options.onEvent });
  const asked = new Map<number, { resolve: (output: never) => void; reject: (error: Error) => void }>();
  const rung = doorbell(options);
  let revisions = first;
  let lastAsk = 0;
  let gone: Failure | undefined;
  let exited: (() => void) | undefined;

  const hear = (said: Said): void => {
    switch (said.said) {
      case 'news':
        for (const [message, size] of said.stored) recording.stored(message, size);
        for (const [message, failure] of said.failed) recording.failed(message, failure);
        if (said.room) sending.room();
        if (said.revisions) rung((revisions = said.revisions));
        return;
      case 'answer':
        asked.get(said.id)?.resolve(said.output as never);
        return void asked.delete(said.id);
      case 'failure':
        asked.get(said.id)?.reject(storageError(said.failure.code, said.failure.message));
        return void asked.delete(said.id);
      case 'problem':
        return options.onProblem?.(said.problem);
      case 'opened':
      case 'refused':
        return;
    }
  };

  const end = (failure: Failure): void => {
    if (gone) return;
    gone = failure;
    recording.fail(failure);
    sending.release();
    for (const { reject } of asked.values()) reject(storageError(failure.code, failure.message));
    asked.clear();
  };

  port.on('message', hear);
  port.unref();
  worker.on('error', (error: Error) => {
    end({ code: 'EIO', message: `the writer thread failed: ${error.message}` });
    options.onProblem?.(
      `the writer thread failed and nothing is recorded any more; start Gatehouse again: ${error.message}`,
    );
  });
  worker.on('exit', () => {
    for (let last = receiveMessageOnPort(port); last; last = receiveMessageOnPort(port)) hear(last.message as Said);
    end({ code: 'EIO', message: 'the workspace is closed' });
    exited?.();
  });

  const ask = async <K extends AskName>(name: K, input: Asks[K]['in']): Promise<Asks[K]['out']> => {
    await sending.through();
    if (gone) throw storageError(gone.code, gone.message);
    const id = ++lastAsk;
    const answer = new Promise<Asks[K]['out']>((resolve, reject) => void asked.set(id, { resolve, reject }));
    port.postMessage({ id, ask: name, input });
    sending.wake();
    port.ref();
    return answer.finally(() => asked.size === 0 && port.unref());
  };

  const clear = (kind: Kept): Promise<number> => {
    sending.flush();
    return ask('clear', kind);
  };
  const rowsOf = <T>(page: PageOf<string>): PageOf<T> => ({
    ...page,
    rows: page.rows.map((row) => JSON.parse(row) as T),
  });
  const parsed = <T>(texts: readonly string[]): T[] => texts.map((text) => JSON.parse(text) as T);
  let closing: Promise<void> | undefined;

  return {
    folder: options.folder,
    logFolder: join(options.folder, 'log'),
    revisions: () => revisions,
    session: (run) => recording.session(run),
    importSession: (events, run) => recording.add(events, run),
    sessionsAfter: async (after, limit) => rowsOf(await ask('sessions', { after, limit })),
    messagesAfter: async (after, limit) => rowsOf(await ask('messages', { after, limit })),
    eventsOf: async (id, after) => {
      const session = numberOf(id);
      // The tail is taken before the question is asked: whatever is handed over in between stands in the answer too.
      const tail = recording.tail(session);
      const found = await ask('events', { session, after });
      if (found === undefined && tail.length === 0) return undefined;
      const { chunks, ended } = found ?? { chunks: [], ended: false };
      const events = chunks.flatMap(eventsIn).filter((event) => event.n > after);
      const known = Math.max(after, events.at(-1)?.n ?? 0);
      const follows = tail.find((event) => event.n > known)?.n === known + 1;
      return { events: follows ? [...events, ...tail.filter((event) => event.n > known)] : events, done: ended };
    },
    message: (id) => ask('message', numberOf(id)),
    messageBytes: async (id) => (await ask('message', numberOf(id)))?.bytes,
    clearSessions: () => clear('sessions'),
    clearMessages: () => clear('messages'),
    retain: async (keep) => void (await ask('retain', keep)),
    loadYaml: () => ask('read', 'yaml'),
    saveYaml: async (yaml) => void (await ask('write', { key: 'yaml', value: yaml })),
    loadUsers: async () => parsed(await ask('users', null)),
    saveUsers: async (users) =>
      void (await ask(
        'saveUsers',
        users.map((user) => ({ name: user.name, json: JSON.stringify(user) })),
      )),
    loadRuns: async (most) => parsed(await ask('runs', most)),
    saveRun: async (run) =>
      void (await ask('saveRun', { id: run.id, started: run.started, json: JSON.stringify(run) })),
    close: () => {
      closing ??= (async () => {
        sending.flush();
        worker.ref();
        const exit = new Promise<void>((resolve) => void (exited = resolve));
        await ask('close', recording.next);
        await exit;
        port.close();
      })();
      return closing;
    },
  };
}

const numberOf = (id: string): number => (/^[0-9a-f]{1,8}$/i.test(id) ? parseInt(id, 16) : 0);

/** Rings at once, then holds what comes within the pause and rings once more at its end. */
function doorbell({ world, onChanged }: WorkspaceOptions): (revisions: Revisions) => void {
  let quiet = false;
  let held: Revisions | undefined;
  const pause = (): void => {
    quiet = true;
    world.after(DOORBELL, () => {
      quiet = false;
      if (held === undefined) return;
      const now = held;
      held = undefined;
      ring(now);
    });
  };
  const ring = (revisions: Revisions): void => {
    if (quiet) held = revisions;
    else {
      pause();
      onChanged?.(revisions);
    }
  };
  return ring;
}
