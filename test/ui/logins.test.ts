// The logins of a session in a real Chromium: the panel beside the transcript, each step decoded, counted, and one step from its line.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { sessionRows, transcript, why } from './product.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
authentication: { clear: [PLAIN, CRAM-MD5] }
protection: { failedLogins: { account: { maxRetry: 9 } } }
`;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const digest = '0123456789abcdef0123456789abcdef';

describeWith('chromium', 'the logins of a session', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    await stage.workbench.handlers['users.set']({ name: 'ann', password: 'hers-alone-99' });
    const client = await stage.client();
    await client.hello();
    await client.codes(`AUTH PLAIN ${base64('\0ann\0guess-one')}`);
    await client.codes('AUTH CRAM-MD5', base64(`ann ${digest}`));
    await client.codes('AUTH CRAM-MD5', '*');
    await client.codes(`AUTH PLAIN ${base64('\0ann\0hers-alone-99')}`, 'QUIT');
    await client.over();
    const plain = await stage.client();
    await plain.hello();
    await plain.codes('QUIT');
    await plain.over();
    page = await stage.open();
    await sessionRows(page).nth(1).click();
    await why(page).getByRole('tab', { name: 'Logins 4' }).click();
  });
  afterAll(() => stage.close());

  const panel = () => why(page).getByRole('list', { name: 'Logins' });
  const heads = () => panel().locator('.login-head');
  const body = () => panel().locator('.login-body');
  const selected = () => transcript(page).locator('[role=row][aria-selected=true]');

  test('each login says who, how, and what it came to', async () => {
    const words = await heads().evaluateAll((all) => all.map((one) => one.textContent ?? ''));
    expect(words).toEqual([
      expect.stringMatching(/^ann.*PLAIN.*wrong credentials$/),
      expect.stringMatching(/^ann.*CRAM-MD5.*wrong credentials$/),
      expect.stringMatching(/CRAM-MD5.*cancelled$/),
      expect.stringMatching(/^ann.*PLAIN.*logged in$/),
    ]);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('a step is decoded without secrets, the one that failed says why, and each leads to its line', async () => {
    if ((await heads().nth(1).getAttribute('aria-expanded')) !== 'true') await heads().nth(1).click();
    await body().getByText('in clear').waitFor();
    await body().getByText('weak').waitFor();
    const steps = body().locator('.login-moves > li');
    expect(await steps.count()).toBe(2);
    expect(await steps.nth(0).textContent()).toMatch(/server.*challenge.*@/);
    expect(await steps.nth(1).textContent()).toContain('userann');
    expect(await steps.nth(1).textContent()).toContain('32 octets, redacted');
    expect(await steps.nth(1).textContent()).toContain('failed here: wrong password');
    expect(await page.content()).not.toContain(digest);
    const link = steps.nth(1).getByRole('button', { name: /^line \d+$/ });
    const line = /\d+/.exec((await link.textContent()) ?? '')?.[0];
    await link.press('Enter');
    expect(await selected().getAttribute('data-n')).toBe(line);
    // The login stays open: its line is looked at.
    await body().getByText('failed here').waitFor();
  });

  test('what was counted stands with its limits', async () => {
    const counted = body().locator('.login-counters li');
    const texts = await counted.evaluateAll((all) => all.map((one) => one.textContent ?? ''));
    expect(texts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^the user ann\s*2 of 9 failed logins/),
        expect.stringMatching(/^this session\s*2 of 5 failed logins/),
      ]),
    );
  });

  test('the panel opens the login of the line looked at; the transcript tells each step beside its line', async () => {
    await transcript(page).getByText('CRAM-MD5: cancelled').waitFor();
    await transcript(page).getByText('235 2.7.0').click();
    await body().getByText('logged in').waitFor();
    expect(await heads().nth(3).getAttribute('aria-expanded')).toBe('true');
    const said = transcript(page).locator('.sasl-line').filter({ hasText: 'authcid ann' }).first();
    expect(await said.textContent()).toContain('9 octets');
    expect(await said.textContent()).not.toContain('guess-one');
    // Walking by arrow keys stops at every line once, and goes on past those a step is told in.
    await transcript(page).focus();
    await page.keyboard.press('End');
    const last = await selected().getAttribute('data-n');
    await page.keyboard.press('Home');
    const stops = new Set<string | null>();
    for (let step = 0; step < 40 && (await selected().getAttribute('data-n')) !== last; step += 1) {
      stops.add(await selected().getAttribute('data-n'));
      await page.keyboard.press('ArrowDown');
    }
    expect(await selected().getAttribute('data-n')).toBe(last);
    expect(stops.size).toBeGreaterThan(10);
  });

  test('the title names who is in; a session without a login has no panel', async () => {
    await page.getByRole('button', { name: 'logged in as ann' }).waitFor();
    await sessionRows(page).nth(0).click();
    await why(page).getByRole('heading', { name: 'Why' }).waitFor();
    expect(await why(page).getByRole('tab').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'logged in as ann' }).count()).toBe(0);
    await sessionRows(page).nth(1).click();
    await why(page).getByRole('tab', { name: 'Why' }).click();
    await why(page).getByRole('heading', { name: 'Because' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
