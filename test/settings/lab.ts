// A receiver under a clock that only moves when told, with clients from any address: where settings are probed.
import type { Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../core/contract/event.ts';
import { parseHostPort } from '../../core/contract/settings/network.ts';
import { type Settings, type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import type { Finding, Verdict } from '../../core/contract/verdict.ts';
import { type Log, openLog } from '../../core/log/log.ts';
import { type MemoryJournal, memoryJournal } from '../../core/journal/memory.ts';
import { createReceiver, type Receiver } from '../../core/receiver.ts';
import type { Kerberos } from '../../core/sasl/kerberos.ts';
import { userFor } from '../../core/sasl/userFor.ts';
import { UserTable } from '../../core/sasl/userTable.ts';
import { dialAs, peerWorld } from '../../core/simulate/peers.ts';
import { identityOf } from '../../core/smtp/certificates.ts';
import { dialLoopback } from '../../core/world/dial.ts';
import { inlineWorkers } from '../../core/workers/inline.ts';
import { realWorld } from '../../core/world/real.ts';
import type { Timer, World } from '../../core/world/world.ts';
import { certificates, Client, password, until, user } from '../smtp/playground.ts';

/** A Monday noon, UTC; where the lab's clock begins. */
const noon = Date.UTC(2026, 2, 16, 12);
/** Timers shorter than this, ms, are turns of the loop rather than waits. */
const soon = 50;

interface Held {
  readonly due: number;
  readonly fire: () => void;
}

export interface LabClock {
  readonly world: World;
  /** Moves the clock on and fires what falls due, in order. */
  pass(seconds: number): void;
  /** Resolves when a timer for that many seconds from now is held. */
  timer(seconds: number): Promise<void>;
}

function labClock(): LabClock {
  let now = 0;
  const held = new Set<Held>();
  const world: World = {
    ...realWorld,
    now: () => noon + now,
    elapsed: () => now,
    after: (ms, fire): Timer => {
      if (ms < soon) return realWorld.after(ms, fire);
      const timer = { due: now + ms, fire };
      held.add(timer);
      return { cancel: () => void held.delete(timer) };
    },
  };
  const next = (end: number) => [...held].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  return {
    world,
    pass: (seconds) => {
      const end = now + seconds * 1000;
      for (let timer = next(end); timer; timer = next(end)) {
        held.delete(timer);
        now = Math.max(now, timer.due);
        timer.fire();
      }
      now = end;
    },
    timer: (seconds) => until(() => [...held].some(({ due }) => due === now + seconds * 1000)),
  };
}

export interface Visit {
  /** The client's address; 192.0.2.7 unless said. */
  readonly from?: string;
  /** Name of the listener; the first unless said. */
  readonly at?: string;
}

export interface Lab extends LabClock {
  readonly settings: Settings;
  readonly receiver: Receiver;
  readonly journal: MemoryJournal;
  /** Connects, and says nothing. */
  connect(visit?: Visit): Promise<Client>;
  /** Connects, takes the greeting and says EHLO. */
  greeted(visit?: Visit): Promise<Client>;
  /** The first reply to a new connection; the connection stays open when it is the greeting. */
  knock(visit?: Visit): Promise<string>;
  /** Resolves when as many sessions have ended. */
  ended(count: number): Promise<void>;
  /** Every finding of the session, counted from 0, in order. */
  findings(session?: number): Finding[];
  verdicts(session?: number): Verdict[];
  /** The messages taken in, as text. */
  stored(): string[];
  /** The log's folder, read after its lines are written. */
  logged(): Promise<{ readonly folder: string; read(name: string): string; flush(): Promise<void> }>;
  close(): Promise<void>;
}

/** An opaque token of the user. */
export const token = 'abcdefghijklmnopqrstuvwxyz';

/** The user with what may be its own, and users that certificates, tickets and signed tokens name. */
function people(settings: Settings): UserTable {
  const others = ['ann@gate.example', 'subject-1', 'mail@gate.example', 'cn.example', `${user}@GATE.EXAMPLE`];
  const all = [
    userFor({ name: user, password, aliases: ['sales@gate.example', 'boss'], tokens: [token] }, settings),
    ...others.map((name) => userFor({ name, password }, settings)),
  ];
  return new UserTable(all, { key: realWorld.random(32) });
}

/** Runs a receiver with these settings in a world of any addresses. */
export async function openLab(input: SettingsInput, kerberos?: Kerberos): Promise<Lab> {
  const settings = settingsSchema.parse(input);
  const clock = labClock();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'));
  const logFolder = join(folder, 'log');
  const log: Log = openLog({ folder: logFolder, host: 'mail', logging: settings.logging, world: clock.world });
  const journal = memoryJournal({ onEvent: (session, event) => log.event(session, event, event.t) });
  // In this thread, so that whatever they wait for is moved by the clock of the lab.
  const workers = inlineWorkers(clock.world, settings.workers);
  const receiver = createReceiver({
    world: peerWorld(clock.world),
    journal,
    users: people(settings),
    ...(kerberos && { kerberos }),
    workers,
    identity: (listener) => identityOf(listener, { world: realWorld, folder: certificates, hostname: 'gate.example' }),
    onState: () => undefined,
  });
  const { listeners } = await receiver.start(settings);
  const clients: Client[] = [];
  const connect = async ({ from = '192.0.2.7', at = listeners[0]?.name ?? '' }: Visit = {}) => {
    const bound = parseHostPort(receiver.state().listeners.find(({ name }) => name === at)?.bound ?? '');
    if (!bound) throw new Error(`listener ${at} is not bound`);
    const client = new Client(
      (await dialAs(dialLoopback, bound, { address: from, port: 40_000 + clients.length })) as Socket,
    );
    clients.push(client);
    return client;
  };
  const greeted = async (visit?: Visit) => {
    const client = await connect(visit);
    await client.hello();
    return client;
  };
  const verdicts = (session = 0) =>
    (journal.sessions[session]?.events ?? []).flatMap((event: Event) => ('verdict' in event ? [event.verdict] : []));
  return {
    ...clock,
    settings,
    receiver,
    journal,
    connect,
    greeted,
    knock: async (visit) => {
      const client = await connect(visit);
      const heard = await client.reply();
      if (!heard.startsWith('220')) await client.over();
      return heard;
    },
    ended: (count) => until(() => journal.sessions.filter(({ ended }) => ended).length >= count),
    findings: (session) => verdicts(session).flatMap(({ findings }) => [...findings]),
    verdicts,
    stored: () => journal.messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    logged: async () => {
      await log.flush();
      return {
        folder: logFolder,
        read: (name) => readFileSync(join(logFolder, name), 'utf8'),
        flush: () => log.flush(),
      };
    },
    close: async () => {
      for (const client of clients) client.reset();
      await receiver.stop({ graceMs: 0 });
      await workers.close();
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
