// One line's way through a session: recorded, judged by its verb, answered, counted, and only then the next one.
import type { LineFacts, Stage } from '../contract/facts.ts';
import type { Finding } from '../contract/verdict.ts';
import { withNoted } from '../policy/noted.ts';
import { type ReasonKey, reasons } from '../policy/reasons.table.ts';
import { closeOf } from './closing.ts';
import { type Due, overdue } from './deadlines.ts';
import type { Answer, Dialogue } from './dialogue.ts';
import { type Command, parseCommand } from './grammar.ts';
import { leniently } from './leniency.ts';
import { octetsEvent } from './octets.ts';
import { isOrdinary, oddityOf } from './oddity.ts';
import { isAuth, redactLine, type Secrecy } from './redact.ts';
import { continueLogin } from './verbs/auth.ts';
import { unreadable } from './verbs/bdat.ts';
import { verbs } from './verbs/verbs.table.ts';
import type { WireLine } from './wireLine.ts';

/** Takes one line; `next` is called when its answer has been given and another may come. */
export function takeLine(d: Dialogue, line: WireLine, next: () => void): void {
  if (d.over) return;
  const text = line.bytes.latin1Slice(0, line.bytes.length);
  record(d, line, text);
  // Cut off by the end of the connection: never a command.
  if (line.terminator === 'none' && !line.tooLong) return next();
  if (d.excused > 0 || d.isExcused) excuse(d, line);
  d.faults?.heard(text, d.exchange !== undefined);
  if (!d.exchange) d.facts.session.commands += 1;
  d.working = true;
  try {
    const answer = dispatch(d, line, text);
    if (!(answer instanceof Promise)) return finish(d, answer, next);
    whenAnswered(d, { answer, stage: stageOf(firstWord(text)), next });
  } catch (error) {
    finish(d, failed(d, error, stageOf(firstWord(text))), next);
  }
}

/** Octets of a TLS record where a command was expected; false while a line is worked on, so that they wait as others do. */
export function takeTls(d: Dialogue, segment: Buffer): boolean {
  if (d.over) return true;
  // The reply that is still to come is that of the line before it.
  if (d.working) return false;
  d.record(octetsEvent('foreign', segment));
  work(d, 'line', nothing, () => judge(d, { odd: { verb: '', foreign: 'TLS' }, stage: 'line' }, () => plainTls(d)));
  return true;
}

const nothing = () => undefined;

/** No stage had anything against it, which only a table of stages without its check brings about. */
function plainTls(d: Dialogue): Answer {
  return d.wrong('line', 'unknown-command', {
    because: 'a TLS handshake is no command (RFC 5321 section 4.2.4)',
  });
}

function record(d: Dialogue, line: WireLine, text: string): void {
  const { terminator: end, bufferedAfter: behind, segments } = line;
  if (segments === 1 && !d.suspect && !d.exchange && !mayBeAuth(text))
    return d.record({ kind: 'line', bytes: text, end, behind });
  const secrecy: Secrecy = d.exchange ? 'exchange' : d.suspect ? 'suspect' : 'plain';
  const { bytes, secret } = redactLine(text, secrecy);
  if (secret || isAuth(text)) d.suspect = true;
  const took = Math.round((line.arrival - line.started) * 1000) / 1000;
  d.record({
    kind: 'line',
    bytes,
    end,
    behind,
    ...(segments > 1 && { segments }),
    ...(segments > 1 && took > 0 && { took }),
    ...(secret && { secret }),
  });
}

/** False for most lines, so that they need no expression: AUTH begins with an A, or with something in front of it. */
function mayBeAuth(text: string): boolean {
  const first = text.charCodeAt(0);
  return first <= 0x20 || first === 0x41 || first === 0x61 || first > 0x7e;
}

/** What came behind a refused MAIL in good faith is not counted. */
function excuse(d: Dialogue, line: WireLine): void {
  d.isExcused = d.excused > 0;
  d.excused = Math.max(0, d.excused - line.length);
}

/** What is said to EHLO and HELO, whatever it is, carries no enhanced code (RFC 2034 section 4). */
function stageOf(verb: string): Stage {
  return verb === 'EHLO' || verb === 'HELO' ? 'ehlo' : 'command';
}

function firstWord(text: string): string {
  return /^[ \t]*([^\s\0]*)/.exec(text)?.[1]?.toUpperCase() ?? '';
}

function dispatch(d: Dialogue, line: WireLine, text: string): Answer | Promise<Answer> {
  const told = line.hasBareCr || line.hasNul ? softened(text, d.settings.strictness) : text;
  const command: Command = d.exchange ? inLogin : parseCommand(told);
  const verb = verbs.get(command.verb);
  if (verb !== undefined && isOrdinary(d, line)) return run(d, command, line.bufferedAfter);
  const odd = oddityOf(d, line, {
    text: told,
    verb: command.verb,
    isKnown: verb !== undefined || command === inLogin,
  });
  const go = () => {
    if (command === inLogin) return continueLogin(d, told);
    return run(d, command, line.bufferedAfter);
  };
  if (odd === undefined) return go();
  const stage = command === inLogin ? 'line' : stageOf(firstWord(text));
  return judge(d, { odd, stage: stage === 'ehlo' ? stage : 'line' }, go);
}

/** A line of a login is no command. */
const inLogin: Command = { verb: '', argument: '', lenient: [] };

/** What `normalise` makes of a bare CR and of a NUL. */
function softened(text: string, { commandBareCr, nul }: Dialogue['settings']['strictness']): string {
  const blank = commandBareCr === 'normalise' ? text.replaceAll('\r', ' ') : text;
  return nul === 'normalise' ? blank.replaceAll('\0', '') : blank;
}

/** Asks stage `line` about a line that is odd in itself, and goes on when nothing stands against it. */
function judge(
  d: Dialogue,
  { odd, stage }: { readonly odd: LineFacts; readonly stage: Stage },
  go: () => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  d.facts.line = odd;
  return d.decided('line', (verdict) => {
    delete d.facts.line;
    if (verdict.action === 'accept') {
      if (verdict.findings.length > 0) d.noted = verdict.findings;
      return go();
    }
    d.dropLogin();
    const isCounted = odd.foreign === undefined || d.settings.strictness.foreignProtocol !== 'allow';
    const told = odd.foreign === undefined ? undefined : verdict.findings[verdict.decider ?? 0]?.text;
    const answer = {
      verdict: stage === 'line' ? verdict : { ...verdict, stage },
      ...(isCounted && { wrong: true }),
      ...(told !== undefined && { end: told }),
    };
    // Its octets would come next, and nobody could tell them from commands.
    return odd.verb === 'BDAT' && !verdict.closes ? unreadable(d, answer) : answer;
  });
}

function run(d: Dialogue, { verb: name, argument, lenient }: Command, behind: number): Answer | Promise<Answer> {
  const verb = verbs.get(name);
  const { session } = d.facts;
  if (isJunk(name) || (name === 'BDAT' && argument === '0') || (stageOf(name) === 'ehlo' && session.helo))
    session.junk += 1;
  if (d.refused && name !== 'QUIT') {
    const because = 'the connection was refused and waits for QUIT (RFC 5321 section 3.1)';
    return d.wrong(stageOf(name), 'sequence-refused', { because });
  }
  if (!verb)
    return d.wrong('command', 'unknown-command', {
      because: 'there is no such command (RFC 5321 section 4.2.4)',
    });
  d.lenient = lenient;
  // MAIL and RCPT have a check for it.
  if (lenient.length === 0 || name === 'MAIL' || name === 'RCPT') return verb(d, argument, behind);
  return leniently(d, stageOf(name), lenient) ?? verb(d, argument, behind);
}

/** Commands that bring no message. A repeated EHLO and an empty BDAT are junk as well. */
function isJunk(verb: string): boolean {
  switch (verb) {
    case 'NOOP':
    case 'RSET':
    case 'VRFY':
    case 'EXPN':
    case 'HELP':
    case 'ETRN':
      return true;
    default:
      return false;
  }
}

/** Runs one piece of work to its answer; a throw in it is a fault of ours and never leaves the session. */
export function work(d: Dialogue, stage: Stage, next: () => void, run: () => Answer | Promise<Answer>): void {
  d.working = true;
  try {
    const answer = run();
    if (!(answer instanceof Promise)) return finish(d, answer, next);
    whenAnswered(d, { answer, stage, next });
  } catch (error) {
    finish(d, failed(d, error, stage), next);
  }
}

interface Waiting {
  readonly answer: Promise<Answer>;
  readonly stage: Stage;
  readonly next: () => void;
}

function whenAnswered(d: Dialogue, { answer, stage, next }: Waiting): void {
  answer.then(
    (late) => attempt(d, stage, next, () => finish(d, late, next)),
    (error: unknown) => attempt(d, stage, next, () => finish(d, failed(d, error, stage), next)),
  );
}

function attempt(d: Dialogue, stage: Stage, next: () => void, run: () => void): void {
  try {
    run();
  } catch (error) {
    finish(d, failed(d, error, stage), next);
  }
}

function failed(d: Dialogue, error: unknown, stage: Stage): Answer {
  d.dropLogin();
  delete d.facts.line;
  return d.fault(error, stage);
}

/** Nothing is said until the chunk has come; the client is not waiting for us. */
function awaitChunk(d: Dialogue, next: () => void): void {
  d.working = false;
  if (d.gone) return d.settle();
  next();
}

/** Speaks the answer. */
function finish(d: Dialogue, given: Answer, next: () => void): void {
  if (given.then === 'chunk') return awaitChunk(d, next);
  const decided = d.answered(given);
  const answer = d.noted === undefined ? decided : annotated(d, decided, d.noted);
  const { session } = d.facts;
  if (answer.wrong) session.wrongCommands += 1;
  // A message was stored: whatever came before it was no junk.
  if (answer.recorded) session.junk = 0;
  const { verdict } = answer;
  if (verdict.closes === 'silent') return d.dropSilently(verdict);
  // Behind 220 nothing more may be said in clear (RFC 3207 section 4): what ends the session comes in its place.
  if (answer.then !== 'tls') d.say(answer);
  if (d.pace === undefined) return spoke(d, answer, next);
  d.whenSent(() => attempt(d, 'command', next, () => spoke(d, answer, next)));
}

/** What was noted about the line stands in front of what its verb came to; behind a message it has an event of its own. */
function annotated(d: Dialogue, answer: Answer, noted: readonly Finding[]): Answer {
  d.noted = undefined;
  const { verdict } = answer;
  if (answer.recorded) {
    d.record({
      kind: 'verdict',
      verdict: {
        ...d.plain('line', 'noop-ok', 'the line was taken').verdict,
        findings: noted,
      },
    });
    return answer;
  }
  return { ...answer, verdict: withNoted(noted, verdict) };
}

/** Goes on behind the reply: asks stage `command`, which sees the counters with this line included. */
function spoke(d: Dialogue, answer: Answer, next: () => void): void {
  if (d.over) return;
  const { verdict } = answer;
  if (verdict.closes === 'reply') {
    // A refusal for good that ends the session is no 421, so that one follows in the same write.
    if (reasons[verdict.reason as ReasonKey].code >= 500)
      d.say(d.plain('command', 'closing', 'the reply before it ends the session'), true);
    return d.close(closeOf(verdict), answer.end ?? verdict.because);
  }
  if (answer.then === 'quit') return d.close('quit', 'the client said QUIT');
  const limit = d.ask('command');
  if (!(limit instanceof Promise)) return afterwards(d, { answer, limit, next });
  limit.then(
    (late) => attempt(d, 'command', next, () => afterwards(d, { answer, limit: late, next })),
    (error: unknown) => {
      d.fault(error, 'command');
      d.close('fault', 'a bug in the receiver, see the fault event');
    },
  );
}

interface After {
  readonly answer: Answer;
  readonly limit: Answer['verdict'];
  readonly next: () => void;
}

function afterwards(d: Dialogue, { answer, limit, next }: After): void {
  if (limit.closes === 'silent') return d.dropSilently(limit);
  if (limit.closes === 'reply') {
    // The line's own reply and the 421 leave in one write.
    d.say({ verdict: limit }, answer.then !== 'tls');
    return d.close(closeOf(limit), limit.because);
  }
  d.working = false;
  if (d.gone) return d.settle();
  if (d.draining && !d.facts.transaction) return shutDown(d);
  if (answer.then === 'tls') return secure(d, answer, next);
  next();
}

function secure(d: Dialogue, answer: Answer, next: () => void): void {
  d.working = true;
  d.say(answer);
  d.whenSent(() =>
    attempt(d, 'tls', next, () => {
      d.working = false;
      if (d.gone) d.settle();
      else if (!d.over) d.wire.startTls();
    }),
  );
}

/** RFC 5321 section 3.8: 421 when the service is about to close. */
export function shutDown(d: Dialogue): void {
  d.say(d.plain('command', 'shutdown', 'the receiver or its listener is closing'));
  d.close('shutdown', 'the receiver or its listener is closing');
}

/** The client was too slow: each deadline has words and a close reason of its own. */
export function tooLate(d: Dialogue, due: Due): void {
  const { reason, detail } = due;
  // Who reads nothing would not hear it either. A message that is being stored is stored first.
  if (reason === 'slow-reader') {
    d.lost('us', reason, detail);
    return d.wire.drop();
  }
  d.say({ verdict: overdue({ ...due, reason }, 'command') });
  d.close(reason, detail);
}
