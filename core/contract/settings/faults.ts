// Faults: wrong answers given on purpose, for testing clients. Off unless switched on, and then said on every screen.
import type { z } from '../schema.ts';
import { choice, flag, item, list, record, text, whole } from './leaf.ts';

const SINK = 'Postfix, smtp-sink(1)';

/** Replies a rule can be about: the greeting, the reply to a command, and the reply to a message's end. */
export const faultReplies = [
  'any',
  'greeting',
  'EHLO',
  'STARTTLS',
  'AUTH',
  'MAIL',
  'RCPT',
  'DATA',
  'dot',
  'BDAT',
  'RSET',
  'NOOP',
  'VRFY',
  'QUIT',
] as const;
export type FaultReply = (typeof faultReplies)[number];

const about: Partial<Record<FaultReply, string>> = {
  any: 'The greeting, and the reply to any command or message.',
  greeting: 'What is said first.',
  EHLO: 'The reply to EHLO or HELO.',
  AUTH: 'Each reply of a login, the challenges included.',
  DATA: 'The 354, or what stands in its place.',
  dot: 'The reply behind the final dot.',
  BDAT: 'The reply to each chunk.',
};

const rule = item(
  {
    name: text({
      title: 'Name',
      help: 'Stands in the transcript and in the log wherever the rule was applied.',
      source: 'Gatehouse',
      basis: 'ours',
      default: 'fault',
      max: 64,
      pattern: /\S/,
      expected: 'a name',
    }),
    reply: choice({
      title: 'Which reply',
      help: 'Replies are told apart by what they answer, whatever their code. The 421 of a deadline, a limit or a stop answers nothing and is never changed.',
      source: SINK,
      basis: 'ours',
      options: faultReplies.map((value) => {
        const help = about[value];
        return { value, title: value, ...(help !== undefined && { help }) };
      }),
      default: 'any',
    }),
    when: choice({
      title: 'How often',
      help: 'Where several rules fit a reply, the first one counts.',
      source: SINK,
      basis: 'ours',
      options: [
        { value: 'every', title: 'every', help: 'Each such reply.' },
        { value: 'nth', title: 'nth', help: 'One such reply in each session: the one below.' },
        { value: 'share', title: 'share', help: 'So many in a hundred such replies, drawn from the seed.' },
      ],
      default: 'every',
    }),
    nth: whole({
      title: 'Occurrence',
      help: 'For nth: which such reply of the session, counted from 1.',
      source: 'Gatehouse',
      basis: 'ours',
      min: 1,
      max: 1_000_000,
      default: 1,
    }),
    percent: whole({
      title: 'Share',
      help: 'For share: in how many of a hundred such replies.',
      unit: '%',
      source: SINK,
      basis: 'ours',
      min: 0,
      max: 100,
      default: 10,
    }),
    what: choice({
      title: 'What happens',
      help: 'answer with a 4xx or 5xx code, and close, are decisions: what the client asked for is not done. All else changes only what is heard: the command has been carried out, and a message whose reply is lost or spoilt is stored.',
      source: SINK,
      basis: 'ours',
      options: [
        { value: 'answer', title: 'answer', help: 'Another code and text.' },
        { value: 'close', title: 'close', help: '421 and the text below; then the connection is closed.' },
        { value: 'drop-before', title: 'drop before', help: 'The connection is gone, and the reply was never sent.' },
        { value: 'drop-after', title: 'drop after', help: 'The reply is sent, and the connection closed behind it.' },
        { value: 'silence', title: 'silence', help: 'Nothing is said; the client waits until one side gives up.' },
        { value: 'delay', title: 'delay', help: 'The reply comes late, by the pause below.' },
        { value: 'bytes', title: 'byte by byte', help: 'Each octet comes alone, with the pause below in between.' },
        {
          value: 'unfinished',
          title: 'unfinished',
          help: 'The last line of a reply of several lines is missing; a single line has no line end.',
        },
        { value: 'digits', title: 'wrong digits', help: 'The middle digit of the code is an X, as in 2X0.' },
        { value: 'huge', title: 'huge', help: 'Lines in front of the reply, as large together as the size below.' },
        { value: 'lf', title: 'bare LF', help: 'Lines end with LF alone.' },
        { value: 'extra', title: 'extra reply', help: 'The code and text below come as one more reply.' },
      ],
      default: 'answer',
    }),
    code: whole({
      title: 'Code',
      help: 'For answer and extra reply.',
      source: 'RFC 5321 section 4.2',
      basis: 'ours',
      min: 200,
      max: 599,
      default: 451,
    }),
    text: text({
      title: 'Text',
      help: 'For answer, close and extra reply: what stands behind the code, with its enhanced code if there should be one.',
      source: 'RFC 5321 section 4.2',
      basis: 'ours',
      default: '4.3.0 Fault for testing',
      max: 500,
      pattern: /^[\x20-\x7e]*$/,
      expected: 'ASCII text',
    }),
    pause: whole({
      title: 'Pause',
      help: 'For delay: how late the reply is. For byte by byte: how long between two octets.',
      unit: 'ms',
      source: SINK,
      basis: 'ours',
      min: 1,
      max: 3_600_000,
      default: 1000,
    }),
    size: whole({
      title: 'Size',
      help: 'For huge: of what stands in front of the reply.',
      unit: 'KB',
      source: 'Gatehouse',
      basis: 'ours',
      min: 1,
      max: 102_400,
      default: 64,
    }),
  },
  {
    title: 'Fault',
    help: 'One reply, or some, that a client does not expect.',
    source: SINK,
    basis: 'ours',
  },
);
export type FaultRule = z.output<typeof rule>;

export const faults = record(
  {
    enabled: flag({
      title: 'Enabled',
      help: 'Rules and address-encoded replies count only while this is on; sessions that are open keep what they began with. Runs of scenarios never have faults: there the receiver is what is tried, here the client.',
      source: 'Gatehouse',
      basis: 'ours',
      default: false,
      warn: [{ value: true, text: 'Clients hear wrong answers: real mail sent here can be lost or doubled.' }],
    }),
    seed: whole({
      title: 'Seed',
      help: 'For rules with a share. The same seed and rules give the same faults to the first session, the second, and so on, counted since these settings were applied.',
      source: 'Gatehouse',
      basis: 'ours',
      min: 0,
      max: 4_294_967_295,
      default: 1,
    }),
    addressReplies: flag({
      title: 'Address-encoded replies',
      help: 'RCPT TO:<bounce+550+5.1.1-no-such-user@any.example> hears 550 5.1.1 no such user, and so for every code from 400 to 599; 421 closes. Comes before the rules.',
      source: 'Mailtrap, bounce emulator',
      basis: 'ours',
      default: false,
    }),
    rules: list(rule, {
      title: 'Faults',
      help: 'Looked at in this order for each reply; the first that fits is applied.',
      source: SINK,
      basis: 'ours',
      max: 100,
    }),
  },
  {
    title: 'Faults',
    help: 'Wrong answers on purpose, for testing clients.',
    source: SINK,
    basis: 'ours',
  },
);
