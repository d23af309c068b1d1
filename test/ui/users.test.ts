// The page of users in a real Chromium on a real workbench: added, changed, found among thousands, given tokens, imported, removed.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { userRows } from '../../core/contract/userCalls.ts';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
authentication: { clear: [PLAIN] }
`;

describeWith('chromium', 'the page of users', (chromium) => {
  let stage: Stage;
  let page: Page;
  beforeAll(async () => {
    stage = await openStage(chromium, { yaml });
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+3');
    await page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name: 'Users' }).click();
    await row('test').waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
    for (const { name } of await users()) if (name !== 'test') await handlers()['users.remove']({ name });
  });

  const handlers = () => stage.workbench.handlers;
  const users = async () => userRows(await handlers()['users.list']({}));
  const user = async (name: string) => (await users()).find((one) => one.name === name);
  const grid = () => page.getByRole('grid', { name: 'Users' });
  const row = (name: string) =>
    grid()
      .getByRole('row')
      .filter({ has: page.getByRole('gridcell', { name, exact: true }) });
  const about = (name: string) => page.getByRole('region', { name: `About ${name}` });
  const dialog = () => page.locator('.dialog[role=dialog]');

  /** What the first listener answers to AUTH PLAIN. */
  const login = async (name: string, password: string) => {
    const client = await stage.client();
    const response = Buffer.from(`\0${name}\0${password}`).toString('base64');
    await client.hello();
    const [code] = await client.codes(`AUTH PLAIN ${response}`, 'QUIT');
    return code;
  };

  test('a user is added with aliases and a quota, told apart from others, and can log in', async () => {
    await page.getByRole('button', { name: 'Add user' }).click();
    await dialog().getByLabel('Name').fill('test');
    await dialog().getByText('There is a user test already').waitFor();
    await dialog().getByLabel('Name').fill('carol');
    await dialog().getByRole('button', { name: 'Generate' }).click();
    const password = await dialog().getByLabel('Password').inputValue();
    expect(password).toMatch(/^[a-z2-9]{20}$/);
    await dialog().getByLabel('Aliases').fill('carol@gate.example\n\ncarol@gate.example');
    await dialog().getByText('Line 3: carol@gate.example stands there already.').waitFor();
    expect(await dialog().getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true);
    await dialog().getByLabel('Aliases').fill('carol@gate.example\n@lists.example');
    await dialog().getByLabel('Quota').fill('0');
    await dialog().getByText('“0” does not fit').waitFor();
    await dialog().getByLabel('Quota').fill('7');
    expect(await axeFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    await row('carol').getByText('carol@gate.example +1').waitFor();
    expect(await user('carol')).toMatchObject({
      enabled: true,
      aliases: ['carol@gate.example', '@lists.example'],
      quota: 7,
    });
    await about('carol').getByText('7 failed logins, then it is held off').waitFor();
    expect(await login('carol', password)).toBe(235);
    // Nothing the window keeps has the password.
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
    expect(kept).not.toContain(password);
  });

  test('a user is switched off in the list and logs in no more; an edit leaves the password alone', async () => {
    await handlers()['users.set']({ name: 'dave', password: 'daves-own', aliases: ['d@gate.example'] });
    await page.reload();
    await row('dave').getByRole('switch').click();
    await expect.poll(async () => (await user('dave'))?.enabled).toBe(false);
    expect(await login('dave', 'daves-own')).toBe(535);
    await row('dave').click();
    await about('dave').getByText('A login as this user is refused').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    expect(await dialog().getByLabel('Aliases').inputValue()).toBe('d@gate.example');
    await dialog().getByRole('switch', { name: 'Enabled' }).click();
    await dialog().getByLabel('Aliases').fill('');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => await user('dave')).toMatchObject({ enabled: true, aliases: [] });
    expect(await login('dave', 'daves-own')).toBe(235);
  });

  test('a user can be removed, which is asked first', async () => {
    await handlers()['users.set']({ name: 'erin', password: 'erins-own' });
    await page.reload();
    await row('erin').click();
    await page.getByRole('button', { name: 'Remove erin' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await user('erin')).toBeDefined();
    await page.getByRole('button', { name: 'Remove erin' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await row('erin').waitFor({ state: 'detached' });
    expect(await user('erin')).toBeUndefined();
  });

  test('how many mechanisms work stands in the list, and beside it which and why not; the storage notice is shown', async () => {
    const told = await user('test');
    const usable = told?.mechanisms.filter((one) => one.usable).length ?? 0;
    await row('test').getByText(`${usable} of 12`).waitFor();
    await row('test').click();
    const list = about('test').getByRole('region', { name: 'Mechanisms' });
    for (const { name, usable: can, why } of told?.mechanisms ?? []) {
      const item = list.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });
      expect(await item.textContent()).toContain(can ? 'yes' : 'no');
      if (why !== '') expect(await item.textContent()).toContain(why);
    }
    const { storage } = await handlers()['users.list']({});
    await page.getByText(storage.notice).waitFor();
    await page.getByText(storage.sealed ? /^◆encrypted$/ : /^▲not encrypted$/).waitFor();
  });

  test('a token is shown once, and revoked when that is confirmed', async () => {
    await row('test').click();
    await about('test').getByRole('button', { name: 'Give out a token' }).click();
    await dialog().getByLabel('Label').fill('phone');
    await page.keyboard.press('Enter');
    const token = (await dialog().getByLabel('Token').textContent()) ?? '';
    expect(token.length).toBeGreaterThan(20);
    expect(await axeFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Done' }).click();
    await about('test').getByText('phone').waitFor();
    expect(await page.content()).not.toContain(token);
    expect((await user('test'))?.tokens.map(({ label }) => label)).toEqual(['phone']);
    await about('test').getByRole('button', { name: 'Revoke the token phone' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(async () => (await user('test'))?.tokens).toEqual([]);
  });

  test('by keyboard: the filter, the rows, switching, editing and removing', async () => {
    for (const name of ['fay', 'finn', 'zoe']) await handlers()['users.set']({ name, password: 'some-word' });
    await page.reload();
    await row('zoe').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('f');
    await page.getByRole('status').filter({ hasText: '2 of 4 users' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await row('finn').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Space');
    await expect.poll(async () => (await user('finn'))?.enabled).toBe(false);
    await page.keyboard.press('Enter');
    await dialog().getByRole('heading', { name: 'Edit finn' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(() => grid().evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Delete');
    await page.getByRole('alertdialog').getByText('Remove finn?').waitFor();
    await page.keyboard.press('Escape');
    expect(await user('finn')).toBeDefined();
  });

  test('an import tells first what each line would do, and does it when its button is pressed', async () => {
    await handlers()['users.set']({ name: 'gil', password: 'gils-own' });
    await page.getByRole('button', { name: 'Import' }).click();
    const text = dialog().getByLabel('Text');
    await text.fill('name,password,aliases\nhal,secret-of-hal,hal@gate.example\ngil,another,\nina,,\n');
    const preview = dialog().getByRole('grid', { name: 'What would happen' });
    await preview.getByRole('row').filter({ hasText: 'hal' }).getByText('new').waitFor();
    await preview.getByRole('row').filter({ hasText: 'gil' }).getByText('changed').waitFor();
    await preview.getByRole('row').filter({ hasText: 'ina' }).getByText('no password').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    // Looking changes nothing.
    expect((await users()).map(({ name }) => name)).toEqual(expect.not.arrayContaining(['hal']));
    expect(await login('gil', 'gils-own')).toBe(235);
    await dialog().getByRole('button', { name: '1 skipped' }).click();
    expect(await preview.locator('.import-row').count()).toBe(1);
    await dialog().getByRole('button', { name: 'Import 2 users' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Import 2 users' }).click();
    await dialog().getByRole('grid', { name: 'What was done' }).waitFor();
    expect(await login('hal', 'secret-of-hal')).toBe(235);
    expect(await login('gil', 'another')).toBe(235);
    await dialog().getByRole('button', { name: 'Close', exact: true }).click();
    await row('hal').waitFor();
  });

  test('a file of htpasswd is known by its look; what its hashes cannot do is told', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'htpasswd',
      mimeType: 'text/plain',
      // "myPassword", as the documentation of Apache shows it.
      buffer: Buffer.from('jon:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/\nno colon\n'),
    });
    await dialog().getByText('htpasswd', { exact: true }).first().waitFor();
    await dialog().getByRole('grid', { name: 'What would happen' }).getByText('jon').waitFor();
    expect(await dialog().getByRole('radio', { name: 'htpasswd' }).isChecked()).toBe(true);
    await dialog().getByRole('button', { name: 'Import 1 user' }).click();
    await dialog().getByRole('grid', { name: 'What was done' }).waitFor();
    expect(await login('jon', 'myPassword')).toBe(235);
    const jon = await user('jon');
    expect(jon?.mechanisms.find(({ name }) => name === 'SCRAM-SHA-256')?.usable).toBe(false);
  });
});
