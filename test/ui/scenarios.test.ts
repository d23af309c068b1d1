// The Scenarios view in a real Chromium: the story of a setting that flips an outcome, runs, the matrix, bad files, the keyboard.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ScenarioRow } from '../../core/contract/calls.ts';
import type { serve } from '../../core/contract/rpc.ts';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;

const guessing = 'Password guessing over one connection';

/** Milliseconds a played case may take on a busy machine. */
const PLAYED = { timeout: 30_000 };

describeWith('chromium', 'the Scenarios view', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+2');
    await list().waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  const list = () => page.getByRole('treegrid', { name: 'Scenarios' });
  const detail = () => page.getByRole('region', { name: 'Scenario', exact: true });
  const row = (title: string) => list().getByRole('row').filter({ hasText: title });
  const run = () => detail().getByRole('button', { name: 'Run', exact: true });

  test('a setting flips an outcome: held, its session and why, the setting, breached, and what an attacker gained', async () => {
    await page.getByRole('heading', { name: 'Attack your receiver' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await row(guessing).click();
    await run().click();
    await detail().getByText('Held under your settings').waitFor(PLAYED);
    await row(guessing).getByText('held').first().waitFor();
    await detail().getByRole('button', { name: 'Open its session' }).click();

    await page.getByRole('grid', { name: 'Transcript' }).getByText(/^421 /).click();
    const why = page.getByRole('region', { name: 'Why' });
    await why.getByText('6th failed login, 5 allowed').waitFor();
    await why
      .getByRole('button', { name: /errors\.maxAuthErrors/ })
      .first()
      .click();

    const field = page.getByRole('textbox', { name: 'Failed logins allowed' });
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await page.locator('[data-setting="errors.maxAuthErrors"]').getAttribute('data-flash')).toBe('');
    await page.keyboard.type('50');
    await page.keyboard.press('Control+s');
    await page.getByText('New sessions follow it; no listener restarted.').waitFor();

    await page.keyboard.press('Control+2');
    await row(guessing).getByText(', under earlier settings').first().waitFor({ state: 'attached' });
    await run().click();
    await detail().getByText('Breached under your settings').waitFor(PLAYED);
    await detail()
      .getByText(/The attacker had twelve passwords checked in one connection/)
      .first()
      .waitFor();
    await detail().getByRole('button', { name: 'Show what differed' }).click();
    const difference = detail().locator('#first-difference');
    expect(await difference.textContent()).toMatch(/expected, step 9421.*heard250/);
    expect(await difference.evaluate((line) => line === document.activeElement)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollTop + document.body.scrollTop)).toBe(0);
    await detail().getByRole('row').filter({ hasText: 'errors.maxAuthErrors' }).getByText('50').waitFor();

    await page.keyboard.press('Control+3');
    await page.getByRole('tab', { name: 'Changes' }).click();
    const touched = page.getByRole('listitem').filter({ hasText: guessing });
    await touched.getByText('breached').waitFor();
    await touched.getByText('held').waitFor();
  });

  test('the tree goes by keyboard: arrows walk and fold, Enter runs, the filter is left with Escape', async () => {
    await list().focus();
    await page.keyboard.press('Home');
    const first = list().getByRole('row', { selected: true });
    expect(await first.getAttribute('aria-level')).toBe('1');
    expect(await first.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowLeft');
    expect(await first.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await first.getAttribute('aria-level')).toBe('2');
    await page.keyboard.press('/');
    const filter = page.getByRole('searchbox', { name: 'Filter the scenarios' });
    await filter.fill('no such scenario');
    await page.getByRole('heading', { name: 'No scenario matches' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await filter.fill('good-citizens/plain-mta');
    await row('A mail server delivers one message').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await detail().getByText('Served under your settings').waitFor(PLAYED);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    expect(await list().evaluate((grid) => grid === document.activeElement)).toBe(true);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    expect(await filter.inputValue()).toBe('');
  });

  test('presets are proved: each case as expected, with a chip in the matrix, and the gain of the weak one', async () => {
    await page.getByRole('combobox', { name: 'Play against' }).selectOption('presets');
    await row(guessing).click();
    await run().click();
    await page.getByRole('status').getByText('all as expected').waitFor(PLAYED);
    await detail().getByRole('group', { name: 'Outcome under' }).getByRole('button', { name: /^weak/ }).click();
    await detail().getByText('Breached under weak').waitFor();
    await detail().getByRole('button', { name: 'Open the session that differed' }).waitFor();
    await detail().getByRole('button', { name: 'Source' }).click();
    await page.getByLabel('Source of auth/password-guessing').getByText('AUT-01').waitFor();
  });

  test('in the simulated world nobody takes its times for real: not in the list, not in the transcript', async () => {
    await page.getByRole('radiogroup', { name: 'World' }).getByText('simulated').click();
    await row('A mail server delivers one message').click();
    await run().click();
    await detail().getByText('Served under your settings').waitFor(PLAYED);
    await detail()
      .getByText(/, simulated$/)
      .waitFor();
    await detail().getByRole('button', { name: 'Open its session' }).click();
    const [now] = await page
      .getByRole('grid', { name: 'Sessions' })
      .getByRole('row', { selected: true })
      .allTextContents();
    expect(now).toMatch(/simulated, 00:00:00$/);
    await page.getByText('simulated, 00:00:00', { exact: true }).last().waitFor();
    // It stands where its run began, not at the beginning of virtual time.
    const first = page.getByRole('grid', { name: 'Sessions' }).locator('[role=row][aria-rowindex="2"]');
    expect(await first.getAttribute('aria-selected')).toBe('true');
    await page.getByRole('combobox', { name: /filter/i }).fill('run:simulated');
    await expect.poll(() => page.getByRole('grid', { name: 'Sessions' }).getAttribute('aria-rowcount')).toBe('2');
  });

  test('a run can be cancelled; what was played stays, and the rest says that it was not', async () => {
    await page.getByRole('button', { name: /^Run \d+$/ }).click();
    const cancel = page.getByRole('region', { name: 'Scenario list' }).getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    await list().getByText('running').first().waitFor(PLAYED);
    await list().getByText('waiting').first().waitFor();
    await list().getByText('held').first().waitFor(PLAYED);
    await cancel.click();
    await page
      .getByRole('status')
      .getByText(/^Cancelled after \d+ of \d+/)
      .waitFor(PLAYED);
    await list().getByText('waiting').first().waitFor({ state: 'detached' });
  });

  test('the outcomes of earlier runs are still there when the window is loaded again', async () => {
    await row('A mail server delivers one message').click();
    await run().click();
    await detail().getByText('Served under your settings').waitFor(PLAYED);
    await row('Commands out of order').click();
    await run().click();
    await detail().getByText('Held under your settings').waitFor(PLAYED);
    await page.reload();
    await row('A mail server delivers one message').getByText('served').first().waitFor();
    await row('A mail server delivers one message').click();
    await detail().getByText('The talk of this run is no longer here').waitFor();
  });
});

const bad: ScenarioRow = {
  id: 'auth/broken',
  theme: 'auth',
  title: 'auth/broken',
  row: '',
  kind: 'attack',
  role: '',
  about: 'This file cannot be played until what is wrong with it is corrected.',
  knobs: [],
  sources: [],
  cases: [],
  worlds: ['real', 'simulated'],
  population: false,
  presets: {},
  problems: [{ path: 'talk.0', line: 3, column: 5, message: 'unknown step "shout". Write one of: hear, say' }],
};

describeWith('chromium', 'the Scenarios view over a host with a bad file', (chromium) => {
  let stage: Stage;
  const sides: ReturnType<typeof serve>[] = [];
  beforeAll(async () => {
    stage = await openStage(chromium, {
      yaml,
      instead: (own) => ({
        'scenarios.list': async () => {
          const { scenarios, checks } = await own['scenarios.list']({});
          return { scenarios: [bad, ...scenarios.slice(0, 3)], checks };
        },
        'scenarios.source': () => ({ yaml: 'title: Broken\ntalk:\n  - shout: EHLO\n' }),
      }),
      served: (side) => sides.push(side),
    });
  });
  afterAll(() => stage.close());

  test('a bad file is shown with what is wrong and where, and cannot be run', async () => {
    const page = await stage.open({ theme: 'dark', width: 1024, height: 700 });
    await page.keyboard.press('Control+2');
    const list = page.getByRole('treegrid', { name: 'Scenarios' });
    await list.getByText('1 problem in the file').click();
    await page.getByText('unknown step "shout"').waitFor();
    await page.getByRole('button', { name: /line 3/ }).click();
    await page.getByLabel('Source of auth/broken').getByText('shout').waitFor();
    const detail = page.getByRole('region', { name: 'Scenario', exact: true });
    expect(await detail.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
  });
});
