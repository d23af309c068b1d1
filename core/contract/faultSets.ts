// Ready-made faults to begin with; the form offers them.
import { faults, type FaultRule } from './settings/faults.ts';

export interface FaultSet {
  readonly title: string;
  /** A few words on what a client is tried with. */
  readonly about: string;
  readonly rules: readonly FaultRule[];
}

type Given = Partial<FaultRule> & Pick<FaultRule, 'name'>;

const set = (title: string, about: string, rules: readonly Given[]): FaultSet => ({
  title,
  about,
  rules: faults.parse({ rules }).rules,
});

export const faultSets: readonly FaultSet[] = [
  set(
    'Busy server',
    'Recipients put off, sessions sent away: does the client come back, and only for what was put off?',
    [
      {
        name: 'every third recipient or so later',
        reply: 'RCPT',
        when: 'share',
        percent: 30,
        text: '4.2.1 Mailbox busy',
      },
      { name: 'no message now', reply: 'dot', when: 'share', percent: 10, code: 452, text: '4.3.1 No room' },
      { name: 'come back later', when: 'share', percent: 3, what: 'close', text: '4.3.2 Too busy' },
    ],
  ),
  set('Lost replies', 'Connections that end at the worst moment: does the client send a message twice, or never?', [
    { name: 'stored, and not said', reply: 'dot', when: 'share', percent: 50, what: 'drop-before' },
    { name: 'stored, and cut off', reply: 'dot', when: 'share', percent: 20, what: 'drop-after' },
    { name: 'no goodbye', reply: 'QUIT', what: 'drop-before' },
  ]),
  set('Broken server', 'Replies no server should give: does the client understand, give up, or hang?', [
    { name: 'octet by octet', reply: 'EHLO', when: 'share', percent: 30, what: 'bytes', pause: 20 },
    { name: 'no last line', reply: 'EHLO', when: 'share', percent: 10, what: 'unfinished' },
    { name: 'no code', reply: 'MAIL', when: 'share', percent: 20, what: 'digits' },
    { name: 'one reply too many', reply: 'RCPT', when: 'share', percent: 20, what: 'extra' },
    { name: 'no word', reply: 'DATA', when: 'share', percent: 10, what: 'silence' },
    { name: 'too many words', reply: 'dot', when: 'share', percent: 20, what: 'huge', size: 1024 },
  ]),
];
