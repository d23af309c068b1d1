// One line's way through a session: recorded, judged by its verb, answered, counted, and only then the next one.
import type { Stage } from '../contract/facts.ts';
import type { Answer, Dialogue } from './dialogue.ts';
import { closeOf } from './closing.ts';
import { parseCommand } from './grammar.ts';
import { redactLine, type Secrecy } from './redact.ts';
import { continueLogin } from './verbs/auth.ts';
import { verbs } from './verbs/verbs.table.ts';
import type { WireLine } from './wireLine.ts';

/** The greeting, or the refusal that stands in its place. */
export function greet(d: Dialogue): void {
  const answer = d.answered({ verdict: d.opening.greeting });
  const { verdict } = answer;
  d.say(answer);
  if (verdict.closes) return d.whenSent(() => d.close(closeOf(verdict), verdict.because));
  // RFC 5321 section 3.1: after 554 the server waits for QUIT and answers 503 to all else.
  d.refused = verdict.action !== 'accept';
}

/** Takes one line; `next` is called when its answer has been given and another may come. */
export function takeLine(d: Dialogue, line: WireLine, next: () => void): void {
  if (d.over) return;
  const text = line.bytes.latin1Slice(0, line.bytes.length);
  const secrecy: Secrecy = d.exchange ? 'exchange' : d.suspect ? 'suspect' : 'plain';
  const shown = redactLine(text, secrecy);
  if (shown.secret) d.suspect = true;
  const seen = { kind: 'line', bytes: shown.bytes, end: line.terminator, behind: line.bufferedAfter } as const;
  const { segments } = line;
  const whole = segments > 1 ? { ...seen, segments } : seen;
  d.record(shown.secret ? { ...whole, secret: true } : whole);
  // Cut off by the end of the connection: never a command.
  if (line.terminator === 'none' && !line.tooLong) return next();
  d.isExcused = d.excused > 0;
  d.excused = Math.max(0, d.excused - line.length);
  const stage = d.exchange ? 'command' : stageOf(text);
  d.faults?.heard(text, d.exchange !== undefined);
  work(d, stage, next, () => dispatch(d, line, { text, stage }));
}

/** What is said to EHLO and HELO, whatever it is, carries no enhanced code (RFC 2034 section 4). */
function stageOf(text: string): Stage {
  return /^[ \t]*(?:EHLO|HELO)(?![^\s\0])/i.test(text) ? 'ehlo' : 'command';
}

interface Told {
  readonly text: string;
  /** Where an answer that no verb gives belongs. */
  readonly stage: Stage;
}

function dispatch(d: Dialogue, line: WireLine, { text, stage }: Told): Answer | Promise<Answer> {
  const oddity = oddityOf(d, line, stage);
  if (oddity) {
    delete d.exchange;
    return oddity;
  }
  if (d.exchange) return continueLogin(d, text);
  return run(d, { text, stage }, line.bufferedAfter);
}

function run(d: Dialogue, { text, stage }: Told, behind: number): Answer | Promise<Answer> {
  const { verb: name, argument } = parseCommand(text);
  if (d.refused && name !== 'QUIT') {
    const because = 'the connection was refused and waits for QUIT (RFC 5321 section 3.1)';
    return d.wrong(stage, 'sequence-refused', { because });
  }
  const verb = verbs.get(name);
  if (!verb)
    return d.wrong('command', 'unknown-command', { because: 'there is no such command (RFC 5321 section 4.2.4)' });
  return verb(d, argument, behind);
}

/** Lines no verb is asked about (RFC 5321 section 2.3.8; NUL: section 4.1.2 admits none anywhere). */
function oddityOf(d: Dialogue, line: WireLine, stage: Stage): Answer | undefined {
  if (line.tooLong)
    return d.wrong(stage, 'line-too-long', { because: 'the line is longer than strictness.maxCommandLine allows' });
  const { bareLf, bareCr } = d.settings.strictness;
  if (line.terminator === 'lf' && bareLf === 'reject')
    return d.wrong(stage, 'bad-line-end', { because: 'the line ends in a bare LF' });
  if (line.hasBareCr)
    return d.wrong(stage, bareCr === 'reject' ? 'bad-line-end' : 'syntax', { because: 'the line holds a bare CR' });
  if (line.hasNul) return d.wrong(stage, 'bad-line-end', { because: 'the line holds a NUL' });
  return undefined;
}

/** Runs one piece of work to its answer; a throw in it is a fault of ours and never leaves the session. */
export function work(d: Dialogue, stage: Stage, next: () => void, run: () => Answer | Promise<Answer>): void {
  d.working = true;
  try {
    const answer = run();
    if (!(answer instanceof Promise)) return finish(d, answer, next);
    answer.then(
      (late) => attempt(d, stage, next, () => finish(d, late, next)),
      (error: unknown) => attempt(d, stage, next, () => finish(d, failed(d, error, stage), next)),
    );
  } catch (error) {
    finish(d, failed(d, error, stage), next);
  }
}

function attempt(d: Dialogue, stage: Stage, next: () => void, run: () => void): void {
  try {
    run();
  } catch (error) {
    finish(d, failed(d, error, stage), next);
  }
}

function failed(d: Dialogue, error: unknown, stage: Stage): Answer {
  delete d.exchange;
  return d.fault(error, stage);
}

/** Speaks the answer. */
function finish(d: Dialogue, given: Answer, next: () => void): void {
  const answer = d.answered(given);
  if (answer.wrong) d.facts.session.wrongCommands += 1;
  const { verdict } = answer;
  if (verdict.closes === 'silent') {
    d.record({ kind: 'verdict', verdict });
    return d.close('drop', verdict.because);
  }
  d.say(answer);
  if (d.pace === undefined) return spoke(d, answer, next);
  d.whenSent(() => attempt(d, 'command', next, () => spoke(d, answer, next)));
}

/** Goes on behind the reply: asks stage `command`, which sees the counters with this line included. */
function spoke(d: Dialogue, answer: Answer, next: () => void): void {
  if (d.over) return;
  const { verdict } = answer;
  if (verdict.closes === 'reply') return d.close(closeOf(verdict), verdict.because);
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
  if (limit.closes === 'silent') {
    d.record({ kind: 'verdict', verdict: limit });
    return d.close('drop', limit.because);
  }
  if (limit.closes === 'reply') {
    // The line's own reply and the 421 leave in one write.
    d.say({ verdict: limit }, true);
    return d.close('limit', limit.because);
  }
  d.working = false;
  if (d.gone) return d.settle();
  if (d.draining && !d.facts.transaction) return shutDown(d);
  if (answer.then === 'tls') return d.wire.startTls();
  next();
}

/** RFC 5321 section 3.8: 421 when the service is about to close. */
export function shutDown(d: Dialogue): void {
  d.say(d.plain('command', 'shutdown', 'the receiver or its listener is closing'));
  d.close('shutdown', 'the receiver or its listener is closing');
}

/** The client owed us input for longer than `idleTimeout`. */
export function timeOut(d: Dialogue, seconds: number): void {
  d.say(d.plain('command', 'idle', `nothing came for ${seconds} s`));
  d.close('idle', `nothing came for ${seconds} s`);
}
