// Probes of faults: which reply is spoilt, how often and how, as a client hears it.
import type { Lab } from './lab.ts';
import { type Probes, seen } from './probe.ts';
import { until } from '../smtp/playground.ts';

const faulty = (...rules: readonly object[]) => ({ faults: { enabled: true, rules: rules as never } });

const noop = '250 2.0.0 OK';
const fault = '451 4.3.0 Fault for testing';

/** One line for each reply there is, as `word line`; the greeting comes by itself. */
const session = [
  'EHLO EHLO client.example',
  'STARTTLS STARTTLS',
  'AUTH AUTH PLAIN AAAA',
  'MAIL MAIL FROM:<a@client.example>',
  'RCPT RCPT TO:<b@gate.example>',
  'DATA DATA',
  'dot x\r\n.',
  'BDAT BDAT 0 LAST',
  'RSET RSET',
  'NOOP NOOP',
  'VRFY VRFY b',
  'HELP HELP',
  'QUIT QUIT',
];

/** Words of the replies whose code was spoilt. */
async function spoilt(lab: Lab): Promise<string[]> {
  const client = await lab.connect();
  const ends = () => client.rest.match(/^\d[\dX]\d .*\r\n/gm) ?? [];
  await until(() => ends().length === 1);
  for (const [index, line] of session.entries()) {
    client.send(`${line.slice(line.indexOf(' ') + 1)}\r\n`);
    await until(() => ends().length === index + 2);
  }
  const words = ['greeting', ...session.map((line) => line.slice(0, line.indexOf(' ')))];
  return words.filter((_, index) => ends()[index]?.[1] === 'X');
}

const named = ['EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'dot', 'BDAT', 'RSET', 'NOOP', 'VRFY', 'QUIT'];

/** What is heard to NOOP, and to an unknown command behind it, at first and in the end. */
async function heard(lab: Lab): Promise<{ first: string; all: string; closed: boolean }> {
  const what = lab.settings.faults.rules[0]?.what;
  const client = await lab.greeted();
  client.send('NOOP\r\nNEXT\r\n');
  const isSlow = what === 'delay' || what === 'bytes';
  if (isSlow) await lab.timer(1);
  if (what === 'bytes') await until(() => client.rest.length > 0);
  const first = isSlow ? client.rest : '';
  if (isSlow) lab.pass(60);
  await until(() => client.closed || client.rest.includes('500 '));
  return { first, all: client.rest.replace(/500 .*\r\n/, '<next>'), closed: client.closed };
}

/** Codes of as many NOOPs, one letter each: x for a fault. */
async function pattern(lab: Lab, count = 12): Promise<string> {
  const client = await lab.greeted();
  const codes = await client.codes(...Array<string>(count).fill('NOOP'));
  return codes.map((code) => (code === 250 ? '.' : 'x')).join('');
}

const ask = async (lab: Lab, line = 'NOOP') => (await lab.greeted()).ask(line);

async function recipient(lab: Lab): Promise<string> {
  const client = await lab.greeted();
  await client.ask('MAIL FROM:<a@client.example>');
  return client.ask('RCPT TO:<bounce+552+5.2.2-over-quota@gate.example>');
}

export const faults: Probes = {
  'faults.enabled': seen(
    [
      [true, fault],
      [false, noop],
    ],
    ask,
    faulty({ reply: 'NOOP' }),
  ),
  'faults.seed': seen(
    [
      [1, 'x.x.xx.xx..x'],
      [2, 'xx..xx..x.x.'],
    ],
    pattern,
    faulty({ reply: 'NOOP', when: 'share', percent: 50 }),
  ),
  'faults.addressReplies': seen(
    [
      [true, '552 5.2.2 over quota'],
      [false, '250 2.1.5 Recipient OK'],
    ],
    recipient,
    { faults: { enabled: true } },
  ),
  'faults.rules.name': seen(
    ['one', 'the other'].map((name) => [name, name]),
    async (lab) => {
      await ask(lab);
      return lab.journal.sessions[0]?.events.flatMap((event) =>
        event.kind === 'reply' && event.fault ? [event.fault.rule] : [],
      )[0];
    },
    faulty({ reply: 'NOOP' }),
  ),
  'faults.rules.reply': seen(
    [
      ['any', ['greeting', ...session.map((line) => line.slice(0, line.indexOf(' ')))]],
      ...['greeting', ...named].map((word): [string, string[]] => [word, [word]]),
    ],
    spoilt,
    { errors: { maxErrors: 'unlimited' }, ...faulty({ what: 'digits' }) },
  ),
  'faults.rules.when': seen(
    [
      ['every', 'xxxxxxxxxxxx'],
      ['nth', '..x.........'],
      ['share', 'x.x.xx.xx..x'],
    ],
    pattern,
    faulty({ reply: 'NOOP', nth: 3, percent: 50 }),
  ),
  'faults.rules.nth': seen(
    [
      [1, 'x...'],
      [3, '..x.'],
    ],
    (lab) => pattern(lab, 4),
    faulty({ reply: 'NOOP', when: 'nth' }),
  ),
  'faults.rules.percent': seen(
    [
      [0, '....'],
      [100, 'xxxx'],
    ],
    (lab) => pattern(lab, 4),
    faulty({ reply: 'NOOP', when: 'share' }),
  ),
  'faults.rules.what': seen(
    [
      ['answer', { first: '', all: '250 Text\r\n<next>', closed: false }],
      ['close', { first: '', all: '421 gate.example Text\r\n', closed: true }],
      ['drop-before', { first: '', all: '', closed: true }],
      ['drop-after', { first: '', all: `${noop}\r\n`, closed: true }],
      ['silence', { first: '', all: '<next>', closed: false }],
      ['delay', { first: '', all: `${noop}\r\n<next>`, closed: false }],
      ['bytes', { first: '2', all: `${noop}\r\n<next>`, closed: false }],
      ['unfinished', { first: '', all: `${noop}<next>`, closed: false }],
      ['digits', { first: '', all: `2X0${noop.slice(3)}\r\n<next>`, closed: false }],
      ['huge', { first: '', all: `${`250-${'x'.repeat(506)}\r\n`.repeat(2)}${noop}\r\n<next>`, closed: false }],
      ['lf', { first: '', all: `${noop}\n<next>`, closed: false }],
      ['extra', { first: '', all: `${noop}\r\n250 Text\r\n<next>`, closed: false }],
    ],
    heard,
    { acceptance: { hostname: 'gate.example' }, ...faulty({ reply: 'NOOP', code: 250, text: 'Text', size: 1 }) },
  ),
  'faults.rules.code': seen(
    [
      [451, fault],
      [550, `550${fault.slice(3)}`],
    ],
    ask,
    faulty({ reply: 'NOOP' }),
  ),
  'faults.rules.text': seen(
    [
      ['Later', '451 Later'],
      ['4.2.1 Busy', '451 4.2.1 Busy'],
    ],
    ask,
    faulty({ reply: 'NOOP' }),
  ),
  'faults.rules.pause': seen(
    [
      [2000, 2000],
      [9000, 9000],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('NOOP\r\n');
      const { pause = 0 } = lab.settings.faults.rules[0] ?? {};
      await lab.timer(pause / 1000);
      lab.pass(pause / 1000 - 0.001);
      const before = client.rest;
      lab.pass(0.001);
      return before === '' && (await client.reply()) === noop ? pause : before;
    },
    faulty({ reply: 'NOOP', what: 'delay' }),
  ),
  'faults.rules.size': seen(
    [
      [1, 1024 + noop.length],
      [3, 3072 + noop.length],
    ],
    async (lab) => (await ask(lab)).replaceAll('\n', '\r\n').length,
    faulty({ reply: 'NOOP', what: 'huge' }),
  ),
};
