// Starts a real Electron program where the machine has one, and says why where it has not.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildDesktop, plain } from '../../core/host/desktop.ts';

const root = join(import.meta.dirname, '..', '..');
const dist = process.env['GATEHOUSE_ELECTRON_DIST'] ?? join(root, 'node_modules', 'electron', 'dist');
const program = join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron');
const hasProgram = existsSync(program);

describe('the desktop program', () => {
  it('is made of our sources with their types taken away', () => {
    const out = mkdtempSync(join(tmpdir(), 'gatehouse-tree-'));
    const entry = buildDesktop(out);
    const run = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `await import(${JSON.stringify(join(out, 'core/contract/rpc.js'))}); console.log('loaded')`,
      ],
      { encoding: 'utf8' },
    );
    expect([run.stdout, run.stderr, existsSync(entry)]).toEqual(['loaded\n', '', true]);
    rmSync(out, { recursive: true });
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

  it.skipIf(!hasProgram)(
    `starts the Electron program (needs its program in node_modules/electron/dist: npx install-electron)`,
    () => {
      const run = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 20_000 });
      expect(run.stdout).toMatch(/^v45\./);
    },
  );
});
