// A simulated population on a worker: its course is told while it is played, and every bound that stops it keeps what it had.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarioOf, tasksOf } from '../../core/simulate/load.ts';
import { type CaseCourse, runCases } from '../../core/simulate/pool.ts';
import type { CaseTask, TaskBounds } from '../../core/simulate/run.ts';

const yaml = `title: A day of orderly mail servers
row: CON-15
kind: citizen
role: mx
about: One server after the other says hello over a day, and leaves again.
knobs: []
world: { because: takes-too-long }
population:
  until: 24h
  groups:
    - { name: servers, kind: citizen, clients: 1000, from: 10.0.0.0/16, arrival: { every: 1min } }
talk:
  - hear: 220
  - send: "EHLO client.example\\\\r\\\\n"
  - expect: 250
presets: { weak: held }
`;
const tasks = (members: Partial<CaseTask> = {}) =>
  tasksOf([scenarioOf(yaml, 'a.yml', 'floods/a')], 'presets', { world: 'simulated' }).map((task) => ({
    ...task,
    ...members,
  }));

describe('a population', { timeout: 60_000 }, () => {
  test('is told as it goes on, and at its end', async () => {
    const told: CaseCourse[] = [];
    const { results, events } = await runCases(tasks(), { workers: 1, onCourse: (course) => told.push(course) });
    const last = told.at(-1);
    expect(last?.timeline).toEqual(results[0]?.timeline);
    expect(last?.pace).toEqual({ state: 'running' });
    expect(last?.timeline.groups[0]).toMatchObject({ begun: 1000, served: 1000 });
    expect(told.length).toBeGreaterThan(1);
    const nows = told.map(({ timeline }) => timeline.now);
    expect(nows).toEqual(nows.toSorted((a, b) => a - b));
    expect(events).toBeGreaterThan(4000);
  });

  test.each([
    [{ until: 3_600_000 }, 'the end of its virtual time was reached'],
    [{ events: 500 }, 'the most timers it may fire have fired'],
    [{ wall: 100 }, 'the most real time it may take has passed'],
  ] satisfies [TaskBounds, string][])('that is stopped by %j says so and keeps what it has', async (bounds, why) => {
    const [result] = (await runCases(tasks({ bounds }), { workers: 1 })).results;
    expect(result).toMatchObject({ outcome: 'inconclusive', why, timeline: { stopped: why } });
    const begun = result?.timeline?.groups[0]?.begun ?? 0;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(1000);
    expect(result?.sessions.length).toBeGreaterThan(0);
  });

  test('whose events cannot be written is undecided, and says why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bounds-'));
    const [result] = (await runCases(tasks({ dump: join(folder, 'none', 'a.jsonl') }))).results;
    rmSync(folder, { recursive: true });
    expect(result?.outcome).toBe('inconclusive');
    expect(result?.why).toMatch(/its events could not be written to .*a\.jsonl: ENOENT/);
  });
});
