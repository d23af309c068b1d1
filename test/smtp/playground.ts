// A receiver on loopback with a journal in memory, and a client that sends bytes and waits for whole replies.
import { mkdtempSync } from 'node:fs';
import { connect as tcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsOver, type ConnectionOptions } from 'node:tls';
import { afterEach } from 'vitest';
import type { Event, EventBody } from '../../core/contract/event.ts';
import { defaults, type Settings, settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Journal } from '../../core/journal/journal.ts';
import { type MemoryJournal, memoryJournal, type MemoryOptions } from '../../core/journal/memory.ts';
import { createReceiver, type Receiver } from '../../core/receiver.ts';
import { createUser } from '../../core/sasl/users.ts';
import { derivingOf } from '../../core/sasl/userFor.ts';
import { UserTable } from '../../core/sasl/userTable.ts';
import type { Kerberos } from '../../core/sasl/kerberos.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';
import { identityOf } from '../../core/smtp/certificates.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import type { Workers } from '../../core/workers/workers.ts';
import { realWorld } from '../../core/world/real.ts';
import type { Timer, World } from '../../core/world/world.ts';

/** Ids the tests know: one user, whose password is no dictionary word. */
export const user = 'test';
export const password = 'correct horse';

export const certificates = mkdtempSync(join(tmpdir(), 'gatehouse-certificates-'));

export const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0' } as const;

/** Settings for one mx listener on a free port; `over` on top. */
export function settingsOf(over: SettingsInput = {}): Settings {
  return settingsSchema.parse({ listeners: [mx], ...over });
}

export interface Ground {
  readonly receiver: Receiver;
  readonly journal: MemoryJournal;
  readonly settings: Settings;
  readonly workers: Workers;
  port(name?: string): number;
  connect(name?: string): Promise<Client>;
  /** Events of the session, counted from 0, once it is over. */
  events(index?: number): Promise<readonly Event[]>;
  close(): Promise<void>;
}

export interface GroundOptions {
  readonly journal?: MemoryOptions;
  readonly wrap?: (journal: Journal) => Journal;
  readonly users?: UserSource;
  readonly world?: World;
  readonly kerberos?: Kerberos;
  /** Threads of its own unless given. */
  readonly workers?: Workers;
}

const table = () =>
  new UserTable([createUser({ name: user, password, created: 0 }, realWorld.random, derivingOf(defaults))], {
    key: realWorld.random(32),
  });

export async function ground(over: SettingsInput = {}, options: GroundOptions = {}): Promise<Ground> {
  const settings = settingsOf(over);
  const journal = memoryJournal(options.journal);
  const world = options.world ?? realWorld;
  const workers = options.workers ?? threadWorkers({ world, settings: settings.workers });
  const receiver = createReceiver({
    world,
    journal: options.wrap?.(journal) ?? journal,
    users: options.users ?? table(),
    identity: (listener) => identityOf(listener, { world: realWorld, folder: certificates, hostname: 'gate.example' }),
    workers,
    ...(options.kerberos && { kerberos: options.kerberos }),
    onState: () => undefined,
  });
  await receiver.start(settings);
  const clients: Client[] = [];
  const port = (name = settings.listeners[0]?.name ?? '') => {
    const state = receiver.state().listeners.find((one) => one.name === name);
    return Number(/:(\d+)$/.exec(state?.bound ?? '')?.[1] ?? 0);
  };
  return {
    receiver,
    journal,
    settings,
    workers,
    port,
    connect: async (name) => {
      const client = await Client.open(port(name));
      clients.push(client);
      return client;
    },
    events: async (index = 0) => {
      await until(() => journal.sessions[index]?.ended === true);
      return journal.sessions[index]?.events ?? [];
    },
    close: async () => {
      for (const client of clients) client.reset();
      await receiver.stop({ graceMs: 0 });
      await workers.close();
    },
  };
}

/** A journal that stores no message before the promise resolves: a disk that takes its time. */
export const storingAfter =
  (onDisk: Promise<void>) =>
  (journal: Journal): Journal => ({
    ...journal,
    session: () => {
      const log = journal.session();
      const message = () => {
        const one = log.message();
        return { ...one, commit: (...args: Parameters<typeof one.commit>) => onDisk.then(() => one.commit(...args)) };
      };
      return { ...log, message };
    },
  });

/** Resolves when the condition holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A client that sends bytes as they are; strings are latin1. */
export class Client {
  closed = false;
  #socket: Socket;
  readonly #raw: Socket;
  #heard = '';
  #wake: (() => void)[] = [];

  static open(port: number, host = '127.0.0.1'): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = tcp({ port, host, noDelay: true, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Client(socket));
      });
    });
  }

  /** Speaks TLS from the first byte on. */
  static async implicit(port: number, options: ConnectionOptions = {}): Promise<Client> {
    const client = await Client.open(port);
    await client.secure(options);
    return client;
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#raw = socket;
    this.#listen(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk) => {
      this.#heard += chunk.toString('latin1');
      this.#woken();
    });
    const gone = () => {
      this.closed = true;
      this.#woken();
    };
    socket.on('end', gone);
    socket.on('close', gone);
    socket.on('error', gone);
  }

  #woken(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const each of wake) each();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  /** The next whole reply, lines joined by LF; `<closed>` when the server is gone instead. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\r\n)*\d{3}(?: [^\n]*)?\r\n/.exec(this.#heard);
      if (match) {
        this.#heard = this.#heard.slice(match[0].length);
        return match[0].slice(0, -2).replaceAll('\r\n', '\n');
      }
      if (this.closed) return '<closed>';
      await this.#more();
    }
  }

  async replies(count: number): Promise<string[]> {
    const all: string[] = [];
    for (let index = 0; index < count; index += 1) all.push(await this.reply());
    return all;
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /** Sends a line and waits for its reply. */
  ask(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** The codes of the replies to lines sent one after the other. */
  async codes(...lines: string[]): Promise<number[]> {
    const codes: number[] = [];
    for (const line of lines) codes.push(Number((await this.ask(line)).slice(0, 3)));
    return codes;
  }

  /** Greeting and EHLO. */
  async hello(): Promise<string> {
    await this.reply();
    return this.ask('EHLO client.example');
  }

  /** Up to and with 354. */
  async toData(from = 'a@client.example', to = 'b@gate.example'): Promise<string> {
    await this.codes(`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`);
    return this.ask('DATA');
  }

  async over(): Promise<void> {
    while (!this.closed) await this.#more();
  }

  /** What was heard and not yet taken as a reply. */
  get rest(): string {
    return this.#heard;
  }

  /** Upgrades to TLS; replies go on afterwards. */
  secure(options: ConnectionOptions = {}): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    return new Promise((resolve, reject) => {
      const secured = tlsOver({ socket: plain, rejectUnauthorized: false, ...options });
      secured.once('error', reject);
      secured.once('secureConnect', () => {
        secured.off('error', reject);
        this.#socket = secured;
        this.#listen(secured);
        resolve();
      });
    });
  }

  /** FIN: the client says no more, and still listens. */
  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.on('error', () => undefined);
    this.#raw.on('error', () => undefined);
    if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
  }
}

/** Events without number and time. */
export function bodies(events: readonly Event[]): EventBody[] {
  return events.map(({ n: _n, t: _t, ...body }) => body);
}

export function ofKind<K extends Event['kind']>(events: readonly Event[], kind: K): Extract<Event, { kind: K }>[] {
  return events.filter((event) => event.kind === kind) as unknown as Extract<Event, { kind: K }>[];
}

/** Base64 of PLAIN's response (RFC 4616). */
export const plainResponse = (name: string, secret: string) => Buffer.from(`\0${name}\0${secret}`).toString('base64');

export interface HeldTimer extends Timer {
  readonly ms: number;
  fire(): void;
}

/** The real world, but timers of 100 ms and more fire only when the test says so. */
export function heldWorld(): { readonly world: World; readonly timers: HeldTimer[]; advance(ms: number): void } {
  const timers: HeldTimer[] = [];
  let ahead = 0;
  const world: World = {
    ...realWorld,
    elapsed: () => realWorld.elapsed() + ahead,
    after: (ms, fire) => {
      if (ms < 100) return realWorld.after(ms, fire);
      const timer: HeldTimer = {
        ms,
        fire: () => {
          timer.cancel();
          fire();
        },
        cancel: () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1)),
      };
      timers.push(timer);
      return timer;
    },
  };
  return { world, timers, advance: (ms) => void (ahead += ms) };
}

/** Grounds that are closed after each test of the file that asks for them. */
export function grounds(): typeof ground {
  let open: Ground[] = [];
  afterEach(async () => {
    for (const each of open) await each.close();
    open = [];
  });
  return async (...args) => {
    const made = await ground(...args);
    open.push(made);
    return made;
  };
}
