// A handler for each call of the table: what the window asks, answered from the workbench's parts.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unavailableMechanisms } from '../contract/availability.ts';
import type { ReceiverState } from '../contract/calls.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { settingsSchema } from '../contract/settings/settings.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import { type Handlers, HostError } from '../contract/rpc.ts';
import { readMessage } from '../message/read.ts';
import { evaluateAccess } from '../policy/access.ts';
import type { RuleEvidence } from '../contract/verdict.ts';
import { stageTable } from '../policy/stages.ts';
import { sendTest } from '../simulate/mail.ts';
import { ehloReply } from '../smtp/capabilities.ts';
import { authorityFile, ownClient, ownIdentity } from '../smtp/certificates.ts';
import { realWorld } from '../world/real.ts';
import { exportSettings, importSettings } from './exchange.ts';
import { faultChange } from './faultWarning.ts';
import { senderHandlers } from './senderHandlers.ts';
import { type Surroundings, tryLogin } from './tryLogin.ts';
import { version } from './version.ts';
import { adopt, type Parts } from './workbench.ts';

export function handlersOf(parts: Parts): Handlers {
  const { workspace, configuration, users, receiver, runs, log, doorbell, options } = parts;
  return {
    ...senderHandlers(parts),
    'workbench.info': () => {
      const { firstUser } = parts;
      return {
        version,
        workspace: basename(options.folder),
        path: options.folder,
        host: options.host,
        notes: [...options.notes],
        ...(firstUser ? { firstUser } : {}),
        problems: [...parts.problems].map((message) => ({ path: '', message })),
      };
    },
    'receiver.state': () => receiver.state(),
    'receiver.start': async () =>
      receiver.state().running ? receiver.state() : receiver.start(configuration.settings),
    'receiver.stop': async () => {
      await receiver.stop();
      return receiver.state();
    },
    'receiver.access': ({ address, listener, settings }) =>
      traceAccess(address, listener, settings ?? configuration.settings),
    'receiver.ehlo': ({ settings }) => previewEhlo(settings, receiver.state()),

    'settings.get': () => configuration.state,
    'settings.check': ({ ...draft }) => configuration.check(draft),
    'settings.apply': async ({ draft, revision }) => {
      const { problems } = await configuration.take(draft, revision);
      if (problems.length > 0) return { problems, restarted: [], state: configuration.state };
      await adopt(parts, configuration.settings);
      const before = receiver.state();
      const { restarted, state } = await receiver.apply(configuration.settings);
      const faults = faultChange(before, state);
      if (faults !== undefined) process.stderr.write(`${faults}\n`);
      doorbell.ring('settings');
      return { problems: [], restarted, state: configuration.state };
    },
    'settings.export': ({ format }) => exportSettings(format, configuration.state),
    'settings.import': ({ files }) => importSettings(files),
    'certificate.authority': async () => {
      const path = join(parts.tlsFolder, authorityFile);
      await ownIdentity({
        world: realWorld,
        folder: parts.tlsFolder,
        hostname: configuration.settings.acceptance.hostname,
      });
      return { pem: await readFile(path, 'utf8'), path };
    },

    'sessions.list': async ({ after, limit }) => listed(await workspace.sessionsAfter(after, limit)),
    'sessions.events': async ({ session, after }) => {
      const found = await workspace.eventsOf(session, after);
      if (!found)
        throw new HostError('not-found', `there is no session ${session}`, [
          'it was cleared, or removed by queue.keepSessions',
        ]);
      return { events: [...found.events], done: found.done };
    },
    'sessions.clear': async () => ({ removed: await workspace.clearSessions() }),
    'messages.list': async ({ after, limit }) => listed(await workspace.messagesAfter(after, limit)),
    'messages.source': async ({ message }) => {
      const { trace, bytes, removed } = await messageOf(parts, message);
      return { trace, bytes, ...(removed && { removed: [...removed] }) };
    },
    'messages.parts': async ({ message }) => {
      const { headers, parts: found, problems } = await readMessage((await messageOf(parts, message)).bytes);
      return { headers: [...headers], parts: [...found], problems: [...problems] };
    },
    'messages.clear': async () => ({ removed: await workspace.clearMessages() }),
    'log.tail': ({ after }) => {
      const { revision, lines } = log.tail(after);
      return { revision, lines: [...lines] };
    },
    'test.send': (mail) => sendThrough(parts, mail),

    'users.list': () => users.list(),
    'users.set': (change) => users.set(change),
    'users.remove': ({ name }) => users.remove(name),
    'users.token': (given) => users.token(given),
    'users.revoke': (given) => users.revoke(given),
    'users.import': (given) => users.import(given),
    'test.login': (wanted) => tryLogin(wanted, surroundingsOf(parts)),

    'scenarios.list': async () => ({ scenarios: await runs.list(), checks: checkTitles() }),
    'scenarios.source': async ({ scenario }) => ({ yaml: await runs.source(scenario) }),
    'scenarios.run': (input) => runs.start(input),
    'scenarios.pace': (input) => runs.pace(input),
    'scenarios.timelines': (input) => runs.timelines(input),
    'scenarios.cancel': async () => ({ cancelled: await runs.cancel() }),
    'scenarios.state': ({ after }) => runs.state(after),
  };
}

/** What a login is tried with: the workbench's own authority, its tickets and its sessions. */
function surroundingsOf({ receiver, configuration, workspace, tickets, tlsFolder }: Parts): Surroundings {
  const hostname = () => configuration.settings.acceptance.hostname;
  return {
    world: realWorld,
    state: () => receiver.state(),
    listener: (name) => configuration.settings.listeners.find((one) => one.name === name),
    hostname,
    authority: () => readFile(join(tlsFolder, authorityFile), 'utf8').catch(() => ''),
    certificate: (name) => ownClient(name, { world: realWorld, folder: tlsFolder, hostname: hostname() }),
    kerberos: tickets,
    sessions: () => {
      const revision = workspace.revisions().sessions;
      return async () => (await workspace.sessionsAfter(revision, 1000)).rows;
    },
  };
}

const listed = <T>(page: {
  readonly rows: readonly T[];
  readonly removed: readonly string[];
  readonly revision: number;
  readonly total: number;
  readonly cleared: number;
}) => ({ ...page, rows: [...page.rows], removed: [...page.removed] });

async function messageOf({ workspace }: Parts, id: string) {
  const found = await workspace.message(id);
  if (!found)
    throw new HostError('not-found', `there is no message ${id}`, ['it was cleared, or removed by queue.keepMessages']);
  return found;
}

/** Titles of the checks by name, for why panels. */
function checkTitles(): Record<string, string> {
  return Object.fromEntries(
    Object.values(stageTable).flatMap((checks) => checks.map(({ name, title }) => [name, title])),
  );
}

/** Kerberos is as the receiver found it: a draft with another keytab is tried when it is applied. */
function previewEhlo(draft: Readonly<Record<string, unknown>>, { unavailable = [] }: ReceiverState) {
  const parsed = settingsSchema.safeParse(draft);
  if (!parsed.success) throw new HostError('bad-input', 'these settings are not valid yet');
  const settings: Settings = parsed.data;
  const kerberos = unavailable.find(({ mechanism }) => mechanism === 'GSSAPI')?.why;
  return {
    listeners: settings.listeners.map(({ name, tls }, index) => ({
      name,
      tls,
      ...ehloReply(settings, { listenerIndex: index, kerberos }),
    })),
    unavailable: [...unavailableMechanisms(settings.authentication, kerberos)],
  };
}

function traceAccess(address: string, listener: string, draft: Readonly<Record<string, unknown>>) {
  const parsed = settingsSchema.safeParse(draft);
  if (!parsed.success) throw new HostError('bad-input', 'these settings are not valid yet');
  const settings: Settings = parsed.data;
  const index = settings.listeners.findIndex(({ name }) => name === listener);
  if (index < 0) throw new HostError('not-found', `there is no listener ${listener}`);
  const { allowed, because, rule, trace } = evaluateAccess(settings, index, address);
  return { allowed, because, path: rule.path, trace: trace.map(ruleLine) };
}

function ruleLine({ layer, action, path, ipSet, priority }: RuleEvidence): string {
  const set = ipSet === undefined ? 'any other address' : ipSet;
  return `${layer}: ${action} ${set}${priority === undefined ? '' : `, priority ${priority}`} (${path})`;
}

/** A well-behaved client sends one message to a listener of ours, over TLS where it is offered. */
async function sendThrough(
  { receiver, tlsFolder }: Parts,
  mail: { readonly listener: string; readonly from: string; readonly to: string; readonly subject: string },
): Promise<{ ok: boolean; reply: string }> {
  const listener = receiver
    .state()
    .listeners.find(({ name, state }) => name === mail.listener && state === 'listening');
  const at = listener && parseHostPort(listener.bound);
  if (!listener || !at)
    throw new HostError('not-found', `no listener ${mail.listener} is listening`, [
      'start the receiver, or choose another listener',
    ]);
  const secured = listener.ehlo.clear?.some((line) => line.endsWith('STARTTLS')) === true;
  const tls = listener.tls === 'implicit' ? 'implicit' : secured ? 'starttls' : 'none';
  const authority =
    tls === 'none' ? undefined : await readFile(join(tlsFolder, authorityFile), 'utf8').catch(() => undefined);
  return sendTest(
    { from: mail.from, to: mail.to, subject: mail.subject, text: 'A test message from Gatehouse.\n' },
    { host: at.host, port: at.port, tls, ...(authority === undefined ? {} : { authority }), name: 'test.example' },
  );
}
