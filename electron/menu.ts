// The menu: the standard roles, and the window's own commands by the names the page knows.
import { app, Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';

/** Commands of the page that stand in the menu; the page's list has the same names and keys. */
export const pageCommands = [
  { label: 'Find a Command…', accelerator: 'CmdOrCtrl+K', name: 'palette' },
  { label: 'Sessions', accelerator: 'CmdOrCtrl+1', name: 'view.sessions' },
  { label: 'Scenarios', accelerator: 'CmdOrCtrl+2', name: 'view.scenarios' },
  { label: 'Receiver', accelerator: 'CmdOrCtrl+3', name: 'view.receiver' },
  { label: 'Messages', accelerator: 'CmdOrCtrl+4', name: 'view.messages' },
] as const;

export function menuTemplate(send: (name: string) => void, isMac: boolean): MenuItemConstructorOptions[] {
  const go: MenuItemConstructorOptions[] = pageCommands.map(({ label, accelerator, name }) => ({
    label,
    accelerator,
    registerAccelerator: false,
    click: () => send(name),
  }));
  return [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: '&Go', submenu: go },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'About Gatehouse', click: () => app.showAboutPanel() }] },
  ];
}

export function setMenu(contents: () => WebContents | undefined): void {
  const send = (name: string) => contents()?.send('gatehouse:command', name);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(send, process.platform === 'darwin')));
}
