// The Electron host: one instance, one hardened window, the workbench in the main process behind one MessagePort.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, type BrowserWindow, dialog, ipcMain, type IpcMainEvent, MessageChannelMain } from 'electron';
import { CommandError } from '../core/host/exit.ts';
import { usualWorkspace } from '../core/host/files.ts';
import { windowFolder } from '../core/host/assets.ts';
import { messagePort } from '../core/host/ports.ts';
import { openWorkbench, type Workbench } from '../core/host/workbench.ts';
import { helpKerberos } from './kerberosProcess.ts';
import { keyStoreOf } from './keyStore.ts';
import { setMenu } from './menu.ts';
import { registerScheme, serveWindow } from './scheme.ts';
import { denyPermissions, home, openWindow } from './window.ts';

const preload = join(fileURLToPath(import.meta.url), '..', 'preload.cjs');

/** `--name=value` of our own command line; Electron's switches are none of ours. */
export function option(name: string, args: readonly string[]): string | undefined {
  const start = `--${name}=`;
  return args.find((one) => one.startsWith(start))?.slice(start.length);
}

/** A file the person double-clicked or dropped on the program. */
function openedFile(args: readonly string[]): string | undefined {
  return args.slice(1).find((one) => one.endsWith('.gatehouse') && !one.startsWith('-'));
}

/** True when a message comes from the top frame of our own page, and from nowhere else. */
export function isOurPage(event: Pick<IpcMainEvent, 'senderFrame'>): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.split('#')[0] === home;
}

/** Hands a fresh port of the workbench to the page that asks, if it is ours. */
export function connectPage(workbench: Workbench): void {
  ipcMain.on('gatehouse:want-port', (event) => {
    if (!isOurPage(event)) return;
    const { port1, port2 } = new MessageChannelMain();
    workbench.attach(messagePort(port1));
    event.senderFrame?.postMessage('gatehouse:port', null, [port2]);
  });
}

export async function start(): Promise<void> {
  registerScheme();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  let window: BrowserWindow | undefined;
  app.on('second-instance', () => {
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  await app.whenReady();
  denyPermissions();
  let workbench: Workbench;
  try {
    serveWindow(option('window', process.argv) ?? (await windowFolder(() => undefined)));
    const config = option('config', process.argv);
    const workspace = option('workspace', process.argv) ?? openedFile(process.argv);
    workbench = await openWorkbench({
      host: 'electron',
      folder: resolve(workspace ?? usualWorkspace()),
      config: config === undefined ? undefined : resolve(config),
      notes: [],
      keyStore: keyStoreOf(process.platform),
      spawnKerberos: helpKerberos,
    });
  } catch (error) {
    const details = error instanceof CommandError ? error.details.join('\n') : '';
    dialog.showErrorBox(
      'Gatehouse cannot open',
      `${error instanceof Error ? error.message : String(error)}\n${details}`,
    );
    app.exit(error instanceof CommandError ? error.exit : 1);
    return;
  }
  connectPage(workbench);
  setMenu(() => window?.webContents);
  window = openWindow(preload);
  app.on('activate', () => {
    window ??= openWindow(preload);
  });
  window.on('closed', () => (window = undefined));
  app.on('window-all-closed', () => app.quit());
  endInOrder(workbench);
}

/** The first quit waits until sessions have ended and the workspace is synced. */
function endInOrder(workbench: Workbench): void {
  let isClosed = false;
  app.on('will-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void workbench.close().finally(() => {
      isClosed = true;
      app.quit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
}
