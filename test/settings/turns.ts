// Probes of turn-taking: command lines, early talk, pipelining, plaintext behind STARTTLS, other protocols, exempt networks.
import { strictRules, type StrictRule } from '../../core/contract/settings/strictness.ts';
import { type Client, until } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

const noop = '250 2.0.0 OK';
const lineEnd = '500 5.5.2 Commands end with CR LF';

/** What was sent on loopback has been read. */
export async function settle(client: Client): Promise<void> {
  await until(() => client.socket.writableLength === 0);
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Texts of what a check noted. */
const noted = (lab: Lab, check: string) =>
  lab
    .findings()
    .filter((finding) => finding.check === check)
    .map(({ text }) => text);

/** Sends bytes behind EHLO; the replies up to the goodbye or the close, and what a check noted. */
async function told(lab: Lab, bytes: string, check: string) {
  const client = await lab.greeted();
  client.send(bytes);
  const heard: string[] = [];
  for (let reply = await client.reply(); ; reply = await client.reply()) {
    if (reply === '<closed>') break;
    heard.push(reply);
    await settle(client);
    if (client.rest === '' && !client.closed) break;
  }
  return { heard, noted: noted(lab, check) };
}

/** Connects, waits for the greeting's timer when there is one, and lets it run out. */
async function greetedLate(lab: Lab, before: (client: Client) => Promise<void> | void = () => undefined) {
  const client = await lab.connect();
  const seconds = lab.settings.strictness.greetingDelay / 1000;
  await lab.timer(seconds);
  await before(client);
  lab.pass(seconds);
  return client;
}

const secured = { ...mx, tls: 'starttls' } as const;

/** What each rule is about, sent by one client; true when it got through. */
const tries: Readonly<Record<StrictRule, (client: Client) => Promise<boolean>>> = {
  bareLf: (client) => stores(client, 'a\nb'),
  bareCr: (client) => stores(client, 'a\rb'),
  commandBareLf: (client) => answers(client, 'NOOP\n', '250'),
  commandBareCr: (client) => answers(client, 'NOOP\r\r\n', '250'),
  nul: (client) => stores(client, 'a\0b'),
  longCommandLine: (client) => answers(client, `NOOP ${'x'.repeat(600)}\r\n`, '250'),
  longTextLine: (client) => stores(client, 'x'.repeat(1100)),
  eightBit: (client) => stores(client, '\xe9'),
  earlyTalk: () => Promise.resolve(true),
  pipelining: (client) => answers(client, 'NOOP\r\nNOOP\r\n', '250'),
  startTlsInjection: (client) => answers(client, 'STARTTLS\r\nNOOP\r\n', '220'),
  foreignProtocol: (client) => answers(client, 'GET / HTTP/1.1\r\n', '500'),
  header: (client) => stores(client, `${'Subject: x\r\n'.repeat(200)}\r\nx`),
};

async function answers(client: Client, bytes: string, code: string): Promise<boolean> {
  client.send(bytes);
  return (await client.reply()).startsWith(code);
}

async function stores(client: Client, bytes: string): Promise<boolean> {
  await client.toData();
  return answers(client, `${bytes}\r\n.\r\n`, '250');
}

/** The rules that did not count for this client. */
async function spared(lab: Lab): Promise<StrictRule[]> {
  const through: StrictRule[] = [];
  for (const rule of strictRules) {
    const client = await greetedLate(lab, async (early) => {
      if (rule !== 'earlyTalk') return;
      early.send('EHLO c.example\r\n');
      await settle(early);
    });
    const greeting = await client.reply();
    if (rule !== 'earlyTalk') await client.ask('EHLO c.example');
    if (greeting.startsWith('220') && (await tries[rule](client))) through.push(rule);
    client.reset();
  }
  return through;
}

const all = Object.fromEntries(strictRules.map((rule) => [rule, 'reject'])) as Record<StrictRule, 'reject'>;
const everything = { ...all, greetingDelay: 1000, maxCommandLine: 512, maxHeaderSize: 1 };
const here = '192.0.2.0/24';

export const turns: Probes = {
  'strictness.commandBareLf': seen(
    [
      ['reject', { heard: [lineEnd], noted: ['the line ends in a bare LF'] }],
      ['normalise', { heard: [noop], noted: ['the line ends in a bare LF, taken for a line end'] }],
      ['allow', { heard: [noop], noted: [] }],
    ],
    (lab) => told(lab, 'NOOP\n', 'command-line'),
  ),
  'strictness.commandBareCr': seen(
    [
      ['reject', { heard: [lineEnd], noted: ['the line holds a bare CR'] }],
      ['normalise', { heard: [noop], noted: ['the line holds a bare CR, taken for a blank'] }],
      ['allow', { heard: [noop, noop], noted: [] }],
    ],
    (lab) => told(lab, 'NOOP\rNOOP\r\n', 'command-line'),
    { strictness: { pipelining: 'allow' } },
  ),
  'strictness.longCommandLine': seen(
    [
      ['reject', { heard: ['500 5.5.6 Line too long'], noted: ['the line is longer than 512 octets'] }],
      ['normalise', { heard: [noop], noted: ['the line is longer than 512 octets, cut off there, of 607'] }],
      ['allow', { heard: [noop], noted: [] }],
    ],
    (lab) => told(lab, `NOOP ${'x'.repeat(600)}\r\n`, 'command-line'),
    { strictness: { maxCommandLine: 512 } },
  ),
  'strictness.greetingDelay': seen(
    [
      [0, 'at once'],
      [2000, 'in 3 s'],
      [5000, 'later'],
    ],
    async (lab) => {
      const delay = lab.settings.strictness.greetingDelay;
      if (delay === 0) return (await lab.knock()).startsWith('220') ? 'at once' : 'never';
      const client = await lab.connect();
      await lab.timer(delay / 1000);
      const before = client.rest;
      lab.pass(3);
      await settle(client);
      return before === '' && client.rest.startsWith('220 ') ? 'in 3 s' : 'later';
    },
  ),
  'strictness.teaser': seen(
    [
      ['', ''],
      ['please wait', '220-gate.example please wait\r\n'],
    ],
    async (lab) => {
      const client = await lab.connect();
      await lab.timer(2);
      await settle(client);
      return client.rest;
    },
    { strictness: { greetingDelay: 2000 } },
  ),
  'strictness.earlyTalk': seen(
    [
      ['reject', { codes: '554 503', noted: ['16 octets came before the greeting'] }],
      ['normalise', { codes: '220 250', noted: ['16 octets came before the greeting'] }],
      ['allow', { codes: '220 250', noted: [] }],
    ],
    async (lab) => {
      const client = await greetedLate(lab, (early) => {
        early.send('EHLO c.example\r\n');
        return settle(early);
      });
      const codes = (await client.replies(2)).map((reply) => reply.slice(0, 3)).join(' ');
      return { codes, noted: noted(lab, 'early-talk') };
    },
    { strictness: { greetingDelay: 2000 } },
  ),
  'strictness.pipelining': seen(
    [
      [
        'reject',
        {
          heard: [
            '554 5.5.0 Commands were sent before the reply they have to wait for',
            '421 4.7.0 gate.example Closing connection',
          ],
          noted: ['more was sent behind NOOP, which must be the last of its group'],
        },
      ],
      ['normalise', { heard: [noop, noop], noted: ['more was sent behind NOOP, which must be the last of its group'] }],
      ['allow', { heard: [noop, noop], noted: [] }],
    ],
    (lab) => told(lab, 'NOOP\r\nNOOP\r\n', 'pipelining'),
  ),
  'strictness.startTlsInjection': seen(
    [
      ['reject', '554'],
      ['normalise', '220, then 503 to MAIL'],
      ['allow', '220, then 250 to MAIL'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('STARTTLS\r\nEHLO c.example\r\n');
      const code = (await client.reply()).slice(0, 3);
      if (code !== '220') return code;
      await client.secure();
      if (lab.settings.strictness.startTlsInjection === 'allow') await client.reply();
      return `${code}, then ${(await client.ask('MAIL FROM:<a@c.example>')).slice(0, 3)} to MAIL`;
    },
    { listeners: [secured] },
  ),
  'strictness.foreignProtocol': seen(
    [
      ['reject', '421 <cl'],
      ['normalise', '500 421 <cl'],
      ['allow', '500 250'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('GET / HTTP/1.1\r\n');
      const heard = [await client.reply()];
      if (lab.settings.strictness.foreignProtocol === 'allow') heard.push(await client.ask('NOOP'));
      else while (heard.at(-1) !== '<closed>') heard.push(await client.reply());
      return heard.map((reply) => reply.slice(0, 3)).join(' ');
    },
    { errors: { maxErrors: 0 } },
  ),
  'strictness.exempt.network': seen(
    [
      [here, '250 250'],
      ['198.51.100.7', '554 421'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('NOOP\r\nNOOP\r\n');
      return (await client.replies(2)).map((reply) => reply.slice(0, 3)).join(' ');
    },
    { strictness: { pipelining: 'reject', exempt: [{ network: here, from: [] }] } },
  ),
  'strictness.exempt.from': seen(
    [
      [[], [...strictRules]], // Where pipelining is refused, so is what stands behind STARTTLS.
      ...strictRules.map((rule) => {
        const from = rule === 'startTlsInjection' ? ['pipelining', rule] : [rule];
        return [from, from] as const;
      }),
    ],
    spared,
    { listeners: [secured], strictness: { ...everything, exempt: [{ network: here, from: [] }] } },
  ),
};
