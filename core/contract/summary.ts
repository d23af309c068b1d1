// The summary of a session: one row of the list, a pure fold of its events.
import type { CloseReason, Event, EventBody } from './event.ts';
import type { Stage } from './facts.ts';
import { assertNever } from './never.ts';
import { simulatedEpoch, type WorldName } from './scenarioWorld.ts';
import type { Finding } from './verdict.ts';

/** How a session stands: one word, shown with a shape of its own. */
export type SessionOutcome = 'open' | 'accepted' | 'deferred' | 'refused' | 'dropped' | 'closed';

export interface SessionRow {
  readonly id: string;
  readonly listener: string;
  readonly role: string;
  readonly peer: string;
  readonly peerPort: number;
  /** ms since 1970. */
  readonly started: number;
  /** ms from connect to close; absent while open. */
  readonly duration?: number;
  readonly helo?: string;
  readonly user?: string;
  readonly tls: boolean;
  readonly sender?: string;
  readonly recipients: readonly string[];
  readonly messageIds: readonly string[];
  /** Messages stored. */
  readonly stored: number;
  /** Messages answered 250 and kept nowhere, and of those stored the ones kept apart from other mail; absent while none. */
  readonly discarded?: number;
  readonly quarantined?: number;
  /** What was found out about the sender, e.g. `spf:fail`, each once, in the order in which it was told. */
  readonly results?: readonly string[];
  /** Commands heard. */
  readonly commands: number;
  readonly bytes: number;
  readonly outcome: SessionOutcome;
  /** Stage, reason and code of the verdict that decided the outcome. */
  readonly stage?: Stage;
  readonly reason?: string;
  readonly because?: string;
  readonly code?: number;
  readonly closed?: CloseReason;
  readonly events: number;
  /** The scenario run the session belongs to, see {@link runName}; absent for the receiver's own. */
  readonly run?: string;
}

const simulatedMark = ' simulated';

/** How the sessions of a run name it: by its id (which begins with the ms since 1970 of its beginning), and the world when it is not the real one. */
export const runName = (id: string, world: WorldName): string => (world === 'real' ? id : `${id}${simulatedMark}`);

/** Whether the times of a session are virtual. */
export const isSimulated = ({ run }: Pick<SessionRow, 'run'>): boolean => run?.endsWith(simulatedMark) === true;

/** Virtual ms so many of which are one real ms in the order of rows: a day of a run takes nine seconds of the list. */
const CONDENSED = 10_000;

/** Where a row stands among all others, ms since 1970: simulated sessions where their run began, in the order of their own times. */
export function placeInTime(row: Pick<SessionRow, 'run' | 'started'>): number {
  if (!isSimulated(row)) return row.started;
  const began = Number.parseInt(row.run ?? '', 10);
  return Number.isNaN(began) ? row.started : began + (row.started - simulatedEpoch) / CONDENSED;
}

/** The row before any event. */
export function emptyRow(id: string): SessionRow {
  return {
    id,
    listener: '',
    role: '',
    peer: '',
    peerPort: 0,
    started: 0,
    tls: false,
    recipients: [],
    messageIds: [],
    stored: 0,
    commands: 0,
    bytes: 0,
    outcome: 'open',
    events: 0,
  };
}

type Draft = { -readonly [K in keyof SessionRow]: SessionRow[K] };

const [E, H, M, R] = [0x45, 0x48, 0x4d, 0x52];

/** The most recipients, message-ids and results a row names; the transcript has them all. */
const NAMED = 20;

/** Adds one event to the row; returns a new row. */
export function foldSummary(row: SessionRow, event: Event): SessionRow {
  return foldBatch(row, event.n, { t: [event.t], e: [event] });
}

/** Adds consecutive events, the first of which has that number; returns a new row. */
export function foldBatch(
  row: SessionRow,
  first: number,
  { t, e }: { readonly t: readonly number[]; readonly e: readonly EventBody[] },
): SessionRow {
  const next: Draft = { ...row, events: first + e.length - 1 };
  for (let index = 0; index < e.length; index += 1) fold(next, e[index] as EventBody, t[index] ?? 0);
  return next;
}

function fold(next: Draft, event: EventBody, t: number): void {
  switch (event.kind) {
    case 'connect':
      next.listener = event.listener;
      next.role = event.role;
      next.peer = event.peer.address;
      next.peerPort = event.peer.port;
      next.started = event.at;
      next.tls = event.secured;
      break;
    case 'line':
      next.commands += 1;
      next.bytes += event.bytes.length + 2;
      remember(next, event.bytes);
      break;
    case 'octets':
      next.bytes += event.length;
      break;
    case 'xclient':
      next.peer = event.peer.address;
      next.peerPort = event.peer.port;
      // The session has begun anew: who was logged in is what XCLIENT says.
      delete next.user;
      if (event.xclient.login !== undefined) next.user = event.xclient.login;
      if (event.xclient.helo !== undefined) next.helo = event.xclient.helo;
      break;
    case 'chunk':
      // The octets of a message that is taken come again with its data event.
      if (event.refused === true) next.bytes += event.octets;
      break;
    case 'data':
      next.bytes += event.facts.bytes;
      break;
    case 'reply':
      weigh(next, event);
      break;
    case 'verdict':
      if (event.verdict.closes) decide(next, 'dropped', event);
      break;
    case 'tls':
      if (event.state === 'up') next.tls = true;
      break;
    case 'stored':
      next.stored += 1;
      if (event.quarantine !== undefined) next.quarantined = (next.quarantined ?? 0) + 1;
      next.sender = event.sender.raw;
      if (event.messageId !== undefined && next.messageIds.length < NAMED)
        next.messageIds = [...next.messageIds, event.messageId];
      break;
    case 'close':
      next.duration = t;
      next.closed = event.reason;
      if (next.outcome === 'open') next.outcome = event.reason === 'drop' ? 'dropped' : 'closed';
      break;
    case 'discarded':
      next.discarded = (next.discarded ?? 0) + 1;
      next.sender = event.sender.raw;
      break;
    case 'sasl':
    case 'fault':
      break;
    default:
      assertNever(event);
  }
}

function remember(next: Draft, bytes: string): void {
  // Each pattern begins with one of four letters: most lines need none of them.
  const letter = bytes.charCodeAt(0) & 0xdf;
  if (letter !== E && letter !== H && letter !== M && letter !== R) return;
  const hello = /^(?:EHLO|HELO)\s+(\S+)/i.exec(bytes);
  if (hello) next.helo = hello[1] ?? '';
  const mail = /^MAIL\s+FROM:\s*(?:<([^>]*)>|(\S+))/i.exec(bytes);
  if (mail) next.sender = mail[1] ?? mail[2] ?? '';
  const rcpt = /^RCPT\s+TO:\s*(?:<([^>]*)>|(\S+))/i.exec(bytes);
  if (rcpt && next.recipients.length < NAMED) next.recipients = [...next.recipients, rcpt[1] ?? rcpt[2] ?? ''];
}

type Decision = Extract<EventBody, { kind: 'reply' | 'verdict' }>;

function weigh(next: Draft, event: Extract<EventBody, { kind: 'reply' }>): void {
  const { verdict, code } = event;
  for (const finding of verdict.findings) if (finding.answer) remembered(next, finding.answer);
  if (verdict.stage === 'auth' && code === 235) next.user = userOf(verdict);
  if (verdict.closes && verdict.action !== 'accept') return decide(next, 'dropped', event);
  if (next.outcome === 'dropped') return;
  if (verdict.stage === 'message' && code === 250) return decide(next, 'accepted', event);
  if (next.stored > 0) return;
  // What is out of order behind a refusal is its consequence, not a decision of its own.
  const isConsequence = verdict.findings.length === 0 && (next.outcome === 'refused' || next.outcome === 'deferred');
  if (isConsequence) return;
  if (code >= 500 && verdict.action === 'refuse') return decide(next, 'refused', event);
  if (code >= 400 && code < 500 && verdict.action === 'defer') decide(next, 'deferred', event);
}

function remembered(next: Draft, answer: NonNullable<Finding['answer']>): void {
  if (answer.kind === 'header') return;
  const result = `${answer.kind}:${answer.kind === 'greylist' ? answer.state : answer.result}`;
  const known = next.results ?? [];
  if (known.length < NAMED && !known.includes(result)) next.results = [...known, result];
}

/** Whom a login counts as: whoever it acts for. */
function userOf({ findings }: Decision['verdict']): string {
  const evidence = findings.find((finding) => finding.evidence?.['user'])?.evidence;
  return evidence?.['authzid'] ?? evidence?.['user'] ?? '';
}

function decide(next: Draft, outcome: SessionOutcome, event: Decision): void {
  if (outcome === next.outcome && outcome === 'accepted') return;
  next.outcome = outcome;
  next.stage = event.verdict.stage;
  next.reason = event.verdict.reason;
  next.because = event.verdict.because;
  if (event.kind === 'reply') next.code = event.code;
}
