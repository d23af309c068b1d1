// Trying a login from the window, against a real receiver: any mechanism, what came of it move by move, and the way to its session.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { transcript } from './product.ts';
import { axeFindings, findCommand, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
  - { name: tls, role: submissions, address: 0.0.0.0:465, tls: implicit, lab: 127.0.0.1:0 }
authentication:
  clear: [CRAM-MD5, PLAIN]
  secured: [SCRAM-SHA-256-PLUS, SCRAM-SHA-256, OAUTHBEARER, PLAIN]
  actFor: alias
`;

const password = 'no-guess-4711';

describeWith('chromium', 'trying a login', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
    await stage.workbench.handlers['users.set']({ name: 'ann', password, aliases: ['boss'] });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    // The client's TLS and its session take their time on a busy machine.
    page.setDefaultTimeout(20_000);
    await page.keyboard.press('Control+3');
    await page
      .getByRole('navigation', { name: 'Groups of settings' })
      .getByRole('button', { name: /^Authentication/ })
      .click();
    await page.getByRole('button', { name: 'Try a login' }).click();
    await dialog().getByRole('heading', { name: 'Try a login' }).waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  const dialog = () => page.locator('.dialog[role=dialog]');
  const field = (label: string) => dialog().getByLabel(label, { exact: true });
  const outcome = () => dialog().getByRole('region', { name: 'Outcome' });
  const moves = () => outcome().getByRole('list', { name: 'Moves of the login' }).getByRole('listitem');
  const run = () => dialog().getByRole('button', { name: 'Log in' }).click();
  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));

  test('a login that goes well tells its moves without secrets and leads to its session, where the panel tells them again', async () => {
    await field('Mechanism').selectOption('SCRAM-SHA-256-PLUS');
    await field('User').fill('ann');
    await field('Password').fill(password);
    await page.keyboard.press('Enter');
    await outcome().getByText('Logged in').waitFor();
    expect(await outcome().textContent()).toContain('235 2.7.0');
    expect(await moves().count()).toBeGreaterThan(3);
    expect(await outcome().textContent()).not.toContain(password);
    expect(await axeFindings(page)).toEqual([]);
    await outcome().getByRole('button', { name: 'Open the session' }).click();
    await transcript(page).getByText('SCRAM-SHA-256-PLUS: logged in as ann').waitFor();
    await page.getByRole('button', { name: 'logged in as ann' }).click();
    await page.getByText('this TLS connection, by tls-exporter').waitFor();
    expect(await kept()).not.toContain(password);
  });

  test('a wrong password is told in words with the last reply; what was typed stays, the password goes with the dialog', async () => {
    await dialog().getByRole('radio', { name: 'in clear' }).click();
    await field('Mechanism').selectOption('CRAM-MD5');
    await field('User').fill('ann');
    await field('Password').fill('not-hers-0815');
    await run();
    await outcome().getByText('Refused').waitFor();
    expect(await outcome().textContent()).toContain('535 5.7.8');
    expect(await field('User').inputValue()).toBe('ann');
    expect(await field('Password').inputValue()).toBe('not-hers-0815');
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Try a login' }).click();
    expect(await field('User').inputValue()).toBe('ann');
    expect(await field('Mechanism').inputValue()).toBe('CRAM-MD5');
    expect(await dialog().getByRole('radio', { name: 'in clear' }).isChecked()).toBe(true);
    expect(await field('Password').inputValue()).toBe('');
    expect(await kept()).not.toContain('not-hers-0815');
  });

  test('a mechanism that is not offered is marked, and can be tried', async () => {
    await dialog().getByRole('radio', { name: 'in clear' }).click();
    const title = await field('Mechanism').locator('option[value=OAUTHBEARER]').textContent();
    expect(title).toBe('OAUTHBEARER, not offered here');
    await field('Mechanism').selectOption('OAUTHBEARER');
    await dialog().getByText('mx does not offer it in clear').waitFor();
    await field('User').fill('ann');
    await field('Token').fill('a-token-nobody-has');
    await run();
    await outcome().getByText('Refused').waitFor();
    expect(await outcome().textContent()).toMatch(/50[0-9] 5\.5\.4|538/);
  });

  test('a token of the list logs in, and so does a user for its alias', async () => {
    const { token } = await stage.workbench.handlers['users.token']({ name: 'ann', label: 'test' });
    await field('Listener').selectOption('tls');
    await field('Mechanism').selectOption('OAUTHBEARER');
    await field('User').fill('ann');
    await field('Token').fill(token);
    await run();
    await outcome().getByText('Logged in').waitFor();
    expect(await outcome().textContent()).not.toContain(token);
    await field('Mechanism').selectOption('CRAM-MD5');
    expect(await field('Act for').count()).toBe(0);
    await field('Mechanism').selectOption('PLAIN');
    await field('Password').fill(password);
    await field('Act for').fill('boss');
    await run();
    await outcome().getByText('authzid boss').waitFor();
    await outcome().getByText('Logged in').waitFor();
  });

  test('a draft is not what answers, and without a listener nothing can be tried', async () => {
    await page.keyboard.press('Escape');
    await page.getByRole('switch', { name: 'TLS before AUTH' }).click();
    await findCommand(page, 'Try a login', 'Try a login');
    await page.keyboard.press('Enter');
    await dialog().getByText('the draft is not applied yet').waitFor();
    await stage.workbench.handlers['receiver.stop']({});
    await dialog().getByText('No listener is up').waitFor();
    expect(await dialog().getByRole('button', { name: 'Log in' }).isDisabled()).toBe(true);
    await stage.workbench.handlers['receiver.start']({});
  });
});
