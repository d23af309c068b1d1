// The workbench: workspace, settings, users, receiver, log and runs behind one port, whatever window looks at it.
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { unavailableMechanisms } from '../contract/availability.ts';
import type { ReceiverState } from '../contract/calls.ts';
import type { Port } from '../contract/port.ts';
import { type Handlers, serve } from '../contract/rpc.ts';
import { defaults, type Settings } from '../contract/settings/settings.ts';
import { problemText } from '../formats/problem.ts';
import { freshYaml } from '../formats/yaml.ts';
import { openWorkspace, type Workspace } from '../journal/workspace.ts';
import { type Log, openLog } from '../log/log.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import type { SpawnHelper } from '../sasl/gss/calling.ts';
import { type Closing, kerberosClientOf, kerberosOf } from '../sasl/gss/kerberos.ts';
import type { KerberosClient } from '../sasl/kerberos.ts';
import type { SpawnWorker } from '../simulate/protocol.ts';
import { threadsWith } from '../simulate/spawn.ts';
import { restartsOf } from '../smtp/binding.ts';
import { identityOf } from '../smtp/certificates.ts';
import { threadWorkers } from '../workers/threads.ts';
import type { Workers } from '../workers/workers.ts';
import { realWorld } from '../world/real.ts';
import { Configuration } from './configuration.ts';
import { Doorbell } from './doorbell.ts';
import { CommandError } from './exit.ts';
import { readText } from './files.ts';
import { GreylistFile } from './greylistFile.ts';
import { handlersOf } from './handlers.ts';
import { forkKerberos } from './kerberosProcess.ts';
import { RecentQuestions } from './recentQuestions.ts';
import { Runs } from './runs.ts';
import { type KeyStore, noKeyStore } from './keyStore.ts';
import { type UserList, Users } from './users.ts';

export interface WorkbenchOptions {
  readonly host: 'electron' | 'web' | 'memory';
  /** The workspace folder; made when it is missing. */
  readonly folder: string;
  /** A YAML file whose settings are used and never written back. */
  readonly config: string | undefined;
  /** Lines the window shows about how it was started. */
  readonly notes: readonly string[];
  /** What starts a helper for scenario runs; worker threads unless the host lends something else. */
  readonly spawn?: SpawnWorker;
  /** What seals the secrets of users; none unless the host lends one. */
  readonly keyStore?: KeyStore;
  /** What starts the helper that calls the Kerberos library; a child process unless the host lends something else. */
  readonly spawnKerberos?: SpawnHelper;
}

export interface Workbench {
  readonly folder: string;
  readonly handlers: Handlers;
  /** The user made on first start, with the password nobody will be told again. */
  readonly firstUser: { readonly name: string; readonly password: string } | undefined;
  /** Whether the secrets of users are sealed, in words. */
  readonly storage: UserList['storage'];
  state(): ReceiverState;
  /** Serves a window behind this port until it closes. */
  attach(port: Port): void;
  /** Ends sessions in order, frees the ports, syncs and closes the workspace. */
  close(): Promise<void>;
}

/** What the handlers work on. */
export interface Parts {
  readonly options: WorkbenchOptions;
  readonly workspace: Workspace;
  readonly configuration: Configuration;
  readonly users: Users;
  readonly receiver: Receiver;
  readonly workers: Workers;
  readonly greylist: GreylistFile;
  readonly runs: Runs;
  readonly log: Log;
  readonly recentQuestions: RecentQuestions;
  readonly doorbell: Doorbell;
  readonly tlsFolder: string;
  /** Shows the tickets that are there, where somebody tries a login. */
  readonly tickets: KerberosClient & Closing;
  /** What is wrong with workspace or disk now, for the window. */
  readonly problems: Set<string>;
  firstUser: { readonly name: string; readonly password: string } | undefined;
}

/** Opens a workbench and starts its receiver. Exit 2 for a bad configuration, 3 when the workspace cannot be used. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const doorbell = new Doorbell(realWorld);
  const problems = new Set<string>();
  const recentQuestions = new RecentQuestions(realWorld);
  const listening: Listening = { log: undefined, recentQuestions };
  const given = options.config === undefined ? undefined : readText(options.config);
  if (given !== undefined) refuseBad(given, options.config ?? '');
  const workspace = await openFolder(options, { doorbell, problems, listening });
  const kept = await workspace.loadYaml();
  const isFresh = kept === undefined;
  const configuration = new Configuration({
    yaml: given ?? kept ?? freshYaml(defaults),
    file: options.config ?? `${basename(options.folder)}: configuration`,
    readOnly: given !== undefined,
    save: (yaml) => workspace.saveYaml(yaml),
    restarts: (before, after) => restartsOf(before.listeners, after.listeners),
  });
  for (const problem of configuration.problems)
    problems.add(`${problemText(problem)} The defaults are used; the text is kept.`);
  if (isFresh) await workspace.saveYaml(given === undefined ? configuration.state.yaml : freshYaml(defaults));
  const log = openLog({
    world: realWorld,
    folder: workspace.logFolder,
    host: hostname(),
    logging: configuration.settings.logging,
    onChanged: (to) => doorbell.ring('log', to),
    onProblem: problemSlot(problems, doorbell),
  });
  listening.log = log;
  const users = await Users.open({
    workspace,
    world: realWorld,
    settings: () => configuration.settings,
    unavailable: () => [
      ...(receiver.state().unavailable ?? []),
      ...unavailableMechanisms(configuration.settings.authentication),
    ],
    keyStore: options.keyStore ?? noKeyStore,
  });
  const tlsFolder = join(options.folder, 'tls');
  const baseFolder = options.config === undefined ? options.folder : dirname(options.config);
  const spawnKerberos = options.spawnKerberos ?? forkKerberos;
  const kerberos = kerberosOf({ spawn: spawnKerberos, world: realWorld, folder: baseFolder });
  const tickets = kerberosClientOf({ spawn: spawnKerberos, world: realWorld });
  const workers = threadWorkers({ world: realWorld, settings: configuration.settings.workers, ahead: true });
  const greylist = await GreylistFile.open({
    folder: options.folder,
    world: realWorld,
    onProblem: problemSlot(problems, doorbell),
  });
  const receiver = createReceiver({
    world: realWorld,
    journal: workspace,
    greylist: greylist.greylist,
    users: users.lookup,
    identity: (listener) =>
      identityOf(listener, {
        world: realWorld,
        folder: tlsFolder,
        hostname: configuration.settings.acceptance.hostname,
        baseFolder,
        imported: configuration.settings.carried.axigenCfg !== '',
      }),
    kerberos,
    workers,
    onState: () => doorbell.ring('receiver'),
  });
  const firstUser = isFresh && users.list().users.length === 0 ? await users.makeFirst() : undefined;
  const runs = new Runs({
    world: realWorld,
    workspace,
    settings: () => configuration.settings,
    onChanged: () => doorbell.ring('scenarios'),
    spawn: options.spawn ?? threadsWith(spawnKerberos),
  });
  const parts: Parts = {
    options,
    workspace,
    configuration,
    users,
    receiver,
    workers,
    greylist,
    runs,
    log,
    recentQuestions,
    doorbell,
    tlsFolder,
    tickets,
    problems,
    firstUser,
  };
  await adopt(parts, configuration.settings);
  await receiver.start(configuration.settings);
  return workbenchOf(parts, kerberos);
}

/** Makes everything beside the receiver follow new settings. */
export async function adopt({ workspace, log }: Parts, settings: Settings): Promise<void> {
  await workspace.retain({ sessions: settings.queue.keepSessions, messages: settings.queue.keepMessages });
  log.configure(settings.logging);
}

/** Who hears of events: the log, once there is one, and the last DNS questions. Sessions of scenario runs are none of its business. */
interface Listening {
  log: Log | undefined;
  readonly recentQuestions: RecentQuestions;
}

/** A place for one problem that comes and goes; an empty text says that it is over. */
function problemSlot(problems: Set<string>, doorbell: Doorbell): (problem: string) => void {
  let last = '';
  return (problem) => {
    problems.delete(last);
    if (problem !== '') problems.add(problem);
    last = problem;
    doorbell.ring('receiver');
  };
}

/** A configuration named on the command line must be right; one in the workspace is kept and told about. */
function refuseBad(yaml: string, file: string): void {
  const noop = () => Promise.resolve();
  const { problems } = new Configuration({ yaml, file, readOnly: true, save: noop, restarts: () => [] });
  if (problems.length > 0)
    throw new CommandError(2, `${file} cannot be used; nothing was started`, problems.map(problemText));
}

async function openFolder(
  options: WorkbenchOptions,
  {
    doorbell,
    problems,
    listening,
  }: { readonly doorbell: Doorbell; readonly problems: Set<string>; readonly listening: Listening },
): Promise<Workspace> {
  const opened = await openWorkspace({
    folder: options.folder,
    world: realWorld,
    onChanged: ({ sessions, messages }) => {
      doorbell.ring('sessions', sessions);
      doorbell.ring('messages', messages);
    },
    onProblem: problemSlot(problems, doorbell),
    onEvent: (session, event, t) => {
      listening.log?.event(session, event, t);
      listening.recentQuestions.event(session, event);
    },
  });
  if ('refusal' in opened) {
    const { what, where, fix } = opened.refusal;
    throw new CommandError(3, `${where}: ${what}`, [fix]);
  }
  for (const problem of opened.problems) problems.add(problem);
  doorbell.ring('sessions', opened.workspace.revisions().sessions);
  doorbell.ring('messages', opened.workspace.revisions().messages);
  return opened.workspace;
}

function workbenchOf(parts: Parts, kerberos: Closing): Workbench {
  const { workspace, receiver, runs, log, doorbell, options } = parts;
  const handlers = handlersOf(parts);
  const open = new Set<Port>();
  return {
    folder: options.folder,
    handlers,
    firstUser: parts.firstUser,
    get storage() {
      return parts.users.storage;
    },
    state: () => receiver.state(),
    attach: (port) => {
      open.add(port);
      const { changed } = serve(port, handlers, (error) =>
        process.stderr.write(`gatehouse: ${String((error as Error).stack ?? error)}\n`),
      );
      const stop = doorbell.listen(changed);
      port.onClose(() => {
        open.delete(port);
        stop();
      });
    },
    close: async () => {
      await runs.cancel();
      await receiver.stop();
      await parts.workers.close();
      await parts.greylist.close();
      kerberos.close();
      parts.tickets.close();
      doorbell.close();
      for (const port of open) port.close();
      await log.close();
      await workspace.close();
    },
  };
}
