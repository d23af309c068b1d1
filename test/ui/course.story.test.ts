// The whole story on a real host: a population is played, the moment a limit bites is found, a refused session opened, the limit changed, and both runs seen side by side.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
flow:
  service: { peerMaxIntervalConnections: 60 }
`;
const title = 'A burst, and the same address a little later';
const counter = 'new connections of the peer in its interval over all listeners';

/** Milliseconds a population may take on a busy machine. */
const PLAYED = { timeout: 40_000 };

describeWith('chromium', 'the story of a limit that bites', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    page = await stage.open();
    page.setDefaultTimeout(PLAYED.timeout);
  });
  afterAll(() => stage.close());

  test('run, scrub to where the limit bites, open a refused session, change the limit, run again, see both', async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('searchbox', { name: 'Filter the scenarios' }).fill('the same address a little later');
    await page.getByRole('treegrid', { name: 'Scenarios' }).getByText(title).click();
    await panel().getByRole('button', { name: 'Run it' }).click();
    await finished();
    await panel().getByRole('slider', { name: 'Time' }).focus();
    await page.keyboard.press('Home');
    await panel().getByRole('button', { name: 'To the next time at which a limit was hit' }).click();
    await panel().getByText('61st new connection', { exact: false }).first().waitFor();
    expect(await values()).toEqual([expect.stringMatching(/^61/)]);
    await panel().getByRole('button', { name: 'Open a session of it' }).click();
    await page.getByRole('grid', { name: 'Transcript' }).getByText(/^421 /).waitFor();
    const why = page.getByRole('region', { name: 'Why' });
    await why.getByText('61st new connection', { exact: false }).first().waitFor();
    await why
      .getByRole('button', { name: /flow\.service\.peerMaxIntervalConnections/ })
      .first()
      .click();

    const field = page.locator('[data-setting="flow.service.peerMaxIntervalConnections"]').getByRole('textbox');
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill('90');
    await page.keyboard.press('Control+s');
    await page.getByText('New sessions follow it; no listener restarted.').waitFor();
    await page.keyboard.press('Control+2');
    const detail = page.getByRole('region', { name: 'Scenario', exact: true });
    await detail.getByRole('button', { name: 'Run', exact: true }).click();
    const beside = panel().getByRole('combobox', { name: 'Run beside it' });
    const option = beside.getByRole('option', { name: /\(peerMaxIntervalConnections 60 → 90\)/ });
    await option.waitFor({ state: 'attached', ...PLAYED });
    await finished();
    await beside.selectOption(await option.getAttribute('value'));
    const differs = panel().getByRole('list', { name: 'What differs between the two runs' });
    expect(await differs.textContent()).toMatch(/flow\.service\.peerMaxIntervalConnectionswas 60 .* is 90 here/);
    const limits = chart()
      .getByRole('row', { name: /^limit/ })
      .getByRole('cell');
    expect(await limits.allTextContents()).toEqual(['90', '60']);
    expect(await values()).toHaveLength(2);
    expect(await axeFindings(page)).toEqual([]);
  });

  const panel = () => page.getByRole('region', { name: `Course of ${title}` });
  const chart = () => panel().getByRole('region', { name: counter, exact: true });
  const values = () =>
    chart()
      .getByRole('row', { name: /^value/ })
      .getByRole('cell')
      .allTextContents();
  /** The run that is shown is over. */
  const finished = () =>
    panel()
      .locator('.course-state')
      .getByText('The run is done.')
      .waitFor({ state: 'attached', ...PLAYED });
});
