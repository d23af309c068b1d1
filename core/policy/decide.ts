// Runs the checks of a stage in the table's order and makes their findings one verdict.
import type { Stage } from '../contract/facts.ts';
import { type Action, actions, type Finding, type Verdict } from '../contract/verdict.ts';
import type { CheckAnswer, PolicyContext } from './check.ts';
import { heldBack } from './heldBack.ts';
import { type ReasonKey, reasons } from './reasons.table.ts';
import { stageTable } from './stages.ts';

/** Where `defer` stands: from here on an action stops the stage. */
const stopping = actions.indexOf('defer');
const stops = (action: Action) => actions.indexOf(action) >= stopping;

const nothing: readonly Finding[] = Object.freeze([]);

/** What a stage says when nothing stands against it. Where no reply belongs to the stage, the verdict is for the record only. */
const positive: Readonly<Record<Stage, ReasonKey>> = {
  connect: 'greeting',
  tls: 'tls-up',
  ehlo: 'ehlo-ok',
  auth: 'auth-ok',
  mail: 'mail-ok',
  rcpt: 'rcpt-ok',
  data: 'data-go',
  headers: 'message-ok',
  body: 'message-ok',
  message: 'message-ok',
  line: 'noop-ok',
  command: 'noop-ok',
};

/**
 * The one decision of a stage: its checks run in the order of stages.ts and stop after the first action of `defer` or
 * stronger. Synchronous when every check that ran was, and nothing delays the answer.
 */
export function decide(stage: Stage, context: PolicyContext): Verdict | Promise<Verdict> {
  const checks = stageTable[stage];
  // Most lines of a good client lead to no finding: nothing is made for them until a check has something to say.
  for (let index = 0; index < checks.length; index += 1) {
    const answer = checks[index]?.run(context, stage);
    if (answer !== undefined) return going(index, answer, { stage, context, ms: 0 });
  }
  const reason = positiveReason(stage, context);
  return spoken(reason, stage, reasons[reason].because);
}

interface Deciding {
  readonly stage: Stage;
  readonly context: PolicyContext;
  /** Spent waiting, ms. */
  ms: number;
}

/** Goes on behind the first answer there is. */
function going(
  index: number,
  answer: CheckAnswer | Promise<CheckAnswer>,
  deciding: Deciding,
): Verdict | Promise<Verdict> {
  const findings: Finding[] = [];
  if (isPromise(answer)) return later(index, { answer, findings, deciding });
  if (answer !== undefined && take(answer, findings)) return conclude(findings, deciding);
  return from(index + 1, findings, deciding);
}

function from(start: number, findings: Finding[], deciding: Deciding): Verdict | Promise<Verdict> {
  const checks = stageTable[deciding.stage];
  for (let index = start; index < checks.length; index += 1) {
    const answer = checks[index]?.run(deciding.context, deciding.stage);
    if (answer === undefined) continue;
    if (isPromise(answer)) return later(index, { answer, findings, deciding });
    if (take(answer, findings)) break;
  }
  return conclude(findings, deciding);
}

async function later(
  index: number,
  waiting: { readonly answer: Promise<CheckAnswer>; readonly findings: Finding[]; readonly deciding: Deciding },
): Promise<Verdict> {
  const { findings, deciding } = waiting;
  const began = deciding.context.elapsed();
  const answer = await waiting.answer;
  const ms = Math.round((deciding.context.elapsed() - began) * 10) / 10;
  const own = answer === undefined ? [] : (isList(answer) ? answer : [answer]).map((finding) => finding.ms ?? 0);
  deciding.ms += Math.max(ms, ...own);
  const isLast = answer !== undefined && take(ms >= 0.1 ? timed(answer, ms) : answer, findings);
  return isLast ? conclude(findings, deciding) : from(index + 1, findings, deciding);
}

/** True when the stage stops here. */
function take(answer: Finding | readonly Finding[], findings: Finding[]): boolean {
  for (const finding of isList(answer) ? answer : [answer]) {
    findings.push(finding);
    if (stops(finding.action)) return true;
  }
  return false;
}

function timed(answer: Finding | readonly Finding[], ms: number): readonly Finding[] {
  return (isList(answer) ? answer : [answer]).map((finding) => ({ ms, ...finding }));
}

/** What is found is told late when a finding delays it, whatever it comes to. */
function conclude(findings: readonly Finding[], deciding: Deciding): Verdict | Promise<Verdict> {
  const { context } = deciding;
  const held = heldBack(findings, context.settings);
  if (held === undefined) return concluded(findings, deciding);
  return context.pause(held.ms).then(() => {
    deciding.ms += held.ms;
    return concluded(held.findings, deciding);
  });
}

function concluded(findings: readonly Finding[], { stage, context, ms }: Deciding): Verdict {
  const decider = findings.length - 1;
  const finding = findings[decider];
  if (finding === undefined || !stops(finding.action)) return accepted(findings, { stage, context, ms });
  const { action } = finding;
  // Nobody is told: the reply is the one that is said when nothing objects.
  const taken = takenFor[action];
  const reason = taken === undefined ? (finding.reason as ReasonKey) : positiveReason(stage, context);
  const { because, basis, rfc } = taken ?? reasons[reason];
  const closes =
    action === 'drop' ? { closes: finding.silent === true ? ('silent' as const) : ('reply' as const) } : {};
  return { stage, action, reason, because, findings, decider, basis, rfc, ...closes, ...(ms >= 0.1 ? { ms } : {}) };
}

/** Why a message is answered positively that is not delivered. */
const takenFor: Partial<Record<Action, Pick<Verdict, 'because' | 'basis' | 'rfc'>>> = {
  discard: {
    because: 'the mail is taken and kept nowhere',
    basis: 'ours',
    rfc: 'RFC 5321 section 6.2',
  },
  quarantine: {
    because: 'the mail is taken and kept apart',
    basis: 'ours',
    rfc: 'RFC 5321 section 6.2',
  },
};

function accepted(findings: readonly Finding[], { stage, context, ms }: Deciding): Verdict {
  const reason = positiveReason(stage, context);
  const { because, basis, rfc } = reasons[reason];
  if (findings.length === 0) return spoken(reason, stage, because);
  if (ms < 0.1 && findings.every((finding) => Object.isFrozen(finding))) return same(reason, stage, findings);
  return { stage, action: 'accept', reason, because, findings, basis, rfc, ...(ms >= 0.1 ? { ms } : {}) };
}

/** One step for each finding on the way to the verdict they lead to. */
interface Step {
  verdict?: Verdict;
  readonly next: WeakMap<Finding, Step>;
}

const first = new Map<string, Step>();

/** Findings that are the same objects lead to the same verdict object: most MAIL, RCPT and DATA of a good client make nothing new. */
function same(reason: ReasonKey, stage: Stage, findings: readonly Finding[]): Verdict {
  const key = `${stage} ${reason}`;
  const start = first.get(key) ?? { next: new WeakMap() };
  first.set(key, start);
  const step = findings.reduce(nextStep, start);
  const { because, basis, rfc } = reasons[reason];
  step.verdict ??= Object.freeze({
    stage,
    action: 'accept',
    reason,
    because,
    findings: Object.freeze([...findings]),
    basis,
    rfc,
  });
  return step.verdict;
}

function nextStep(step: Step, finding: Finding): Step {
  let next = step.next.get(finding);
  if (next === undefined) step.next.set(finding, (next = { next: new WeakMap() }));
  return next;
}

function positiveReason(stage: Stage, { facts }: PolicyContext): ReasonKey {
  if (stage === 'auth' && facts.login?.result === 'pending') return 'auth-continue';
  if (stage === 'ehlo' && facts.session.helo?.verb === 'HELO') return 'helo-ok';
  return positive[stage];
}

const kept = new Map<Stage, Map<ReasonKey, Verdict>>();

/** A verdict without findings: what needs no policy, such as 221, syntax and sequence errors. Frozen, and the same object while `because` is the same. */
export function spoken(reason: ReasonKey, stage: Stage, because: string): Verdict {
  let verdicts = kept.get(stage);
  if (verdicts === undefined) kept.set(stage, (verdicts = new Map<ReasonKey, Verdict>()));
  const last = verdicts.get(reason);
  if (last?.because === because) return last;
  const { basis, rfc } = reasons[reason];
  const verdict: Verdict = Object.freeze({
    stage,
    ...outcome(reasons[reason].code),
    reason,
    because,
    findings: nothing,
    basis,
    rfc,
  });
  verdicts.set(reason, verdict);
  return verdict;
}

function outcome(code: number): Pick<Verdict, 'action' | 'closes'> {
  if (code === 421) return { action: 'drop', closes: 'reply' };
  return { action: code < 400 ? 'accept' : code < 500 ? 'defer' : 'refuse' };
}

function isPromise(answer: CheckAnswer | Promise<CheckAnswer>): answer is Promise<CheckAnswer> {
  return answer instanceof Promise;
}

function isList(answer: Finding | readonly Finding[]): answer is readonly Finding[] {
  return Array.isArray(answer);
}
