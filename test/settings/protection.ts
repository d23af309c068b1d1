// Probes of protection over all sessions: what clients hear at the limits, and for how long.
import { plainResponse, password, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

const ann = { from: '192.0.2.1' };
const bob = { from: '192.0.2.2' };

interface Try {
  readonly from: string;
  readonly as?: string;
  readonly right?: boolean;
  /** s that pass before it. */
  readonly after?: number;
}

/** One login a connection: the code it is answered with, or that in place of the greeting. */
async function tries(lab: Lab, ...all: readonly Try[]): Promise<string> {
  const heard: string[] = [];
  for (const { from, as = user, right = false, after = 0 } of all) {
    lab.pass(after);
    const client = await lab.connect({ from });
    const greeting = await client.reply();
    if (!greeting.startsWith('220')) {
      heard.push(greeting.slice(0, 3));
      continue;
    }
    await client.ask('EHLO client.example');
    const reply = await client.ask(`AUTH PLAIN ${plainResponse(as, right ? password : 'wrong')}`);
    heard.push(reply.slice(0, 3));
    client.reset();
  }
  return heard.join(' ');
}

const failing = (count: number, over: Partial<Try> = {}): Try[] =>
  Array.from({ length: count }, (_, index) => ({ from: `203.0.113.${index}`, ...over }));

/** Codes of MAIL and RCPT, one transaction a connection. */
async function mails(lab: Lab, all: readonly (readonly [from: string, sender: string, to: string, after?: number])[]) {
  const heard: string[] = [];
  for (const [from, sender, to, after = 0] of all) {
    lab.pass(after);
    const client = await lab.greeted({ from });
    const codes = await client.codes(`MAIL FROM:<${sender}>`, `RCPT TO:<${to}>`);
    heard.push(codes.join('/'));
    client.reset();
  }
  return heard.join(' ');
}

const local = { domains: { local: [{ name: 'gate.example' }] } };
const a = 'a@gate.example';
const b = 'b@gate.example';
const sender = 's@client.example';

export const protection: Probes = {
  'protection.failedLogins.peer.maxRetry': seen(
    [
      [0, '535 535 235 235'],
      [1, '535 421 421 235'],
      [2, '535 535 421 235'],
    ],
    (lab) => tries(lab, ann, ann, { ...ann, right: true }, { ...bob, right: true }),
  ),
  'protection.failedLogins.peer.findTime': seen(
    [
      [10, '535 535 235'],
      [60, '535 535 421'],
    ],
    (lab) => tries(lab, ann, { ...ann, after: 30 }, { ...ann, right: true }),
    { listeners: [mx], protection: { failedLogins: { peer: { maxRetry: 2 } } } },
  ),
  'protection.failedLogins.peer.banTime': seen(
    [
      [10, '535 421 235'],
      [60, '535 421 421'],
    ],
    (lab) => tries(lab, ann, { ...ann, after: 9 }, { ...ann, right: true, after: 1 }),
    { listeners: [mx], protection: { failedLogins: { peer: { maxRetry: 1 } } } },
  ),
  'protection.failedLogins.account.maxRetry': seen(
    [
      [0, '535 535 235 535'],
      [1, '535 454 454 535'],
      [2, '535 535 454 535'],
    ],
    (lab) => tries(lab, ...failing(2), { ...ann, right: true }, { ...ann, as: 'nobody' }),
  ),
  'protection.failedLogins.account.findTime': seen(
    [
      [10, '535 535 235'],
      [60, '535 535 454'],
    ],
    (lab) => tries(lab, bob, { ...bob, after: 30 }, { ...ann, right: true }),
    { listeners: [mx], protection: { failedLogins: { account: { maxRetry: 2 } } } },
  ),
  'protection.failedLogins.account.banTime': seen(
    [
      [10, '535 454 235'],
      [60, '535 454 454'],
    ],
    (lab) => tries(lab, bob, { ...ann, right: true, after: 9 }, { ...ann, right: true, after: 1 }),
    { listeners: [mx], protection: { failedLogins: { account: { maxRetry: 1 } } } },
  ),
  'protection.failedLogins.overall.maxRetry': seen(
    [
      [0, '535 535 235 535'],
      [1, '535 454 454 454'],
      [2, '535 535 454 454'],
    ],
    (lab) => tries(lab, ...failing(2, { as: 'nobody' }), { ...ann, right: true }, { ...ann, as: 'somebody' }),
  ),
  'protection.failedLogins.overall.findTime': seen(
    [
      [10, '535 535 235'],
      [60, '535 535 454'],
    ],
    (lab) => tries(lab, bob, { ...bob, as: 'nobody', after: 30 }, { ...ann, right: true }),
    { listeners: [mx], protection: { failedLogins: { overall: { maxRetry: 2 } } } },
  ),
  'protection.failedLogins.overall.banTime': seen(
    [
      [10, '535 454 235'],
      [60, '535 454 454'],
    ],
    (lab) => tries(lab, bob, { ...ann, right: true, after: 9 }, { ...ann, right: true, after: 1 }),
    { listeners: [mx], protection: { failedLogins: { overall: { maxRetry: 1 } } } },
  ),
  // Ann has logged in before, Bob has not.
  'protection.failedLogins.knownTime': seen(
    [
      [0, '235 535 535 454 454'],
      [10, '235 535 535 235 454'],
    ],
    (lab) =>
      tries(lab, { ...ann, right: true }, ...failing(2), { ...ann, right: true, after: 9 }, { ...bob, right: true }),
    { listeners: [mx], protection: { failedLogins: { account: { maxRetry: 2 } } } },
  ),
  'protection.failedLogins.delay.first': seen(
    [
      [0, 'at once'],
      [2000, 'after 2 s, then after 4 s'],
      [5000, 'after 5 s, then after 7 s'],
    ],
    async (lab) => delays(lab),
    { listeners: [mx], protection: { failedLogins: { delay: { most: 7000 } } } },
  ),
  'protection.failedLogins.delay.most': seen(
    [
      [3000, 'after 2 s, then after 3 s'],
      [15_000, 'after 2 s, then after 4 s'],
    ],
    async (lab) => delays(lab),
    { listeners: [mx], protection: { failedLogins: { delay: { first: 2000 } } } },
  ),
  'protection.rates.peerMaxMessages': seen(
    [
      [0, '250/250 250/250 250/250 250/250'],
      [1, '250/250 451/503 451/503 250/250'],
      [2, '250/250 250/250 451/503 250/250'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, sender, a],
        [ann.from, sender, a],
        [ann.from, '', b],
        [bob.from, sender, a],
      ]),
    { listeners: [mx], ...local },
  ),
  'protection.rates.peerMaxRecipients': seen(
    [
      [0, '250/250 250/550 250/250 250/250'],
      [1, '250/250 250/450 250/450 250/250'],
      [2, '250/250 250/550 250/450 250/250'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, sender, a],
        [ann.from, sender, 'x@elsewhere.example'],
        [ann.from, sender, b],
        [bob.from, sender, a],
      ]),
    { listeners: [mx], ...local },
  ),
  'protection.rates.timeInterval': seen(
    [
      [10, '250/250 250/250'],
      [60, '250/250 451/503'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, sender, a],
        [ann.from, sender, a, 30],
      ]),
    { listeners: [mx], ...local, protection: { rates: { peerMaxMessages: 1 } } },
  ),
  'protection.nullSenders.recipientMaxMessages': seen(
    [
      [0, '250/250 250/250 250/250 250/250 250/250'],
      [1, '250/250 250/450 250/450 250/250 250/250'],
      [2, '250/250 250/250 250/450 250/250 250/250'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, '', a],
        [bob.from, '', a],
        [ann.from, '', 'A@Gate.Example'],
        [ann.from, '', b],
        [ann.from, sender, a],
      ]),
    { listeners: [mx], ...local },
  ),
  'protection.nullSenders.peerMaxMessages': seen(
    [
      [0, '250/250 250/250 250/250 250/250 250/250'],
      [1, '250/250 250/450 250/450 250/250 250/250'],
      [2, '250/250 250/250 250/450 250/250 250/250'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, '', a],
        [ann.from, '', b],
        [ann.from, '', a],
        [bob.from, '', a],
        [ann.from, sender, a],
      ]),
    { listeners: [mx], ...local },
  ),
  'protection.nullSenders.timeInterval': seen(
    [
      [10, '250/250 250/250'],
      [60, '250/250 250/450'],
    ],
    (lab) =>
      mails(lab, [
        [ann.from, '', a],
        [ann.from, '', a, 30],
      ]),
    { listeners: [mx], ...local, protection: { nullSenders: { recipientMaxMessages: 1 } } },
  ),
  'protection.exempt': seen(
    [
      [[], '535 421 535 421'],
      [['192.0.2.1'], '535 235 535 421'],
    ],
    (lab) => tries(lab, ann, { ...ann, right: true }, bob, { ...bob, right: true }),
    { listeners: [mx], protection: { failedLogins: { peer: { maxRetry: 1 } } } },
  ),
};

/** How long the answers to two failed logins of one session are held back. */
async function delays(lab: Lab): Promise<string> {
  const client = await lab.greeted(ann);
  const told: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    client.send(`AUTH PLAIN ${plainResponse(user, 'wrong')}\r\n`);
    const { first, most } = lab.settings.protection.failedLogins.delay;
    if (first === 0) {
      if ((await client.reply()).startsWith('535')) return 'at once';
      continue;
    }
    const ms = Math.min(most, first * 2 ** time);
    await lab.timer(ms / 1000);
    lab.pass(ms / 1000 - 0.001);
    if (client.rest !== '') told.push('too early');
    lab.pass(0.001);
    if ((await client.reply()).startsWith('535')) told.push(`after ${ms / 1000} s`);
  }
  return told.join(', then ');
}
