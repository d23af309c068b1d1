// The receiver: every listener of the settings, bound in the lab, started, changed and stopped as one.
import { isDeepStrictEqual } from 'node:util';
import { type Unavailable, unavailableMechanisms } from './contract/availability.ts';
import type { ListenerState, ReceiverState } from './contract/calls.ts';
import type { Listener as ListenerSettings } from './contract/settings/listeners.ts';
import { hostPort, type HostPort } from './contract/settings/network.ts';
import type { Settings } from './contract/settings/settings.ts';
import { createDns, type Dns } from './dns/dns.ts';
import type { Journal } from './journal/journal.ts';
import { FlowCounters } from './policy/flow.ts';
import { Greylist } from './policy/greylist.ts';
import { Protection } from './policy/protection.ts';
import { wantsWorkers } from './policy/wanted.ts';
import type { Kerberos } from './sasl/kerberos.ts';
import type { UserSource } from './sasl/userSource.ts';
import { bindingKey, bindingProblem, labAddresses, onlyHere } from './smtp/binding.ts';
import { ehloReply } from './smtp/capabilities.ts';
import { Gate } from './smtp/gate.ts';
import { lists } from './smtp/gssapiOffer.ts';
import { type AskSender, askingWith, inquiryOf } from './smtp/inquiry.ts';
import { Listener } from './smtp/listener.ts';
import { type ListenerIdentity, ListenerTls } from './smtp/listenerTls.ts';
import { type AskSpf, askSpf } from './smtp/spfQuestion.ts';
import { Tickets } from './smtp/tickets.ts';
import type { Workers } from './workers/workers.ts';
import type { Bound, World } from './world/world.ts';

export interface ReceiverOptions {
  readonly world: World;
  readonly journal: Journal;
  readonly users: UserSource;
  /** Absent where this host has none. */
  readonly kerberos?: Kerberos;
  /** What a listener with TLS shows and trusts; a rejection's message is shown as the listener's error. */
  readonly identity: (listener: ListenerSettings) => Promise<ListenerIdentity>;
  /** What greylisting remembers; of its own, and forgotten with it, unless the host lends one. */
  readonly greylist?: Greylist;
  /** They go on when the receiver stops; whoever made them closes them. */
  readonly workers: Workers;
  /** Something in `state()` has changed: a listener, or how many sessions are open. */
  readonly onState: () => void;
}

export interface Receiver {
  /** Binds every enabled listener; one that cannot be bound is `failed`, the others run. */
  start(settings: Settings): Promise<ReceiverState>;
  /**
   * Takes over new settings: sessions keep theirs, only listeners whose binding changed are bound anew. Certificate files
   * that have changed meanwhile are shown to new clients; one that cannot be used any more is the listener's warning.
   */
  apply(settings: Settings): Promise<{ readonly restarted: string[]; readonly state: ReceiverState }>;
  /** Stops listening, says 421 to idle sessions, and cuts off what is still open after the grace. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  state(): ReceiverState;
}

/** One listener as it is bound now. */
interface Binding {
  readonly name: string;
  readonly key: string;
  readonly wanted: HostPort;
  bound?: Bound;
  gate?: Gate;
  listener?: Listener;
  /** What it shows and trusts. */
  identity?: ListenerIdentity;
  /** Its files could not be read again. */
  isStale?: boolean;
  error?: string;
  offer?: string;
}

const defaultGraceMs = 5000;

function faultsInForce(settings: Settings | undefined): Pick<ReceiverState, 'faults'> {
  if (settings === undefined) return {};
  const { enabled, rules, addressReplies } = settings.faults;
  if (!enabled || (rules.length === 0 && !addressReplies)) return {};
  return { faults: [...(addressReplies ? ['address-encoded replies'] : []), ...rules.map(({ name }) => name)] };
}

export function createReceiver(options: ReceiverOptions): Receiver {
  return new ListenerSet(options);
}

class ListenerSet implements Receiver {
  readonly #options: ReceiverOptions;
  readonly #flow: FlowCounters;
  readonly #protection: Protection;
  /** Whom all sessions ask: it holds the cache. */
  readonly #dns: Dns;
  readonly #spf: AskSpf;
  readonly #inquiry: AskSender;
  readonly #tickets: Tickets;
  #settings: Settings | undefined;
  #generation = 0;
  #bindings: Binding[] = [];
  /** Bindings given up whose sessions are still open. */
  readonly #retired = new Set<Binding>();
  #running = false;
  /** Starting, applying and stopping happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#flow = new FlowCounters(() => options.world.elapsed());
    this.#protection = new Protection(() => options.world.elapsed());
    this.#dns = createDns(options.world);
    this.#spf = askSpf(options.world, this.#dns);
    const { world, kerberos, greylist = new Greylist(), onState } = options;
    const inTurn = (work: () => Promise<void>) => void this.#inTurn(work);
    this.#tickets = new Tickets({ world, kerberos, inTurn, onChange: onState });
    this.#inquiry = inquiryOf(askingWith({ world, dns: this.#dns, greylist }));
  }

  start(settings: Settings): Promise<ReceiverState> {
    return this.#inTurn(async () => {
      if (this.#running) throw new Error('the receiver is running already: stop it, or apply the settings');
      this.#running = true;
      await this.#rebind(settings);
      return this.state();
    });
  }

  apply(settings: Settings) {
    return this.#inTurn(async () => {
      const restarted = await this.#rebind(settings);
      return { restarted, state: this.state() };
    });
  }

  stop({ graceMs = defaultGraceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    return this.#inTurn(async () => {
      this.#running = false;
      this.#tickets.rest();
      const bindings = [...this.#bindings];
      await Promise.all(bindings.map((binding) => this.#release(binding)));
      await this.#drain([...this.#retired], graceMs);
      for (const { listener } of bindings) await listener?.tls?.close();
      this.#dns.close();
      this.#bindings = bindings.map(({ name, key, wanted }) => ({
        name,
        key,
        wanted,
      }));
      this.#options.onState();
    });
  }

  state(): ReceiverState {
    const listeners = this.#settings?.listeners ?? [];
    return {
      running: this.#running,
      generation: this.#generation,
      listeners: listeners.map((one) =>
        this.#stateOf(
          one,
          this.#bindings.find(({ name }) => name === one.name),
        ),
      ),
      ...this.#unavailable(),
      ...faultsInForce(this.#settings),
    };
  }

  #unavailable(): Pick<ReceiverState, 'unavailable'> {
    const settings = this.#settings;
    if (settings === undefined) return {};
    const isListed = ({ mechanism }: Unavailable) => lists(settings, mechanism);
    const unavailable = unavailableMechanisms(settings.authentication, this.#tickets.problem).filter(isListed);
    return unavailable.length === 0 ? {} : { unavailable };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Makes the bindings those of `settings`; returns the names of the listeners bound anew. */
  async #rebind(settings: Settings): Promise<string[]> {
    const labs = labAddresses(settings.listeners);
    const next = settings.listeners.map((one, index): Binding => {
      const wanted = labs[index] as HostPort;
      const key = bindingKey(one, wanted);
      const kept = this.#bindings.find((binding) => binding.name === one.name && binding.key === key && binding.bound);
      return kept ?? { name: one.name, key, wanted };
    });
    await this.#tickets.ask(settings);
    this.#settings = settings;
    this.#options.workers.apply(settings.workers);
    if (this.#running) this.#tickets.watch(settings);
    this.#generation += 1;
    if (!this.#running) {
      this.#bindings = next;
      this.#options.onState();
      return [];
    }
    // First every port is given back, so that two listeners may swap theirs.
    await Promise.all(
      this.#bindings.filter((binding) => !next.includes(binding)).map((binding) => this.#release(binding)),
    );
    this.#bindings = next;
    const restarted: string[] = [];
    // `::` comes last: it takes what is left of a port that an IPv4 listener has, and the other way round it would not go.
    const order = [...next.entries()].sort(
      ([, a], [, b]) => Number(a.wanted.host === '::') - Number(b.wanted.host === '::'),
    );
    for (const [index, binding] of order) {
      const one = settings.listeners[index];
      if (!one?.enable || binding.bound) continue;
      await this.#bind(one, binding);
      restarted.push(binding.name);
    }
    for (const [index, one] of settings.listeners.entries()) {
      const binding = next[index];
      if (binding?.bound && !restarted.includes(binding.name)) await this.#renew(one, binding);
    }
    this.#expectMessages();
    this.#options.onState();
    return restarted;
  }

  /** What workers need to begin is there before the first message that needs them, and holds up no start. */
  #expectMessages(): void {
    const { world, workers } = this.#options;
    const settings = this.#settings;
    if (settings === undefined || !wantsWorkers(settings)) return;
    world.after(0, () => {
      if (this.#running && this.#settings === settings) workers.expect();
    });
  }

  /** Shows new clients what its files hold by now; without a change nothing is touched. */
  async #renew(one: ListenerSettings, binding: Binding): Promise<void> {
    const { listener } = binding;
    if (!listener?.tls) return;
    try {
      const identity = await this.#options.identity(one);
      if (binding.isStale !== true && isDeepStrictEqual(identity, binding.identity)) return;
      const before = listener.tls;
      delete binding.error;
      delete binding.isStale;
      listener.tls = this.#tlsOf(one, identity, binding);
      await before.close();
    } catch (error) {
      binding.isStale = true;
      binding.error = `${(error as Error).message} Until then clients are shown what was read before.`;
    }
  }

  #tlsOf(one: ListenerSettings, identity: ListenerIdentity, binding: Binding): ListenerTls {
    const warn = (text: string) => {
      binding.error = binding.error === undefined ? text : `${binding.error} ${text}`;
    };
    const late = (text: string) => {
      warn(text);
      this.#options.onState();
    };
    const tls = new ListenerTls(identity, one.security, late);
    for (const warning of [...(identity.warnings ?? []), ...tls.warnings]) warn(warning);
    binding.identity = identity;
    return tls;
  }

  async #bind(one: ListenerSettings, binding: Binding): Promise<void> {
    const { world, journal, users, kerberos, workers, onState } = this.#options;
    const implicit = one.tls === 'implicit';
    try {
      const identity = one.tls === 'clear' ? undefined : await this.#options.identity(one);
      const tls = identity && this.#tlsOf(one, identity, binding);
      const listener = new Listener({ implicit, ...(tls && { tls }) });
      const current = () => this.#current(binding.name);
      const changed = () => {
        if (this.#retired.has(binding) && binding.gate?.open === 0) this.#retired.delete(binding);
        onState();
      };
      binding.listener = listener;
      binding.gate = new Gate({
        world,
        journal,
        users,
        ...(kerberos && { kerberos }),
        spf: this.#spf,
        inquiry: this.#inquiry,
        workers,
        flow: this.#flow,
        protection: this.#protection,
        listener,
        implicit,
        current,
        changed,
      });
      binding.bound = await world.listen(binding.wanted, binding.gate.accept);
    } catch (error) {
      const isSystem =
        (error as { syscall?: unknown }).syscall !== undefined || (error as { code?: unknown }).code !== undefined;
      binding.error = isSystem ? bindingProblem(error, binding.wanted) : (error as Error).message;
      const { code } = error as NodeJS.ErrnoException;
      const offer = code === 'EADDRINUSE' || code === 'EACCES' ? await this.#free(binding.wanted) : undefined;
      if (offer !== undefined) binding.offer = offer;
    }
  }

  #current(name: string) {
    const settings = this.#settings as Settings;
    const listenerIndex = settings.listeners.findIndex((one) => one.name === name);
    return { settings, generation: this.#generation, listenerIndex, kerberos: this.#tickets.problem };
  }

  /** A lab address that was free a moment ago, near the wanted one. */
  async #free(wanted: HostPort): Promise<string | undefined> {
    const others = new Set(this.#bindings.map((binding) => hostPort(binding.wanted.host, binding.wanted.port)));
    const from = wanted.port < 1024 ? wanted.port + 2500 : wanted.port + 1;
    for (let port = from; port < Math.min(from + 100, 65_536); port += 1) {
      if (others.has(hostPort(wanted.host, port))) continue;
      try {
        const bound = await this.#options.world.listen(
          { host: wanted.host, port },
          ({ socket }) => void socket.destroy(),
        );
        await bound.close();
        return hostPort(wanted.host, port);
      } catch {
        // Taken as well: the next one.
      }
    }
    return undefined;
  }

  /** Gives the port back; open sessions go on with the settings they began with. */
  async #release(binding: Binding): Promise<void> {
    const { bound, gate } = binding;
    delete binding.bound;
    if (gate && gate.open > 0) this.#retired.add(binding);
    await bound?.close();
  }

  async #drain(bindings: readonly Binding[], graceMs: number): Promise<void> {
    for (const { gate, listener } of bindings) {
      gate?.stop();
      for (const session of [...(listener?.sessions ?? [])]) session.drain();
    }
    if (this.#retired.size === 0) return;
    await this.#emptied(graceMs);
    for (const { listener } of this.#retired) for (const session of [...(listener?.sessions ?? [])]) session.cut();
  }

  /** Resolves when no session is open any more, or after the grace. */
  #emptied(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { world } = this.#options;
      const until = world.elapsed() + graceMs;
      const look = () => {
        if (this.#retired.size === 0 || world.elapsed() >= until) resolve();
        else world.after(Math.min(10, graceMs), look);
      };
      look();
    });
  }

  #stateOf(one: ListenerSettings, binding: Binding | undefined): ListenerState {
    const settings = this.#settings as Settings;
    const { bound, wanted, error, offer } = binding ?? {};
    const retired = [...this.#retired].filter(({ name }) => name === one.name);
    const open = retired.reduce(
      (sum, { gate }) => sum + (gate?.open ?? 0),
      binding && !retired.includes(binding) ? (binding.gate?.open ?? 0) : 0,
    );
    return {
      name: one.name,
      role: one.role,
      production: one.address,
      bound: bound ? hostPort(bound.address, bound.port) : '',
      wanted: wanted ? hostPort(wanted.host, wanted.port) : '',
      state: this.#stateWord(one, binding),
      tls: one.tls,
      loopback: wanted === undefined || onlyHere(wanted),
      ...(error !== undefined && { error }),
      ...(offer !== undefined && { offer }),
      ehlo: ehloReply(settings, { listenerIndex: settings.listeners.indexOf(one), kerberos: this.#tickets.problem }),
      openSessions: open,
    };
  }

  #stateWord(one: ListenerSettings, binding: Binding | undefined): ListenerState['state'] {
    if (!one.enable) return 'disabled';
    if (!this.#running) return 'stopped';
    return binding?.bound ? 'listening' : 'failed';
  }
}
