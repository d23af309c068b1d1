// The Sessions view in a real Chromium: every answer has its why, lists stay in place, everything goes by keyboard.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionRow } from '../../core/contract/summary.ts';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, findCommand, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
domains:
  local:
    - { name: gate.example, accept: listed, recipients: [bob] }
dns:
  zone: |
    example.com TXT v=spf1 ip4:192.0.2.10 -all
sender:
  spf:
    map: { fail: refuse }
`;

describeWith('chromium', 'the Sessions view', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    page = await stage.open();
  });
  afterAll(() => stage.close());

  const list = () => page.getByRole('grid', { name: 'Sessions' });
  const transcript = () => page.getByRole('grid', { name: 'Transcript' });
  const why = () => page.getByRole('region', { name: 'Why' });

  async function guess(name: string): Promise<void> {
    const client = await stage.client();
    await client.reply();
    await client.ask(`EHLO ${name}`);
    const wrong = `AUTH PLAIN ${Buffer.from('\0alice\0wrong').toString('base64')}`;
    for (let index = 0; index < 5; index += 1) await client.ask(wrong);
    client.send(`${wrong}\r\n`);
    await client.replies(2);
  }

  async function deliver(from: string, to: string): Promise<void> {
    const client = await stage.client();
    await client.hello();
    const ready = await client.toData(from, to);
    if (ready.startsWith('354')) await client.ask('Subject: hello\r\n\r\ntext\r\n.');
    await client.ask('QUIT');
  }

  test('an empty list says what to do, and its button does it', async () => {
    await page.getByRole('heading', { name: 'No session yet' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send a test message' }).first().click();
    await page.getByRole('dialog').getByLabel('To').fill('nobody@gate.example');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText(/^Not accepted: .*550/).waitFor();
    expect(await page.getByRole('dialog').getByLabel('To').inputValue()).toBe('nobody@gate.example');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await list()
      .getByRole('row', { name: /refused/ })
      .waitFor();
  });

  test('the closing 421 leads to the counter and the setting that decided', async () => {
    await guess('bruteforce.example');
    await list().getByText('bruteforce.example').click();
    await why().getByText('6th failed login, 5 allowed').waitFor();
    const text = await why().innerText();
    for (const part of [
      'Drop at command',
      'failed logins',
      'errors.maxAuthErrors = 5',
      'too-many-logins',
      '421 4.7.0',
      'observed',
      'RFC 5321',
    ])
      expect(text).toContain(part);
    expect(await why().getByRole('meter').getAttribute('aria-valuetext')).toBe('6 of 5');
    expect(await transcript().innerText()).not.toContain('YWxpY2U');
  });

  test('every server line has a why with a check or a reason', async () => {
    await deliver('ann@example.com', 'bob@gate.example');
    await deliver('ann@example.net', 'nobody@gate.example');
    await deliver('ann@example.net', 'bob@elsewhere.example');
    await deliver('ann@example.net', 'bob@gate.example');
    const client = await stage.client();
    await client.reply();
    await client.codes(
      'FOO',
      'DATA',
      'EHLO a',
      'MAIL FROM:<a',
      'VRFY a',
      'HELP',
      'NOOP',
      'RSET',
      'RCPT TO:<b@gate.example>',
      'QUIT',
    );
    await expect.poll(() => list().getByRole('row').count()).toBe(8);

    const seen = new Set<string>();
    for (let index = 0; index < 7; index += 1) {
      await list().locator('[role=row][aria-selected]').nth(index).click();
      await transcript().getByText('220 ').first().waitFor();
      const count = await transcript().locator('[data-kind=server]').count();
      for (let at = 0; at < count; at += 1) {
        const line = transcript().locator('[data-kind=server]').nth(at);
        const code = /\b([2-5]\d\d)[ -]/.exec(await line.innerText())?.[1] ?? '';
        await line.click();
        const n = await line.getAttribute('data-n');
        await why().getByText(`line ${n}`, { exact: true }).waitFor();
        const terms = await why().locator('dl').first().innerText();
        expect(terms).toMatch(/check\s+\S+/);
        expect(terms).toMatch(/reason\s+[a-z]+(-[a-z]+)*/);
        expect(terms).toContain(code);
        seen.add(code);
      }
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['220', '221', '250', '354', '421', '500', '501', '503', '535', '550']),
    );
  });

  test('SPF shows its record, its question and its answer', async () => {
    await list().getByText('ann@example.com').click();
    await why().getByText('v=spf1 ip4:192.0.2.10 -all').first().waitFor();
    const asked = why().getByRole('table', { name: 'DNS questions and answers' });
    expect(await asked.innerText()).toContain('example.com TXT');
    expect(await why().innerText()).toContain('sender.spf.map.fail = refuse');
  });

  test('the filter completes, matches, and is undone', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('outco');
    await page.getByRole('option', { name: 'outcome:' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('dro');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('combobox', { name: 'Filter sessions' }).inputValue()).toBe('outcome:dropped ');
    await expect.poll(() => list().locator('[role=row][aria-selected]').count()).toBe(1);
    await page.getByRole('status').getByText('1 of 7 sessions').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('combobox').fill('sendr:x');
    await page.getByText('There is no field “sendr”').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).first().click();
    await expect.poll(() => list().locator('[role=row][aria-selected]').count()).toBe(7);
    await page.getByRole('button', { name: /Show only dropped|1 dropped/ }).click();
    expect(await page.getByRole('combobox').inputValue()).toBe('outcome:dropped');
    await page.getByRole('combobox').fill('');
    await expect.poll(() => list().locator('[role=row][aria-selected]').count()).toBe(7);
  });

  test('list, transcript and why are walked by keyboard alone', async () => {
    await list().focus();
    await page.keyboard.press('Home');
    const first = await list().getAttribute('aria-activedescendant');
    await page.keyboard.press('ArrowDown');
    expect(await list().getAttribute('aria-activedescendant')).not.toBe(first);
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Transcript');
    await transcript().getByText('220 ').first().waitFor();
    await page.keyboard.press('Home');
    expect(await why().innerText()).toContain('220');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Why');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Transcript');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Sessions');
    await page.keyboard.press('F6');
    expect(await focused(page)).toBe('Transcript');
  });

  test('raw bytes, the log, the palette and the themes', async () => {
    await list().getByText('bruteforce.example').click();
    await list().focus();
    await page.keyboard.press('r');
    await page.getByRole('region', { name: 'Raw bytes' }).getByText('34 32 31 20').waitFor();
    await page.getByRole('radio', { name: 'Whole session' }).click();
    await page.getByRole('region', { name: 'Raw bytes' }).getByText('32 32 30 20').waitFor();
    await list().focus();
    await page.keyboard.press('l');
    await page.getByRole('log').getByText('SMTP-IN').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Sessions');
    await findCommand(page, 'dark', 'Dark theme');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    expect(await axeFindings(page)).toEqual([]);
    await page.reload();
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.getByRole('log').waitFor();
  });

  test('on a small window nothing is cut, and the why folds under the transcript', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const small = await stage.open({ width: 1024, height: 700, theme });
      await small.getByRole('grid', { name: 'Sessions' }).getByText('bruteforce.example').click();
      const reason = small.getByRole('region', { name: 'Why' });
      await reason.getByText('6th failed login').waitFor();
      const above = await small.getByRole('grid', { name: 'Transcript' }).boundingBox();
      const below = await reason.boundingBox();
      expect((below?.y ?? 0) >= (above?.y ?? 0) + (above?.height ?? 0) - 1).toBe(true);
      expect(await small.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await axeFindings(small)).toEqual([]);
      await small.close();
    }
  });

  test('above the transcript the list has columns, which can be hidden', async () => {
    const other = await stage.open();
    const grid = other.getByRole('grid', { name: 'Sessions' });
    await other.getByRole('button', { name: 'More for sessions' }).click();
    await other.getByRole('menuitemradio', { name: 'List above the transcript' }).click();
    await grid.getByRole('columnheader', { name: 'Reason' }).waitFor();
    const row = grid.getByRole('row', { name: /bruteforce\.example/ });
    expect(await row.innerText()).toMatch(/command\s+too-many-logins\s+421/);
    await row.click();
    const list = await grid.boundingBox();
    const below = await other.getByRole('grid', { name: 'Transcript' }).boundingBox();
    expect((below?.y ?? 0) > (list?.y ?? 0) + (list?.height ?? 0)).toBe(true);
    expect(await axeFindings(other)).toEqual([]);
    await other.getByRole('button', { name: 'Columns' }).click();
    await other.getByRole('menuitemcheckbox', { name: 'Reason' }).click();
    await other.keyboard.press('Escape');
    await grid.getByRole('columnheader', { name: 'Reason' }).waitFor({ state: 'detached' });
    await other.reload();
    await grid.getByRole('columnheader', { name: 'Outcome' }).waitFor();
    expect(await grid.getByRole('columnheader', { name: 'Reason' }).count()).toBe(0);
    await other.close();
  });

  test('clearing asks first', async () => {
    await findCommand(page, 'clear all sessions', 'Clear all sessions');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await list().locator('[role=row][aria-selected]').count()).toBe(7);
    await findCommand(page, 'clear all sessions', 'Clear all sessions');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Clear 7/ }).click();
    await page.getByRole('heading', { name: 'No session yet' }).waitFor();
  });

  test('a lost connection is said, and made again', async () => {
    const other = await stage.open();
    await other.evaluate(() => undefined);
    await stage.web.close();
    await other.getByText('Not connected.').waitFor();
    expect(await axeFindings(other)).toEqual([]);
    await other.close();
  });
});

describeWith('chromium', 'a list of many sessions', (chromium) => {
  let stage: Stage;
  const base = 1_800_000_000_000;
  let count = 10_000;
  let ring = () => {};
  const rowAt = (index: number, template: SessionRow): SessionRow => ({
    ...template,
    id: `S${index}`,
    started: base + index,
    helo: `host${index}.example`,
    peer: `192.0.2.${index % 250}`,
  });
  beforeAll(async () => {
    stage = await openStage(chromium, {
      yaml,
      served: ({ changed }) => {
        ring = () => changed({ sessions: count, messages: 0, receiver: 0, settings: 0, scenarios: 0, log: 0 });
      },
      instead: (own) => ({
        // Ten thousand copies of what one real session folds to.
        'sessions.list': async ({ after, limit }) => {
          const real = (await own['sessions.list']({ after: 0, limit: 1 })).rows[0];
          const rows = real
            ? Array.from({ length: Math.min(limit, count - after) }, (_, i) => rowAt(after + i, real))
            : [];
          return { revision: after + rows.length, rows, removed: [], total: count, cleared: 0 };
        },
      }),
    });
    const client = await stage.client();
    await client.codes('NOOP', 'QUIT');
  });
  afterAll(() => stage.close());

  test('only what is seen is drawn, the end is one key away, and what is read stays where it is', async () => {
    const page = await stage.open();
    const list = page.getByRole('grid', { name: 'Sessions' });
    await list.getByText('host9999.example').waitFor();
    expect(await list.getAttribute('aria-rowcount')).toBe('10001');
    expect(await list.getByRole('row').count()).toBeLessThan(80);
    await list.focus();
    await page.keyboard.press('End');
    await list.getByText('host0.example').waitFor();
    await list.evaluate((element) => element.scrollTo({ top: 48 * 5000 + 7 }));
    const read = list.getByText('host4990.example');
    await read.waitFor();
    const before = await read.boundingBox();
    count += 25;
    ring();
    await page.getByText('25 new').waitFor();
    expect(await read.boundingBox()).toEqual(before);
    await page.getByText('25 new').click();
    await list.getByText('host10024.example').waitFor();
    await page.close();
  });
});

async function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? null;
  });
}
