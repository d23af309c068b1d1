// Probes of what becomes of a message's octets: line ends, NUL, long lines, 8-bit text, large headers.
import type { Lab } from './lab.ts';
import { type Probes, seen } from './probe.ts';

/** Sends bytes as a message of their own each; the replies, and what was stored. */
async function bytes(lab: Lab, ...sent: readonly string[]): Promise<{ heard: string[]; stored: string[] }> {
  const client = await lab.greeted();
  const heard: string[] = [];
  for (const one of sent) {
    await client.toData();
    client.send(`${one}.\r\n`);
    heard.push(await client.reply());
  }
  return { heard, stored: lab.stored() };
}

/** As `bytes`, with what stands behind the address of MAIL. */
async function declared(lab: Lab, parameters: string, content: string): Promise<string> {
  const client = await lab.greeted();
  await client.codes(`MAIL FROM:<a@client.example>${parameters}`, 'RCPT TO:<b@gate.example>', 'DATA');
  client.send(`${content}.\r\n`);
  return client.reply();
}

const taken = '250 2.0.0 Message stored';
const held = (what: string) => `554 5.6.0 Message holds a ${what}`;
const line = (octets: number) => `${'x'.repeat(octets - 2)}\r\n`;
const fields = (count: number) => Array.from({ length: count }, (_, n) => `F${n}: x\r\n`).join('');
const headerTooLarge = '552 5.3.4 Message header too large';

export const strictness: Probes = {
  'strictness.bareLf': seen(
    [
      ['reject', { heard: [held('bare LF'), held('bare LF')], stored: [] }],
      ['normalise', { heard: [taken, taken], stored: ['a\r\nb\r\n', 'c\r\n.\r\nd\r\n'] }],
      ['allow', { heard: [taken, taken], stored: ['a\nb\r\n', 'c\n'] }],
    ],
    (lab) => bytes(lab, 'a\nb\r\n', 'c\n.\nd\r\n'),
  ),
  'strictness.bareCr': seen(
    [
      ['reject', { heard: [held('bare CR')], stored: [] }],
      ['normalise', { heard: [taken], stored: ['a\r\nb\r\n'] }],
      ['allow', { heard: [taken], stored: ['a\rb\r\n'] }],
    ],
    (lab) => bytes(lab, 'a\rb\r\n'),
  ),
  'strictness.nul': seen(
    [
      ['reject', { heard: [held('NUL')], stored: [], command: '500' }],
      ['normalise', { heard: [taken], stored: ['ab\r\n'], command: '250' }],
      ['allow', { heard: [taken], stored: ['a\0b\r\n'], command: '250' }],
    ],
    async (lab) => ({
      ...(await bytes(lab, 'a\0b\r\n')),
      command: (await (await lab.greeted()).ask('NOOP \0x')).slice(0, 3),
    }),
  ),
  'strictness.maxTextLine': seen(
    [
      [1000, [taken, held('line longer than 1000 octets')]],
      [1001, [taken, taken]],
    ],
    async (lab) => (await bytes(lab, line(1000), line(1001))).heard,
    { strictness: { longTextLine: 'reject' } },
  ),
  'strictness.longTextLine': seen(
    [
      ['reject', { heard: [held('line longer than 80 octets')], stored: [] }],
      [
        'normalise',
        { heard: [taken], stored: [`A: ${'h'.repeat(75)}\r\n ${'h'.repeat(25)}\r\n\r\n${line(80)}${line(22)}`] },
      ],
      ['allow', { heard: [taken], stored: [`A: ${'h'.repeat(100)}\r\n\r\n${line(100)}`] }],
    ],
    (lab) => bytes(lab, `A: ${'h'.repeat(100)}\r\n\r\n${line(100)}`),
    { strictness: { maxTextLine: 80 } },
  ),
  'strictness.eightBit': seen(
    [
      [
        'reject',
        { heard: ['554 5.6.3 Message holds 8-bit octets without BODY=8BITMIME'], stored: [], declared: taken },
      ],
      ['normalise', { heard: [taken], stored: ['da? er\r\n'], declared: taken }],
      ['allow', { heard: [taken], stored: ['\xe4\xe1\x8a er\r\n'], declared: taken }],
    ],
    async (lab) => ({
      ...(await bytes(lab, '\xe4\xe1\x8a er\r\n')),
      declared: await declared(lab, ' BODY=8BITMIME', '\xe4\r\n'),
    }),
  ),
  'strictness.header': seen(
    [
      ['reject', { heard: [taken, headerTooLarge], stored: [`${fields(10)}\r\nF: body\r\n`] }],
      [
        'normalise',
        { heard: [taken, taken], stored: [`${fields(10)}\r\nF: body\r\n`, `${fields(10)}\r\nF: body\r\n`] },
      ],
      ['allow', { heard: [taken, taken], stored: [`${fields(10)}\r\nF: body\r\n`, `${fields(11)}\r\nF: body\r\n`] }],
    ],
    (lab) => bytes(lab, `${fields(10)}\r\nF: body\r\n`, `${fields(11)}\r\nF: body\r\n`),
    { strictness: { maxHeaderFields: 10 } },
  ),
  'strictness.maxHeaderSize': seen(
    [
      [1, [taken, headerTooLarge, taken]],
      [2, [taken, taken, taken]],
    ],
    async (lab) => {
      const header = (octets: number) => `A: ${'x'.repeat(octets - 5)}\r\n`;
      return (await bytes(lab, `${header(1024)}\r\n`, `${header(1025)}\r\n`, `\r\n${header(2000)}`)).heard;
    },
  ),
  'strictness.maxHeaderFields': seen(
    [
      [10, [taken, headerTooLarge]],
      [11, [taken, taken]],
    ],
    async (lab) => (await bytes(lab, `${fields(10)}\tfolded\r\n\r\n`, `${fields(11)}\r\n`)).heard,
  ),
};
