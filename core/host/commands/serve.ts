// `gatehouse serve`: the receiver and the loopback web host, until it is told to stop.
import type { ListenerState } from '../../contract/calls.ts';
import type { Command } from '../cli.ts';
import { CommandError } from '../exit.ts';
import { faultWarning } from '../faultWarning.ts';
import { firstUserLines, hostingOptions, hostWorkbench, listenerWarnings, portOption } from '../hosting.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'run the receiver and the loopback web host until stopped',
  usage: 'serve [--config FILE] [--workspace DIR] [--web-port N] [--json]',
  help: `
Binds the listeners of the configuration to their lab addresses and serves the window on 127.0.0.1 to whoever has the
token in the printed address. Ends on SIGINT or SIGTERM: transactions in progress finish, then the ports are free.

With --json, one line on standard output says where: {"web": ADDRESS, "listeners": [{"name", "role", "address", "port",
"production", "tls", "state"}], "workspace": DIR, "user": {"name", "password"}}; "user" only when it was made just now,
and never again.`,
  options: {
    ...hostingOptions,
    json: { type: 'boolean', help: 'print one line of JSON' },
  },
  run: async ({ values, files }) => {
    if (files.length > 0)
      throw new CommandError(2, `serve takes no file names: ${files.join(' ')}`, ['did you mean --config FILE?']);
    const hosted = await hostWorkbench({
      config: values['config'] as string | undefined,
      workspace: values['workspace'] as string | undefined,
      webPort: portOption(values['web-port'] as string | undefined),
      notes: [],
    });
    const { workbench, web } = hosted;
    const { listeners } = workbench.state();
    const failed = listeners.filter((one) => one.state === 'failed');
    if (failed.length > 0) {
      await hosted.close();
      throw new CommandError(
        failed.every(isBadInput) ? 2 : 3,
        failed.length === 1 ? 'a listener could not be bound' : `${failed.length} listeners could not be bound`,
        [
          ...failed.map(
            (one) =>
              `${one.name} at ${one.wanted}: ${one.error ?? 'no reason given'}${one.offer ? `; ${one.offer} is free` : ''}`,
          ),
          ...firstUserLines(workbench),
        ],
      );
    }
    for (const warning of listeners.flatMap(listenerWarnings)) process.stderr.write(`${warning}\n`);
    process.stderr.write(`${workbench.storage.notice}\n`);
    const faults = faultWarning(workbench.state());
    if (faults !== undefined) process.stderr.write(`${faults}\n`);
    if (values['json'] === true) {
      const line = {
        web: web.url,
        listeners: listeners.map(({ name, role, bound, production, tls, state }) => ({
          name,
          role,
          address: bound,
          port: Number(bound.slice(bound.lastIndexOf(':') + 1)) || 0,
          production,
          tls,
          state,
        })),
        workspace: workbench.folder,
        ...(workbench.firstUser ? { user: workbench.firstUser } : {}),
      };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    } else {
      for (const one of listeners)
        process.stdout.write(
          `${one.name} (${one.role}, ${one.tls}): ${one.state === 'listening' ? `listening on ${one.bound}` : one.state}\n`,
        );
      for (const line of firstUserLines(workbench)) process.stdout.write(`${line}\n`);
      process.stdout.write(`window: ${web.url}\n`);
    }
    await hosted.ended;
    return 0;
  },
};

/** A certificate that cannot be used is the person's input; what the system refuses begins with its error code. */
const isBadInput = ({ error = '' }: ListenerState): boolean => !/^E[A-Z]+: /.test(error);
