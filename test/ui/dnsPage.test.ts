// The DNS page in a real Chromium: the zone with its mistakes, BIND files in and out, a question asked, and who asked the last ones.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { transcript, why } from './product.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
`;

const bind = `$TTL 3600
@ IN SOA ns admin 1 7200 900 1209600 300
@ IN MX 10 mail
mail IN A 192.0.2.10
what is this
`;

describeWith('chromium', 'the DNS page', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+3');
    await page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name: /^DNS/ }).click();
    await editor().waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
    const { revision } = await stage.workbench.handlers['settings.get']({});
    await stage.workbench.handlers['settings.apply']({ draft: { yaml }, revision });
  });

  const editor = () => page.getByRole('textbox', { name: 'Zone' });
  const insert = () => page.getByRole('button', { name: 'Insert an example' }).click();
  const applied = async () => (await stage.workbench.handlers['settings.get']({})).settings.dns;
  const ask = async (name: string, type: string) => {
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Type', { exact: true }).selectOption(type);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
  };

  test('an empty zone teaches; the example fits, and its draft answers a question before it is applied', async () => {
    await page.getByText('Nothing is in the zone yet').waitFor();
    await page.getByRole('heading', { name: 'Nothing was asked yet' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await insert();
    await page.getByText('7 records, 3 faults').waitFor();
    await ask('mail.example.com', 'A');
    const answers = page.getByRole('list', { name: 'Answers' });
    await answers.getByText('192.0.2.10').waitFor();
    await answers.getByText('on line 6').waitFor();
    await ask('broken.example.net', 'TXT');
    await answers.getByText('SERVFAIL').first().waitFor();
    expect(await page.getByRole('list', { name: 'Problems of the zone' }).innerText()).toBe('');
    await page.keyboard.press('Control+s');
    await expect.poll(async () => (await applied()).zone).toContain('mail.example.com A 192.0.2.10');
  });

  test('a mistake is told with its line, and stops Apply; the table shows records and faults', async () => {
    await insert();
    await page.getByRole('radio', { name: 'Table' }).click();
    const table = page.getByRole('table', { name: 'Records and faults' });
    expect(await table.getByRole('row').count()).toBe(11);
    await table.getByRole('button', { name: 'Edit line 12' }).click();
    await expect.poll(() => page.locator('.cm-activeLine').innerText()).toContain('slow.example.net TXT v=spf1');
    await page.keyboard.press('Home');
    await page.keyboard.type('oops ');
    await page.getByRole('button', { name: 'Go to line 12' }).waitFor();
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('the order is drawn; switching real servers on warns, and can be taken back', async () => {
    const row = page.locator('[data-setting="dns.servers.enabled"]');
    await row.getByText('nobody outside is asked').waitFor();
    await page.getByRole('switch', { name: 'Ask real servers' }).click();
    await page.getByText('Servers outside learn which addresses').waitFor();
    await row.getByText('those of this machine').waitFor();
    expect((await applied()).servers.enabled).toBe(false);
    await page.getByRole('switch', { name: 'Ask real servers' }).click();
    await page.getByText('Servers outside learn').waitFor({ state: 'detached' });
  });

  test('a BIND file is shown before it is taken, with what it has that cannot be; and the zone is saved as one', async () => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import …' }).click(),
    ]);
    await chooser.setFiles({ name: 'example.com.zone', mimeType: 'text/plain', buffer: Buffer.from(bind) });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('3 records').waitFor();
    expect(await dialog.getByLabel('Origin').inputValue()).toBe('example.com');
    await dialog.getByRole('region', { name: 'What was not taken' }).getByText('line 5').waitFor();
    await dialog.getByText('mail.example.com A 192.0.2.10').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add to the zone' }).click();
    await expect.poll(() => editor().innerText()).toContain('mail.example.com A 192.0.2.10');
    expect((await applied()).zone).toBe('');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).first().click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/mail\S*\s.*A\s+192\.0\.2\.10/);
  });

  test('the last questions tell who asked, and lead to the line of the session', async () => {
    const client = await stage.client();
    await client.hello();
    await client.ask('MAIL FROM:<ann@asked.example>');
    await client.ask('QUIT');
    const recent = page.getByRole('grid', { name: 'Last questions' });
    await recent.getByText('asked.example TXT').waitFor();
    await recent.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await transcript(page).getByText('MAIL FROM:<ann@asked.example>').waitFor();
    await why(page).locator('summary').filter({ hasText: 'spf mail' }).click();
    await why(page).getByRole('region', { name: 'SPF of asked.example' }).waitFor();
  });
});
