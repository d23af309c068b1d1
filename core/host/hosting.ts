// A workbench with its web host, from start to an orderly end.
import { resolve } from 'node:path';
import type { ListenerState } from '../contract/calls.ts';
import { realWorld } from '../world/real.ts';
import { windowFolder } from './assets.ts';
import type { Command } from './cli.ts';
import { CommandError, systemReason } from './exit.ts';
import { usualWorkspace } from './files.ts';
import { openWeb, type WebHost } from './web.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** The options of every command that opens a workbench. */
export const hostingOptions = {
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'take the settings from this YAML file; it is never written to',
  },
  workspace: { type: 'string', short: 'w', value: 'DIR', help: 'keep sessions and messages there' },
  'web-port': { type: 'string', value: 'N', help: 'port of the web host; 0, any free one, unless said' },
} as const satisfies Command['options'];

/** ms: whoever stops a group of processes is heard twice, since npm and the launcher pass on what they heard. */
const ONE_STOP = 1000;

export interface Hosted {
  readonly workbench: Workbench;
  readonly web: WebHost;
  /** Resolves when SIGINT or SIGTERM came and everything is closed. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface HostingOptions {
  readonly config: string | undefined;
  readonly workspace: string | undefined;
  readonly webPort: number;
  /** Lines the window shows about how it was started. */
  readonly notes: readonly string[];
}

/** Opens workspace, receiver and web host. Exit 2 for bad input, 3 for the environment. */
export async function hostWorkbench(options: HostingOptions): Promise<Hosted> {
  const workbench = await openWorkbench({
    host: 'web',
    folder: resolve(options.workspace ?? usualWorkspace()),
    config: options.config === undefined ? undefined : resolve(options.config),
    notes: options.notes,
  });
  let web: WebHost;
  try {
    web = await openWeb({
      assets: () => windowFolder((line) => process.stderr.write(`${line}\n`)),
      port: options.webPort,
      token: Buffer.from(realWorld.random(16)).toString('hex'),
      attach: (port) => workbench.attach(port),
    });
  } catch (error) {
    await workbench.close();
    throw new CommandError(3, `the web host cannot listen on 127.0.0.1:${options.webPort}: ${systemReason(error)}`, [
      'name another port with --web-port, or leave it out to take any free one',
      ...firstUserLines(workbench),
    ]);
  }
  const close = async () => {
    await web.close();
    await workbench.close();
  };
  const ended = new Promise<void>((resolveEnd) => {
    let began: number | undefined;
    const stop = (signal: NodeJS.Signals) => {
      if (began === undefined) {
        began = realWorld.elapsed();
        void close().then(resolveEnd);
      } else if (signal === 'SIGINT' && realWorld.elapsed() - began > ONE_STOP) process.exit(130);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { workbench, web, ended, close };
}

/** What whoever starts it should know of a listener that runs: its certificate, and that others can reach it. */
export function listenerWarnings({ name, state, error, loopback, bound }: ListenerState): readonly string[] {
  if (state !== 'listening') return [];
  const open = loopback
    ? []
    : [`${name}: other machines can reach ${bound}; a lab address of 127.0.0.1 or [::1] is for this one only`];
  return [...(error === undefined ? [] : [`${name}: ${error}`]), ...open];
}

/** The user made on first start, for whoever starts it; also when the start then fails, because nobody is told again. */
export function firstUserLines({ firstUser }: Workbench): readonly string[] {
  return firstUser ? [`user ${firstUser.name}, password ${firstUser.password} (shown once)`] : [];
}

/** Reads a port option; exit 2 when it is none. */
export function portOption(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new CommandError(2, `--web-port ${text}: expected a number from 0 to 65535`);
  return port;
}
