// `gatehouse start`: opens the window, in Electron or else in a browser on the loopback host.
import { windowFolder } from '../assets.ts';
import type { Command } from '../cli.ts';
import { CommandError } from '../exit.ts';
import { hostingOptions, hostWorkbench, listenerWarnings, portOption } from '../hosting.ts';
import { openBrowser, startElectron } from '../opening.ts';

export const start: Command = {
  name: 'start',
  summary: 'open the window (Electron, or a browser on the loopback host)',
  usage: 'start [--config FILE] [--workspace DIR] [--web-port N] [--browser] [--no-open]',
  help: `
Opens the workbench. Where Electron cannot start (its program could not be downloaded, or there is no display) it says so
in one line and opens the same workbench in a Chromium window on 127.0.0.1, or prints the address to open.`,
  options: {
    ...hostingOptions,
    browser: { type: 'boolean', help: 'do not try Electron' },
    'no-open': { type: 'boolean', help: 'open nothing, print the address' },
  },
  run: async ({ values, files }) => {
    if (files.length > 1) throw new CommandError(2, `start takes one workspace at most: ${files.join(' ')}`);
    const config = values['config'] as string | undefined;
    const workspace = (values['workspace'] as string | undefined) ?? files[0];
    const notes: string[] = [];
    if (values['browser'] !== true && values['no-open'] !== true) {
      const electron = await startElectron({ config, workspace });
      if (electron.started) return electron.ended;
      notes.push(`No Electron window: ${electron.why}.`);
      process.stdout.write(`No Electron window: ${electron.why}. The same workbench opens in a browser.\n`);
    }
    const hosted = await hostWorkbench({
      config,
      workspace,
      webPort: portOption(values['web-port'] as string | undefined),
      notes,
    });
    const { workbench, web } = hosted;
    for (const one of workbench.state().listeners) {
      if (one.state === 'listening') process.stdout.write(`Listening on ${one.bound} (${one.name}, ${one.tls})\n`);
      for (const warning of listenerWarnings(one)) process.stdout.write(`${warning}\n`);
      if (one.state === 'failed')
        process.stdout.write(
          `${one.name} is not listening: ${one.error}${one.offer ? `; ${one.offer} is free` : ''}\n`,
        );
    }
    if (workbench.firstUser)
      process.stdout.write(`User ${workbench.firstUser.name}, password ${workbench.firstUser.password} (shown once)\n`);
    process.stdout.write(`${workbench.storage.notice}\n`);
    await windowFolder((line) => process.stderr.write(`${line}\n`));
    const browser = values['no-open'] === true ? undefined : openBrowser(web.url);
    process.stdout.write(
      browser ? `Opened ${browser}. Its address: ${web.url}\n` : `Open this address in a browser: ${web.url}\n`,
    );
    await hosted.ended;
    return 0;
  },
};
