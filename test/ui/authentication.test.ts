// The page of authentication in a real Chromium: lists of mechanisms as chips, what a client would see of the draft, what is not offered and why.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
  - { name: tls, role: submissions, address: 0.0.0.0:465, tls: implicit, lab: 127.0.0.1:0 }
authentication:
  clear: [PLAIN, CRAM-MD5, SCRAM-SHA-256]
  secured: [SCRAM-SHA-256, PLAIN]
`;

describeWith('chromium', 'the page of authentication', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+3');
    await group('Authentication').click();
    await chips().first().waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
    const { revision } = await stage.workbench.handlers['settings.get']({});
    await stage.workbench.handlers['settings.apply']({ draft: { yaml }, revision });
  });

  const group = (name: string) =>
    page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name: new RegExp(`^${name}`) });
  const setting = (path: string) => page.locator(`[data-setting="${path}"]`);
  const clear = () => setting('authentication.clear');
  const chips = (path = 'authentication.clear') => setting(path).locator('[data-item]');
  const chip = (name: string) => clear().locator(`[data-item="${name}"]`);
  const order = (path?: string) => chips(path).evaluateAll((all) => all.map((one) => one.getAttribute('data-item')));
  /** The AUTH line of the preview; undefined while there is none. */
  const offered = async (listener: string, state: 'in clear' | 'after TLS' | 'secured from the first byte') => {
    const figure = page
      .getByRole('region', { name: `EHLO on ${listener}` })
      .locator('figure')
      .filter({ hasText: `EHLO ${state}` });
    const lines = ((await figure.locator('pre').textContent()) ?? '').split('\n');
    return lines.find((line) => /^250[- ]AUTH /.test(line))?.slice(9);
  };
  const applied = async () => (await stage.workbench.handlers['settings.get']({})).settings.authentication;

  test('each chip says in words how strong it is; plaintext before TLS is worse than inside it', async () => {
    expect(await order()).toEqual(['PLAIN', 'CRAM-MD5', 'SCRAM-SHA-256']);
    expect(await chip('PLAIN').textContent()).toContain('■plaintext');
    expect(await chip('CRAM-MD5').textContent()).toContain('▲weak');
    expect(await chip('SCRAM-SHA-256').textContent()).toContain('◆strong');
    const inside = setting('authentication.secured').locator('[data-item="PLAIN"]');
    expect(await inside.textContent()).toContain('○plaintext');
  });

  test('by keyboard a chip is walked to, moved, told where it is, and removed', async () => {
    await chip('PLAIN').focus();
    await page.keyboard.press('Control+ArrowRight');
    expect(await order()).toEqual(['CRAM-MD5', 'PLAIN', 'SCRAM-SHA-256']);
    await clear().getByText('PLAIN: 2 of 3', { exact: true }).waitFor({ state: 'attached' });
    await expect.poll(() => chip('PLAIN').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+End');
    expect(await order()).toEqual(['CRAM-MD5', 'SCRAM-SHA-256', 'PLAIN']);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chip('SCRAM-SHA-256').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Delete');
    expect(await order()).toEqual(['CRAM-MD5', 'PLAIN']);
    await clear().getByText('SCRAM-SHA-256 removed', { exact: true }).waitFor({ state: 'attached' });
    await expect.poll(() => chip('PLAIN').evaluate((one) => one === document.activeElement)).toBe(true);
    // Nothing is applied by any of it.
    expect((await applied()).clear).toEqual(['PLAIN', 'CRAM-MD5', 'SCRAM-SHA-256']);
  });

  test('a chip is dragged to its place, moved by buttons, and all are sorted strongest first', async () => {
    await chip('SCRAM-SHA-256').dragTo(chip('PLAIN'), { targetPosition: { x: 2, y: 10 } });
    expect(await order()).toEqual(['SCRAM-SHA-256', 'PLAIN', 'CRAM-MD5']);
    await chip('PLAIN').click();
    const about = clear().getByRole('group', { name: 'PLAIN' });
    expect(await about.textContent()).toContain('Sends the password as it is.');
    await about.getByRole('button', { name: 'Earlier' }).click();
    expect(await order()).toEqual(['PLAIN', 'SCRAM-SHA-256', 'CRAM-MD5']);
    await clear().getByRole('button', { name: 'Strongest first' }).click();
    expect(await order()).toEqual(['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN']);
    await clear().getByRole('button', { name: 'Remove CRAM-MD5' }).click();
    expect(await order()).toEqual(['SCRAM-SHA-256', 'PLAIN']);
  });

  test('what is added is chosen with its help and strength, and the preview shows what a client would see of the draft', async () => {
    expect(await offered('mx', 'in clear')).toBe('PLAIN CRAM-MD5 SCRAM-SHA-256');
    expect(await offered('mx', 'after TLS')).toBe('SCRAM-SHA-256 PLAIN');
    await setting('authentication.secured').getByRole('button', { name: 'Add' }).click();
    const entry = page.getByRole('menuitem').filter({ hasText: 'SCRAM-SHA-256-PLUS' });
    expect(await entry.textContent()).toMatch(/strong.*bound to this TLS connection/s);
    await entry.click();
    await expect
      .poll(() => offered('tls', 'secured from the first byte'))
      .toBe('SCRAM-SHA-256 PLAIN SCRAM-SHA-256-PLUS');
    await page.getByText('as drafted').waitFor();
    const before = await stage.workbench.handlers['receiver.state']({});
    expect(before.listeners[0]?.ehlo.secured).toContain('AUTH SCRAM-SHA-256 PLAIN');
    await page.keyboard.press('Control+s');
    await page.getByText('New sessions follow it').waitFor();
    const now = await stage.workbench.handlers['receiver.state']({});
    expect(now.listeners[0]?.ehlo.secured).toContain('AUTH SCRAM-SHA-256 PLAIN SCRAM-SHA-256-PLUS');
    await page.getByText('as drafted').waitFor({ state: 'detached' });
  });

  test('a list that does nothing says so: TLS before AUTH, and nothing is offered in clear', async () => {
    await page.getByRole('switch', { name: 'TLS before AUTH' }).click();
    await clear().getByText('Nothing of this list is offered').waitFor();
    await expect.poll(() => offered('mx', 'in clear')).toBeUndefined();
    await page.getByText('No AUTH: nobody can log in here.').waitFor();
    expect(await chip('PLAIN').textContent()).toContain('not offered');
    expect(await offered('mx', 'after TLS')).toBe('SCRAM-SHA-256 PLAIN');
  });

  test('a mechanism that cannot be offered is marked with why, and is not in the preview', async () => {
    await setting('authentication.source.kind').getByRole('radio', { name: 'directory, by binding' }).click();
    expect(await chip('SCRAM-SHA-256').textContent()).toContain('not offered');
    expect(await chip('PLAIN').textContent()).toContain('plaintext');
    await clear().getByText('a directory that is asked by binding gives out no secrets').first().waitFor();
    await expect.poll(() => offered('mx', 'in clear')).toBe('PLAIN');
    await expect.poll(() => offered('mx', 'after TLS')).toBe('PLAIN');
  });

  test('a listener has the same chips for its own lists, which count once they are its own', async () => {
    await group('Listeners').click();
    const card = setting('listeners.0');
    await card.getByRole('button', { name: /^Listener 1: / }).click();
    await card.getByRole('button', { name: /^Authentication/ }).click();
    const own = setting('listeners.0.authentication.clear');
    await own.getByText('This listener offers what the service offers').waitFor();
    await card.getByRole('switch', { name: 'Its own mechanisms' }).click();
    await own.getByText('This listener offers what the service offers').waitFor({ state: 'detached' });
    await own.locator('[data-item="LOGIN"]').focus();
    await page.keyboard.press('Control+Home');
    expect((await order('listeners.0.authentication.clear'))[0]).toBe('LOGIN');
    await expect.poll(() => offered('mx', 'in clear')).toMatch(/^LOGIN PLAIN/);
    expect(await offered('tls', 'secured from the first byte')).toBe('SCRAM-SHA-256 PLAIN');
  });

  test('errors in the draft leave the preview as it was, and say so', async () => {
    await group('Errors').click();
    await page.getByLabel('Failed logins allowed', { exact: true }).fill('many');
    await group('Authentication').click();
    await page.getByText('as before: the draft has errors').waitFor();
    expect(await offered('mx', 'after TLS')).toBe('SCRAM-SHA-256 PLAIN');
  });
});
