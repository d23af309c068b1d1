// Asks real servers, one after the other, and keeps what they answered: by the world's clock, within the settings' limits.
import type { Settings } from '../contract/settings/settings.ts';
import type { NameServers, OpenQuestion, Rows } from '../world/nameServers.ts';
import type { Timer, World } from '../world/world.ts';
import type { Failure } from './lookUp.ts';
import { plainName } from './names.ts';
import { isType, shownText } from './records.ts';
import { printable } from './strings.ts';
import type { AskOthers, Told } from './zoneResolver.ts';

type AskedServers = Pick<Settings['dns'], 'servers' | 'timeout'>;

export interface Servers {
  /** Who is asked under these settings. */
  others(dns: AskedServers): AskOthers;
  /** Gives up the questions that are open. */
  close(): void;
}

/** ms: how long the addresses of the system's servers are not read again. */
const OWN_FOR = 10_000;

/** A world without servers answers every question with a failure that says so. */
export function serversOf(world: Pick<World, 'elapsed' | 'after' | 'nameServers'>): Servers {
  const { nameServers } = world;
  const cache = new Map<string, { readonly at: number; readonly told: Told }>();
  const flights = new Map<string, Promise<Told>>();
  const open = new Set<OpenQuestion>();
  let cachedFrom = '';
  let own: { readonly at: number; readonly addresses: readonly string[] } | undefined;

  const ownAddresses = (known: NameServers) => {
    if (own === undefined || world.elapsed() - own.at >= OWN_FOR)
      own = { at: world.elapsed(), addresses: known.own().slice(0, 8) };
    return own.addresses;
  };
  /** What was answered less than the settings' time ago; what is too much or from other servers is forgotten. */
  const kept = (key: string, { servers }: AskedServers): Told | undefined => {
    const from = servers.addresses.join(' ');
    if (from !== cachedFrom) cache.clear();
    cachedFrom = from;
    shrink(cache, servers.maxCached);
    const found = cache.get(key);
    if (found === undefined) return undefined;
    if (world.elapsed() - found.at < servers.cache * 1000) return { ...found.told, by: 'cache' };
    cache.delete(key);
    return undefined;
  };
  const keep = (key: string, told: Told, { servers }: AskedServers) => {
    const isFailure = 'failure' in told && told.failure !== 'NXDOMAIN' && told.failure !== 'NODATA';
    if (isFailure || servers.cache === 0 || servers.addresses.join(' ') !== cachedFrom) return;
    cache.delete(key);
    shrink(cache, servers.maxCached - 1);
    cache.set(key, { at: world.elapsed(), told });
  };

  const others =
    (dns: AskedServers): AskOthers =>
    ({ name, type }, ms) => {
      if (nameServers === undefined)
        return told('SERVFAIL', 'nobody: there are no servers in this world, and the zone does not have the name');
      if (!isType(type) || type === 'SPF')
        return told('NODATA', `nobody: servers are not asked for type ${printable(type)}`);
      const key = `${type} ${plainName(name)}`;
      const known = kept(key, dns);
      if (known) return Promise.resolve(known);
      const { addresses, retries } = dns.servers;
      const flightKey = `${key} ${addresses.join(' ')} ${retries} ${dns.timeout}`;
      let flight = flights.get(flightKey);
      if (!flight) {
        const all = addresses.length > 0 ? addresses : ownAddresses(nameServers);
        const ask = (server: string) => nameServers.ask({ server, name: plainName(name), type, ms });
        flight = inTurn({ world, tries: triesOf(all, retries), ask, open }, ms).then((answer) => {
          flights.delete(flightKey);
          keep(key, answer, dns);
          return answer;
        });
        flights.set(flightKey, flight);
        return flight;
      }
      return within({ world, flight, by: addresses.join(', ') }, ms);
    };
  return {
    others,
    close: () => {
      for (const question of open) question.cancel();
      cache.clear();
    },
  };
}

const told = (failure: Failure, by: string): Promise<Told> => Promise.resolve({ failure, by });

function shrink(cache: Map<string, unknown>, most: number): void {
  for (const oldest of cache.keys()) {
    if (cache.size <= most) return;
    cache.delete(oldest);
  }
}

/** Every server, then every server again, as often as there are retries. */
function triesOf(addresses: readonly string[], retries: number): readonly string[] {
  return Array.from({ length: retries + 1 }, () => addresses).flat();
}

interface Turns {
  readonly world: Pick<World, 'after'>;
  readonly tries: readonly string[];
  readonly ask: (address: string) => OpenQuestion;
  /** Of all names, for who gives them up. */
  readonly open: Set<OpenQuestion>;
}

/**
 * Each try has its share of the time before the next one begins, and stays open beside it. The first that says what there
 * is, or that there is nothing, is believed; who says that it failed is not asked again.
 */
function inTurn({ world, tries, ask, open }: Turns, ms: number): Promise<Told> {
  return new Promise((resolve) => {
    const asked = new Set<string>();
    const failed = new Map<string, Told>();
    const own = new Set<OpenQuestion>();
    let at = 0;
    let step: Timer | undefined;
    const end = (answer: Told) => {
      at = tries.length;
      step?.cancel();
      whole.cancel();
      resolve(answer);
      for (const question of own) question.cancel();
    };
    const lastFailure = () => [...failed.values()].at(-1);
    const whole = world.after(ms, () => end(lastFailure() ?? { failure: 'TIMEOUT', by: [...asked].join(', ') }));
    const next = () => {
      step?.cancel();
      while (at < tries.length && failed.has(tries[at] ?? '')) at += 1;
      const address = tries[at];
      if (address === undefined) return;
      at += 1;
      asked.add(address);
      if (at < tries.length) step = world.after(ms / tries.length, next);
      const fail = (error: unknown) => {
        if (codeOf(error) === 'ECANCELLED') return end({ failure: 'TIMEOUT', by: address });
        const answer = failureOf(error, address);
        if ('failure' in answer && (answer.failure === 'NXDOMAIN' || answer.failure === 'NODATA')) return end(answer);
        // Its own time is over: it may be asked again, as long as there is time.
        if ('failure' in answer && answer.failure === 'TIMEOUT') return;
        failed.set(address, answer);
        if (tries.every((each) => failed.has(each))) end(answer);
        else next();
      };
      try {
        const question = ask(address);
        own.add(question);
        open.add(question);
        void question.answer
          .then((rows) => end({ rows, shown: rows.map(shownRow), by: address }), fail)
          .finally(() => own.delete(question) && open.delete(question));
      } catch (error) {
        fail(error);
      }
    };
    next();
  });
}

/** An answer somebody else is waiting for as well. */
function within(
  of: { readonly world: Pick<World, 'after'>; readonly flight: Promise<Told>; readonly by: string },
  ms: number,
): Promise<Told> {
  return new Promise((resolve) => {
    const timer = of.world.after(ms, () => resolve({ failure: 'TIMEOUT', by: of.by }));
    void of.flight.then((answer) => {
      timer.cancel();
      resolve(answer);
    });
  });
}

/** What the codes of node:dns come to; what is no answer of DNS keeps its code beside the server. */
const failures: Readonly<Record<string, Failure>> = {
  ENOTFOUND: 'NXDOMAIN',
  ENODATA: 'NODATA',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ETIMEOUT: 'TIMEOUT',
  // Names that cannot be asked for do not exist.
  EBADNAME: 'NXDOMAIN',
  EBADSTR: 'NXDOMAIN',
};

const codeOf = (error: unknown) => String((error as NodeJS.ErrnoException | undefined)?.code ?? error);

function failureOf(error: unknown, address: string): Told {
  const code = codeOf(error);
  const failure = failures[code];
  return failure === undefined
    ? { failure: 'SERVFAIL', by: `${address} (${printable(code)})` }
    : { failure, by: address };
}

function shownRow(row: Rows[number]): string {
  if (typeof row === 'string') return shownText(row);
  if ('priority' in row) return shownText(`${row.priority} ${row.exchange === '' ? '.' : row.exchange}`);
  return shownText(row.join(''));
}
