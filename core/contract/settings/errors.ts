// Errors: how often a client may be wrong, how slow it may be, and how much one session may do.
import { limit, record, whole } from './leaf.ts';

const CFG = 'AXIGEN 10.3.1 axigen.cfg';

const deadline = (about: {
  readonly title: string;
  readonly help: string;
  readonly source: string;
  readonly default: number | 'unlimited';
}) => limit({ ...about, unit: 's', basis: 'ours', min: 1, max: 86_400 });

const deadlines = record(
  {
    commandLine: deadline({
      title: 'Command line',
      help: 'From the first octet of a command line to its end, however often a single octet comes in between. Then 421, and the connection is closed.',
      source: 'Postfix, smtpd_per_request_deadline',
      default: 300,
    }),
    data: deadline({
      title: 'Message',
      help: 'From 354 to the final dot, or from a BDAT command to the end of its chunk. Then 421; nothing is stored.',
      source: 'RFC 5321 section 4.5.3.2; Postfix, smtpd_per_request_deadline',
      default: 3600,
    }),
    session: deadline({
      title: 'Session',
      help: 'From the connection to its end, whatever happens in it. Then 421.',
      source: 'Gatehouse',
      default: 'unlimited',
    }),
    slowReader: deadline({
      title: 'Slow reader',
      help: 'How long replies may wait for a client that does not read them. Then the connection is closed.',
      source: 'Gatehouse',
      default: 60,
    }),
    lookup: deadline({
      title: 'Lookups',
      help: 'How long the checks of one stage may take together, e.g. a DNS question that is never answered. Then 421.',
      source: 'Gatehouse',
      default: 60,
    }),
    leastRate: whole({
      title: 'Least data rate',
      help: 'Octets a second a message must come with, on average since 354. Slower: 421, nothing is stored. 0 = any.',
      unit: 'octets/s',
      source: 'Postfix, smtpd_min_data_rate (500)',
      basis: 'ours',
      min: 0,
      max: 1_000_000,
      default: 0,
    }),
    rateGrace: whole({
      title: 'Rate is looked at after',
      help: 'So long a message may come as slowly as it likes before the least data rate counts.',
      unit: 's',
      source: 'Gatehouse',
      basis: 'ours',
      min: 1,
      max: 3600,
      default: 10,
    }),
  },
  {
    title: 'Deadlines',
    help: 'Against clients that hold a session by being slow. Each closes with a reason of its own.',
    source: 'RFC 5321 section 4.5.3.2',
    basis: 'ours',
  },
);

const most = (about: {
  readonly title: string;
  readonly help: string;
  readonly source: string;
  readonly default: number | 'unlimited';
}) => limit({ ...about, unit: 'per session', basis: 'ours', min: 1, max: 1_000_000 });

const session = record(
  {
    maxMessages: most({
      title: 'Messages',
      help: 'That many are accepted; the next MAIL gets 421 and the session closes. LIMITS announces it as MAILMAX.',
      source: 'Exim, smtp_accept_max_per_connection (1000)',
      default: 1000,
    }),
    maxCommands: most({
      title: 'Commands',
      help: 'That many command lines are answered; the next one gets its own reply and 421 in the same write.',
      source: 'Gatehouse',
      default: 'unlimited',
    }),
    maxJunk: most({
      title: 'Junk commands',
      help: 'NOOP, RSET, VRFY, EXPN, HELP, ETRN and repeated EHLO, counted since the session began or its last message was accepted. That many are answered; the next one gets its own reply and 421 in the same write.',
      source: 'Postfix, smtpd_junk_command_limit (100)',
      default: 100,
    }),
  },
  {
    title: 'Session',
    help: 'How much one session may do.',
    source: 'Postfix, smtpd_junk_command_limit; Exim, smtp_accept_max_nonmail',
    basis: 'ours',
  },
);

const tight = (about: {
  readonly title: string;
  readonly help: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly default: number;
}) => whole({ ...about, source: 'Postfix, STRESS_README', basis: 'ours' });

const stress = record(
  {
    at: limit({
      title: 'Under stress from',
      help: 'Connections open at once, in percent of the most that flow.service.maxConnections allows. From there on the limits below count for every session, old and new, wherever they are tighter than the usual ones; as soon as fewer are open the usual ones count again. Where the service has no such limit there is no stress.',
      unit: '%',
      source: 'Postfix, STRESS_README',
      basis: 'ours',
      min: 1,
      max: 100,
      default: 'unlimited',
    }),
    idleTimeout: tight({
      title: 'Idle, under stress',
      help: 'In place of listeners.idleTimeout. Who is silent when the stress begins is looked at within this time.',
      unit: 's',
      min: 1,
      max: 86_400,
      default: 10,
    }),
    commandLine: tight({
      title: 'Command line, under stress',
      help: 'In place of errors.deadlines.commandLine. Looked at like the idle time.',
      unit: 's',
      min: 1,
      max: 86_400,
      default: 10,
    }),
    maxErrors: tight({
      title: 'Wrong commands, under stress',
      help: 'In place of errors.maxErrors.',
      unit: 'per session',
      min: 0,
      max: 1_000_000,
      default: 1,
    }),
    maxJunk: tight({
      title: 'Junk commands, under stress',
      help: 'In place of errors.session.maxJunk.',
      unit: 'per session',
      min: 1,
      max: 1_000_000,
      default: 1,
    }),
  },
  {
    title: 'Under stress',
    help: 'When most connections are taken, who is slow or makes mistakes leaves first.',
    source: 'Postfix, STRESS_README',
    basis: 'ours',
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
    deadlines,
    session,
    stress,
  },
  {
    title: 'Errors',
    help: 'When a client makes too many mistakes, takes too long or does too much, it is closed.',
    source: 'AXIGEN documentation, Error control',
    basis: 'documented',
  },
);
