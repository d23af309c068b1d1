// Courses of a population as a host would tell them, worked out by rule: what the tests of the charts look at.
import type { Output, ScenarioRow } from '../../core/contract/calls.ts';
import type { Moment, Series, Timeline } from '../../core/contract/timeline.ts';

type Played = Output<'scenarios.timelines'>['timelines'][number];

const minute = 60_000;
const hour = 60 * minute;

export const peerSetting = 'flow.service.peerMaxConnections';
export const knob = 'flow.service.maxConnections';

export const stampede: ScenarioRow = {
  id: 'flow/stampede',
  theme: 'flow',
  title: 'Everybody comes back at once',
  row: 'CON-15',
  kind: 'attack',
  role: 'mx',
  about: 'Ten thousand servers were turned away for an hour, and come back at once.',
  knobs: [knob],
  sources: [],
  cases: [],
  worlds: ['simulated'],
  because: 'Minutes to days must pass.',
  population: true,
  presets: {},
  problems: [],
};

interface Given {
  readonly run: string;
  readonly limit: number;
  /** ms that have passed. */
  readonly now: number;
  readonly state?: Played['state'];
  readonly started?: number;
  /** Ids of sessions the moments lead to, one after the other. */
  readonly sessions?: readonly string[];
  /** Counters besides the two that matter. */
  readonly more?: number;
  readonly steps?: number;
}

const until = 24 * hour;

/** A day: a crowd that swells until it meets the limit, ebbs, and swells again. */
export function course(given: Given): Played {
  const { run, limit, now, state = 'done', started = Date.UTC(2026, 10, 22, 13, 2, 11), steps = 720 } = given;
  const step = until / steps;
  const passed = Math.ceil(now / step);
  const over = (of: (hours: number) => number) =>
    Array.from({ length: passed }, (_, index) => Math.max(0, Math.round(of((index * step) / hour))));
  const swell = (hours: number) => 260 * Math.exp(-((hours - 4) ** 2) / 3) + 150 * Math.exp(-((hours - 14) ** 2) / 8);
  const wanted = over(swell);
  const open = wanted.map((value) => Math.min(value, limit));
  const turned = wanted.map((value) => Math.max(0, value - limit));
  const moments = turned.flatMap((value, index): Moment[] =>
    value === 0
      ? []
      : [
          {
            at: index * step + step / 3,
            series: knob,
            text: `${limit + 1} connections open, ${limit} allowed`,
            session: given.sessions?.[index % (given.sessions.length || 1)] ?? 's1',
          },
        ],
  );
  return {
    run,
    scenario: stampede.id,
    case: '-',
    base: 'mine',
    seed: 7,
    started,
    state,
    ...(state === 'done' ? { outcome: 'held' as const, why: 'everything was as expected' } : {}),
    knobs: { [knob]: String(limit) },
    listeners: ['mx', 'backup'],
    timeline: {
      ...shell(now, step),
      series: [
        row({ id: 'sessions', title: 'sessions open', kind: 'sessions', unit: 'sessions', values: open }),
        ...replies(open, turned),
        row({
          id: 'group citizens waiting',
          title: 'citizens waiting',
          kind: 'group',
          unit: 'clients',
          values: turned,
        }),
        row({
          id: 'group bots waiting',
          title: 'bots waiting',
          kind: 'group',
          unit: 'clients',
          values: over(() => 14),
        }),
        row({ ...counter(knob, 'connections open, service', limit), values: open }),
        row({ ...counter(peerSetting, 'connections of the peer', 40), values: over((h) => 9 + 4 * Math.sin(h)) }),
        ...Array.from({ length: given.more ?? 4 }, (_, index) =>
          row({
            ...counter(`protection.more${index}`, `more counter ${index + 1}`, 1000),
            values: over((h) => 30 * (index + 1) + 20 * Math.cos(h + index)),
          }),
        ),
      ],
      moments,
    },
  };
}

const row = (series: Series): Series => series;

const counter = (id: string, title: string, limit: number) =>
  ({ id, title, kind: 'counter', unit: 'connections', setting: id, limit }) as const;

function replies(open: readonly number[], turned: readonly number[]): Series[] {
  const of = (name: string, values: readonly number[]) =>
    row({ id: `replies ${name}`, title: name, kind: 'replies', unit: 'in 2 min', values });
  return [
    of(
      '2xx',
      open.map((value) => value * 5),
    ),
    of(
      '3xx',
      open.map((value) => value),
    ),
    of(
      '4xx',
      turned.map((value) => value * 4),
    ),
    of(
      '5xx',
      open.map((_, index) => (index % 97 === 0 ? 40 : 8)),
    ),
    row({
      id: 'silent refusals',
      title: 'refused in silence',
      kind: 'replies',
      unit: 'in 2 min',
      values: turned.map((value) => Math.round(value / 3)),
    }),
  ];
}

function shell(now: number, step: number): Omit<Timeline, 'series' | 'moments'> {
  const part = now / until;
  const clients = (of: number) => Math.round(of * Math.min(1, part * 1.4));
  return {
    now,
    until,
    began: Date.UTC(2026, 0, 1),
    took: now / 7200,
    timers: 91_234,
    step,
    groups: [
      {
        name: 'citizens',
        kind: 'citizen',
        clients: 10_000,
        begun: clients(10_000),
        served: clients(9_800),
        gaveUp: 3,
        waiting: clients(197),
        tries: clients(31_204),
        turnedAway: clients(21_101),
        waits: { count: 9_800, least: 40, p50: 2100, p90: 31 * minute, p99: 64 * minute, most: 5 * hour + 4 * minute },
      },
      {
        name: 'bots',
        kind: 'bot',
        clients: 400,
        begun: clients(400),
        served: 0,
        gaveUp: clients(386),
        waiting: 14,
        tries: clients(12_044),
        turnedAway: clients(12_044),
        waits: { count: 0, least: 0, p50: 0, p90: 0, p99: 0, most: 0 },
      },
    ],
    sessions: clients(43_248),
    kept: 1000,
    expectations: [
      { expected: 'no citizen waits longer than 6 h', found: 'at most 5 h 4 min', held: true },
      { expected: 'at least 99 % of the bots are turned away before the greeting', found: '96.5 %', held: false },
    ],
  };
}
