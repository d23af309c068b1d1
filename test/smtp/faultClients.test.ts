// What real clients make of faults, nodemailer and swaks: believed delivered, believed refused, or given up; beside what was stored.
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { run } from '../peers/running.ts';
import { describeWith } from '../tooling/programs.ts';
import { type Ground, grounds } from './playground.ts';

const open = grounds();

type Rule = NonNullable<NonNullable<SettingsInput['faults']>['rules']>[number];
/** What the client believes: the message is delivered, it was refused, or nothing can be said. */
type Belief = 'delivered' | 'refused' | 'gave up';

/** ms; how long a client of these tests waits for a reply. */
const patience = 700;

async function byNodemailer(at: Ground): Promise<Belief> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: at.port(),
    ignoreTLS: true,
    greetingTimeout: patience,
    socketTimeout: patience,
  });
  try {
    await transport.sendMail({ from: 'a@client.example', to: 'b@gate.example', text: 'x' });
    return 'delivered';
  } catch (error) {
    return (error as { responseCode?: number }).responseCode === undefined ? 'gave up' : 'refused';
  } finally {
    transport.close();
  }
}

/** swaks ends with 0 when all went well, 21 to 29 when it did not like a reply, and others when the connection was lost. */
async function bySwaks(at: Ground, program: string): Promise<Belief> {
  const { code, said } = await run(program, [
    ...['--server', `127.0.0.1:${at.port()}`, '--timeout', '1', '--body', 'x'],
    ...['--from', 'a@client.example', '--to', 'b@gate.example'],
  ]);
  if (code === 0) return 'delivered';
  return /^<\*\* [45]\d\d/m.test(said) ? 'refused' : 'gave up';
}

/** The belief of both, and how many messages each left with the receiver. */
const table: readonly (readonly [fault: Rule, nodemailer: [Belief, number], swaks: [Belief, number]])[] = [
  [{ reply: 'RCPT', code: 451 }, ['refused', 0], ['refused', 0]],
  [{ reply: 'dot', code: 452 }, ['refused', 0], ['refused', 0]],
  [{ reply: 'greeting', what: 'close' }, ['refused', 0], ['refused', 0]],
  [{ reply: 'dot', what: 'drop-before' }, ['gave up', 1], ['gave up', 1]],
  // swaks ends with an error when QUIT goes unanswered.
  [{ reply: 'dot', what: 'drop-after' }, ['delivered', 1], ['gave up', 1]],
  [{ reply: 'dot', what: 'silence' }, ['gave up', 1], ['gave up', 1]],
  [{ reply: 'EHLO', what: 'bytes', pause: 1 }, ['delivered', 1], ['delivered', 1]],
  [{ reply: 'EHLO', what: 'unfinished' }, ['gave up', 0], ['gave up', 0]],
  [{ reply: 'EHLO', what: 'lf' }, ['delivered', 1], ['delivered', 1]],
  // nodemailer takes 2X0 for a yes.
  [{ reply: 'MAIL', what: 'digits' }, ['delivered', 1], ['gave up', 0]],
  [{ reply: 'EHLO', what: 'huge', size: 512 }, ['delivered', 1], ['delivered', 1]],
  [{ reply: 'MAIL', what: 'extra', code: 550, text: 'One more' }, ['refused', 0], ['refused', 0]],
];

const named = table.map(([rule, ...rest]) => [`${rule.what ?? 'answer'} at ${rule.reply}`, rule, ...rest] as const);

describe('nodemailer', () => {
  test.each(named)('%s', async (_, rule, expected) => {
    const at = await open({ faults: { enabled: true, rules: [rule] } });
    const belief = await byNodemailer(at);
    expect([belief, at.journal.messages.length]).toEqual(expected);
  });
});

describeWith('swaks', 'swaks', (program) => {
  test.each(named)('%s', async (_, rule, __, expected) => {
    const at = await open({ faults: { enabled: true, rules: [rule] } });
    const belief = await bySwaks(at, program);
    expect([belief, at.journal.messages.length]).toEqual(expected);
  });
});
