// Everything the window knows of the host: pulled after the revision it has, whenever the host says that something changed.
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type {
  CallName,
  Changed,
  Input,
  MessageRow,
  Output,
  ReceiverState,
  RunState,
  SettingsState,
} from '../../core/contract/calls.ts';
import type { Port } from '../../core/contract/port.ts';
import { type Client, HostError } from '../../core/contract/rpc.ts';
import type { CaseResult } from '../../core/contract/scenario.ts';
import { placeInTime, type SessionRow } from '../../core/contract/summary.ts';
import { keepLink, type Link, type LinkState } from './link.ts';
import { emptyListing, type Listing, pullListing } from './listing.ts';
import { noSession, type OpenSession, openSession } from './openSession.ts';

export interface WorkbenchState {
  readonly link: LinkState;
  readonly info?: Output<'workbench.info'>;
  readonly receiver?: ReceiverState;
  readonly settings?: SettingsState;
  readonly sessions: Listing<SessionRow>;
  readonly messages: Listing<MessageRow>;
  readonly log: { readonly revision: number; readonly lines: readonly string[] };
  readonly run?: RunState;
  /** Results of the run now on, or of the last, in the order they came. */
  readonly results: readonly CaseResult[];
  /** The session whose transcript is open. */
  readonly open: OpenSession;
  /** The last pull that went wrong, in words; gone as soon as one goes right. */
  readonly trouble?: string;
}

/** The newest log lines kept in the window. */
const LOG_LINES = 5000;

function initial(): WorkbenchState {
  return {
    link: { state: 'connecting' },
    sessions: emptyListing(),
    messages: emptyListing(),
    log: { revision: 0, lines: [] },
    results: [],
    open: noSession,
  };
}

export type Workbench = ReturnType<typeof createWorkbench>;

/** A store of its own with its link; the window has one, tests have many. */
export function createWorkbench() {
  const store = createStore<WorkbenchState>(initial);
  const set = (part: Partial<WorkbenchState>) => store.setState(part);
  let link: Link | undefined;
  const pulls = new Map<string, { busy: boolean; again: boolean }>();

  async function call<K extends CallName>(name: K, input: Input<K>): Promise<Output<K>> {
    const client = link?.client();
    if (!client) throw new HostError('closed', 'The workbench is not connected.');
    return client.call(name, input);
  }

  /** Runs one pull at a time per topic; a wish that comes meanwhile is granted once, afterwards. */
  function pull(topic: string, work: (client: Client) => Promise<void>): void {
    const state = pulls.get(topic) ?? { busy: false, again: false };
    pulls.set(topic, state);
    if (state.busy) {
      state.again = true;
      return;
    }
    const client = link?.client();
    if (!client) return;
    state.busy = true;
    work(client)
      .then(
        () => {
          if (store.getState().trouble !== undefined) store.setState({ trouble: undefined });
        },
        (error: unknown) => {
          if (!(error instanceof HostError && error.code === 'closed')) set({ trouble: sayError(error) });
        },
      )
      .finally(() => {
        state.busy = false;
        if (!state.again) return;
        state.again = false;
        pull(topic, work);
      });
  }

  const pullSessions = () =>
    pull('sessions', async (client) => {
      await pullListing(client, 'sessions', {
        get: () => store.getState().sessions,
        put: (sessions) => set({ sessions }),
        time: placeInTime,
      });
      opened.follow(client);
    });
  const pullMessages = () =>
    pull('messages', (client) =>
      pullListing(client, 'messages', {
        get: () => store.getState().messages,
        put: (messages) => set({ messages }),
        time: (row) => row.at,
      }),
    );

  const pullLog = () =>
    pull('log', async (client) => {
      const { log } = store.getState();
      const { revision, lines } = await client.call('log.tail', { after: log.revision });
      if (lines.length === 0 && revision === log.revision) return;
      set({ log: { revision, lines: [...log.lines, ...lines].slice(-LOG_LINES) } });
    });

  const pullRun = () =>
    pull('scenarios', async (client) => {
      const { run, results } = store.getState();
      let answer = await client.call('scenarios.state', { after: results.length });
      if (answer.run?.id !== run?.id && results.length > 0) {
        answer = await client.call('scenarios.state', { after: 0 });
        set({ run: answer.run, results: answer.results });
        return;
      }
      set({ run: answer.run, results: answer.results.length > 0 ? [...results, ...answer.results] : results });
    });

  const pullReceiver = () =>
    pull('receiver', async (client) => set({ receiver: await client.call('receiver.state', {}) }));
  const pullSettings = () =>
    pull('settings', async (client) => set({ settings: await client.call('settings.get', {}) }));
  const pullInfo = () => pull('info', async (client) => set({ info: await client.call('workbench.info', {}) }));

  const opened = openSession({
    state: () => store.getState().open,
    row: (id) => store.getState().sessions.byId.get(id),
    set: (open) => set({ open }),
    client: () => link?.client(),
  });

  let seen: Changed | undefined;
  const onChanged = (now: Changed) => {
    const before = seen;
    seen = now;
    const grew = (key: keyof Changed) => before === undefined || before[key] !== now[key];
    if (grew('sessions')) pullSessions();
    if (grew('messages')) pullMessages();
    if (grew('receiver')) pullReceiver();
    if (grew('settings')) pullSettings();
    if (grew('scenarios')) pullRun();
    if (grew('log')) pullLog();
  };

  /** After a break nothing is assumed: lists are read anew while the old ones stay on the screen. */
  const onOpened = (client: Client) => {
    client.onChanged(onChanged);
    seen = undefined;
    pulls.clear();
    const { sessions, messages } = store.getState();
    set({
      sessions: { ...sessions, revision: 0 },
      messages: { ...messages, revision: 0 },
      log: { revision: 0, lines: [] },
      results: [],
      run: undefined,
    });
    pullInfo();
    pullReceiver();
    pullSettings();
    pullSessions();
    pullMessages();
    pullRun();
    pullLog();
    opened.reload();
  };

  return {
    store,
    call,
    /** Connects, and keeps connected. */
    start: (dial: () => Promise<Port>) => {
      link = keepLink(dial, { state: (state) => set({ link: state }), opened: onOpened });
    },
    stop: () => link?.stop(),
    retry: () => link?.retry(),
    openSession: opened.open,
    /** The receiver's or the settings' answer to a call, taken in without waiting for the next `changed`. */
    took: (part: Pick<Partial<WorkbenchState>, 'receiver' | 'settings' | 'run' | 'info'>) => set(part),
    /** Asks for the run again, e.g. right after starting one. */
    pullRun,
  };
}

/** An error in words for a person: message and details. */
export function sayError(error: unknown): string {
  if (error instanceof HostError && error.details.length > 0) return `${error.message}: ${error.details.join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}

/** The window's own workbench. */
export const workbench = createWorkbench();

/** Reads from the workbench in a component; rendered again when what was read changed. */
export function useWorkbench<T>(select: (state: WorkbenchState) => T): T {
  return useStore(workbench.store, select);
}
