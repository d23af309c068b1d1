// Taking the configuration home: what the window exports comes back as the same settings, and what is broken changes nothing.
import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../tooling/programs.ts';
import { openProduct, type Product } from './product.ts';

const yaml = `
# The front door of example.org.
listeners:
  - { name: mx, role: mx, address: 0.0.0.0:25, lab: 127.0.0.1:0, flow: { maxConnections: 40 } }
  - { name: off, role: mx, address: 192.0.2.7:25, lab: 127.0.0.1:0, enable: false }
domains:
  local:
    - { name: example.org, accept: listed, recipients: [ann, bob] }
access:
  deny: [{ ipSet: 198.51.100.0/24, priority: 10 }]
  allow: [{ ipSet: 203.0.113.7, priority: 5 }]
acceptance: { maxDataSize: 2048, maxRcptCount: 25, banner: 'Welcome' }
loops: { maxReceivedHeaders: 42 }
errors: { maxErrors: 9, maxAuthErrors: 3 } # as the auditors want it
`;

type Files = readonly { readonly name: string; readonly text: string }[];

describeWith('chromium', 'import and export', (chromium) => {
  let product: Product;
  let page: Page;
  let exported: Files = [];
  let losses: readonly string[] = [];
  beforeAll(async () => {
    product = await openProduct(chromium, { yaml });
    page = await product.open();
    await page.keyboard.press('Control+3');
  });
  afterAll(() => product.close());

  // Not a toast, which has the same role.
  const dialog = () => page.locator('.dialog');
  const bar = () => page.getByRole('region', { name: 'Unsaved changes' });
  const input = (setting: string) => page.locator(`[data-setting="${setting}"]`).getByRole('textbox');
  const settings = async () => (await (await product.served.window()).call('settings.get', {})).settings;

  async function exportAs(name: RegExp): Promise<Files> {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name }).click();
    const files: Download[] = [];
    const hear = (download: Download) => files.push(download);
    page.on('download', hear);
    const save = dialog().getByRole('button', { name: /^Save / });
    await save.last().waitFor();
    losses = await dialog()
      .getByRole('region', { name: 'What is lost' })
      .locator('tbody td:first-child')
      .allInnerTexts();
    const count = await save.count();
    await save.last().click();
    await expect.poll(() => files.length).toBe(Math.max(1, count - 1));
    page.off('download', hear);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    return Promise.all(
      files.map(async (file) => ({ name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') })),
    );
  }

  async function importFiles(files: Files): Promise<void> {
    await page.getByRole('button', { name: 'Import' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: /^Files/ }).click(),
    ]);
    await chooser.setFiles(
      files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text, 'utf8') })),
    );
    await dialog().waitFor();
  }

  async function applyAll(): Promise<void> {
    await bar().getByRole('button', { name: 'Apply' }).click();
    await bar().waitFor({ state: 'detached' });
  }

  test('the settings are saved as axigen.cfg and smtpFilters.script, with what has no place there', async () => {
    exported = await exportAs(/AXIGEN/);
    expect(exported.map(({ name }) => name).sort()).toEqual(['axigen.cfg', 'smtpFilters.script']);
    const cfg = exported.find(({ name }) => name === 'axigen.cfg')?.text ?? '';
    expect(cfg).toMatch(/maxAuthErrors = 3/);
    expect(cfg).toMatch(/maxReceivedHeaders = 42/);
    expect(losses.length).toBeGreaterThan(0);
  });

  test('changed settings are applied, and the files bring the old ones back', async () => {
    const before = await settings();
    await page.getByRole('button', { name: /^Errors/ }).click();
    await input('errors.maxAuthErrors').fill('7');
    await input('errors.maxErrors').fill('77');
    await page.getByRole('button', { name: /^Loops/ }).click();
    await input('loops.maxReceivedHeaders').fill('7');
    await page.getByRole('button', { name: /^Acceptance/ }).click();
    await input('acceptance.maxDataSize').fill('7');
    await bar().getByText('4 changes').waitFor();
    await applyAll();
    expect((await settings()).acceptance.maxDataSize).toBe(7);

    // A line of the product that is not modelled is told with its line, and carried.
    const cfg = exported.find(({ name }) => name === 'axigen.cfg')?.text ?? '';
    const at = cfg.split('\n').findIndex((line) => line.includes('maxReceivedHeaders'));
    const withMore = cfg.split('\n').toSpliced(at, 0, '    somethingOfTheirs = 12').join('\n');
    await importFiles(exported.map((file) => (file.name === 'axigen.cfg' ? { ...file, text: withMore } : file)));
    const note = dialog().getByRole('row').filter({ hasText: 'somethingOfTheirs' });
    expect(await note.innerText()).toContain(`axigen.cfg:${at + 1}`);
    await dialog().getByRole('button', { name: 'Make it the draft' }).click();
    await bar().waitFor();
    expect((await settings()).acceptance.maxDataSize, 'nothing is applied by an import').toBe(7);
    await page.getByRole('tab', { name: /^Changes/ }).click();
    await page.getByRole('list', { name: 'Lines that differ' }).getByText('maxAuthErrors: 3').waitFor();
    await applyAll();

    const after = await settings();
    const { carried, ...rest } = after;
    expect(carried.axigenCfg).toContain('somethingOfTheirs = 12');
    expect(kept(rest, losses)).toEqual(kept({ ...before, carried: undefined }, losses));
    expect(kept(rest, losses)).toMatchObject({
      'errors.maxAuthErrors': 3,
      'loops.maxReceivedHeaders': 42,
      'acceptance.maxDataSize': 2048,
      'access.deny.0.ipSet': '198.51.100.0/24',
    });
    const again = await exportAs(/AXIGEN/);
    expect(again.find(({ name }) => name === 'axigen.cfg')?.text).toContain('somethingOfTheirs = 12');
  });

  test('the YAML is saved with the comments of its person', async () => {
    const [file] = await exportAs(/YAML/);
    expect(file?.name).toMatch(/\.ya?ml$/);
    expect(file?.text).toContain('# The front door of example.org.');
    expect(file?.text).toContain('# as the auditors want it');
  });

  test('a broken file says its line and keeps everything, saved and unsaved', async () => {
    const before = await settings();
    await page.getByRole('button', { name: /^Errors/ }).click();
    await input('errors.maxErrors').fill('31');
    await bar().getByText('1 change').waitFor();
    const cfg = exported.find(({ name }) => name === 'axigen.cfg')?.text ?? '';
    const lines = cfg.split('\n');
    const at = lines.findIndex((line) => line.includes('maxAuthErrors'));
    await importFiles([{ name: 'axigen.cfg', text: lines.with(at, '    maxAuthErrors = {{').join('\n') }]);
    await dialog().getByText('was not imported').waitFor();
    expect(await dialog().getByRole('list', { name: 'Problems' }).innerText()).toMatch(new RegExp(`line ${at + 1}\\b`));
    expect(await dialog().getByRole('button', { name: 'Make it the draft' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await input('errors.maxErrors').inputValue()).toBe('31');
    expect(await settings()).toEqual(before);
  });
});

/** The settings without what the export said would be lost, flat. */
function kept(settings: unknown, losses: readonly string[]): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  const walk = (value: unknown, path: string) => {
    if (losses.some((lost) => path === lost || path.startsWith(`${lost}.`))) return;
    if (typeof value !== 'object' || value === null) flat[path] = value;
    else for (const [key, member] of Object.entries(value)) walk(member, path === '' ? key : `${path}.${key}`);
  };
  walk(settings, '');
  return flat;
}
