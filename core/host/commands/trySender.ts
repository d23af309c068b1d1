// `gatehouse try-sender`: what would happen to a sender that is only described, stage by stage, and why.
import type { TriedStage } from '../../contract/senderCalls.ts';
import { defaults, type Settings } from '../../contract/settings/settings.ts';
import type { Finding } from '../../contract/verdict.ts';
import { createDns } from '../../dns/dns.ts';
import { Greylist } from '../../policy/greylist.ts';
import { inlineWorkers } from '../../workers/inline.ts';
import { realWorld } from '../../world/real.ts';
import type { Command, Given } from '../cli.ts';
import { CommandError, type ExitCode } from '../exit.ts';
import { readText } from '../files.ts';
import { type SenderTried, type SenderWanted, trySender as tryIt } from '../trySender.ts';
import { readConfig } from './check.ts';

export const trySender: Command = {
  name: 'try-sender',
  summary: 'say what would happen to a sender, and why, without a session',
  usage: 'try-sender --peer ADDRESS --ehlo NAME --from ADDRESS [OPTIONS]',
  help: `
Asks the real checks of each stage about a client that is only described, and prints what it would hear, what the verdict is
and what was found, with the setting that decides. Nothing is counted, stored or remembered, and greylisting knows nobody.
Without --header-from and --message it ends behind the envelope. An empty --from is the null sender of bounces:

  gatehouse try-sender --peer 203.0.113.7 --ehlo mail.example.org --from ann@example.org --header-from ann@example.org

Exits 0 when all of it would be taken, also when it would be kept apart; 1 when the client would hear no, or its message be
discarded; 2 when something of it cannot be read.`,
  options: {
    peer: { type: 'string', value: 'ADDRESS', help: 'where it calls from' },
    ehlo: { type: 'string', value: 'NAME', help: 'what it calls itself' },
    from: { type: 'string', value: 'ADDRESS', help: 'MAIL FROM; empty is the null sender' },
    to: { type: 'string', value: 'ADDRESS', help: 'RCPT TO; without it no recipient is tried' },
    'header-from': { type: 'string', value: 'TEXT', help: 'a message is made up with this From field' },
    message: { type: 'string', value: 'FILE', help: 'the message itself, in place of one made up' },
    listener: { type: 'string', value: 'NAME', help: 'where it calls; the first that is an MX unless said' },
    config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration; the defaults when there is none' },
    json: { type: 'boolean', help: 'print JSON: {"stages": [{"stage", "about", "verdict", "reply"}]}' },
  },
  run: async (given) => {
    if (given.files.length > 0)
      throw new CommandError(2, `try-sender takes no file names: ${given.files.join(' ')}`, [
        'did you mean --message FILE or --config FILE?',
      ]);
    const config = textOf(given, 'config');
    const settings = config === undefined ? defaults : readConfig(config);
    const wanted = wantedOf(given, settings);
    const { stages, problems } = await tried(wanted, settings);
    if (problems.length > 0) throw new CommandError(2, 'this sender cannot be tried', problems);
    process.stdout.write(given.values['json'] === true ? `${JSON.stringify({ stages })}\n` : shown(stages));
    return exitOf(stages);
  },
};

function textOf({ values }: Given, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

type Wanted = Omit<SenderWanted, 'settings'>;

function wantedOf(given: Given, { listeners }: Settings): Wanted {
  const needed = (name: string) => {
    const value = textOf(given, name);
    if (value === undefined) throw new CommandError(2, `try-sender needs --${name}`, [`usage: ${trySender.usage}`]);
    return value;
  };
  const usual = listeners.find(({ role }) => role === 'mx') ?? listeners[0];
  const file = textOf(given, 'message');
  const from = textOf(given, 'header-from');
  if (file !== undefined && from !== undefined)
    throw new CommandError(2, '--header-from and --message exclude each other', ['a message has its own From field']);
  return {
    listener: textOf(given, 'listener') ?? usual?.name ?? '',
    peer: needed('peer'),
    ehlo: needed('ehlo'),
    mailFrom: needed('from'),
    recipient: textOf(given, 'to') ?? '',
    from: from ?? '',
    message: file === undefined ? '' : readText(file),
  };
}

async function tried(wanted: Wanted, settings: Settings): Promise<SenderTried> {
  const dns = createDns(realWorld);
  const workers = inlineWorkers(realWorld, settings.workers);
  try {
    return await tryIt(wanted, { world: realWorld, settings, dns, workers, greylist: new Greylist() });
  } finally {
    dns.close();
    await workers.close();
  }
}

/** Actions after which nobody has the message. */
const lost: ReadonlySet<string> = new Set(['defer', 'refuse', 'discard', 'drop']);

function exitOf(stages: readonly TriedStage[]): ExitCode {
  return stages.some(({ verdict }) => lost.has(verdict.action)) ? 1 : 0;
}

function shown(stages: readonly TriedStage[]): string {
  return stages.map((stage) => `${lines(stage).join('\n')}\n`).join('\n');
}

function lines({ stage, about, verdict, reply }: TriedStage): string[] {
  const told = verdict.findings.filter(({ action }) => action !== 'ignore');
  return [
    `${stage} ${printable(about)}: ${verdict.action}, ${verdict.because}`,
    ...reply.split('\r\n').flatMap((line) => (line === '' ? [] : [`  > ${line}`])),
    ...told.map(ofFinding),
  ];
}

function ofFinding({ check, action, text, setting }: Finding): string {
  return `  ${action.padEnd(10)} ${check.padEnd(16)} ${printable(text)}${setting === undefined ? '' : ` (${setting})`}`;
}

/** What others wrote in DNS and in the message stays within its line. */
const printable = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
