// Probes of loops, errors and command lines: what a client may get wrong, how often, and how long its lines may be.
import type { Lab } from './lab.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import { type Probes, seen } from './probe.ts';

/** Codes of the replies to all lines sent at once, until the server has no more to say. */
async function heard(lab: Lab, lines: readonly string[], most: number): Promise<string> {
  const client = await lab.greeted();
  client.send(lines.map((line) => `${line}\r\n`).join(''));
  const codes: string[] = [];
  for (let reply = await client.reply(); codes.push(reply.slice(0, 3)) < most && reply !== '<closed>';)
    reply = await client.reply();
  return codes.join(' ').replace('<cl', 'closed');
}

const wrong = ['WHAT', 'MAIL FROM:', 'RCPT TO:<b@gate.example>', 'DATA', 'NOOP'];
const guess = `AUTH PLAIN ${plainResponse(user, `not ${password}`)}`;

/** A message with three Received fields of its own: folded, in any case; those in an attached message do not count. */
const travelled = [
  'Received: from a.example',
  '\tby b.example',
  'RECEIVED: from c.example by d.example',
  'received:',
  ' from e.example by f.example',
  'Content-Type: message/rfc822',
  '',
  'Received: from g.example by h.example',
  '',
  'text',
].join('\r\n');

/** Sends bytes as a message; the replies, and what was stored. */
async function bytes(lab: Lab, ...sent: readonly string[]): Promise<{ heard: string[]; stored: string[] }> {
  const client = await lab.greeted();
  const replies: string[] = [];
  for (const one of sent) {
    await client.toData();
    client.send(one);
    replies.push(await client.reply());
  }
  return { heard: replies, stored: lab.stored() };
}

const noop = '250 2.0.0 OK';
const taken = '250 2.0.0 Message stored';
export const limits: Probes = {
  'loops.maxReceivedHeaders': seen(
    [
      [2, '554 5.4.6 Routing loop: too many Received headers'],
      [3, taken],
    ],
    async (lab) => (await bytes(lab, `${travelled}\r\n.\r\n`)).heard[0],
  ),
  'loops.deliveredTo': seen(
    [
      [true, ['554 5.4.6 Routing loop: the message was delivered to this recipient before', taken, taken]],
      [false, [taken, taken, taken]],
    ],
    async (lab) =>
      (
        await bytes(
          lab,
          'DELIVERED-to:\r\n <B@Gate.Example>\r\n\r\ntext\r\n.\r\n',
          'Delivered-To: another@gate.example\r\n\r\ntext\r\n.\r\n',
          'Subject: quoted\r\n\r\nDelivered-To: b@gate.example\r\n.\r\n',
        )
      ).heard,
  ),

  'errors.maxErrors': seen(
    [
      [0, '500 421 closed'],
      [2, '500 501 503 421 closed'],
      ['unlimited', '500 501 503 503 250'],
    ],
    (lab) => heard(lab, wrong, 5),
  ),
  'errors.maxAuthErrors': seen(
    [
      [0, '535 421 closed'],
      [1, '535 535 421 closed'],
      ['unlimited', '535 535 535 250'],
    ],
    (lab) => heard(lab, [guess, guess, guess, 'NOOP'], 4),
  ),

  'strictness.maxCommandLine': seen(
    [
      [512, [noop, '500 5.5.6 Line too long', noop]],
      [513, [noop, noop, noop]],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send(`NOOP ${'x'.repeat(505)}\r\nNOOP ${'x'.repeat(506)}\r\nNOOP\r\n`);
      return client.replies(3);
    },
  ),
};
