// Faults in the window: a red bar on every screen while they are on, a button that ends them, and what the transcript says.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { until } from '../smtp/playground.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
faults:
  enabled: true
  rules:
    - { name: busy mailbox, reply: RCPT, text: 4.2.1 Mailbox busy }
    - { name: lost goodbye, reply: QUIT, what: drop-before }
    - { name: three, reply: VRFY, what: digits }
    - { name: four, reply: NOOP, what: silence }
`;

const looks = [
  { width: 1440, height: 900, theme: 'light' },
  { width: 1024, height: 700, theme: 'dark' },
] as const;

describeWith('chromium', 'faults in the window', (chromium) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    const client = await stage.client();
    await client.hello();
    await client.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>');
    client.send('QUIT\r\n');
    await client.over();
  });
  afterAll(() => stage.close());
  const bar = (page: Page) => page.getByRole('region', { name: 'Faults' });

  test.each(looks)('the bar is on every screen, $width wide and $theme', async (look) => {
    const page = await stage.open(look);
    for (const key of ['1', '2', '3', '4']) {
      await page.keyboard.press(`Control+${key}`);
      await bar(page).getByText('busy mailbox, lost goodbye, three, and 1 more').waitFor();
    }
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  test('the transcript shows what crossed, and what was meant', async () => {
    const page = await stage.open();
    await page.getByRole('grid', { name: 'Sessions' }).locator('[role=row][aria-selected]').first().click();
    const transcript = page.getByRole('grid', { name: 'Transcript' });
    await transcript.getByText('451 4.2.1 Mailbox busy').waitFor();
    await transcript.getByText('fault busy mailbox: answered otherwise; meant 250 2.1.5 Recipient OK').waitFor();
    await transcript.getByText('fault lost goodbye: dropped before the reply; meant 221').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  test('the bar leads to the rules, a ready-made set takes their place, and one button ends it all', async () => {
    const page = await stage.open();
    await bar(page).getByRole('button', { name: 'Show' }).click();
    await page.getByRole('group', { name: 'Ready-made faults' }).waitFor();
    await page.getByRole('button', { name: 'Lost replies' }).click();
    await page.getByText('stored, and not said').first().waitFor();
    await page.getByRole('button', { name: 'Discard' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await bar(page).getByRole('button', { name: 'Switch off' }).click();
    await until(() => stage.workbench.state().faults === undefined);
    await bar(page).getByText('Faults are on').waitFor({ state: 'detached' });
    const { settings } = await stage.workbench.handlers['settings.get']({});
    expect(settings.faults).toMatchObject({ enabled: false });
    expect(settings.faults.rules.length).toBe(4);
    const client = await stage.client();
    await client.hello();
    expect(await client.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>')).toEqual([250, 250]);
    await page.context().close();
  });
});
