// Loops, errors, strictness and DNS: the groups with a handful of settings each.
import { choice, limit, lines, record, whole } from './leaf.ts';

const CFG = 'AXIGEN 10.3.1 axigen.cfg';

export const loops = record(
  {
    maxReceivedHeaders: whole({
      title: 'Received headers',
      help: 'A message with more Received fields than this is looping and refused (554 5.4.6). Only fields of the top-level header count, folded or not, in any case; ours is not counted.',
      unit: 'per message',
      source: CFG,
      basis: 'observed',
      min: 0,
      max: 999,
      default: 30,
      warn: [{ below: 100, text: 'RFC 5321 section 6.3 asks for a threshold of at least 100.' }],
    }),
  },
  {
    title: 'Loops',
    help: 'When a message has been round too often, it is refused.',
    source: 'AXIGEN documentation, Email loop protection',
    basis: 'documented',
  },
);

export const errors = record(
  {
    maxErrors: limit({
      title: 'Wrong commands allowed',
      help: 'Unknown, malformed or out of order. That many are answered; the next one gets its own reply and 421 in the same write, and the session closes. Policy refusals and failed logins do not count.',
      unit: 'per session',
      source: CFG,
      basis: 'observed',
      min: 0,
      max: 1_000_000,
      default: 20,
      warn: [
        { value: 'unlimited', text: 'A client may go on for ever: nothing ends a session of wrong commands.' },
        { above: 100, text: 'More than 100 wrong commands are no accident.' },
      ],
    }),
    maxAuthErrors: limit({
      title: 'Failed logins allowed',
      help: 'That many failed logins are answered, whatever the mechanism; the next one gets its own reply and 421 in the same write, and the session closes. A cancelled exchange is not a failed login.',
      unit: 'per session',
      source: CFG,
      basis: 'observed',
      min: 0,
      max: 1_000_000,
      default: 5,
      warn: [
        {
          value: 'unlimited',
          text: 'AXIGEN’s manual calls an unlimited value a security risk: passwords can be guessed without end in one connection.',
        },
        { above: 10, text: 'Each connection may guess this many passwords. AXIGEN ships 5.' },
      ],
    }),
  },
  {
    title: 'Errors',
    help: 'When a client makes too many, it is closed.',
    source: 'AXIGEN documentation, Error control',
    basis: 'documented',
  },
);

const endings = ['reject', 'normalise', 'allow'] as const;

export const strictness = record(
  {
    bareLf: choice({
      title: 'Bare LF',
      help: 'A line feed without a carriage return. reject: a message with one is refused after its true end, a command with one gets 500. normalise: commands are understood, in messages it is stored as CRLF; only CRLF.CRLF ends a message. allow: it counts as a line end everywhere, so LF.LF ends a message: the door of SMTP smuggling, kept for showing it.',
      source: 'RFC 5321 section 2.3.8; CVE-2023-51764',
      basis: 'ours',
      options: endings,
      default: 'normalise',
      warn: [{ value: 'allow', text: 'Two messages for one DATA: SMTP smuggling works against this receiver.' }],
    }),
    bareCr: choice({
      title: 'Bare CR',
      help: 'A carriage return without a line feed. In messages as for bare LF. In a command it never ends the line unless allowed: with reject and normalise the line is refused (500 or 501), so that one line can never be two commands.',
      source: 'RFC 5321 section 2.3.8',
      basis: 'ours',
      options: endings,
      default: 'normalise',
      warn: [{ value: 'allow', text: 'Two messages for one DATA: SMTP smuggling works against this receiver.' }],
    }),
    nul: choice({
      title: 'NUL bytes',
      help: 'A zero byte in a message. reject refuses the message after its end; allow stores it as it is.',
      source: 'RFC 5321 section 2.3.7',
      basis: 'ours',
      options: ['reject', 'allow'],
      default: 'reject',
    }),
    maxCommandLine: whole({
      title: 'Longest command line',
      help: 'Octets, line end included; a longer one is answered 500 5.5.6 and swallowed to its end. RFC 5321 section 4.5.3.1.4 asks for at least 512, AUTH for 12,288 (RFC 4954 section 4).',
      unit: 'octets',
      source: 'RFC 5321 section 4.5.3.1.4; RFC 4954 section 4',
      basis: 'ours',
      min: 512,
      max: 1_048_576,
      default: 12_288,
      warn: [{ below: 12_288, text: 'RFC 4954 section 4 asks for 12,288 octets for lines of an AUTH exchange.' }],
    }),
  },
  {
    title: 'Strictness',
    help: 'What happens to bytes the protocol forbids.',
    source: 'RFC 5321 section 2.3.8',
    basis: 'ours',
  },
);

export const dns = record(
  {
    zone: lines({
      title: 'Zone',
      help: 'All the DNS there is: one record a line, "name type data", e.g. "example.com TXT v=spf1 ip4:192.0.2.1 -all". Data SERVFAIL, REFUSED, TIMEOUT or NXDOMAIN is a fault. # begins a comment. Names that are not here do not exist.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
    }),
    timeout: whole({
      title: 'Timeout',
      help: 'How long one question may stay unanswered before it counts as a temporary error.',
      unit: 's',
      source: 'AXIGEN 10.3.1 axigen.cfg (dnr timeout)',
      basis: 'observed',
      min: 1,
      max: 60,
      default: 5,
    }),
  },
  { title: 'DNS', help: 'The simulated zone. Nothing is asked outside.', source: 'Gatehouse', basis: 'ours' },
);
