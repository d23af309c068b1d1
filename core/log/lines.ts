// Log lines: what AXIGEN's log says of a session, as a pure fold of its events.
import type { Event, EventBody, ReplyFault } from '../contract/event.ts';
import type { Endpoint } from '../contract/facts.ts';
import { assertNever } from '../contract/never.ts';
import { hostPort } from '../contract/settings/network.ts';
import type { Finding } from '../contract/verdict.ts';
import { printable, printableOctets, printableWithin } from './printable.ts';

/** The bits of AXIGEN's logLevel. */
export const level = { critical: 1, error: 2, warning: 4, info: 8, protocol: 16 } as const;

/** Which of the setting `logging.events` a line belongs to. */
export type LineKind = 'connections' | 'logins' | 'policy' | 'mail' | 'dialogue';

/** A line without time, host and session. */
export interface LogLine {
  readonly level: number;
  readonly kind: LineKind;
  readonly text: string;
}

/** What later lines need of earlier events. */
export interface LogSession {
  /** ms since 1970 at the connect. */
  readonly at: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where XCLIENT has it come from. */
  readonly counts?: Endpoint;
  /** The name the client gave itself. */
  readonly helo: string;
}

export const newSession: LogSession = {
  at: 0,
  peer: { address: '0.0.0.0', port: 0 },
  local: { address: '0.0.0.0', port: 0 },
  helo: '',
};

/** Adds an event to what is known of its session. */
export function follow(session: LogSession, event: EventBody): LogSession {
  if (event.kind === 'connect') return { ...session, at: event.at, peer: event.peer, local: event.local };
  if (event.kind === 'xclient') return { ...session, counts: event.peer };
  if (event.kind !== 'line' || !/^[EH]/i.test(event.bytes)) return session;
  const hello = /^(?:EHLO|HELO)\s+(\S+)/i.exec(event.bytes)?.[1];
  return hello === undefined ? session : { ...session, helo: hello };
}

const none: readonly LogLine[] = [];
const ended = ({ address, port }: Endpoint) => `[${hostPort(address, port)}]`;

/**
 * The lines of one event, in their order. Wording as observed with AXIGEN: connection, `<<` and `>>`, SPF result, login error,
 * smtp action and explanation, New mail, final dot, closing session. TLS, what else is found out about senders, dropped sessions,
 * logins held off and our own faults are in our words.
 * Lines of protocol level are left out unless `logLevel` has their bit: they are most of the work.
 */
export function linesOf(session: LogSession, event: EventBody, logLevel = 31): readonly LogLine[] {
  const isTalk = (logLevel & level.protocol) !== 0;
  switch (event.kind) {
    case 'connect':
      return one('connections', level.info, `${ended(event.local)} connection accepted from ${ended(event.peer)}`);
    case 'line':
      return isTalk ? one('dialogue', level.protocol, `<< ${printableOctets(event.bytes)}`) : none;
    case 'octets':
      return isTalk ? one('dialogue', level.protocol, `<< ${event.length} bytes, no command`) : none;
    case 'chunk':
      return isTalk ? one('dialogue', level.protocol, `<< ${event.octets} bytes of chunk read`) : none;
    case 'xclient':
      return one('connections', level.info, `XCLIENT: session counts as from ${ended(event.peer)}`);
    case 'data':
      return isTalk ? one('dialogue', level.protocol, `<< ${event.facts.bytes} bytes and final dot read`) : none;
    case 'reply':
      return together(
        together(judged(session, event), spoilt(event.fault)),
        isTalk && event.bytes !== '' ? said(event.bytes) : none,
      );
    case 'verdict':
      return judged(session, event);
    case 'tls':
      return tls(session, event);
    case 'stored':
      return together(one('mail', level.info, newMail(session, event)), quarantined(event));
    case 'discarded':
      return one('mail', level.info, `discarded by ${event.check}: message of ${event.size} bytes`);
    case 'close':
      return one('connections', level.info, `closing session from ${ended(session.peer)}`);
    case 'sasl':
      return [];
    case 'fault':
      return one('connections', level.critical, `Internal error: ${printable(event.error)}`);
    default:
      return assertNever(event);
  }
}

const one = (kind: LineKind, at: number, text: string): readonly LogLine[] => [{ level: at, kind, text }];

type Answer = Extract<EventBody, { kind: 'reply' | 'verdict' }>;

const together = (first: readonly LogLine[], then: readonly LogLine[]): readonly LogLine[] =>
  first.length === 0 ? then : then.length === 0 ? first : [...first, ...then];

const judged = (session: LogSession, event: Answer): readonly LogLine[] =>
  event.verdict.findings.length === 0 ? none : together(findings(session, event), decision(event));

/** What XCLIENT says of the address counts, as in every decision. */
const client = ({ counts, peer }: LogSession) => counts ?? peer;

function findings(session: LogSession, { verdict }: Answer): readonly LogLine[] {
  let lines = none;
  for (const finding of verdict.findings) {
    if (finding.check === 'credentials') lines = together(lines, login(finding));
    else if (finding.check === 'failed-login-rate') lines = together(lines, reached(finding));
    else if (finding.check === 'spf-ehlo') lines = together(lines, spf('EHLO domain', finding, client(session)));
    else if (finding.check === 'spf-mail') lines = together(lines, spf('MAIL FROM domain', finding, client(session)));
    else if (finding.answer !== undefined) lines = together(lines, found(finding));
  }
  return lines;
}

/** What was found out about a sender beside SPF, or acts now; and what it leads to when that is more than to be told. */
function found({ check, text, action, answer }: Finding): readonly LogLine[] {
  // Who is asked about at twenty lists is on none of them, as a rule.
  const isClear = answer?.kind === 'list' && answer.result === 'clear';
  if (action === 'ignore' || isClear) return none;
  const led = action === 'record' ? '' : `: ${action}`;
  return one('policy', level.info, `Check ${check}: ${printable(text)}${led}`);
}

/** The failure line carries no address, as the product's does not: tools join it to the connection by the session id. */
function login({ reason, action, evidence }: Finding): readonly LogLine[] {
  const user = printableWithin(evidence?.['user'] ?? '', "'");
  if (action === 'record') {
    const other = evidence?.['authzid'];
    const as = other === undefined ? '' : `, acts for '${printableWithin(other, "'")}'`;
    return one('logins', level.info, `User '${user}' authenticated with ${evidence?.['mechanism'] ?? ''}${as}`);
  }
  if (reason !== 'auth-failed') return none;
  const why = evidence?.['private'] === 'no such user' ? 'Account not found locally' : 'Invalid password';
  return one('logins', level.error, `Authentication error for user '${user}': ${why}`);
}

/** The alert: from this failed login on somebody is held off. */
function reached({ counters, text }: Finding): readonly LogLine[] {
  if (counters?.some(({ relief }) => relief !== undefined) !== true) return none;
  return one('logins', level.warning, `Limit of failed logins reached: ${printable(text)}`);
}

/** A result whose action is `ignore` is not logged. */
function spf(identity: string, { action, evidence }: Finding, peer: Endpoint): readonly LogLine[] {
  const result = evidence?.['result'];
  if (result === undefined || action === 'ignore') return none;
  const domain = printableWithin(evidence?.['domain'] ?? '', '>');
  const shown = result.slice(0, 1).toUpperCase() + result.slice(1);
  return one('policy', level.info, `SPF result for ${identity} <${domain}> connected from <${peer.address}>: ${shown}`);
}

function decision(event: Answer): readonly LogLine[] {
  const { verdict } = event;
  const decider = verdict.decider === undefined ? undefined : verdict.findings[verdict.decider];
  if (decider === undefined || verdict.action === 'accept') return none;
  const lines: LogLine[] = [];
  // The smtp action is a variable of the acceptance policy, which is not asked about logins.
  const isPolicy = event.kind === 'reply' && verdict.stage !== 'auth';
  if (isPolicy && (verdict.action === 'refuse' || verdict.action === 'defer')) {
    const action = verdict.action === 'defer' ? 'TMPREJECT' : 'REJECT';
    const explanation = printableOctets(event.bytes.split('\r\n', 1)[0] ?? '').replaceAll(']', '\\x5d');
    lines.push({ level: level.info, kind: 'policy', text: `Set smtp action to ${action}` });
    lines.push({ level: level.info, kind: 'policy', text: `Set smtp explanation to [${explanation}]` });
  }
  if (verdict.stage === 'auth' && verdict.action === 'defer')
    lines.push({ level: level.warning, kind: 'logins', text: `Login put off: ${printable(decider.text)}` });
  if (verdict.closes !== undefined)
    lines.push({
      level: level.warning,
      kind: 'policy',
      text: `Session dropped: ${printable(verdict.because)}: ${printable(decider.text)}`,
    });
  return lines;
}

const spoilt = (fault: ReplyFault | undefined): readonly LogLine[] =>
  fault === undefined
    ? none
    : one(
        'policy',
        level.warning,
        `Fault ${printable(fault.rule)}: ${fault.did}; meant [${printableOctets(fault.meant.split('\r\n', 1)[0] ?? '')}]`,
      );

const said = (bytes: string): LogLine[] =>
  bytes
    .replace(/\r\n$/, '')
    .split('\r\n')
    .map((line) => ({ level: level.protocol, kind: 'dialogue', text: `>> ${printableOctets(line)}` }));

function tls({ peer }: LogSession, event: Extract<EventBody, { kind: 'tls' }>): readonly LogLine[] {
  switch (event.state) {
    case 'starting':
      return none;
    case 'up':
      return one(
        'connections',
        level.info,
        `SSL connection established: ${event.facts.protocol} ${event.facts.cipher}`,
      );
    case 'failed':
      return one(
        'connections',
        level.warning,
        `SSL alert remote ${hostPort(peer.address, peer.port)}, ${printable(event.error)}`,
      );
    default:
      return assertNever(event);
  }
}

type Stored = Extract<EventBody, { kind: 'stored' }>;

const quarantined = ({ quarantine, message }: Stored): readonly LogLine[] =>
  quarantine === undefined ? none : one('mail', level.info, `quarantined by ${quarantine}: message with id ${message}`);

function newMail(session: LogSession, event: Stored): string {
  const { helo } = session;
  const recipients = event.recipients.map(({ raw }) => printable(raw)).join(', ');
  const list = recipients.length > 2000 ? `${recipients.slice(0, 2000)}...` : recipients;
  // A Message-ID is shown in the angle brackets it came in.
  const id = printable(event.messageId ?? '').replace(/^<(.*)>$/, '$1');
  return (
    `New mail <${id.replaceAll('>', '\\x3e')}> received from ${printableOctets(helo).replaceAll(' ', '\\x20')} (${client(session).address}) ` +
    `with envelope from <${printableWithin(event.sender.raw, '>')}>, recipients=${event.recipients.length} (${list}), ` +
    `size=${event.size}, enqueued with id ${event.message}`
  );
}

/** A whole line: `2021-03-13 21:48:06 +0100 02 host SMTP-IN:00004CFF: text`. */
export function lineText(
  line: LogLine,
  o: { readonly at: number; readonly host: string; readonly session: string },
): string {
  return `${stamp(o.at)} ${String(line.level).padStart(2, '0')} ${o.host} SMTP-IN:${o.session}: ${line.text}`;
}

let second = -1;
let shown = '';

/** Local time to the second with its offset from UTC. */
function stamp(at: number): string {
  const now = Math.floor(at / 1000);
  if (now === second) return shown;
  second = now;
  const time = new Date(now * 1000);
  const offset = -time.getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  shown = `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())} ${zone}`;
  return shown;
}

export interface Selection {
  /** Sum of the bits of {@link level}. */
  readonly logLevel: number;
  readonly events: readonly string[];
}

/** Whether the settings want the line. */
export const wanted = (line: LogLine, { logLevel, events }: Selection): boolean =>
  (logLevel & line.level) !== 0 && events.includes(line.kind);

/** The whole log of one session. */
export function logOf(o: { session: string; events: readonly Event[]; host: string; select: Selection }): string[] {
  let session = newSession;
  return o.events.flatMap((event) => {
    session = follow(session, event);
    const at = session.at + event.t;
    return linesOf(session, event)
      .filter((line) => wanted(line, o.select))
      .map((line) => lineText(line, { at, host: o.host, session: o.session }));
  });
}
