// The window as a place to work in: everything by keyboard, errors in words, ten thousand sessions, four views in four looks.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event } from '../../core/contract/event.ts';
import { ground, Client as Raw, until } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { freePort, openProduct, type Product, sessionList, sessionRows, transcript, why } from './product.ts';
import { axeFindings, findCommand } from './window.ts';

describeWith('chromium', 'the window by keyboard alone', (chromium) => {
  let product: Product;
  let page: Page;
  beforeAll(async () => {
    product = await openProduct(chromium, { yaml: freePort });
    for (const name of ['first.example', 'second.example']) {
      const client = await Raw.open(product.port());
      await client.reply();
      await client.codes(`EHLO ${name}`, 'MAIL FROM:<ann@example.com>', 'RCPT TO:<eve@elsewhere.example>', 'QUIT');
    }
    page = await product.open();
  });
  afterAll(() => product.close());

  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  const focus = (name: string) => page.locator(`[aria-label="${name}"]:focus`).waitFor();
  const heading = (name: string) => page.locator(`main[aria-label="${name}"]`).waitFor();
  const errors = (setting: string) => page.locator(`[data-setting="errors.${setting}"]`);
  const bar = () => page.getByRole('region', { name: 'Unsaved changes' });

  test('Ctrl and a number go to each view', async () => {
    await expect.poll(() => sessionRows(page).count()).toBe(2);
    for (const [key, name] of [
      ['2', 'Scenarios'],
      ['3', 'Receiver'],
      ['4', 'Messages'],
      ['1', 'Sessions'],
    ] as const) {
      await keys(`Control+${key}`);
      await heading(name);
    }
  });

  test('a session is filtered, opened, read and left', async () => {
    await keys('/');
    await page.keyboard.type('helo:first.example');
    await expect.poll(() => sessionRows(page).count()).toBe(1);
    await keys('Escape', 'Enter');
    await focus('Sessions');
    await keys('Home', 'Enter');
    await focus('Transcript');
    await transcript(page).getByText('550 ').first().waitFor();
    await keys('Home', 'End', 'ArrowUp');
    await why(page)
      .getByText(/^line \d+/)
      .waitFor();
    await keys('Escape');
    await focus('Sessions');
    await keys('/');
    await page.keyboard.press('Control+a');
    await keys('Delete', 'Escape');
    await expect.poll(() => sessionRows(page).count()).toBe(2);
  });

  test('the palette runs a command', async () => {
    await findCommand(page, 'receiver', 'Receiver');
    await keys('Enter');
    await heading('Receiver');
  });

  test('a bad value is told in words, cannot be applied, and is not lost', async () => {
    await page.getByRole('button', { name: /^Errors/ }).focus();
    await keys('Enter');
    const input = errors('maxAuthErrors').getByRole('textbox');
    await input.focus();
    await keys('Control+a');
    await page.keyboard.type('many');
    await errors('maxAuthErrors')
      .getByText(/number|unlimited/)
      .first()
      .waitFor();
    await bar().getByText('1 error to fix first').waitFor();
    expect(await bar().getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    await keys('Control+s', 'Control+1');
    await heading('Sessions');
    await keys('Control+3');
    expect(await input.inputValue()).toBe('many');
    const { settings } = await (await product.served.window()).call('settings.get', {});
    expect(settings.errors.maxAuthErrors).toBe(5);

    await input.focus();
    await keys('Control+a');
    await page.keyboard.type('8');
    await bar().getByText('applies to new sessions; no listener restarts').waitFor();
    await keys('Control+s');
    await bar().waitFor({ state: 'detached' });
  });

  test('Discard asks, and gives the applied value back', async () => {
    const input = errors('maxAuthErrors').getByRole('textbox');
    await input.focus();
    await keys('Control+a');
    await page.keyboard.type('9');
    await bar().getByRole('button', { name: 'Discard' }).focus();
    await keys('Enter');
    await page.getByRole('alertdialog').waitFor();
    await keys('Escape');
    expect(await input.inputValue()).toBe('9');
    await bar().getByRole('button', { name: 'Discard' }).focus();
    await keys('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).focus();
    await keys('Enter');
    await bar().waitFor({ state: 'detached' });
    expect(await input.inputValue()).toBe('8');
  });

  test('a scenario is found and run, and its session opened', async () => {
    await keys('Control+2');
    const tree = page.getByRole('treegrid', { name: 'Scenarios' });
    await tree.getByRole('row').nth(20).waitFor();
    await keys('/');
    await page.keyboard.type('talks nonsense');
    await expect.poll(() => tree.locator('[aria-level="2"]').count()).toBe(1);
    await keys('Enter', 'End', 'Control+Enter');
    await page.getByText(/^Held under your settings/).waitFor();
    await page.getByRole('button', { name: 'Open its session' }).focus();
    await keys('Enter');
    await transcript(page).waitFor();
    await expect.poll(() => sessionRows(page).count()).toBeGreaterThan(2);
  });
});

const looks = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 1024, height: 700 },
  { theme: 'dark', width: 1024, height: 700 },
] as const;

describeWith('chromium', 'ten thousand sessions', (chromium) => {
  let product: Product;
  let page: Page;
  beforeAll(async () => {
    const events = await oneSession();
    product = await openProduct(chromium, {
      yaml: freePort,
      fill: (workspace) => {
        for (let index = 0; index < 10_000; index += 1) workspace.importSession(as(events, index), '');
      },
    });
    page = await product.open();
  });
  afterAll(() => product.close());

  test('are listed, scrolled and filtered', async () => {
    await expect.poll(() => sessionList(page).getAttribute('aria-rowcount')).toBe('10001');
    await sessionList(page).getByText('host9999.example').waitFor();
    await sessionList(page).focus();
    await page.keyboard.press('End');
    await sessionList(page).getByText('host0.example').waitFor();
    expect(await sessionRows(page).count()).toBeLessThan(80);
    await page.keyboard.press('/');
    await page.keyboard.type('peer:198.51.100.7 helo:host7.example');
    await expect.poll(() => sessionRows(page).count()).toBe(1);
    await page.getByText('1 of 10,000 sessions').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await sessionRows(page).first().click();
    await transcript(page).getByText('503 ').first().waitFor();
  });

  test.each([
    ['1', 'Transcript'],
    ['2', 'Scenarios'],
    ['3', 'Groups'],
    ['4', 'Message list'],
  ])('axe finds nothing, and nothing is cut, in the four looks of view %s', async (key, name) => {
    await page.keyboard.press(`Control+${key}`);
    await page.locator(`[aria-label="${name}"]`).first().waitFor();
    // The rows of the tree are alike: some are enough.
    if (key === '2') await page.getByRole('searchbox', { name: 'Filter the scenarios' }).fill('password');
    for (const { theme, width, height } of looks) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height });
      await page.locator(`html[data-theme=${theme}]`).waitFor();
      await page.evaluate(async () => {
        await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
      });
      expect(await axeFindings(page), `${theme} at ${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  });
});

/** The events of a session of a real receiver. */
async function oneSession(): Promise<readonly Event[]> {
  const played = await ground();
  const client = await played.connect();
  await client.reply();
  await client.codes('EHLO one.example', 'RCPT TO:<eve@elsewhere.example>', 'QUIT');
  await until(() => played.journal.sessions[0]?.ended === true);
  const events = played.journal.sessions[0]?.events ?? [];
  await played.close();
  return events;
}

/** The same session of another client. */
function as(events: readonly Event[], index: number): readonly Event[] {
  return events.map((event) => {
    if (event.kind === 'connect')
      return { ...event, at: event.at + index, peer: { ...event.peer, address: `198.51.100.${index % 250}` } };
    if (event.kind === 'line' && event.bytes.startsWith('EHLO'))
      return { ...event, bytes: `EHLO host${index}.example` };
    return event;
  });
}
