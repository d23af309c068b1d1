// The story of an administrator: attack the receiver, see why it held, change the setting, see what an attacker gains; then mail.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, needProgram } from '../tooling/programs.ts';
import { freePort, openProduct, type Product, sessionList, sessionRows, transcript, why } from './product.ts';

const guessing = 'Password guessing over one connection';

describeWith('chromium', 'the story', (chromium) => {
  let product: Product;
  let page: Page;
  beforeAll(async () => {
    product = await openProduct(chromium, { yaml: `# Our front door.\n${freePort}` });
    page = await product.open();
  });
  afterAll(() => product.close());

  const tree = () => page.getByRole('treegrid', { name: 'Scenarios' });
  const bar = () => page.getByRole('region', { name: 'Unsaved changes' });
  const field = (setting: string) => page.locator(`[data-setting="${setting}"]`);

  /** Runs the selected scenario against the applied settings, to its end. */
  async function run(outcome: RegExp): Promise<void> {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('status').getByText(outcome).waitFor();
    await page.getByRole('status').getByText('2 cases against my settings', { exact: true }).waitFor();
  }

  test('the window says what is listening', async () => {
    await page.getByText('Listening').waitFor();
    await page.getByText(`127.0.0.1:${product.port()}`).first().waitFor();
    await page.getByRole('heading', { name: 'No session yet' }).waitFor();
  });

  test('password guessing is held, and its sessions arrive', async () => {
    await page.getByRole('button', { name: 'Scenarios' }).click();
    await tree().getByRole('row', { name: guessing }).click();
    expect(await page.getByRole('combobox', { name: 'Play against' }).innerText()).toContain('my settings');
    await run(/2 held/);
    await page.getByText('Held under your settings').waitFor();
    await page.getByRole('button', { name: 'Sessions' }).first().click();
    await expect.poll(() => sessionRows(page).count()).toBe(2);
  });

  test('the closing 421 says why', async () => {
    await sessionRows(page).last().click();
    const closing = transcript(page).locator('[data-kind=server]').filter({ hasText: '421 ' });
    await closing.click();
    await why(page).getByText('6th failed login, 5 allowed').waitFor();
    const text = await why(page).innerText();
    for (const part of ['Drop at command', 'failed logins', 'errors.maxAuthErrors = 5', 'observed', '421 4.7.0'])
      expect(text).toContain(part);
    expect(await why(page).getByRole('meter').getAttribute('aria-valuetext')).toBe('6 of 5');
    // Times, directions, and the TLS boundary between them.
    const said = await transcript(page).innerText();
    expect(said).toMatch(/TLS 1\.[23]/);
    expect(await transcript(page).locator('[data-kind=client]').count()).toBeGreaterThan(4);
  });

  test('its setting is raised to 50 in the form, with a warning, and applied', async () => {
    await why(page).getByRole('button', { name: 'errors.maxAuthErrors = 5' }).click();
    const input = field('errors.maxAuthErrors').getByRole('textbox');
    await input.and(page.locator(':focus')).waitFor();
    await input.fill('50');
    await field('errors.maxAuthErrors').getByText('default 5').waitFor();
    await field('errors.maxAuthErrors').getByText('Each connection may guess this many passwords').waitFor();
    await bar().getByText('1 change').waitFor();
    await bar().getByText('applies to new sessions; no listener restarts').waitFor();
    await bar().getByRole('button', { name: 'Apply' }).click();
    await bar().waitFor({ state: 'detached' });
    const window = await product.served.window();
    const { yaml, settings } = await window.call('settings.get', {});
    expect(settings.errors.maxAuthErrors).toBe(50);
    expect(yaml).toContain('# Our front door.');
  });

  test('run again, it is breached, and the attacker gained something', async () => {
    await page.keyboard.press('Control+2');
    await tree().getByRole('row', { name: guessing }).click();
    await run(/2 breached/);
    await page.getByText(/Breached under your settings: The attacker had twelve passwords checked/).waitFor();
    await page.getByRole('button', { name: 'Show what differed' }).click();
    const difference = page.locator('#first-difference');
    expect(await difference.innerText()).toMatch(/expected[^]*421[^]*heard/);
    await page.getByRole('button', { name: 'Open the session that differed' }).click();
    await transcript(page).getByText('535 ').first().waitFor();
  });

  test('mail by swaks shows its session and its message', async (context) => {
    const swaks = needProgram(context, 'swaks');
    const heard = await product.swaks(
      swaks,
      ...['--from', 'ann@example.com', '--to', 'postmaster@gate.example', '--helo', 'swaks.example'],
      ...['--header', 'Subject: Through the front door', '--body', 'Hello there.'],
    );
    expect(heard).toMatch(/<- {2}250 2\.0\.0/);
    const row = sessionRows(page).filter({ hasText: 'ann@example.com' });
    await row.click();
    await transcript(page).getByRole('button', { name: 'open the message' }).click();
    const messages = page.getByRole('grid', { name: 'Messages' });
    expect(await messages.locator('[aria-selected=true]').innerText()).toContain('Through the front door');
    await page.getByRole('group', { name: 'Source' }).getByText('Hello there.').waitFor();
    await page.getByRole('tab', { name: 'Headers' }).click();
    await page.getByRole('table', { name: 'Header fields' }).getByText('Through the front door').waitFor();
    await page.getByRole('tab', { name: 'Parts' }).click();
    await page.getByText('Hello there.').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')]);
    expect(download.suggestedFilename()).toMatch(/\.eml$/);
    const saved = readFileSync(await download.path(), 'latin1');
    expect(saved).toMatch(
      /^Return-Path: <ann@example\.com>\r\n[^]*Subject: Through the front door\r\n[^]*\r\n\r\nHello there\.\r\n/,
    );
  });

  test('mail by the button shows its session and its message', async () => {
    await page.keyboard.press('Control+1');
    const before = await sessionRows(page).count();
    await page.getByRole('button', { name: 'Send a test message' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send a test message' });
    await dialog.getByLabel('Subject').fill('By the button');
    await dialog.getByRole('button', { name: 'Send', exact: true }).click();
    await dialog.getByText(/^Accepted: 250/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => sessionRows(page).count()).toBe(before + 1);
    await expect.poll(() => sessionRows(page).first().innerText()).toContain('accepted');
    await page.keyboard.press('Control+4');
    await page.getByRole('grid', { name: 'Messages' }).getByText('By the button').first().click();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByRole('group', { name: 'Source' }).getByText('Subject: By the button').waitFor();
  });

  test('what was applied is there after a reload, and so is what was seen', async () => {
    await page.reload();
    await sessionRows(page)
      .or(page.getByRole('grid', { name: 'Messages' }))
      .first()
      .waitFor();
    await page.keyboard.press('Control+2');
    await tree().getByRole('row', { name: guessing }).click();
    await page.getByText(/Breached under your settings/).waitFor();
    await page.keyboard.press('Control+1');
    expect(await sessionList(page).getAttribute('aria-rowcount')).toBe('7');
  });
});
