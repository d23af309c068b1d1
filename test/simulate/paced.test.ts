// Populations in real worker threads while their time is held and moved on: what happened is the same, byte for byte.
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import type { Pace } from '../../core/contract/timeline.ts';
import { scenarioOf, tasksOf } from '../../core/simulate/load.ts';
import { type CaseCourse, type CaseEvents, runCases } from '../../core/simulate/pool.ts';
import type { PaceWish } from '../../core/simulate/protocol.ts';

const yaml = `title: A few come back again and again
row: CON-15
kind: citizen
role: mx
about: Sixty servers come at once where ten may be, and come again until they are served.
knobs: [flow.service.maxConnections]
world: { because: takes-too-long }
population:
  until: 8h
  groups:
    - { name: mtas, kind: citizen, clients: 60, from: 198.51.100.0/24, arrival: at-once, retry: honest }
talk:
  - hear: 220
  - wait: 30s
  - say: QUIT
  - expect: { reply: 221, closed: true }
presets: {}
`;
const hour = 3_600_000;

const tasks = (pace?: Pace) =>
  tasksOf(
    [scenarioOf(yaml, 'a.yml', 'floods/a')],
    { base: 'mine', mine: settingsSchema.parse({ flow: { service: { maxConnections: 10 } } }) },
    { seed: 7 },
  ).map((task) => (pace === undefined ? task : { ...task, pace }));

interface Drive {
  readonly courses: CaseCourse[];
  readonly events: CaseEvents[];
  /** Called whenever it is told how far the population is. */
  readonly react: (course: CaseCourse, pace: (wish: PaceWish) => void) => void;
  readonly signal?: AbortSignal;
}

async function drive({ courses, events, react, signal }: Drive, begin?: Pace) {
  let pace: (wish: PaceWish) => void = () => undefined;
  return runCases(tasks(begin), {
    ...(signal ? { signal } : {}),
    paced: (send) => (pace = send),
    onEvents: (batch) => events.push(batch),
    onCourse: (course) => {
      courses.push(course);
      react(course, pace);
    },
  });
}

describe('a population in a worker', { timeout: 60_000 }, () => {
  test('shows the same paused, stepped, run to a moment, at a speed and as fast as it can', async () => {
    const fast: CaseCourse[] = [];
    const whole = await drive({ courses: fast, events: [], react: () => undefined });
    const [result] = whole.results;
    expect([result?.outcome, result?.timeline?.stopped]).toEqual(['held', undefined]);
    expect(result?.timeline?.groups[0]).toMatchObject({ served: 60 });

    const courses: CaseCourse[] = [];
    const moments: number[] = [];
    const wishes: PaceWish[] = [
      ...Array.from({ length: 5 }, (): PaceWish => ({ state: 'step' })),
      { state: 'to', at: hour },
      { state: 'step' },
      { state: 'running', speed: 50_000 },
    ];
    const held = await drive(
      {
        courses,
        events: [],
        react: (course, pace) => {
          if (course.pace.state !== 'paused') return;
          moments.push(course.timeline.now);
          const wish = wishes.shift();
          if (wish) pace(wish);
        },
      },
      { state: 'paused' },
    );
    expect(wishes).toEqual([]);
    expect(held.journal).toBe(whole.journal);
    // It began at rest; each step went on, and the run to an hour did not go past it.
    expect(moments).toHaveLength(8);
    expect(moments.toSorted((a, b) => a - b)).toEqual(moments);
    expect(new Set(moments).size).toBe(8);
    expect(moments[6]).toBeLessThanOrEqual(hour);
    expect(moments[7]).toBeGreaterThan(hour);
    const shown = ({ took: _took, ...timeline }: CaseCourse['timeline']) => timeline;
    expect(courses.at(-1) && shown(courses.at(-1)!.timeline)).toEqual(fast.at(-1) && shown(fast.at(-1)!.timeline));
  });

  test('cancelled while it stands still, keeps its course and the sessions so far', async () => {
    const cancelling = new AbortController();
    const courses: CaseCourse[] = [];
    const events: CaseEvents[] = [];
    let isOn = true;
    const { results, cancelled } = await drive(
      {
        courses,
        events,
        signal: cancelling.signal,
        react: (course, pace) => {
          if (course.pace.state !== 'paused') return;
          if (isOn) pace({ state: 'to', at: hour });
          else cancelling.abort();
          isOn = false;
        },
      },
      { state: 'paused' },
    );
    expect(cancelled).toBe(true);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ outcome: 'inconclusive', why: 'cancelled', timeline: { stopped: 'cancelled' } });
    expect(results[0]?.timeline?.sessions).toBeGreaterThan(60);
    expect(results[0]?.timeline?.now).toBeLessThanOrEqual(hour);
    const kept = new Set(events.flatMap(({ sessions }) => sessions.map(({ session }) => session)));
    for (const { session } of results[0]?.timeline?.moments ?? []) expect(kept).toContain(session);
    expect(results[0]?.timeline?.moments.length).toBeGreaterThan(0);
  });
});
