// What is wrong with a population: groups without a talk, networks too small, arrivals and retries that would never end.
import type { Scenario } from '../contract/scenario.ts';
import {
  type Arrival,
  type Group,
  isSociety,
  type Population,
  type PopulationExpectation,
  type Society,
} from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { parseIp, parseIpSet } from '../contract/settings/network.ts';
import { msOf, spanText } from '../contract/span.ts';
import { grouped } from '../policy/wording.ts';
import type { Mistake, Placed } from './mistake.ts';
import { rampAt } from './societyArrival.ts';
import { usualWaits } from './societyRetry.ts';

/** The most connections one client, and all of them together, may make by their waits alone. */
const MOST_TRIES = 100_000;
const MOST_CONNECTIONS = 20_000_000;

/** The mistakes of all the populations in a file, and of the addresses clients come from. */
export function populationMistakes(scenario: Scenario): Mistake[] {
  const { cases = [], from, population, talk } = scenario;
  const own = { path: [] as Mistake['path'], from, population, talk };
  const all = [own, ...cases.map((one, index) => ({ ...one, path: ['cases', index], talk: one.talk ?? talk }))];
  const said = [
    { path: ['opening'], steps: scenario.opening },
    { path: ['talk'], steps: talk },
    { path: ['closing'], steps: scenario.closing },
    ...cases.map((one, index) => ({ path: ['cases', index, 'talk'], steps: one.talk })),
  ];
  const groups = all.flatMap((one) => (one.population && isSociety(one.population) ? one.population.groups : []));
  const isForGroups = groups.some((group) => group.talk === undefined && group.mix === undefined);
  const met = isForGroups ? said.flatMap(({ path, steps }) => meetMistakes(path, steps)) : [];
  const wrong = all.flatMap((one) => [
    ...(one.from === undefined ? [] : addressMistakes([...one.path, 'from'], one.from)),
    ...inPopulation([...one.path, 'population'], one.population, one.talk),
  ]);
  return [...met, ...wrong];
}

function inPopulation(path: Mistake['path'], population: Population | undefined, talk?: readonly Step[]): Mistake[] {
  if (population === undefined) return [];
  if (isSociety(population)) return societyMistakes({ path, value: population }, talk);
  return population.from === undefined ? [] : addressMistakes([...path, 'from'], population.from);
}

function societyMistakes({ path, value }: Placed<Society>, talk: readonly Step[] | undefined): Mistake[] {
  const { groups, expect = [] } = value;
  const until = msOf(value.until);
  const names = groups.map(({ name }) => name);
  if (until === 0)
    return [{ path: [...path, 'until'], message: 'it ends before it has begun', remedy: 'Write a span such as 24h' }];
  return [
    ...groups.flatMap((group, index) => {
      const place = { path: [...path, 'groups', index], value: group };
      return [
        ...nameMistakes(place, names.slice(0, index)),
        ...talkMistakes(place, talk),
        ...fromMistakes(place),
        ...arrivalMistakes(place, until),
        ...retryMistakes(place, until),
      ];
    }),
    ...expect.flatMap((one, index) => expectMistakes({ path: [...path, 'expect', index], value: one }, groups)),
  ];
}

const words = ['all', 'citizens', 'bots'] as const;

/** A step `meet` in what groups say: their clients come and go, and none waits for another. */
function meetMistakes(path: Mistake['path'], talk: readonly Step[] | undefined): Mistake[] {
  const at = talk?.findIndex((step) => 'meet' in step) ?? -1;
  if (at < 0) return [];
  return [
    { path: [...path, at], message: 'clients of groups do not meet', remedy: 'Remove the step, or write a wait' },
  ];
}

function nameMistakes({ path, value }: Placed<Group>, before: readonly string[]): Mistake[] {
  const at = [...path, 'name'];
  if (before.includes(value.name))
    return [{ path: at, message: `two groups are called ${value.name}`, remedy: 'Give each group a name of its own' }];
  if (!words.some((word) => word === value.name)) return [];
  return [
    { path: at, message: `${value.name} stands for several groups in expectations`, remedy: 'Choose another name' },
  ];
}

function talkMistakes({ path, value }: Placed<Group>, talk: readonly Step[] | undefined): Mistake[] {
  const { name, mix } = value;
  if (mix === undefined)
    return value.talk === undefined && talk === undefined
      ? [
          {
            path,
            message: `group ${name} has nothing to say`,
            remedy: 'Give it a talk or a mix, or the scenario a talk',
          },
        ]
      : meetMistakes([...path, 'talk'], value.talk);
  const twice = mix.findIndex((one, index) => mix.findIndex(({ name: other }) => other === one.name) < index);
  return [
    ...mix.flatMap((one, index) => meetMistakes([...path, 'mix', index, 'talk'], one.talk)),
    ...(value.talk === undefined
      ? []
      : [
          {
            path: [...path, 'talk'],
            message: `group ${name} has a talk and a mix of talks`,
            remedy: 'Remove one of them',
          },
        ]),
    ...(twice < 0
      ? []
      : [
          {
            path: [...path, 'mix', twice, 'name'],
            message: `two behaviours of ${name} are called ${mix[twice]?.name}`,
            remedy: 'Give each a name of its own',
          },
        ]),
  ];
}

/** Whether clients can be there: neither the unspecified address, nor a group or broadcast address, whatever the world. */
function addressMistakes(path: Mistake['path'], from: string): Mistake[] {
  const range = parseIpSet(from);
  if (range === undefined)
    return [{ path, message: `${from} is no network`, remedy: 'Write it as in 203.0.113.0/24 or 2001:db8::/64' }];
  const many = range.family === 4 ? parseIp('224.0.0.0') : parseIp('ff00::');
  const last = from.includes('/') ? range.last : range.first;
  if (last >= (many?.value ?? 0n))
    return [
      { path, message: `no client can have an address in ${from}`, remedy: 'Write one that a single host can have' },
    ];
  if (range.first > 0n || range.last > 0n) return [];
  return [{ path, message: `${from} is the address of nobody`, remedy: 'Write one that a host can have' }];
}

/** Addresses that clients take of a network; the first one names the network itself. */
function hosts(network: string): number {
  const range = parseIpSet(network);
  if (range === undefined) return 0;
  const all = Number(range.last - range.first + 1n);
  return all > 2 ? all - 1 : all;
}

function fromMistakes({ path, value }: Placed<Group>): Mistake[] {
  const list = typeof value.from === 'string' ? [value.from] : value.from;
  const at = (index: number) => (typeof value.from === 'string' ? [...path, 'from'] : [...path, 'from', index]);
  const bad = list.flatMap((one, index) => addressMistakes(at(index), one));
  if (bad.length > 0) return bad;
  const { addresses, clients } = value;
  if (addresses !== undefined && addresses > clients)
    return [
      {
        path: [...path, 'addresses'],
        message: `${clients} clients cannot have ${addresses} addresses`,
        remedy: `Write at most ${clients}`,
      },
    ];
  const isShared = list.every((one) => !one.includes('/')) && addresses === undefined;
  const wanted = Math.ceil((addresses ?? clients) / list.length);
  const small = isShared ? -1 : list.findIndex((one) => hosts(one) < wanted);
  if (small < 0) return [];
  const network = list[small] ?? '';
  return [
    {
      path: at(small),
      message: `${network} has too few addresses: ${grouped(hosts(network))}, and clients are to come from ${grouped(wanted)} of it`,
      remedy: 'Write a larger network, or fewer addresses',
    },
  ];
}

/** Connections that may be open at once, some 30 KB each. */
const MOST_AT_ONCE = 50_000;
/** More clients than that arrive no faster than this, clients a ms: then most have left when the next come. */
const FASTEST = 10;

function arrivalMistakes({ path, value }: Placed<Group>, until: number): Mistake[] {
  const begins = msOf(value.begins ?? 0);
  if (begins >= until)
    return [
      {
        path: [...path, 'begins'],
        message: `group ${value.name} begins when the population has ended, after ${spanText(until)}`,
        remedy: 'Begin earlier, or set until later',
      },
    ];
  const takes = arrivalTime(value.arrival ?? 'at-once', value.clients);
  const last = begins + takes;
  if (value.clients > MOST_AT_ONCE && takes < value.clients / FASTEST)
    return [
      {
        path: [...path, 'arrival'],
        message: `the ${grouped(value.clients)} clients of ${value.name} arrive within ${spanText(takes)}, and memory holds ${grouped(MOST_AT_ONCE)} at once`,
        remedy: `Let them arrive over ${spanText(value.clients / FASTEST)} or longer, or have fewer of them`,
      },
    ];
  if (last <= until) return [];
  return [
    {
      path: [...path, 'arrival'],
      message: `the ${grouped(value.clients)} clients of ${value.name} take ${spanText(last)} to arrive, and it ends after ${spanText(until)}`,
      remedy: 'Let them arrive faster, have fewer of them, or set until later',
    },
  ];
}

/** ms from the first client of a group to the last; where chance decides, on average. */
function arrivalTime(arrival: Arrival, clients: number): number {
  if (arrival === 'at-once') return 0;
  if ('every' in arrival) return (clients - 1) * msOf(arrival.every);
  if ('poisson' in arrival) return (clients / arrival.poisson) * 1000;
  if ('diurnal' in arrival) return (clients / arrival.diurnal.mean) * 1000;
  return rampAt(arrival.ramp, clients - 1);
}

function retryMistakes({ path, value }: Placed<Group>, until: number): Mistake[] {
  const { retry = 'never', name, clients } = value;
  const { after, giveUp } = typeof retry === 'string' ? usualWaits[retry] : retry;
  const waits = after.map(msOf);
  const end = Math.min(msOf(giveUp), until);
  const own = [...path, 'retry'];
  const at = typeof retry === 'string' ? own : [...own, 'after', waits.length - 1];
  const last = waits.at(-1) ?? 0;
  const listed = waits.reduce((sum, wait) => sum + wait, 0);
  const tries = last === 0 ? Infinity : waits.length + Math.max(0, end - listed) / last;
  if (last === 0)
    return [
      {
        path: at,
        message: `clients of ${name} would come again without end at one moment`,
        remedy: 'Let the last wait be longer than 0',
      },
    ];
  if (tries <= MOST_TRIES && tries * clients <= MOST_CONNECTIONS) return [];
  return [
    {
      path: at,
      message: `the ${grouped(clients)} clients of ${name} would come ${grouped(Math.round(tries))} times each: it would hardly end`,
      remedy:
        typeof retry === 'string'
          ? 'Let fewer clients come, or write longer waits'
          : 'Write longer waits, or let them give up earlier',
    },
  ];
}

function expectMistakes({ path, value }: Placed<PopulationExpectation>, groups: readonly Group[]): Mistake[] {
  const { of = 'all' } = value;
  const names = groups.map(({ name }) => name);
  const kinds = groups.map(({ kind }) => `${kind}s`);
  if (of !== 'all' && !names.includes(of) && !kinds.includes(of))
    return [
      {
        path: [...path, 'of'],
        message: words.some((word) => word === of) ? `no group is of kind ${of.slice(0, -1)}` : `no group ${of}`,
        remedy: `Write one of: ${[...new Set(['all', ...kinds, ...names])].join(', ')}`,
      },
    ];
  return Object.entries(value).flatMap(([key, amounts]) => {
    if (typeof amounts !== 'object' || key === 'waits') return [];
    const { least, most } = amounts as { readonly least?: number | string; readonly most?: number | string };
    if (least === undefined && most === undefined)
      return [{ path: [...path, key], message: 'says neither least nor most', remedy: 'Write one of them, or both' }];
    if (least === undefined || most === undefined || typeof least !== typeof most) return [];
    if (Number.parseFloat(String(least)) <= Number.parseFloat(String(most))) return [];
    return [{ path: [...path, key], message: `nothing is at least ${least} and at most ${most}`, remedy: 'Swap them' }];
  });
}
