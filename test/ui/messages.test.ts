// The Messages view in a real Chromium: a source of two megabytes opens at once, and is saved byte for byte.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
domains:
  local:
    - { name: gate.example, accept: any }
`;

describeWith('chromium', 'the Messages view', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    page = await stage.open();
  });
  afterAll(() => stage.close());

  async function deliver(message: string): Promise<void> {
    const client = await stage.client();
    await client.hello();
    await client.toData();
    await client.ask(`${message}.`);
    await client.ask('QUIT');
  }
  const list = () => page.getByRole('grid', { name: 'Messages' });
  const source = () => page.getByRole('group', { name: 'Source' });

  test('an empty list says what to do', async () => {
    await page.keyboard.press('Control+4');
    await page.getByRole('heading', { name: 'No message yet' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  test('source, headers and parts', async () => {
    await deliver(
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Ann <ann@client.example>\r\nMIME-Version: 1.0\r\n' +
        'Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n' +
        '--b\r\nContent-Type: text/html\r\n\r\n<b>rich words</b><script>alert(1)</script>\r\n--b--\r\n',
    );
    await list().getByText('Grüße').click();
    await source().getByText('Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=').waitFor();
    await page.getByText(/^The first \d+ lines we would add/).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Headers' }).click();
    await page.getByRole('table', { name: 'Header fields' }).getByText('MIME-Version').waitFor();
    await page.getByRole('tab', { name: 'Parts' }).click();
    await page.getByText('plain words').waitFor();
    await page.getByRole('button', { name: /text\/html/ }).click();
    await page.getByText('<script>alert(1)</script>').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Source' }).click();
  });

  test('two megabytes open, scroll to their end, and are saved byte for byte', async () => {
    const body = Array.from({ length: 30_000 }, (_, index) => `line ${index} ${'x'.repeat(60)}\r\n`).join('');
    const message = `Subject: large\r\n\r\n${body}${'y'.repeat(900)}\r\n`;
    await deliver(message);
    await list().getByText('large').click();
    await source().getByText('Subject: large').waitFor();
    expect(await source().locator('.text-row').count()).toBeLessThan(200);
    await source().focus();
    await page.keyboard.press('End');
    await source().getByText('line 29999').waitFor();

    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')]);
    expect(download.suggestedFilename()).toMatch(/^large-[0-9A-F]{8}\.eml$/);
    const saved = readFileSync(await download.path(), 'latin1');
    expect(saved.endsWith(message)).toBe(true);
    expect(saved.startsWith('Return-Path: <a@client.example>\r\n')).toBe(true);
  });

  test('a message leads to its session, and back', async () => {
    await page.getByRole('button', { name: 'Session', exact: true }).click();
    await page.getByRole('grid', { name: 'Transcript' }).getByRole('button', { name: 'open the message' }).click();
    await list().waitFor();
    expect(await list().locator('[aria-selected=true]').innerText()).toContain('large');
  });

  test('clearing asks first', async () => {
    await page.getByRole('button', { name: 'More for messages' }).click();
    await page.getByRole('menuitem', { name: /Clear all messages/ }).click();
    await page.getByRole('button', { name: 'Clear 2 messages' }).click();
    await page.getByRole('heading', { name: 'No message yet' }).waitFor();
  });
});
