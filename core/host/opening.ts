// Opens the window: Electron where it can start, else a Chromium app window, else nothing.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { windowFolder } from './assets.ts';
import type { ExitCode } from './exit.ts';

type Started =
  { readonly started: true; readonly ended: Promise<ExitCode> } | { readonly started: false; readonly why: string };

/** Starts Electron with the workbench in its main process; says why where it cannot. */
export async function startElectron(o: {
  readonly config: string | undefined;
  readonly workspace: string | undefined;
}): Promise<Started> {
  if (!hasDisplay()) return { started: false, why: 'there is no display' };
  const program = await electronProgram();
  if ('why' in program) return { started: false, why: program.why };
  const { buildDesktop } = await import('./desktop.ts');
  const entry = buildDesktop();
  const window = await windowFolder((line) => process.stderr.write(`${line}\n`));
  const args = [
    entry,
    `--window=${window}`,
    ...(o.config ? [`--config=${o.config}`] : []),
    ...(o.workspace ? [`--workspace=${o.workspace}`] : []),
  ];
  const child = spawn(program.path, args, { stdio: 'inherit', cwd: process.cwd() });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return {
    started: true,
    ended: new Promise((resolve) => {
      child.once('error', () => resolve(3));
      child.once('exit', (code) => resolve(code === 0 ? 0 : 1));
    }),
  };
}

/** The Electron program: where it was put, or downloaded now when it never was. */
async function electronProgram(): Promise<{ readonly path: string } | { readonly why: string }> {
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(require.resolve('electron/package.json'));
  } catch {
    return { why: 'the package electron is not installed' };
  }
  const found = () => {
    const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
    const name =
      process.platform === 'win32'
        ? 'electron.exe'
        : process.platform === 'darwin'
          ? 'Electron.app/Contents/MacOS/Electron'
          : 'electron';
    const path = join(override ?? join(folder, 'dist'), name);
    return existsSync(path) ? path : undefined;
  };
  const path = found();
  if (path) return { path };
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH'])
    return { why: 'ELECTRON_OVERRIDE_DIST_PATH names a folder without its program' };
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 180_000 });
    child.once('error', () => resolve(1));
    child.once('exit', (status) => resolve(status ?? 1));
  });
  const fetched = code === 0 ? found() : undefined;
  return fetched ? { path: fetched } : { why: 'its program could not be downloaded' };
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Opens an app window of a Chromium browser on the address; returns its name, or undefined when there is none. */
export function openBrowser(url: string): string | undefined {
  if (!hasDisplay()) return undefined;
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'brave-browser',
  ];
  const places =
    process.platform === 'darwin'
      ? [
          '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
          '/Applications/Chromium.app/Contents/MacOS/Chromium',
          '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
        ]
      : process.platform === 'win32'
        ? [
            `${process.env['ProgramFiles(x86)'] ?? ''}\\Microsoft\\Edge\\Application\\msedge.exe`,
            `${process.env['ProgramFiles'] ?? ''}\\Google\\Chrome\\Application\\chrome.exe`,
          ]
        : names.flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)));
  const program = places.find(isProgram);
  if (!program) return undefined;
  const profile = mkdtempSync(join(tmpdir(), 'gatehouse-window-'));
  const sandboxless = process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : [];
  const child = spawn(
    program,
    [
      `--app=${url}`,
      `--user-data-dir=${profile}`,
      '--window-size=1440,900',
      '--window-position=0,0',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...sandboxless,
    ],
    { stdio: 'ignore' },
  );
  const tidy = () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  child.once('error', tidy);
  child.once('exit', tidy);
  process.once('exit', () => child.kill());
  return program;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
