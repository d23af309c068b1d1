// Probes of what the service says of itself, how much it takes, and which extensions it offers.
import type { Client } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

/** A small dialogue that shows the wording, from the greeting to QUIT. */
async function dialogue(lab: Lab): Promise<string[]> {
  const client = await lab.connect();
  const heard = [await client.reply(), await client.ask('EHLO client.example')];
  for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>', 'DATA', '.', 'QUIT'])
    heard.push(await client.ask(line));
  return heard;
}

const plain = {
  pipelining: false,
  size: false,
  eightBitMime: false,
  chunking: false,
  enhancedStatusCodes: false,
  limits: false,
  help: false,
};
const quiet = { acceptance: { extensions: plain }, authentication: { clear: [] } };

/** Whether the keyword is in the EHLO reply, and what the line that uses it is answered. */
async function extension(lab: Lab, keyword: string, line?: string): Promise<[offered: boolean, heard?: string]> {
  const client = await lab.connect();
  const offered = new RegExp(`^250[- ]${keyword}$`, 'm').test(await client.hello());
  return line === undefined ? [offered] : [offered, await client.ask(line)];
}

const octets = (count: number) => `${'x'.repeat(98)}\r\n`.repeat(Math.ceil(count / 100)).slice(-count);

/** Sends a message of so many octets without saying how large it is. */
async function message(client: Client, size: number): Promise<string> {
  await client.toData();
  return client.ask(`${octets(size - 2)}\r\n.`);
}

export const acceptance: Probes = {
  'acceptance.hostname': seen(
    ['gate.example', 'mail.other.example'].map((name) => [
      name,
      {
        greeting: `220 ${name} ESMTP Gatehouse`,
        ehlo: `250-${name} at your service`,
        challenge: name,
        trace: `by ${name} with ESMTP`,
        bye: `221 2.0.0 ${name} closing connection`,
      },
    ]),
    async (lab) => {
      const client = await lab.connect();
      const greeting = await client.reply();
      const ehlo = (await client.ask('EHLO client.example')).split('\n')[0];
      const challenge = Buffer.from((await client.ask('AUTH CRAM-MD5')).slice(4), 'base64').toString();
      await client.ask('*');
      await message(client, 10);
      return {
        greeting,
        ehlo,
        challenge: /@(.*)>$/.exec(challenge)?.[1],
        trace: /by \S+ with \S+/.exec(lab.journal.messages[0]?.envelope.trace ?? '')?.[0],
        bye: await client.ask('QUIT'),
      };
    },
  ),
  'acceptance.banner': seen(
    [
      ['', '220 gate.example ESMTP Gatehouse'],
      ['ESMTP at your own risk', '220 gate.example ESMTP at your own risk'],
    ],
    (lab) => lab.knock(),
  ),
  'acceptance.dialect': seen(
    [
      [
        'gatehouse',
        [
          '220 gate.example ESMTP Gatehouse',
          '250 gate.example at your service',
          '250 Sender OK',
          '250 Recipient OK',
          '354 Send the message, end with <CRLF>.<CRLF>',
          '250 Message stored',
          '221 gate.example closing connection',
        ],
      ],
      [
        'axigen',
        [
          '220 gate.example Axigen ESMTP ready',
          '250-gate.example Axigen ESMTP hello\n250 OK',
          '250 Sender accepted',
          '250 Recipient accepted',
          '354 Ready to receive data; remember <CRLF>.<CRLF>',
          '250 Mail queued for delivery',
          '221 Good bye',
        ],
      ],
    ],
    dialogue,
    quiet,
  ),
  'acceptance.maxDataSize': seen(
    [
      [0, { offered: 'SIZE', declared: 250, exact: 250, larger: 250 }],
      [1, { offered: 'SIZE 1024', declared: 552, exact: 250, larger: 552 }],
      [2, { offered: 'SIZE 2048', declared: 250, exact: 250, larger: 250 }],
    ],
    async (lab) => {
      const client = await lab.connect();
      const offered = /SIZE.*/.exec(await client.hello())?.[0];
      const [declared] = await client.codes('MAIL FROM:<a@client.example> SIZE=1025', 'RSET');
      const code = async (size: number) => Number((await message(client, size)).slice(0, 3));
      return { offered, declared, exact: await code(1024), larger: await code(1025) };
    },
  ),
  'acceptance.maxRcptCount': seen(
    [
      [0, { heard: ['452', '452', '452'], stored: [] }],
      [1, { heard: ['250', '452', '452'], stored: [1] }],
      [2, { heard: ['250', '250', '452'], stored: [2] }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      await client.ask('MAIL FROM:<a@client.example>');
      const heard: string[] = [];
      for (const name of ['b', 'c', 'd']) heard.push((await client.ask(`RCPT TO:<${name}@gate.example>`)).slice(0, 3));
      if ((await client.ask('DATA')).startsWith('354')) await client.ask('.');
      return { heard, stored: lab.journal.messages.map(({ envelope }) => envelope.recipients.length) };
    },
  ),

  'acceptance.extensions.pipelining': seen(
    [
      [true, [true]],
      [false, [false]],
    ],
    (lab) => extension(lab, 'PIPELINING'),
  ),
  'acceptance.extensions.size': seen(
    [
      [true, [true, '250 2.1.0 Sender OK']],
      [false, [false, '555 5.5.4 Parameter not recognised: SIZE']],
    ],
    (lab) => extension(lab, 'SIZE 10485760', 'MAIL FROM:<a@client.example> SIZE=100'),
  ),
  'acceptance.extensions.eightBitMime': seen(
    [
      [true, [true, '250 2.1.0 Sender OK']],
      [false, [false, '555 5.5.4 Parameter not recognised: BODY']],
    ],
    (lab) => extension(lab, '8BITMIME', 'MAIL FROM:<a@client.example> BODY=8BITMIME'),
  ),
  'acceptance.extensions.startTls': seen(
    [
      [true, [true, '220 2.0.0 Ready to start TLS']],
      [false, [false, '502 5.5.1 STARTTLS is not offered here']],
    ],
    (lab) => extension(lab, 'STARTTLS', 'STARTTLS'),
    { listeners: [{ ...mx, tls: 'starttls' }] },
  ),
  // Never on the greeting and on replies to EHLO and HELO (RFC 2034 section 4).
  'acceptance.extensions.enhancedStatusCodes': seen(
    [
      [
        true,
        [
          '220 gate.example ESMTP Gatehouse',
          '250-gate.example at your service\n250 ENHANCEDSTATUSCODES',
          '250 gate.example at your service',
          '501 Syntax error in parameters: EHLO hostname',
          '500 Commands hold no NUL',
          '250 2.1.0 Sender OK',
          '550 5.7.1 Relaying denied',
          '500 5.5.2 Unknown command',
          '221 2.0.0 gate.example closing connection',
        ],
      ],
      [
        false,
        [
          '220 gate.example ESMTP Gatehouse',
          '250 gate.example at your service',
          '250 gate.example at your service',
          '501 Syntax error in parameters: EHLO hostname',
          '500 Commands hold no NUL',
          '250 Sender OK',
          '550 Relaying denied',
          '500 Unknown command',
          '221 gate.example closing connection',
        ],
      ],
    ],
    async (lab) => {
      const client = await lab.connect();
      const heard = [await client.reply()];
      const lines = ['EHLO a.example', 'HELO a.example', 'EHLO', 'EHLO a\0', 'MAIL FROM:<a@client.example>'];
      for (const line of [...lines, 'RCPT TO:<b@remote.example>', 'WHAT', 'QUIT']) heard.push(await client.ask(line));
      return heard;
    },
    quiet,
  ),
  'acceptance.extensions.help': seen(
    [
      [
        true,
        [
          true,
          '214-2.0.0 Commands: EHLO HELO AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT\n214 2.0.0 See RFC 5321',
        ],
      ],
      [false, [false, '502 5.5.1 Command not implemented']],
    ],
    (lab) => extension(lab, 'HELP', 'HELP'),
  ),
  'acceptance.extensions.authEquals': seen(
    [
      [true, [true]],
      [false, [false]],
    ],
    (lab) => extension(lab, 'AUTH=PLAIN LOGIN CRAM-MD5 DIGEST-MD5'),
  ),
};
