// Runs of the host: a population's course, what holds and moves its time, and sessions that say they are simulated.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import { defaults, settingsSchema } from '../../core/contract/settings/settings.ts';
import type { Timeline } from '../../core/contract/timeline.ts';
import { Runs } from '../../core/host/runs.ts';
import type { SessionLog } from '../../core/journal/journal.ts';
import { realWorld } from '../../core/world/real.ts';
import { plainYaml, ScriptedPopulation, societyYaml } from '../simulate/scripted.ts';

const timeline = (now: number, more: Partial<Timeline> = {}): Timeline => ({
  now,
  until: 86_400_000,
  began: 0,
  took: 5,
  timers: 1,
  step: 1000,
  groups: [],
  series: [],
  moments: [{ at: 7, series: 'sessions', text: 'a limit', session: 'A' }],
  sessions: 1,
  kept: 1,
  expectations: [],
  ...more,
});

describe('a run of a population', () => {
  let folder: string;
  let played: ScriptedPopulation;
  let runs: Runs;
  let labels: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-runs-'));
    mkdirSync(join(folder, 'floods'));
    writeFileSync(join(folder, 'floods', 'stampede.yml'), societyYaml);
    writeFileSync(join(folder, 'floods', 'plain.yml'), plainYaml);
    labels = [];
    played = new ScriptedPopulation(timeline);
    const session = (run?: string): SessionLog => ({
      id: `W${labels.push(run ?? '')}`,
      append: (_body: EventBody) => 1,
      message: () => {
        throw new Error('no message');
      },
      end: () => undefined,
    });
    const mine = settingsSchema.parse({ ...defaults, flow: { service: { peerMaxConnections: 17 } } });
    runs = new Runs({
      world: realWorld,
      workspace: { session },
      settings: () => mine,
      onChanged: () => undefined,
      spawn: () => played.spawn(),
      folder,
    });
  });
  afterEach(async () => {
    await runs.cancel();
    rmSync(folder, { recursive: true });
  });

  const start = async (more: object = {}) => {
    played = new ScriptedPopulation(timeline);
    return runs.start({
      scenarios: ['floods/stampede'],
      base: 'mine',
      world: 'simulated',
      seed: 0,
      paused: false,
      ...more,
    });
  };
  const over = async () => {
    played.done();
    await expect.poll(() => runs.state(0).run?.state).toBe('done');
  };
  const first = (earlier = true) => runs.timelines({ earlier }).timelines[0];

  test('begins paused with its seed, on one worker, and says how its time goes on', async () => {
    await start({ seed: 9, paused: true });
    expect(played.tasks.map(({ world, seed, pace }) => [world, seed, pace])).toEqual([
      ['simulated', 9, { state: 'paused' }],
    ]);
    played.course(0, { state: 'paused' });
    expect(runs.state(0).run).toMatchObject({
      pace: { state: 'paused' },
      clock: { now: 0, until: 86_400_000, scenario: 'floods/stampede', others: 0 },
      simulated: 'all',
    });
    expect(first()).toMatchObject({ scenario: 'floods/stampede', case: '-', base: 'mine', seed: 9, state: 'paused' });
    expect(first()?.knobs).toEqual({ 'flow.service.peerMaxConnections': '17' });
    await over();
    expect(runs.state(0).run).not.toHaveProperty('pace');
    expect(runs.state(0).run).not.toHaveProperty('clock');
    expect(first()).toMatchObject({ state: 'done', outcome: 'held', why: 'it held', timeline: { now: 86_400_000 } });
  });

  test('is paused, stepped, moved on to a moment and run at a speed', async () => {
    expect(() => runs.pace({ action: 'pause' })).toThrow('no population is being played');
    await start();
    played.course(1000, { state: 'running' });
    expect(runs.pace({ action: 'pause' })).toEqual({ pace: { state: 'paused' } });
    expect(runs.pace({ action: 'step' })).toEqual({ pace: { state: 'running' } });
    expect(runs.pace({ action: 'to', at: 5000 })).toEqual({ pace: { state: 'running' } });
    expect(runs.pace({ action: 'resume' })).toEqual({ pace: { state: 'running' } });
    expect(runs.pace({ action: 'resume', speed: 60 })).toEqual({ pace: { state: 'running', speed: 60 } });
    expect(runs.state(0).run?.pace).toEqual({ state: 'running', speed: 60 });
    expect(played.paces).toEqual([
      { state: 'paused' },
      { state: 'step' },
      { state: 'to', at: 5000 },
      { state: 'running' },
      { state: 'running', speed: 60 },
    ]);
    await over();
    expect(() => runs.pace({ action: 'step' })).toThrow('no population is being played');
  });

  test('its sessions are recorded as simulated, and moments lead to them by their ids here', async () => {
    const { id } = await start();
    played.course(10, { state: 'running' });
    expect(first()?.timeline.moments.map(({ session }) => session)).toEqual(['']);
    played.session('B');
    played.session('A');
    played.course(20, { state: 'running' });
    expect(labels).toEqual([`${id} simulated`, `${id} simulated`]);
    expect(first()?.timeline.moments.map(({ session }) => session)).toEqual(['W2']);
    await over();
    expect(first()?.timeline.moments.map(({ session }) => session)).toEqual(['W2']);
    const [result] = runs.state(0).results;
    expect([result?.sessions, result?.timeline?.moments[0]?.session]).toEqual([['W2'], 'W2']);
  });

  test('cancelled, it keeps what it has', async () => {
    await start();
    played.course(40, { state: 'paused' });
    expect(await runs.cancel()).toBe(true);
    const { run, results } = runs.state(0);
    expect([run?.state, results.map(({ timeline: one }) => one?.stopped)]).toEqual(['cancelled', ['cancelled']]);
    expect(first()).toMatchObject({ state: 'stopped', why: 'cancelled', timeline: { now: 40 } });
  });

  test('stopped between two events its clock does not go back', async () => {
    await start();
    played.course(900, { state: 'paused' });
    played.endsAt(40);
    await runs.cancel();
    expect(first()).toMatchObject({ state: 'stopped', timeline: { now: 900, stopped: 'cancelled' } });
  });

  test('of earlier runs the last twenty courses are kept, the newest first', async () => {
    for (let seed = 0; seed < 23; seed += 1) {
      await start({ seed });
      played.course(1, { state: 'running' });
      await over();
    }
    const { timelines } = runs.timelines({ earlier: true });
    expect(timelines.map(({ seed }) => seed)).toEqual(Array.from({ length: 21 }, (_, n) => 22 - n));
    expect(runs.timelines({ earlier: false }).timelines.map(({ seed }) => seed)).toEqual([22]);
  });

  test('a scenario for both worlds is played in the one that is asked for, a population where it can be', async () => {
    await start({ scenarios: ['floods/plain'], world: 'real' });
    expect(played.tasks.map(({ world, pace }) => [world, pace])).toEqual([['real', undefined]]);
    expect(runs.state(0).run?.simulated).toBe('none');
    await over();
    await start({ world: 'real' });
    expect(played.tasks.map(({ world }) => world)).toEqual(['simulated']);
    expect(runs.state(0).run).toMatchObject({ world: 'real', simulated: 'all' });
    const rows = await runs.list();
    expect(rows.map(({ id, worlds, because, population }) => [id, worlds, because, population])).toEqual([
      ['floods/plain', ['real', 'simulated'], undefined, false],
      ['floods/stampede', ['simulated'], 'Minutes to days must pass.', true],
    ]);
    // Whoever corrects a file sees it at once.
    writeFileSync(join(folder, 'floods', 'plain.yml'), plainYaml.replace('that leaves', 'that stays'));
    expect((await runs.list()).map(({ title }) => title)).toContain('A client that stays');
  });
});
