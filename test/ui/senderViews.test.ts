// The Sender and DNS pages in a real Chromium, against a real receiver: maps, moments, lists, the zone, and who asked what.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { deliver, listed, senderYaml } from './senderFixture.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

describeWith('chromium', 'the pages about senders', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml: senderYaml });
    await deliver(stage, 'ann@example.org', listed);
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+3');
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
    const { revision } = await stage.workbench.handlers['settings.get']({});
    await stage.workbench.handlers['settings.apply']({ draft: { yaml: senderYaml }, revision });
  });

  const applied = async () => (await stage.workbench.handlers['settings.get']({})).settings;
  const groups = () => page.getByRole('navigation', { name: 'Groups of settings' });
  const group = (name: RegExp) => groups().getByRole('button', { name });
  const setting = (path: string) => page.locator(`[data-setting="${path}"]`);
  const check = async (name: RegExp) => {
    await group(/^Sender/)
      .first()
      .click();
    await group(name).click();
  };

  test('all checks stand at a glance: what is on, when it acts, what stops mail; each leads to its own page', async () => {
    await group(/^Sender/)
      .first()
      .click();
    const table = page.getByRole('table', { name: 'Checks of the sender' });
    expect(await table.getByRole('row').filter({ hasText: 'DNSBL' }).innerText()).toContain('1 list');
    expect(await table.getByRole('row').filter({ hasText: 'DMARC' }).innerText()).toContain('fail, p=quarantine');
    expect(await table.getByRole('row').filter({ hasText: 'Greylisting' }).innerText()).toContain('off');
    const moments = page.getByRole('list', { name: 'Which check acts when' }).locator('> li');
    expect(await moments.nth(1).innerText()).toContain('Reverse DNS');
    expect(await moments.nth(3).innerText()).toContain('DKIM');
    expect(await axeFindings(page)).toEqual([]);
    await table.getByRole('button', { name: 'SPF' }).click();
    await page.getByRole('heading', { name: 'SPF', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sender', exact: true }).click();
    await table.waitFor();
  });

  test('an action is chosen in the map, told among the changes, reset, and applied', async () => {
    await check(/^SPF/);
    await page.getByLabel('softfail', { exact: true }).selectOption('discard');
    await page.getByRole('tab', { name: /^Changes/ }).click();
    await page.getByRole('listitem').filter({ hasText: 'softfail: discard' }).waitFor();
    await page.keyboard.press('Control+s');
    await expect.poll(async () => (await applied()).sender.spf.map.softfail).toBe('discard');
    await page.getByRole('button', { name: 'Reset softfail to its default, record' }).click();
    expect(await page.getByLabel('softfail', { exact: true }).inputValue()).toBe('record');
  });

  test('the moment is chosen on a line by keyboard, and acting at EHLO says whom it shuts out', async () => {
    await check(/^Reverse DNS/);
    const row = setting('sender.reverseDns.stage');
    await row.getByRole('radio', { name: 'MAIL' }).focus();
    await page.keyboard.press('ArrowLeft');
    await row.getByText('shuts out roaming users').waitFor();
    expect(await row.getByRole('radio', { name: 'EHLO' }).isChecked()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('maps known of the product are put in where there are any', async () => {
    await check(/^Sender domain/);
    await page.getByRole('button', { name: 'As AXIGEN’s wizard writes it' }).click();
    expect(await page.getByLabel('null-mx', { exact: true }).inputValue()).toBe('refuse');
    await page.getByRole('button', { name: 'As AXIGEN documents it' }).click();
    expect(await page.getByLabel('null-mx', { exact: true }).inputValue()).toBe('record');
  });

  test('answers of a list are edited in a table; one that does not fit is told under its field', async () => {
    await check(/^DNSBL/);
    const answers = page.getByRole('table', { name: 'Answers of the list' });
    await answers.getByLabel('Answer 1', { exact: true }).fill('10.0.0.1');
    await answers.getByText('“10.0.0.1” does not fit').waitFor();
    await answers.getByLabel('Answer 1', { exact: true }).fill('127.0.0.4-127.0.0.7');
    await page.getByRole('button', { name: 'Add answer' }).click();
    await answers.getByLabel('Action 2').selectOption('quarantine');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Control+s');
    await expect
      .poll(async () => (await applied()).sender.dnsbl.lists[0]?.codes.map(({ answer, action }) => [answer, action]))
      .toEqual([
        ['127.0.0.4-127.0.0.7', 'refuse'],
        ['127.0.0.2', 'quarantine'],
      ]);
  });

  test('the groups are walked by arrow keys through the checks, and a jump opens the check of a setting', async () => {
    await group(/^Sender/)
      .first()
      .click();
    await group(/^Sender/)
      .first()
      .focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'Reverse DNS', exact: true }).waitFor();
    expect(await group(/^Reverse DNS/).getAttribute('aria-current')).toBe('page');
  });

  test('a path of a setting leads into the check it stands in, to its control', async () => {
    await group(/^Listeners/).click();
    await page.getByRole('tab', { name: 'Defaults' }).click();
    await page.getByRole('button', { name: 'sender.header.duplicates' }).click();
    await page.getByRole('heading', { name: 'Header rules', exact: true }).waitFor();
    const control = setting('sender.header.duplicates').getByRole('combobox');
    await expect.poll(() => control.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await group(/^Header rules/).getAttribute('aria-current')).toBe('page');
  });

  test('a draft goes along with the what-if only when it differs from what is applied', async () => {
    const asked: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (String(payload).includes('test.sender')) asked.push(String(payload));
      }),
    );
    await page.reload();
    await page.getByText('Listening').first().waitFor();
    await page.keyboard.press('Control+3');
    await check(/^SPF/);
    await page.getByRole('region', { name: 'What if' }).getByText('accept at message').waitFor();
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.join()).not.toContain('bl.example');
    await page.getByLabel('pass', { exact: true }).selectOption('refuse');
    await page.getByRole('region', { name: 'What if' }).getByText('refuse at mail').waitFor();
    expect(asked.at(-1)).toContain('bl.example');
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
  });

  test('who is known to greylisting is listed, and forgotten after a question', async () => {
    await check(/^Greylisting/);
    await page.getByText('Nobody yet').waitFor();
    await page.getByRole('switch', { name: 'Greylisting' }).click();
    await page.getByRole('switch', { name: 'Exempt where SPF passes' }).click();
    await page.keyboard.press('Control+s');
    await expect.poll(async () => (await applied()).sender.greylist.enabled).toBe(true);
    const client = await stage.client();
    await client.hello();
    await client.ask('MAIL FROM:<new@example.org>');
    expect(await client.ask('RCPT TO:<bob@gate.example>')).toMatch(/^4/);
    await client.ask('QUIT');
    const known = page.getByRole('table', { name: 'Entries of the greylist' });
    await known.getByText('new@example.org').waitFor();
    await known.getByText('waiting').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Forget all' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget 1 entry' }).click();
    await page.getByText('Nobody yet').waitFor();
  });

  test('what if: the zone is tried at once, a session can be taken, and each stage tells its findings', async () => {
    await group(/^Sender/)
      .first()
      .click();
    const panel = page.getByRole('region', { name: 'What if' });
    const stages = panel.getByRole('list', { name: 'What would happen' }).locator('> li');
    await stages.first().waitFor({ timeout: 15_000 });
    await panel.getByLabel('Peer').fill('127.0.0.2');
    await stages.filter({ hasText: '550' }).first().waitFor({ timeout: 15_000 });
    await stages.filter({ hasText: 'dnsbl' }).first().locator('summary').filter({ hasText: 'dnsbl' }).click();
    await panel.getByRole('region', { name: 'List test list' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await panel.getByLabel('Peer').fill('nowhere');
    await panel.getByText('Write an IPv4 or IPv6 address').waitFor();
    expect(await stages.count()).toBeGreaterThan(0);
    const options = panel.getByLabel('Values from').locator('option');
    await panel.getByLabel('Values from').selectOption((await options.nth(1).getAttribute('value')) ?? '');
    expect(await panel.getByLabel('Peer').inputValue()).toBe('127.0.0.1');
    // Nothing was stored, and no session was made.
    expect((await stage.workbench.handlers['sessions.list']({ after: 0, limit: 100 })).total).toBeLessThan(4);
  });

  test('workers tell how busy they are, in words too', async () => {
    await group(/^Workers/).click();
    const now = page.getByRole('region', { name: 'Workers now' });
    await now.getByRole('img', { name: /^Use of the workers in the last minute: now \d+ %/ }).waitFor();
    await expect.poll(() => now.getByText('done', { exact: true }).locator('..').innerText()).toMatch(/done\s+[1-9]/);
  });

  test('a thousand questions are drawn a screen at a time, and walked to the last', async () => {
    // What was asked before is remembered: each has a domain of its own.
    for (let n = 0; n < 600; n += 20) {
      const client = await stage.client();
      await client.hello();
      for (let m = n; m < n + 20; m += 1) {
        await client.ask(`MAIL FROM:<ann@n${m}.asked.example>`);
        await client.ask('RSET');
      }
      await client.ask('QUIT');
    }
    await group(/^DNS/).click();
    await page.getByText(/^1,000 of [\d,]+$/).waitFor();
    const recent = page.getByRole('grid', { name: 'Last questions' });
    expect(await recent.getAttribute('aria-rowcount')).toBe('1001');
    expect(await recent.locator('[role=row]').count()).toBeLessThan(80);
    await recent.focus();
    await page.keyboard.press('End');
    await recent.locator('[role=row][aria-rowindex="1001"][aria-selected=true]').waitFor();
  });
});
