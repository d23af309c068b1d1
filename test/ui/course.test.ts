// The course of a population in a real Chromium: charts, one cursor by keyboard and pointer, zoom, limits and their sessions, two runs side by side.
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Output } from '../../core/contract/calls.ts';
import type { serve } from '../../core/contract/rpc.ts';
import { describeWith } from '../tooling/programs.ts';
import { course, knob, stampede } from './courseFixture.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;
const hour = 3_600_000;

describeWith('chromium', 'the course of a population', (chromium) => {
  let stage: Stage;
  let page: Page;
  let timelines: Output<'scenarios.timelines'>['timelines'];
  let sessions: string[];
  /** What the run now on is like; none is on unless said. */
  let going: Partial<typeof idle>;
  let results: Output<'scenarios.state'>['results'];
  const asked: object[] = [];
  const sides = new Set<ReturnType<typeof serve>>();
  let revision = 0;
  const ring = () => {
    revision += 1;
    const changed = { sessions: 0, messages: 0, receiver: 0, settings: 0, scenarios: revision, log: 0 };
    for (const side of sides) side.changed(changed);
  };
  beforeAll(async () => {
    stage = await openStage(chromium, {
      yaml,
      served: (side) => sides.add(side),
      instead: (own) => ({
        'scenarios.list': async () => {
          const { scenarios, checks } = await own['scenarios.list']({});
          return { scenarios: [stampede, ...scenarios.slice(0, 3)], checks };
        },
        'scenarios.run': (input) => {
          asked.push(input);
          return { ...idle, base: input.base };
        },
        'scenarios.state': () => ({ run: { ...idle, id: `run ${revision}`, ...going }, results }),
        'scenarios.timelines': () => ({ timelines }),
      }),
    });
    const client = await stage.client();
    await client.reply();
    await client.ask('QUIT');
    sessions = (await list()).map(({ id }) => id);
  });
  const list = async () => (await stage.workbench.handlers['sessions.list']({ after: 0, limit: 10 })).rows;
  afterAll(() => stage.close());
  beforeEach(async () => {
    going = {};
    results = [];
    timelines = [course({ run: 'r1', limit: 200, now: 24 * hour, sessions })];
    page = await stage.open();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  const open = async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('treegrid', { name: 'Scenarios' }).getByText(stampede.title).click();
    await panel().waitFor();
  };
  const panel = () => page.getByRole('region', { name: `Course of ${stampede.title}` });
  const slider = () => panel().getByRole('slider', { name: 'Time' });
  const spoken = () => slider().getAttribute('aria-valuetext');
  const chart = (title: string) => panel().getByRole('region', { name: title, exact: true });
  const openChart = () => chart('connections open, service');
  const value = (of: Locator) => of.getByRole('row', { name: /^value/ }).getByRole('cell');

  test('charts are drawn; counters near their limit are open, the others one click away', async () => {
    await open();
    await panel().getByText('24 h, played in 12.0 s, 7,200x as fast as life').waitFor();
    await expect.poll(() => colours(chart('Sessions open'))).toBeGreaterThan(2);
    await expect.poll(() => colours(chart('Replies by class'))).toBeGreaterThan(4);
    const light = await picture(chart('Replies by class'));
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => picture(chart('Replies by class'))).not.toBe(light);
    await openChart().scrollIntoViewIfNeeded();
    await expect.poll(() => colours(openChart())).toBeGreaterThan(2);
    const far = chart('more counter 1');
    expect(await far.locator('canvas').count()).toBe(0);
    await far.getByRole('button', { name: 'more counter 1' }).click();
    await far.locator('canvas').waitFor();
    const groups = panel().getByRole('table', { name: 'Groups', exact: true });
    await groups
      .getByRole('row', { name: /^citizens/ })
      .getByText('9,800')
      .waitFor();
    const expected = panel().getByRole('list', { name: 'What was expected' }).getByRole('listitem');
    expect(await expected.allTextContents()).toEqual([
      expect.stringMatching(/held.*no citizen waits longer than 6 h.*at most 5 h 4 min/),
      expect.stringMatching(/breached.*99 % of the bots.*96.5 %/),
    ]);
    await openChart().getByRole('button', { name: knob }).click();
    await page.locator(`[data-setting="${knob}"]`).waitFor();
  });

  test('the cursor goes by keyboard, and says time and values; the legend follows', async () => {
    await open();
    await slider().focus();
    await page.keyboard.press('Home');
    expect(await spoken()).toMatch(/^0: sessions open 1;/);
    const atFirst = await value(openChart()).textContent();
    for (let n = 0; n < 7; n += 1) await page.keyboard.press('Shift+ArrowRight');
    for (let n = 0; n < 5; n += 1) await page.keyboard.press('ArrowRight');
    expect(await spoken()).toMatch(/^2 h 30 min: sessions open \d+; 2xx \d+/);
    expect(await value(openChart()).textContent()).not.toBe(atFirst);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await spoken()).toMatch(/^2 h 10 min:/);
    await page.keyboard.press('PageUp');
    expect(await spoken()).toMatch(/^4 h 34 min:/);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('End');
    expect(await slider().getAttribute('aria-valuenow')).toBe(String(24 * hour - 1));
    // Nearer: the plot shows half as much, and the cursor is still in it.
    await page.keyboard.press('+');
    await panel().getByRole('button', { name: 'Show all of it' }).click();
    await panel().getByRole('button', { name: 'Show all of it' }).waitFor({ state: 'detached' });
  });

  test('the pointer shows values, a click puts the cursor there, a drag looks nearer', async () => {
    await open();
    const plot = chart('Sessions open').locator('.u-over');
    const box = await plot.boundingBox();
    if (!box) throw new Error('no plot');
    const at = (part: number) => [box.x + box.width * part, box.y + 30] as const;
    await page.mouse.move(...at(0.25));
    await panel().getByText('at the pointer').waitFor();
    await page.mouse.click(...at(0.5));
    await page.mouse.move(5, 5);
    await panel().getByText('at the cursor,').waitFor();
    expect(await spoken()).toMatch(/^1[12] h/);
    const whole = await picture(chart('Sessions open'));
    await page.mouse.move(...at(0.25));
    await page.mouse.down();
    await page.mouse.move(...at(0.3));
    await page.mouse.move(...at(0.5));
    await page.mouse.up();
    await panel().getByRole('button', { name: 'Show all of it' }).waitFor();
    expect(await panel().locator('.ruler-tick').first().textContent()).toMatch(/^[67] h/);
    await expect.poll(() => picture(chart('Sessions open'))).not.toBe(whole);
    expect(await spoken()).toMatch(/^1[12] h/);
  });

  test('a time at which a limit was hit moves the cursor there, and opens a session of it', async () => {
    await open();
    const hits = panel().getByRole('list', { name: 'Limits that were hit', exact: true }).getByRole('listitem');
    expect(await hits.count()).toBe(1);
    await hits.first().getByRole('button', { name: /^3 h/ }).click();
    const here = panel().getByRole('status').filter({ hasText: '201 connections open, 200 allowed' });
    await here.waitFor();
    expect(await hits.first().getByRole('button', { name: /^3 h/ }).getAttribute('aria-current')).toBe('true');
    expect(await value(openChart()).textContent()).toMatch(/^200/);
    await slider().focus();
    await page.keyboard.press('Home');
    await panel().getByText('No limit is hit at the cursor.').waitFor();
    await panel().getByRole('button', { name: 'To the next time at which a limit was hit' }).click();
    await panel().getByRole('button', { name: 'Open a session of it' }).click();
    await page.getByRole('grid', { name: 'Transcript' }).getByText(/^220 /).waitFor();
    // Back, everything is as it was.
    await page.keyboard.press('Control+2');
    await here.waitFor();
    await page.keyboard.press('Control+2');
    await panel().locator('.ruler-mark').first().click();
    expect(await slider().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a second run stands beside: its curve and limit are drawn, what differs is said in words', async () => {
    timelines = [
      course({ run: 'r2', limit: 120, now: 24 * hour, started: Date.UTC(2026, 10, 22, 13, 9, 4), sessions }),
      ...timelines,
    ];
    await open();
    await slider().focus();
    await page.keyboard.press('Home');
    await panel().getByRole('button', { name: 'To the next time at which a limit was hit' }).click();
    const alone = await picture(openChart());
    const beside = panel().getByRole('combobox', { name: 'Run beside it' });
    const option = beside.getByRole('option', { name: /^run of .*\(maxConnections 200 → 120\)$/ });
    await beside.selectOption(await option.getAttribute('value'));
    const differs = panel().getByRole('list', { name: 'What differs between the two runs' });
    expect(await differs.textContent()).toMatch(/flow\.service\.maxConnectionswas 200 in the run of .* is 120 here/);
    expect(await value(openChart()).allTextContents()).toEqual([
      expect.stringMatching(/^120/),
      expect.stringMatching(/^12\d/),
    ]);
    expect(
      await openChart()
        .getByRole('row', { name: /^limit/ })
        .getByRole('cell')
        .allTextContents(),
    ).toEqual(['120', '200']);
    await expect.poll(() => picture(openChart())).not.toBe(alone);
    // When its limits were hit stands in a list of its own, and moves the same cursor.
    const theirs = panel().getByRole('list', { name: 'Limits that were hit in the run beside' });
    await theirs.getByText('201 connections open, 200 allowed').waitFor();
    await theirs.getByRole('button', { name: /^3 h/ }).click();
    expect(await spoken()).toMatch(/^3 h/);
    await panel().getByRole('button', { name: 'Show as table' }).click();
    const table = panel().getByRole('table', { name: 'Values over time' });
    await table.getByRole('columnheader', { name: 'sessions open, most, beside' }).waitFor();
    expect(await table.getByRole('row').count()).toBe(61);
    expect(await axeFindings(page)).toEqual([]);
    await panel().getByRole('button', { name: 'Use the whole view' }).click();
    await page.getByRole('treegrid', { name: 'Scenarios' }).waitFor({ state: 'detached' });
    await panel().focus();
    await page.keyboard.press('Escape');
    await page.getByRole('treegrid', { name: 'Scenarios' }).waitFor();
  });

  test('while it is played the cursor and the view stay where they were put', async () => {
    timelines = [course({ run: 'r3', limit: 200, now: 6 * hour, state: 'running', sessions })];
    await open();
    await panel().getByText('6 h of 24 h, 7,200x as fast as life').waitFor();
    expect(await spoken()).toMatch(/^5 h 58 min|^6 h/);
    await expect.poll(() => colours(chart('Sessions open'))).toBeGreaterThan(2);
    const early = await picture(chart('Sessions open'));
    timelines = [course({ run: 'r3', limit: 200, now: 8 * hour, state: 'running', sessions })];
    ring();
    await panel().getByText('8 h of 24 h').waitFor();
    expect(await spoken()).toMatch(/^8 h/);
    await expect.poll(() => picture(chart('Sessions open'))).not.toBe(early);
    await slider().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('+');
    const [before, tick] = [await spoken(), await panel().locator('.ruler-tick').first().textContent()];
    expect(before).toMatch(/^1 h 12 min/);
    timelines = [course({ run: 'r3', limit: 200, now: 23 * hour, state: 'paused', sessions })];
    ring();
    await panel().getByText('23 h of 24 h').waitFor();
    expect([await spoken(), await panel().locator('.ruler-tick').first().textContent()]).toEqual([before, tick]);
    await panel().getByRole('button', { name: 'Follow' }).click();
    expect(await spoken()).toMatch(/^23 h/);
  });

  test('a run that has begun has room to grow; its whole time is one click away, and a cursor beyond its end comes back', async () => {
    const at = (now: number, state: 'running' | 'done') => [course({ run: 'r5', limit: 200, now, state, sessions })];
    timelines = at(3 * hour, 'running');
    await open();
    const last = panel().locator('.ruler-tick').last();
    await expect.poll(() => last.textContent()).toBe('6 h');
    await panel().getByRole('button', { name: 'Whole time' }).click();
    await expect.poll(() => last.textContent()).toBe('24 h');
    await panel().getByRole('button', { name: 'Show so far' }).click();
    await expect.poll(() => last.textContent()).toBe('6 h');
    timelines = at(5 * hour, 'running');
    ring();
    await panel().getByText('5 h of').waitFor();
    expect(await last.textContent()).toBe('6 h');
    // A cursor that is put beyond what is drawn brings all of it into view.
    await slider().focus();
    await page.keyboard.press('End');
    await expect.poll(() => last.textContent()).toBe('24 h');
    expect(await spoken()).toMatch(/^24 h: still to come/);
    timelines = at(9 * hour, 'done');
    ring();
    await panel().getByText('The run is done.').waitFor({ state: 'attached' });
    expect(await spoken()).toMatch(/^8 h 58 min|^9 h/);
    expect(await panel().locator('.ruler-thumb').count()).toBe(1);
  });

  test('before anything is known of a run what will be shown has its place, and other runs are not mistaken for it', async () => {
    going = { state: 'running', playing: [`${stampede.id} - mine`], total: 1, simulated: 'some' };
    timelines = [];
    ring();
    await open();
    await panel().getByText('Its receiver starts').waitFor();
    expect(await panel().getByRole('heading', { name: 'Hours in seconds' }).count()).toBe(0);
    await page.getByRole('banner').getByRole('button', { name: 'Partly simulated' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    timelines = [course({ run: 'r6', limit: 200, now: 24 * hour, sessions })];
    ring();
    await panel().getByText('a new run begins').waitFor();
    timelines = [course({ run: 'r7', limit: 200, now: 0, state: 'running', sessions }), ...timelines];
    going = { ...going, pace: { state: 'running' }, clock: { now: 0, until: 1, scenario: stampede.id, others: 1 } };
    ring();
    await panel().getByText('2 populations are played at once: this moves them all.').waitFor();
    expect(await panel().getByText('a new run begins').count()).toBe(0);
  });

  test('thirty counters stay folded, and thirty open ones draw only what is in sight', async () => {
    timelines = [course({ run: 'r4', limit: 200, now: 24 * hour, more: 30, steps: 1000, sessions })];
    await open();
    const closed = panel().locator('.course-fold[aria-expanded=false]');
    // Half of them came near their limit.
    expect(await closed.count()).toBe(16);
    await closed.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
    await panel().locator('.chart').nth(34).waitFor({ state: 'attached' });
    await expect.poll(() => panel().locator('canvas').count()).toBeLessThan(15);
    await chart('more counter 30').scrollIntoViewIfNeeded();
    await expect.poll(() => colours(chart('more counter 30'))).toBeGreaterThan(2);
    await expect.poll(() => panel().locator('canvas').count()).toBeLessThan(15);
  });

  test('where none was played it says what a population is, and plays it', async () => {
    await page.context().close();
    timelines = [];
    page = await stage.open({ theme: 'dark', width: 1024, height: 700 });
    await open();
    await panel().getByRole('heading', { name: 'Hours in seconds' }).waitFor();
    expect(await panel().getByText('It was played before').count()).toBe(0);
    // Its outcome outlives the host, its course does not.
    const told = { ms: 1, why: 'it held', lines: [], sessions: [], world: 'simulated' as const };
    results = [{ scenario: stampede.id, case: '-', preset: 'mine', outcome: 'held', ...told }];
    going = { total: 1, done: 1 };
    ring();
    await panel().getByText('It was played before').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await panel().getByRole('button', { name: 'Run it' }).click();
    await expect.poll(() => asked.at(-1)).toMatchObject({ scenarios: [stampede.id] });
  });

  test('it is as plain in the dark, and where there is little room', async () => {
    await page.context().close();
    page = await stage.open({ theme: 'dark', width: 1024, height: 700 });
    await open();
    await chart('Sessions open').scrollIntoViewIfNeeded();
    await expect.poll(() => colours(chart('Sessions open'))).toBeGreaterThan(2);
    const wide = await panel().evaluate((element) => element.scrollWidth <= element.clientWidth);
    expect(wide).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
  });
});

const idle: Output<'scenarios.run'> = {
  id: 'none',
  base: 'mine',
  state: 'done',
  done: 0,
  total: 0,
  playing: [],
  world: 'simulated',
  simulated: 'all',
  seed: 0,
  started: 0,
};

/** How many colours a chart is drawn in. */
async function colours(chart: Locator): Promise<number> {
  return chart.locator('canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
    const seen = new Map<string, number>();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] !== 255) continue;
      const colour = `${data[at]} ${data[at + 1]} ${data[at + 2]}`;
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    return [...seen.values()].filter((count) => count > 20).length;
  });
}

async function picture(chart: Locator): Promise<string> {
  const canvas = chart.locator('canvas');
  await chart.scrollIntoViewIfNeeded();
  return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
}
