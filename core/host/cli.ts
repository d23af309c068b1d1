// The command line: one table of commands, their help, and the exit codes.
import { parseArgs } from 'node:util';
import { CommandError, type ExitCode } from './exit.ts';

export interface Given {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly files: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly help: string;
  readonly options: Readonly<
    Record<
      string,
      { readonly type: 'string' | 'boolean'; readonly short?: string; readonly help: string; readonly value?: string }
    >
  >;
  run(given: Given): Promise<ExitCode>;
}

/** Commands are loaded when asked for, so that `--help` is instant. */
const table: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).start,
  serve: async () => (await import('./commands/serve.ts')).serve,
  run: async () => (await import('./commands/run.ts')).run,
  journal: async () => (await import('./commands/journal.ts')).journal,
  check: async () => (await import('./commands/check.ts')).check,
  export: async () => (await import('./commands/convert.ts')).exportCommand,
  import: async () => (await import('./commands/convert.ts')).importCommand,
  schema: async () => (await import('./commands/convert.ts')).schema,
  dns: async () => (await import('./commands/dns.ts')).dns,
  'try-sender': async () => (await import('./commands/trySender.ts')).trySender,
  users: async () => (await import('./commands/users.ts')).users,
  certificate: async () => (await import('./commands/certificate.ts')).certificate,
};

async function overview(): Promise<string> {
  const rows: string[] = [];
  for (const load of Object.values(table)) {
    const { name, summary } = await load();
    rows.push(`  ${name.padEnd(12)} ${summary}`);
  }
  return [
    'gatehouse: build an SMTP receiver, attack it, see why it gave every answer.',
    '',
    'usage: gatehouse COMMAND [OPTIONS]      gatehouse COMMAND --help',
    '',
    ...rows,
    '',
    'exit codes: 0 fine, 1 something breached or failed, 2 bad input, 3 environment (port, rights, disk, missing program)',
    '',
  ].join('\n');
}

function manual(command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]) => {
    const left = `  ${option.short ? `-${option.short}, ` : ''}--${name}${option.value ? ` ${option.value}` : ''}`;
    return `${left.padEnd(26)} ${option.help}`;
  });
  return [
    `usage: gatehouse ${command.usage}`,
    '',
    command.help.trim(),
    '',
    ...rows,
    `${'  --help'.padEnd(26)} this text`,
    '',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!load) throw new CommandError(2, `there is no command ${name}`, [`commands: ${Object.keys(table).join(', ')}`]);
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(manual(command));
    return 0;
  }
  return command.run(read(command, rest));
}

function read(command: Command, args: readonly string[]): Given {
  try {
    const options = Object.fromEntries(
      Object.entries(command.options).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]),
    );
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values, files: positionals };
  } catch (error) {
    throw new CommandError(2, error instanceof Error ? error.message : String(error), [
      `usage: gatehouse ${command.usage}`,
    ]);
  }
}

/** Runs and reports; every error ends as one block on standard error: what, where, how to fix. */
async function run(): Promise<void> {
  // The timers of a world keep no process running; a command that waits for one is not done.
  const { port1: awake } = new MessageChannel();
  awake.ref();
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof CommandError) {
      process.stderr.write(`gatehouse: ${[error.message, ...error.details.map((line) => `  ${line}`)].join('\n')}\n`);
      process.exitCode = error.exit;
      return;
    }
    process.stderr.write(
      `gatehouse: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  } finally {
    awake.close();
  }
}

if (process.getBuiltinModule('node:sqlite')) await run();
else {
  process.stderr.write(
    `gatehouse: Node ${process.versions.node} has no node:sqlite. Start through npm: npm run gatehouse -- --help\n`,
  );
  process.exitCode = 3;
}
