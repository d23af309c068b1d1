// The page of users with ten thousand of them, in a real Chromium on a real workbench.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;

/** The example of Apache's documentation. */
const hash = '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/';

describeWith('chromium', 'the page of ten thousand users', (chromium) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
  });
  afterAll(() => stage.close());

  test(
    'they are previewed, imported, and are a list with few rows in the document, found by name',
    { timeout: 180_000 },
    async () => {
      const page = await stage.open();
      // Ten thousand rows cross twice, on whatever machine this is.
      page.setDefaultTimeout(60_000);
      await page.keyboard.press('Control+3');
      await page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name: 'Users' }).click();
      await page.getByRole('button', { name: 'Import' }).click();
      const dialog = page.locator('.dialog[role=dialog]');
      const text = Array.from({ length: 10_000 }, (_, n) => `u${n}:${hash}`).join('\n');
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'htpasswd', mimeType: 'text/plain', buffer: Buffer.from(text) });
      await dialog.getByRole('button', { name: '10,000 new' }).waitFor();
      expect(await dialog.getByRole('row').count()).toBeLessThan(60);
      await dialog.getByRole('button', { name: 'Import 10,000 users' }).click();
      await dialog.getByRole('button', { name: '10,000 added' }).waitFor();
      await dialog.getByRole('button', { name: 'Close', exact: true }).click();
      const grid = page.getByRole('grid', { name: 'Users' });
      const row = (name: string) =>
        grid.getByRole('row').filter({ has: page.getByRole('gridcell', { name, exact: true }) });
      await page.getByRole('status').filter({ hasText: '10,001 users' }).waitFor();
      expect(await grid.getByRole('row').count()).toBeLessThan(80);
      await grid.focus();
      await page.keyboard.press('End');
      const last = (await stage.workbench.handlers['users.list']({})).users.at(-1)?.name ?? '';
      await page.getByRole('region', { name: `About ${last}` }).waitFor();
      expect(await row(last).getAttribute('aria-rowindex')).toBe('10002');
      await page.keyboard.press('/');
      await page.keyboard.type('u4711');
      await row('u4711').waitFor();
      expect(await grid.getByRole('row').count()).toBe(2);
      expect(await axeFindings(page)).toEqual([]);
    },
  );
});
