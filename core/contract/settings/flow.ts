// Flow control: how many connections a listener, the service or an allow rule takes, at once and per interval.
import type { z } from '../schema.ts';
import { choice, flag, record, whole } from './leaf.ts';

const AXIGEN = 'AXIGEN 10.3.1 axigen.cfg';
const DAY = 86_400;

const answer = (title: string) =>
  choice({
    title,
    help: 'What a connection over this limit hears: 421 and close (RFC 5321 section 3.8), or nothing at all. On implicit TLS it is always closed silently, because text in front of a handshake is no SMTP. AXIGEN documents only that such a connection is denied.',
    source: 'RFC 5321 section 3.8',
    basis: 'assumed',
    options: [
      { value: 'reply', title: '421 and close' },
      { value: 'silent', title: 'close silently' },
    ],
    default: 'reply',
  });

/** Limits with their defaults; 0 = unlimited. */
export interface FlowDefaults {
  readonly maxConnections: number;
  readonly maxIntervalConnections: number;
  readonly peerMaxConnections: number;
  readonly peerMaxIntervalConnections: number;
}

/** The four limits as the recovered configuration has them on listeners and on the service. */
export const recovered: FlowDefaults = {
  maxConnections: 200,
  maxIntervalConnections: 600,
  peerMaxConnections: 20,
  peerMaxIntervalConnections: 600,
};

/** No limit at all, as the recovered configuration has on its default allow rule. */
export const unlimited: FlowDefaults = {
  maxConnections: 0,
  maxIntervalConnections: 0,
  peerMaxConnections: 0,
  peerMaxIntervalConnections: 0,
};

const count = (title: string, help: string, value: number) =>
  whole({
    title,
    help: `${help} 0 = unlimited.`,
    unit: 'connections',
    source: AXIGEN,
    basis: 'observed',
    min: 0,
    max: 1_000_000,
    default: value,
  });

const interval = (title: string) =>
  whole({
    title,
    help: 'Length of the window in which new connections are counted; flow.window says whether it slides.',
    unit: 's',
    source: AXIGEN,
    basis: 'observed',
    min: 1,
    max: 366 * DAY,
    default: 60,
  });

const prefix = (about: {
  readonly title: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  readonly warn: string;
}) => {
  const { warn, ...rest } = about;
  return whole({
    ...rest,
    unit: 'bits',
    source: 'Postfix, smtpd_client_ipv4_prefix_length, smtpd_client_ipv6_prefix_length',
    basis: 'ours',
    default: about.max,
    warn: [{ below: about.max === 32 ? 20 : 48, text: warn }],
  });
};

/** One set of flow limits, named as in axigen.cfg. */
export const flowLimits = (defaults: FlowDefaults, where: string) =>
  record(
    {
      maxConnections: count(
        'Simultaneous connections',
        `Most connections open at once, ${where}.`,
        defaults.maxConnections,
      ),
      peerMaxConnections: count(
        'Simultaneous per peer',
        `Most connections open at once from one peer, ${where}.`,
        defaults.peerMaxConnections,
      ),
      maxIntervalConnections: count(
        'New per interval',
        `Most new connections within the interval, ${where}.`,
        defaults.maxIntervalConnections,
      ),
      timeInterval: interval('Interval'),
      peerMaxIntervalConnections: count(
        'New per peer per interval',
        `Most new connections from one peer within the peer interval, ${where}.`,
        defaults.peerMaxIntervalConnections,
      ),
      peerTimeInterval: interval('Peer interval'),
      answer: record(
        {
          maxConnections: answer('Over simultaneous connections'),
          peerMaxConnections: answer('Over simultaneous per peer'),
          maxIntervalConnections: answer('Over new per interval'),
          peerMaxIntervalConnections: answer('Over new per peer per interval'),
        },
        {
          title: 'Answer when exceeded',
          help: 'What a refused connection hears, for each limit.',
          source: 'Gatehouse',
          basis: 'ours',
        },
      ),
    },
    {
      title: 'Flow limits',
      help: `How many connections are taken, ${where}.`,
      source: AXIGEN,
      basis: 'documented',
    },
  );

export const flow = record(
  {
    service: flowLimits(recovered, 'over all listeners together'),
    window: choice({
      title: 'Window',
      help: 'How new connections and TLS handshakes are counted within an interval. Sliding: those of the last so many seconds, looking back from each. Fixed: a window begins with the first connection that is counted after the window before has ended, for each set of limits and for each peer by itself, and when it ends all leave at once. Of 600 a minute a fixed window lets twice as many through around its edge: one connection at 0 s and 599 at 59 s, then another 600 at 60 s, that is 1,199 within two seconds; a sliding one lets in one more at 60 s, and the next at 119 s. A change begins new windows.',
      source: 'Not documented by AXIGEN; fixed as in Postfix, anvil(8)',
      basis: 'assumed',
      options: [
        { value: 'sliding', title: 'sliding' },
        { value: 'fixed', title: 'fixed' },
      ],
      default: 'sliding',
    }),
    countRefused: flag({
      title: 'Count refused connections',
      help: 'Whether a connection that is refused in place of the greeting still counts as new in the interval. It may be refused by a limit, a ban, an access rule, or because it talked early. On: a client that keeps knocking pushes its own relief forward where the window slides. Off: it is let in as soon as older connections leave the window. Either way it counts only where it was asked: what a listener refuses never counts for the service or for a rule.',
      source: 'Gatehouse',
      basis: 'assumed',
      default: true,
    }),
    peerPrefix4: prefix({
      title: 'One peer, IPv4',
      help: 'Addresses that share so many leading bits are one peer in every limit per peer, of listeners, of the service and of allow rules. A change counts everybody anew, even who is connected. 32: each address by itself. 24 counts a sender that spreads over 256 neighbours as one; so it does with strangers behind one provider.',
      min: 8,
      max: 32,
      warn: 'Thousands of strangers share the limits of one peer.',
    }),
    peerPrefix6: prefix({
      title: 'One peer, IPv6',
      help: 'As for IPv4. 128: each address by itself. 64 is what a single subscriber usually has, so that below it a limit per peer limits nobody.',
      min: 16,
      max: 128,
      warn: 'Many subscribers share the limits of one peer.',
    }),
    tls: record(
      {
        peerMaxIntervalHandshakes: whole({
          title: 'Full handshakes per peer per interval',
          help: 'Most TLS handshakes of one peer within the interval, over all listeners. Resumed sessions do not count, failed handshakes do. A peer that has had so many hears 454 to STARTTLS, and where TLS is implicit it is closed without a word. 0 = unlimited.',
          unit: 'handshakes',
          source: 'Postfix, smtpd_client_new_tls_session_rate_limit; RFC 3207 section 4',
          basis: 'ours',
          min: 0,
          max: 1_000_000,
          default: 0,
        }),
        peerTimeInterval: whole({
          title: 'Peer interval',
          help: 'Length of the window in which the handshakes of a peer are counted.',
          unit: 's',
          source: 'Postfix, anvil_rate_time_unit (60)',
          basis: 'ours',
          min: 1,
          max: 366 * DAY,
          default: 60,
        }),
      },
      {
        title: 'TLS handshakes',
        help: 'A full handshake costs the server far more than the client.',
        source: 'Postfix, smtpd_client_new_tls_session_rate_limit',
        basis: 'ours',
      },
    ),
  },
  {
    title: 'Flow',
    help: 'How many connections the service takes, at once and per interval. Listeners and allow rules have limits of their own, and all that apply must hold. They are asked from the outside in: the listener, the service, then, once access rules have let the connection in, the rule that did; a connection counts wherever it was asked, so that a flood one listener turns away uses up nothing of the others. AXIGEN documents that a rule applies to connections that keep the limits of their listener, and no more of this order: that the service stands between the two, and that nothing counts further in than where it was refused, is assumed. A peer counts inside of a rule as far as its addresses are those of the rule. 50,000 peers without an open connection are remembered; beyond that the one longest gone is forgotten.',
    source: 'AXIGEN documentation, Flow Control; Rules',
    basis: 'assumed',
  },
);

export type FlowLimits = z.output<ReturnType<typeof flowLimits>>;
export type WindowKind = z.output<typeof flow>['window'];
