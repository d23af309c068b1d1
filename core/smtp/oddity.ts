// What is odd about one line: how it ends, what it holds, what came behind it, and whether it is SMTP at all.
import type { ForeignProtocol, LineFacts } from '../contract/facts.ts';
import { offersStartTls } from './capabilities.ts';
import type { Dialogue } from './dialogue.ts';
import { octetsAnnounced } from './verbs/bdat.ts';
import type { WireLine } from './wireLine.ts';

/** A line as a command; within a login it is none. */
export interface Heard {
  /** One character per octet, without its end. */
  readonly text: string;
  /** In upper case; empty within a login. */
  readonly verb: string;
  /** There is such a command. */
  readonly isKnown: boolean;
}

/**
 * RFC 2920 section 3.1: commands whose reply the client must have seen before it goes on, and commands of extensions that
 * do not say otherwise: STARTTLS (RFC 3207), AUTH (RFC 4954), ETRN (RFC 1985), XCLIENT. BDAT may stand anywhere (RFC 3030).
 */
const lastOfGroup: ReadonlySet<string> = new Set([
  'EHLO',
  'HELO',
  'DATA',
  'VRFY',
  'EXPN',
  'TURN',
  'QUIT',
  'NOOP',
  'STARTTLS',
  'AUTH',
  'ETRN',
  'XCLIENT',
]);

/** A line as the RFC has it with nothing behind it: no more than its verb has to be looked at. */
export function isOrdinary(d: Dialogue, line: WireLine): boolean {
  return line.bufferedAfter === 0 && isPlainLine(d, line);
}

function isPlainLine(d: Dialogue, line: WireLine): boolean {
  return line.terminator === 'crlf' && !line.hasBareCr && !line.hasNul && !isLongLine(d, line);
}

function isLongLine({ settings }: Dialogue, line: WireLine): boolean {
  return line.tooLong || line.length > settings.strictness.maxCommandLine;
}

/** Undefined for a line as the RFC has it. */
export function oddityOf(d: Dialogue, line: WireLine, heard: Heard): LineFacts | undefined {
  const isLonger = isLongLine(d, line);
  const isPlain = isPlainLine(d, line);
  const isAhead = line.bufferedAfter > 0 && !d.refused;
  if (isPlain && heard.isKnown && !isAhead) return undefined;
  const behind = isAhead ? behindOf(d, line, heard) : undefined;
  const foreign = heard.isKnown || d.exchange ? undefined : foreignProtocol(heard.text);
  if (isPlain && behind === undefined && foreign === undefined) return undefined;
  return {
    verb: heard.isKnown ? heard.verb : '',
    ...(line.terminator === 'lf' && { bareLf: true }),
    ...(line.hasBareCr && { bareCr: true }),
    ...(line.hasNul && { nul: true }),
    ...(isLonger && { longer: line.length }),
    ...behind,
    ...(foreign !== undefined && { foreign }),
  };
}

/** What had arrived behind the line although it had to wait. */
function behindOf(d: Dialogue, line: WireLine, heard: Heard): Pick<LineFacts, 'ahead' | 'injected'> | undefined {
  // The octets of a chunk belong to its command.
  const octets = line.bufferedAfter - (heard.verb === 'BDAT' ? octetsAnnounced(heard.text) : 0);
  if (octets <= 0) return undefined;
  const { connection } = d.facts;
  const isStartTls =
    heard.verb === 'STARTTLS' && !d.wire.secured && offersStartTls(d.settings, connection.listener, false);
  const why = whyWait(d, heard);
  // What stands behind STARTTLS has a setting of its own; pipelining counts as well only where nothing gets past it.
  if (isStartTls && d.settings.strictness.pipelining !== 'reject') return { injected: octets };
  if (why === undefined) return undefined;
  return { ahead: { octets, why }, ...(isStartTls && { injected: octets }) };
}

/** RFC 4954 section 4: a login that is over with its initial response need not be waited for. */
const wholeLogin = /^[ \t]*AUTH[ \t]+(?:PLAIN|EXTERNAL)[ \t]+[^ \t]/i;

function whyWait(d: Dialogue, { verb, text }: Heard): NonNullable<LineFacts['ahead']>['why'] | undefined {
  if (d.exchange) return 'login';
  const { helo } = d.facts.session;
  const isLast = lastOfGroup.has(verb) && !(verb === 'AUTH' && wholeLogin.test(text));
  if (isLast && helo?.verb === 'EHLO') return 'last-of-group';
  if (helo === undefined) return 'before-ehlo';
  if (helo.verb === 'HELO' || !d.settings.acceptance.extensions.pipelining) return 'not-offered';
  return undefined;
}

const http = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|TRACE|CONNECT|OPTIONS|PROPFIND|PRI)[ \t]/i;
const header = /^[A-Za-z][A-Za-z0-9-]*:/;

/** Asked only of lines that are no command. */
export function foreignProtocol(text: string): ForeignProtocol | undefined {
  if (/ RTSP\/\d\.\d[ \t]*$/i.test(text)) return 'RTSP';
  if (/ SIP\/\d\.\d[ \t]*$/i.test(text)) return 'SIP';
  if (http.test(text)) return 'HTTP';
  if (/^SSH-\d/i.test(text)) return 'SSH';
  return header.test(text) ? 'header lines' : undefined;
}
