// The Receiver view in a real Chromium: the form, its draft, the YAML beside it, import and export; nothing is applied by accident.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { axeFindings, openStage, type Stage } from './window.ts';

const yaml = `# my receiver
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0 }
errors:
  maxErrors: 15 # a comment of mine
`;

describeWith('chromium', 'the Receiver view', (chromium) => {
  let stage: Stage;
  let page: Page;
  let taken: Server;
  beforeAll(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    stage = await openStage(chromium, { yaml });
  });
  afterAll(async () => {
    await stage.close();
    taken.close();
  });
  beforeEach(async () => {
    page = await stage.open();
    await page.keyboard.press('Control+3');
    await page.getByRole('navigation', { name: 'Groups of settings' }).waitFor();
  });
  afterEach(async () => {
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
    // Each test begins with the same settings.
    const { revision } = await stage.workbench.handlers['settings.get']({});
    await stage.workbench.handlers['settings.apply']({ draft: { yaml }, revision });
  });

  const applied = async () => (await stage.workbench.handlers['settings.get']({})).settings;
  const appliedText = async () => (await stage.workbench.handlers['settings.get']({})).yaml;
  const group = (name: string) =>
    page.getByRole('navigation', { name: 'Groups of settings' }).getByRole('button', { name: new RegExp(`^${name}`) });
  const bar = () => page.getByRole('region', { name: 'Unsaved changes' });
  const apply = () => bar().getByRole('button', { name: 'Apply' });
  const setting = (path: string) => page.locator(`[data-setting="${path}"]`);
  const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) });
  const editor = () => page.locator('.cm-content');

  test('a group says at its head what it does, and all that is to be said of it when asked', async () => {
    await group('Flow').click();
    const form = page.locator('[data-group="flow"]');
    await form
      .getByText('How many connections the service takes, at once and per interval.', { exact: false })
      .waitFor();
    expect(await form.textContent()).not.toContain('is assumed. A peer counts');
    await form.getByRole('button', { name: 'More about Flow', exact: true }).press('Enter');
    expect(await form.textContent()).toContain('is assumed. A peer counts');
  });

  test('what does not fit is told in words under the field, and cannot be applied', async () => {
    await group('Errors').click();
    const field = page.getByLabel('Failed logins allowed', { exact: true });
    await field.fill('many');
    await setting('errors.maxAuthErrors').getByText('“many” does not fit').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await bar().getByText('1 error to fix first').waitFor();
    expect(await apply().isDisabled()).toBe(true);
    await page.keyboard.press('Control+s');
    expect((await applied()).errors.maxAuthErrors).toBe(5);
    expect(await field.inputValue()).toBe('many');
    expect(await group('Errors').textContent()).toContain('1 error');
  });

  test('a change warns, lists itself with the scenarios it bears on, and is applied by Ctrl+S without a restart', async () => {
    await group('Errors').click();
    await page.getByLabel('Failed logins allowed', { exact: true }).fill('50');
    await setting('errors.maxAuthErrors').getByText('AXIGEN ships 5').waitFor();
    await tab('Changes').click();
    await page.getByRole('listitem').filter({ hasText: 'now: maxAuthErrors: 50' }).waitFor();
    await page.getByRole('button', { name: 'Password guessing over one connection' }).waitFor();
    await bar().getByText('no listener restarts').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Control+s');
    await page.getByText('New sessions follow it; no listener restarted.').waitFor();
    expect((await applied()).errors.maxAuthErrors).toBe(50);
    // The person's text keeps its comment.
    expect(await appliedText()).toContain('maxErrors: 15 # a comment of mine');
    await bar().waitFor({ state: 'detached' });
  });

  test('a setting that restarts its listener says so before and after', async () => {
    await page.getByRole('radio', { name: 'clear' }).click();
    await bar().getByText('listener mx restarts').waitFor();
    await apply().click();
    await page.getByText('Listener mx restarted.').waitFor();
    expect((await applied()).listeners[0]?.tls).toBe('clear');
  });

  test('the draft is kept when the view is left and when the window is loaded again; Discard asks', async () => {
    await group('Loops').click();
    await page.getByLabel('Received headers', { exact: true }).fill('111');
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Control+3');
    expect(await page.getByLabel('Received headers', { exact: true }).inputValue()).toBe('111');
    await page.reload();
    expect(await page.getByLabel('Received headers', { exact: true }).inputValue()).toBe('111');
    expect((await applied()).loops.maxReceivedHeaders).toBe(30);
    await bar().getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Received headers', { exact: true }).inputValue()).toBe('111');
    await bar().getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByLabel('Received headers', { exact: true }).inputValue()).toBe('30');
  });

  test('settings changed elsewhere are told; what was typed stays and can be laid on top', async () => {
    await group('Errors').click();
    await page.getByLabel('Failed logins allowed', { exact: true }).fill('7');
    const { revision } = await stage.workbench.handlers['settings.get']({});
    const other = yaml.replace('15', '16');
    await stage.workbench.handlers['settings.apply']({ draft: { yaml: other }, revision });
    await page.getByRole('alert').getByText('changed elsewhere').waitFor();
    expect(await apply().isDisabled()).toBe(true);
    expect(await page.getByLabel('Failed logins allowed', { exact: true }).inputValue()).toBe('7');
    await page.getByRole('button', { name: 'See the differences' }).click();
    await page.getByRole('heading', { name: 'Changed elsewhere meanwhile' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: /Keep mine/ }).click();
    expect(await page.getByLabel('Wrong commands allowed', { exact: true }).inputValue()).toBe('16');
    await apply().click();
    await page.getByText('New sessions follow it').waitFor();
    expect((await applied()).errors).toMatchObject({ maxErrors: 16, maxAuthErrors: 7 });
  });

  test('the default is shown beside a changed value, and one click goes back to it', async () => {
    await group('Errors').click();
    const row = setting('errors.maxErrors');
    await row.getByText('default 20').waitFor();
    await row.getByRole('button', { name: 'Reset Wrong commands allowed to its default' }).click();
    expect(await page.getByLabel('Wrong commands allowed', { exact: true }).inputValue()).toBe('20');
    await page.getByRole('button', { name: 'Failed logins allowed: unlimited' }).click();
    expect(await page.getByLabel('Failed logins allowed', { exact: true }).inputValue()).toBe('unlimited');
    await page.getByRole('button', { name: 'More about Failed logins allowed' }).click();
    await setting('errors.maxAuthErrors').getByText('Source: AXIGEN 10.3.1 axigen.cfg').waitFor();
    await tab('Defaults').click();
    await page.getByRole('button', { name: 'Reset Failed logins allowed' }).last().click();
    await page
      .getByRole('heading', { name: 'Everything is at its default' })
      .or(page.getByRole('cell'))
      .first()
      .waitFor();
    expect(await page.getByLabel('Failed logins allowed', { exact: true }).inputValue()).toBe('5');
  });

  test('rules are added, moved and removed, and tried on an address before they are applied', async () => {
    await group('Access').click();
    await page.getByRole('button', { name: 'Add deny rule' }).first().click();
    await setting('access.deny.0').getByText('Nothing is written here').waitFor();
    await setting('access.deny.0').getByRole('textbox', { name: 'Addresses' }).fill('203.0.113.0/24');
    await page.getByRole('button', { name: 'Add deny rule' }).first().click();
    await setting('access.deny.1').getByRole('textbox', { name: 'Addresses' }).fill('198.51.100.7');
    await tab('Effect').click();
    await page.getByLabel('Address', { exact: true }).fill('203.0.113.9');
    const trial = page.getByRole('region', { name: 'Access rules tried on an address' });
    await trial.getByText(/refused$/).waitFor();
    await trial.getByRole('button', { name: 'access.deny.0' }).waitFor();
    await page.getByLabel('Address', { exact: true }).fill('nonsense');
    await trial.getByText('Write an IPv4 or IPv6 address').waitFor();
    await page.getByRole('button', { name: 'Move Deny rule 2 up' }).click();
    expect(await setting('access.deny.0').getByRole('textbox', { name: 'Addresses' }).inputValue()).toBe(
      '198.51.100.7',
    );
    await page.getByRole('button', { name: 'Remove Deny rule 2' }).click();
    expect(await setting('access.deny.1').count()).toBe(0);
    await apply().click();
    await page.getByText('New sessions follow it').waitFor();
    expect((await applied()).access.deny).toEqual([{ ipSet: '198.51.100.7', priority: 100, enable: true }]);
  });

  test('the YAML is completed and checked, leads the form while it is edited, and keeps its comments', async () => {
    await group('Errors').click();
    await tab('YAML').click();
    await editor().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('loops:\n  maxRec');
    // The editor takes no Enter for an offer that has just come: a click is taken at once.
    await page.getByRole('option', { name: /maxReceivedHeaders/ }).click();
    await page.keyboard.type('1x # mine too');
    await page
      .getByRole('list', { name: 'Problems of the text' })
      .getByText(/line 7.*expected a whole number/)
      .waitFor();
    await page.getByText('The YAML cannot be read.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    for (let back = 0; back < ' # mine too'.length; back += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('11');
    await bar().getByText('1 change', { exact: true }).waitFor();
    await page.getByText('The YAML cannot be read.').waitFor({ state: 'detached' });
    await page.getByLabel('Failed logins allowed', { exact: true }).fill('9');
    await editor().getByText('maxAuthErrors').waitFor();
    await apply().click();
    await page.getByText('New sessions follow it').waitFor();
    expect((await applied()).loops.maxReceivedHeaders).toBe(111);
    expect(await appliedText()).toMatch(/maxErrors: 15 # a comment of mine[\s\S]*maxReceivedHeaders: 111 # mine too/);
  });

  test('exported files come back as the same settings; what was not understood is told with its line', async () => {
    await group('Errors').click();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /AXIGEN/ }).click();
    const dialog = page.getByRole('dialog');
    const files: Download[] = [];
    page.on('download', (download) => files.push(download));
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save both' }).click();
    await expect.poll(() => files.length).toBe(2);
    await page.keyboard.press('Escape');
    const saved = await Promise.all(
      files.map(async (file) => ({ name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') })),
    );
    expect(saved.map(({ name }) => name).sort()).toEqual(['axigen.cfg', 'smtpFilters.script']);
    const cfg = saved.find(({ name }) => name === 'axigen.cfg')?.text ?? '';
    await importFiles([
      { name: 'axigen.cfg', text: cfg.replace('maxErrors = 15', 'maxErrors = 15\n    notOurs = yes') },
      { name: 'smtpFilters.script', text: saved.find(({ name }) => name !== 'axigen.cfg')?.text ?? '' },
    ]);
    await dialog
      .getByRole('row')
      .filter({ hasText: 'notOurs' })
      .getByText(/axigen\.cfg:\d+/)
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make it the draft' }).click();
    await page.getByText('is the draft now').waitFor();
    expect(await page.getByLabel('Wrong commands allowed', { exact: true }).inputValue()).toBe('15');
    expect((await applied()).carried.axigenCfg).toBe('');
  });

  test('an error of the zone names its line, and a click goes there', async () => {
    await group('DNS').click();
    const field = page.getByRole('textbox', { name: 'Zone' });
    await field.fill('example.com TXT v=spf1 -all\nexample.com NONSENSE 1\n');
    await page.keyboard.press('Control+Home');
    await page.getByRole('button', { name: 'Go to line 2' }).click();
    await expect.poll(() => page.locator('.cm-activeLine').innerText()).toBe('example.com NONSENSE 1');
    await page.keyboard.press('Control+2');
    await page.getByText(/what you changed and did not apply is not in them/).waitFor();
  });

  test('files dropped on the view are read like chosen ones', async () => {
    await group('Errors').click();
    const transfer = await page.evaluateHandle(() => {
      const files = new DataTransfer();
      files.items.add(new File(['errors:\n  maxErrors: 12\n'], 'mine.yml', { type: 'text/plain' }));
      return files;
    });
    await page.dispatchEvent('.receiver', 'dragover', { dataTransfer: transfer });
    await page.getByText(/they become the draft/).waitFor();
    await page.dispatchEvent('.receiver', 'drop', { dataTransfer: transfer });
    await page.getByRole('button', { name: 'Make it the draft' }).click();
    await expect.poll(() => page.getByLabel('Wrong commands allowed', { exact: true }).inputValue()).toBe('12');
  });

  test('a file that cannot be read says where, and leaves the draft alone', async () => {
    await group('Errors').click();
    await page.getByLabel('Failed logins allowed', { exact: true }).fill('8');
    await importFiles([{ name: 'bad.yml', text: 'errors:\n  maxErr: 1\n' }]);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/line 2:3/).waitFor();
    await dialog.getByText(/Did you mean maxErrors/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByLabel('Failed logins allowed', { exact: true }).inputValue()).toBe('8');
  });

  test('the maps known of the product and whole presets are put in by a button, as a draft', async () => {
    await group('Sender').click();
    await group('SPF').click();
    await page.getByRole('button', { name: 'As AXIGEN’s wizard writes it' }).click();
    expect(await page.getByLabel('fail', { exact: true }).inputValue()).toBe('refuse');
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('menuitem', { name: 'Hardened MX' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Replace the draft' }).click();
    await page.getByText('Hardened MX is the draft now').waitFor();
    expect((await applied()).errors.maxAuthErrors).toBe(5);
    await group('Errors').click();
    expect(await page.getByLabel('Failed logins allowed', { exact: true }).inputValue()).toBe('3');
  });

  test('a listener that cannot be bound says why, and a button takes the address that is free', async () => {
    const { port } = taken.address() as { port: number };
    await page.getByRole('textbox', { name: 'Lab address' }).fill(`127.0.0.1:${port}`);
    await apply().click();
    await page
      .getByText(/another program listens on/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Use 127\.0\.0\.1:\d+$/ }).click();
    expect(await page.getByRole('textbox', { name: 'Lab address' }).inputValue()).toMatch(/^127\.0\.0\.1:\d+$/);
    await apply().click();
    await setting('listeners.0')
      .getByText(/listening$/)
      .waitFor();
  });

  async function importFiles(files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
    await page.getByRole('button', { name: 'Import' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: /^Files/ }).click(),
    ]);
    await chooser.setFiles(
      files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })),
    );
  }
});
