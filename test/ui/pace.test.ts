// Worlds and the time of populations in a real Chromium: where scenarios are played, run controls, what is said to be simulated.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { serve } from '../../core/contract/rpc.ts';
import { defaults } from '../../core/contract/settings/settings.ts';
import { Runs } from '../../core/host/runs.ts';
import { memoryJournal } from '../../core/journal/memory.ts';
import { realWorld } from '../../core/world/real.ts';
import { plainYaml, ScriptedPopulation, societyYaml } from '../simulate/scripted.ts';
import { describeWith } from '../tooling/programs.ts';
import { course } from './courseFixture.ts';
import { axeFindings, findCommand, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;
const hour = 3_600_000;
const crowd = 'Everybody comes back at once';
const plain = 'A client that leaves';

describeWith('chromium', 'worlds and time', (chromium) => {
  let folder: string;
  let stage: Stage;
  let page: Page;
  let runs: Runs;
  let played: ScriptedPopulation;
  const sides = new Set<ReturnType<typeof serve>>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-pace-'));
    mkdirSync(join(folder, 'floods'));
    writeFileSync(join(folder, 'floods', 'stampede.yml'), societyYaml);
    writeFileSync(join(folder, 'floods', 'plain.yml'), plainYaml);
    let revision = 0;
    const ring = () => {
      revision += 1;
      const changed = { sessions: 0, messages: 0, receiver: 0, settings: 0, scenarios: revision, log: 0 };
      for (const side of sides) side.changed(changed);
    };
    runs = new Runs({
      world: realWorld,
      workspace: memoryJournal(),
      settings: () => defaults,
      onChanged: ring,
      spawn: () => played.spawn(),
      folder,
    });
    stage = await openStage(chromium, {
      yaml,
      served: (side) => sides.add(side),
      instead: () => ({
        'scenarios.list': async () => ({ scenarios: await runs.list(), checks: {} }),
        'scenarios.run': (input) => runs.start(input),
        'scenarios.pace': (input) => runs.pace(input),
        'scenarios.timelines': (input) => runs.timelines(input),
        'scenarios.cancel': async () => ({ cancelled: await runs.cancel() }),
        'scenarios.state': ({ after }) => runs.state(after),
      }),
    });
  });
  afterAll(async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    played = new ScriptedPopulation((now, more = {}) => ({
      ...course({ run: '', limit: 200, now }).timeline,
      ...more,
    }));
    page = await stage.open();
    await page.keyboard.press('Control+2');
    await list().waitFor();
  });
  afterEach(async () => {
    try {
      expect(await axeFindings(page)).toEqual([]);
    } finally {
      await page.context().close();
      await runs.cancel();
    }
  });

  const list = () => page.getByRole('treegrid', { name: 'Scenarios' });
  const row = (title: string) => list().getByRole('row').filter({ hasText: title });
  const detail = () => page.getByRole('region', { name: 'Scenario', exact: true });
  const run = () => detail().getByRole('button', { name: 'Run', exact: true });
  const controls = () => page.getByRole('group', { name: 'Time of the run' });
  const pill = () => page.getByRole('banner').getByRole('button', { name: /^Simulated/ });
  const bottom = () => page.getByRole('contentinfo');

  test('a population is paused, stepped, sped up, run on to the cursor, and seen from any view', async () => {
    await row(crowd).click();
    await run().click();
    await expect.poll(() => played.tasks.length).toBe(1);
    played.course(0, { state: 'running' });
    await controls().waitFor();
    played.course(3 * hour, { state: 'running' });
    await pill().getByText('3 h').waitFor();
    await bottom().getByText('3 h of 24 h').waitFor();
    await controls().getByRole('button', { name: 'Pause' }).click();
    await controls().getByRole('button', { name: 'Resume' }).waitFor();
    played.course(3 * hour + 1, { state: 'paused' });
    await pill().getByText(', paused').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await controls().getByRole('button', { name: 'Step' }).click();
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'step' });
    played.course(4 * hour, { state: 'paused' });
    await bottom().getByText('4 h of 24 h, paused').waitFor();

    // The cursor is put on a later moment by keyboard, and the run goes on to it.
    expect(await controls().getByRole('button', { name: 'Run to cursor' }).isDisabled()).toBe(true);
    const slider = detail().getByRole('slider').first();
    await slider.focus();
    await page.keyboard.press('End');
    played.course(2 * hour, { state: 'paused' });
    await page.keyboard.press('>');
    await expect.poll(() => played.paces.at(-1)).toMatchObject({ state: 'to' });
    const to = played.paces.at(-1);
    expect(to?.state === 'to' && to.at).toBeGreaterThan(2 * hour);

    played.course(5 * hour, { state: 'paused' });
    const speed = controls().getByRole('combobox', { name: 'Speed of the run' });
    await speed.selectOption({ label: '3,600x, 1 h a second' });
    await controls().getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'running', speed: 3600 });
    await speed.selectOption({ label: 'as fast as it can' });
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'running' });

    // From another view: the clock, and the same keys.
    await page.keyboard.press('Control+1');
    played.course(6 * hour, { state: 'running' });
    await bottom().getByText('6 h of 24 h').waitFor();
    await page.keyboard.press('p');
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'paused' });
    await bottom().getByText('6 h of 24 h, paused').waitFor();
    await page.keyboard.press('.');
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'step' });
    await findCommand(page, 'fast', 'Run on as fast as it can');
    await page.keyboard.press('Enter');
    await expect.poll(() => played.paces.at(-1)).toEqual({ state: 'running' });
    await pill().click();
    await controls().waitFor();

    played.done();
    await controls().waitFor({ state: 'detached' });
    await pill().waitFor({ state: 'detached' });
    await detail().getByText('The run is done.').waitFor({ state: 'attached' });
  });

  test('cancelled, it keeps the course it has, and says that it was stopped', async () => {
    await row(crowd).click();
    await findCommand(page, 'paused', 'Run the selected population, paused at its beginning');
    await page.keyboard.press('Enter');
    await expect.poll(() => played.tasks.map(({ pace }) => pace)).toEqual([{ state: 'paused' }]);
    played.course(4 * hour, { state: 'paused' });
    await bottom().getByText('4 h of 24 h, paused').waitFor();
    await bottom().getByRole('button', { name: 'cancel' }).click();
    await bottom().getByText('run cancelled').waitFor();
    await detail().getByText('The run is stopped.').waitFor({ state: 'attached' });
    await detail().getByText('4 h of 24 h').first().waitFor();
  });

  test('where a scenario can be played is said; the world and the seed are chosen and kept', async () => {
    await row(crowd).getByText('simulated only').waitFor();
    await row(crowd).click();
    await detail().getByText('simulated only').first().waitFor();
    await row(plain).click();
    await detail().getByText('both worlds').waitFor();
    await detail().getByText('real world', { exact: true }).waitFor();

    await page.getByRole('radiogroup', { name: 'World' }).getByText('simulated').click();
    await detail().getByText('simulated world', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'More' }).last().click();
    const seed = page.getByRole('textbox', { name: 'Seed' });
    await seed.fill('seven');
    await page.getByText('“seven” is not a seed. Write a whole number').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await seed.fill('7');
    await page.getByRole('combobox', { name: 'Speed of populations' }).selectOption({ label: '600x' });
    await page.keyboard.press('Escape');
    await page.reload();
    await row(plain).click();
    await run().click();
    await expect.poll(() => played.tasks.map(({ world, seed: of }) => [world, of])).toEqual([['simulated', 7]]);
    await pill().waitFor();
    played.done();
    await detail().getByText('Held under your settings').waitFor();
    await row(plain).getByTitle('In the simulated world', { exact: true }).waitFor();

    await page.getByRole('radiogroup', { name: 'World' }).getByText('real').click();
    played = new ScriptedPopulation((now) => course({ run: '', limit: 200, now }).timeline);
    await run().click();
    await expect.poll(() => played.tasks.map(({ world }) => world)).toEqual(['real']);
    played.done();
    await detail().getByText('Both worlds agree: held in the simulated world, too.').waitFor();
    await row(plain).getByTitle('In the simulated world', { exact: true }).waitFor({ state: 'detached' });

    // A population goes where it can be played, and begins at the speed that was chosen.
    played = new ScriptedPopulation((now) => course({ run: '', limit: 200, now }).timeline);
    await row(crowd).click();
    await run().click();
    await expect
      .poll(() => played.tasks.map(({ world, pace }) => [world, pace]))
      .toEqual([['simulated', { state: 'running', speed: 600 }]]);
  });
});
