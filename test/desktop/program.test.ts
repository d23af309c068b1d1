// Starts a real Electron program where the machine has one, and says why where it has not.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative } from 'node:path';
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { _electron } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { windowFolder } from '../../core/host/assets.ts';
import { buildDesktop, plain } from '../../core/host/desktop.ts';

const root = join(import.meta.dirname, '..', '..');
const dist = process.env['GATEHOUSE_ELECTRON_DIST'] ?? join(root, 'node_modules', 'electron', 'dist');
const program = join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron');
const whyNot = !existsSync(program)
  ? 'its program is missing: npx install-electron'
  : process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']
    ? 'there is no display: run it under xvfb-run'
    : undefined;

describe('the desktop program', () => {
  it('is made of our sources with their types taken away, and runs where TypeScript does not', () => {
    const out = mkdtempSync(join(tmpdir(), 'gatehouse-tree-'));
    const entry = buildDesktop(out);
    const scenario = join(out, 'scenarios/auth/password-guessing.yml');
    const run = spawnSync(
      process.execPath,
      [
        '--no-experimental-strip-types',
        join(out, 'core/host/cli.js'),
        'run',
        scenario,
        '--presets',
        '--report',
        'json',
      ],
      { encoding: 'utf8', timeout: 60_000 },
    );
    rmSync(out, { recursive: true });
    expect([run.stderr, run.status, entry]).toEqual(['', 0, join(out, 'electron/entry.js')]);
    const { counts } = JSON.parse(run.stdout) as { counts: { held: number; unexpected: number } };
    expect([counts.held > 0, counts.unexpected]).toEqual([true, 0]);
  });

  it('has a preload that is one CommonJS file', () => {
    const code = plain(readFileSync(join(root, 'electron', 'preload.cts'), 'utf8'), 'electron/preload.cts');
    const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-preload-')), 'preload.cjs');
    writeFileSync(file, code);
    expect(spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr).toBe('');
    expect(code.match(/require\('[^']+'\)/g)).toEqual(["require('electron')"]);
    expect(code).not.toMatch(/^\s*(import|export) /m);
  });

  it('has a packaging configuration electron-builder accepts', async () => {
    const configuration = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as never;
    await expect(validateConfiguration(configuration, new DebugLogger(false))).resolves.not.toThrow();
    await expect(validateConfiguration({ appIdd: 'x' } as never, new DebugLogger(false))).rejects.toThrow(/appIdd/);
  });

  it('packs of koffi what it needs to call a library, as files the system can load', () => {
    const { files, asarUnpack } = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
      files: readonly unknown[];
      asarUnpack: readonly string[];
    };
    expect(asarUnpack).toEqual(['node_modules/koffi/**', 'node_modules/@koromix/**']);
    const left = files.filter((one): one is string => typeof one === 'string' && /^!node_modules\/koffi/.test(one));
    expect(left).toHaveLength(1);
    if (!existsSync(join(root, 'node_modules/koffi'))) return;
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-koffi-'));
    const isLeft = (path: string) => left.some((glob) => matchesGlob(path, glob.slice(1)));
    for (const name of ['koffi', '@koromix'])
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), {
        recursive: true,
        filter: (from) => !isLeft(relative(root, from)),
      });
    expect(existsSync(join(folder, 'node_modules/koffi/vendor/node-api-headers'))).toBe(false);
    const program = 'import koffi from "koffi"; console.log(typeof koffi.load(null).func("int getpid()")())';
    writeFileSync(join(folder, 'program.mjs'), program);
    const run = spawnSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect([run.stderr, run.stdout]).toEqual(['', 'number\n']);
  });

  it.skipIf(whyNot !== undefined)(
    `opens the window in the Electron program${whyNot ? ` [${whyNot}]` : ''}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-electron-'));
      const window = await windowFolder(() => undefined);
      const entry = buildDesktop(join(folder, 'tree'));
      const config = join(folder, 'lab.yml');
      writeFileSync(config, 'listeners: [{ name: mx, address: "0.0.0.0:25", lab: "127.0.0.1:0" }]\n');
      const args = [entry, `--window=${window}`, `--config=${config}`, `--workspace=${join(folder, 'lab.gatehouse')}`];
      const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      const app = await _electron.launch({ executablePath: program, args: [...asRoot, ...args] });
      const page = await app.firstWindow();
      await page.getByText('Listening').waitFor();
      expect(await page.evaluate(() => [location.protocol, 'require' in globalThis])).toEqual(['app:', false]);
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  );
});
