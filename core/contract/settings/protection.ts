// Protection: what one peer, one account or everybody together may do over all sessions before they are held off.
import { list, record, whole } from './leaf.ts';
import { network } from './trusted.ts';

const DAY = 86_400;

const NIST = 'NIST SP 800-63B section 5.2.2';

const retries = (about: { readonly help: string; readonly source: string; readonly most?: string }) =>
  whole({
    title: 'Failed logins',
    help: `${about.help} 0 = off.`,
    unit: 'failed logins',
    source: about.source,
    basis: 'ours',
    min: 0,
    max: 1_000_000,
    default: 0,
    ...(about.most !== undefined && { warn: [{ above: 100, text: about.most }] }),
  });

const findTime = (value: number) =>
  whole({
    title: 'Within',
    help: 'Length of the sliding window in which failed logins are counted.',
    unit: 's',
    source: 'fail2ban, jail.conf, findtime (10m)',
    basis: 'ours',
    min: 1,
    max: 366 * DAY,
    default: value,
  });

const banTime = (help: string, value: number) =>
  whole({
    title: 'Ban time',
    help: `${help} When it is over counting begins anew.`,
    unit: 's',
    source: 'fail2ban, jail.conf, bantime (10m)',
    basis: 'ours',
    min: 1,
    max: 366 * DAY,
    default: value,
  });

const failedLogins = record(
  {
    peer: record(
      {
        maxRetry: retries({
          help: 'After so many failed logins of one peer its connections are refused with 421, or without a word where TLS is implicit, and a further login in an open session is answered 421. Others behind the same address are refused with it, on every listener. To lift a ban, exempt the address or set 0: both count at once.',
          source: 'fail2ban, jail.conf, maxretry (5)',
        }),
        findTime: findTime(600),
        banTime: banTime('How long the peer is refused.', 600),
      },
      {
        title: 'Per peer',
        help: 'Against one that guesses, however often it reconnects. What one peer is: flow.peerPrefix4 and flow.peerPrefix6.',
        source: 'fail2ban',
        basis: 'ours',
      },
    ),
    account: record(
      {
        maxRetry: retries({
          help: 'After so many failed logins as one user, from wherever they come, each login as that user is answered 454, whatever the password, so that nothing is learned from the answer and no mail program asks its owner for another one. Names that are nobody’s count just the same; a user with a quota of its own is held off after as many, which tells whoever counts that the name exists.',
          source: `${NIST} (at most 100); RFC 4954 section 6`,
          most: 'NIST allows at most 100 failed logins in a row for one account.',
        }),
        findTime: findTime(3600),
        banTime: banTime('How long logins as the user are answered 454, except from known addresses.', 900),
      },
      {
        title: 'Per account',
        help: 'Against guessing one password from many addresses. Whoever knows a user’s name can hold that user off with it, for the ban time and at the price of so many failed logins, everywhere but at known addresses: keep the number high and the ban time short.',
        source: NIST,
        basis: 'ours',
      },
    ),
    overall: record(
      {
        maxRetry: retries({
          help: 'After so many failed logins of everybody together each login is answered 454, whoever it is for, except from known addresses.',
          source: 'Gatehouse',
        }),
        findTime: findTime(60),
        banTime: banTime('How long.', 60),
      },
      {
        title: 'Overall',
        help: 'Against one try for each of many users from each of many addresses, which no other counter sees. It is the cheapest way to hold everybody off who is on the road: set it well above what a bad day brings, with a short ban time.',
        source: NIST,
        basis: 'ours',
      },
    ),
    knownTime: whole({
      title: 'Known for',
      help: 'A peer from which an account has logged in is known for that account so long: its failed logins as that user count for the peer alone, and limits per account and overall never hold it off. 0 = nobody is known.',
      unit: 's',
      source: `${NIST}; OWASP, Slow Down Online Guessing Attacks with Device Cookies`,
      basis: 'ours',
      min: 0,
      max: 366 * DAY,
      default: 30 * DAY,
      warn: [{ value: 0, text: 'Whoever fails often enough holds users off everywhere, at home as well.' }],
    }),
    delay: record(
      {
        first: whole({
          title: 'First delay',
          help: 'The first failed login of a session is answered so much later, each one after it twice as late as the one before. It slows down those who wait for the answer; who reconnects is for the limits per peer. 0 = at once.',
          unit: 'ms',
          source: 'Dovecot, Authentication Penalty (2 s)',
          basis: 'ours',
          min: 0,
          max: 20_000,
          default: 0,
        }),
        most: whole({
          title: 'Longest delay',
          help: 'No answer waits longer. It counts for errors.deadlines.lookup, which should be longer.',
          unit: 'ms',
          source: 'Dovecot, Authentication Penalty (15 s)',
          basis: 'ours',
          min: 1,
          max: 20_000,
          default: 15_000,
        }),
      },
      {
        title: 'Growing delay',
        help: 'Within a session, for failed logins of every mechanism and every name.',
        source: 'Dovecot, Authentication Penalty',
        basis: 'ours',
      },
    ),
  },
  {
    title: 'Failed logins',
    help: 'Wrong passwords and unknown names of every mechanism, over all listeners and sessions. A cancelled or malformed exchange is none.',
    source: 'fail2ban; Dovecot, Authentication Penalty',
    basis: 'ours',
  },
);

const most = (about: {
  readonly title: string;
  readonly help: string;
  readonly unit: string;
  readonly source: string;
}) => whole({ ...about, help: `${about.help} 0 = unlimited.`, basis: 'ours', min: 0, max: 1_000_000, default: 0 });

const interval = (value: number) =>
  whole({
    title: 'Interval',
    help: 'Length of the sliding window of these counters.',
    unit: 's',
    source: 'Postfix, anvil_rate_time_unit (60)',
    basis: 'ours',
    min: 1,
    max: 366 * DAY,
    default: value,
  });

const FLOOD = 'IANA, SMTP Enhanced Status Codes, X.7.28';

const rates = record(
  {
    peerMaxMessages: most({
      title: 'Messages per peer',
      help: 'Most messages that one peer may begin within the interval: each MAIL that can be read counts, whether it is accepted or not. One more is answered 451.',
      unit: 'messages',
      source: 'Postfix, smtpd_client_message_rate_limit',
    }),
    peerMaxRecipients: most({
      title: 'Recipients per peer',
      help: 'Most recipients that one peer may name within the interval: each RCPT that can be read counts, whether it is accepted or not, so that trying names out counts as well. One more is answered 450.',
      unit: 'recipients',
      source: 'Postfix, smtpd_client_recipient_rate_limit',
    }),
    accountMaxMessages: most({
      title: 'Messages per account',
      help: 'Most messages that one login may begin within the interval, over all sessions and addresses: each MAIL that can be read counts, whether it is accepted or not. One more is answered 452 4.7.28. Against a stolen password, which is used from everywhere at once.',
      unit: 'messages',
      source: `Gatehouse; ${FLOOD}`,
    }),
    accountMaxRecipients: most({
      title: 'Recipients per account',
      help: 'Most recipients that one login may name within the interval, over all sessions and addresses: each RCPT that can be read counts, whether it is accepted or not. One more is answered 452 4.7.28.',
      unit: 'recipients',
      source: `Gatehouse; ${FLOOD}`,
    }),
    timeInterval: interval(60),
  },
  {
    title: 'Rates',
    help: 'How much one peer, and one login, may send over all sessions. Postfix warns: against abuse, not to regulate lawful mail.',
    source: 'Postfix, anvil(8)',
    basis: 'ours',
  },
);

const nullSenders = record(
  {
    recipientMaxMessages: most({
      title: 'Per recipient',
      help: 'Most messages from the null sender that one recipient takes within the interval, from wherever they come. Accepted recipients count; one more is answered 450, and other recipients are not touched.',
      unit: 'messages',
      source: 'Haraka, limit, rate_rcpt_null',
    }),
    peerMaxMessages: most({
      title: 'Per peer',
      help: 'Most messages from the null sender that one peer may bring within the interval: each RCPT behind MAIL FROM:<> counts, whether it is accepted or not. One more is answered 450.',
      unit: 'messages',
      source: 'Gatehouse',
    }),
    timeInterval: interval(600),
  },
  {
    title: 'Null senders',
    help: 'Bounces of messages that somebody else sent in our name come in floods. A single one is always taken (RFC 5321 section 4.5.5).',
    source: 'Haraka, limit, rate_rcpt_null',
    basis: 'ours',
  },
);

export const protection = record(
  {
    failedLogins,
    rates,
    nullSenders,
    exempt: list(network, {
      title: 'Exempt',
      help: 'Peers at these addresses are never counted or held off here: webmail and gateways that speak for many. The growing delay counts for them as well.',
      source: 'Postfix, smtpd_client_event_limit_exceptions; fail2ban, ignoreip',
      basis: 'ours',
      max: 100,
    }),
  },
  {
    title: 'Protection',
    help: 'Counts over all sessions, beyond what the modelled product has. Everything is off until a number is set. Each counter remembers 50,000 peers, accounts or recipients; beyond that the one longest silent is forgotten, and one that is banned only when all are.',
    source: 'Gatehouse',
    basis: 'ours',
  },
);
