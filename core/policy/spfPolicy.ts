// What SPF answers lead to: who is exempt, which action a result has, and at which stage it acts.
import type { Stage } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';
import type { SenderAction } from '../contract/settings/sender/actions.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { SpfResult } from '../contract/settings/sender.ts';
import type { Finding } from '../contract/verdict.ts';
import type { PolicyContext } from './check.ts';
import type { ReasonKey } from './reasons.table.ts';
import { exemptFrom } from './senderExempt.ts';

/** The stage at which a result of this identity is answered that does more than tell. */
export function actingStage(settings: Settings, identity: SpfAnswer['identity']): Stage {
  const { stage } = settings.sender.spf;
  if (stage !== 'ehlo') return stage;
  return identity === 'helo' ? 'ehlo' : 'mail';
}

/** Why nothing is checked for this client; undefined when it is. */
export function exemption(check: string, context: PolicyContext): Finding | undefined {
  return exemptFrom('spf', check, context);
}

/** Actions that only tell take no stage of their own. */
const telling: readonly SenderAction[] = ['ignore', 'record', 'mark'];

/**
 * The finding of an answer, as it is looked up (`acts` false when its action belongs to a later stage) or as it acts.
 * `mark` and `record` let the mail pass.
 */
export function spfFinding(check: string, answer: SpfAnswer, o: Acting): Finding {
  if (answer.remembered !== true) return made(check, answer, o);
  const { settings } = o.context;
  let findings = known.get(settings);
  if (findings === undefined) known.set(settings, (findings = new WeakMap<SpfAnswer, Finding>()));
  let finding = findings.get(answer);
  if (finding?.check !== check) findings.set(answer, (finding = Object.freeze(made(check, answer, o))));
  return finding;
}

interface Acting {
  readonly context: PolicyContext;
  readonly stage: Stage;
}

/** Findings of answers from memory, which are the same objects again; an answer belongs to one client address. */
const known = new WeakMap<Settings, WeakMap<SpfAnswer, Finding>>();

function made(check: string, answer: SpfAnswer, o: Acting): Finding {
  const { settings, facts } = o.context;
  const value = settings.sender.spf.map[answer.result];
  const acting = actingStage(settings, answer.identity);
  const isWaiting = !telling.includes(value) && acting !== o.stage;
  const reason = isWaiting ? undefined : reasonFor(answer.result, value);
  const name = answer.identity === 'helo' ? 'EHLO name' : 'sender domain';
  const why = answer.detail === undefined ? '' : ` (${answer.detail})`;
  const said = `SPF ${answer.result} for ${name} ${answer.domain}${why}`;
  const address = facts.connection.peer.address;
  return {
    check,
    action: isWaiting ? 'record' : value,
    ...(reason !== undefined && { reason }),
    text: isWaiting ? `${said}: ${value} at ${acting}` : said,
    setting: `sender.spf.map.${answer.result}`,
    value,
    counter: { name: 'DNS lookups of SPF terms', value: answer.lookups, limit: 10 },
    dns: answer.questions,
    answer,
    evidence: {
      result: answer.result,
      identity: answer.identity,
      domain: answer.domain,
      address,
      ...(answer.record === undefined ? {} : { record: answer.record }),
      ...(answer.detail === undefined ? {} : { problem: problemOf(answer.domain, answer.detail) }),
      ...(answer.remembered === true ? { memory: 'the same question was asked before under these settings' } : {}),
      ...(answer.explanation === undefined ? {} : { explanation: answer.explanation }),
    },
    ...(answer.ms >= 0.1 ? { ms: answer.ms } : {}),
  };
}

/** Whose record it is stands in front of it where that is not the domain itself. */
const problemOf = (domain: string, detail: string) =>
  detail.startsWith(`${domain}: `) ? detail.slice(domain.length + 2) : detail;

/** What was looked up earlier and acts at this stage; in the order of the identities. */
export function waiting(check: string, stage: Stage, context: PolicyContext): Finding[] | Finding | undefined {
  const { settings, facts } = context;
  const { spf } = settings.sender;
  const { spfEhlo } = facts.session;
  const spfMail = facts.transaction?.spfMail;
  const answers = [spf.ehlo ? spfEhlo : undefined, spf.mailFrom ? spfMail : undefined].filter((answer) => {
    if (answer === undefined || actingStage(settings, answer.identity) !== stage) return false;
    return !telling.includes(spf.map[answer.result]);
  });
  if (answers.length === 0) return undefined;
  return (
    exemption(check, context) ??
    answers.flatMap((answer) => (answer ? [spfFinding(check, answer, { context, stage })] : []))
  );
}

/**
 * What answers the client: X.7.23 when the check failed, X.7.24 when it could not be made (RFC 7372 section 3.2); the class is the
 * action's. Undefined where the mail passes, or is answered as if it did.
 */
function reasonFor(result: SpfResult, action: SenderAction): ReasonKey | undefined {
  if (action === 'drop') return 'spf-dropped';
  if (action !== 'defer' && action !== 'refuse') return undefined;
  const [later, final] = reasons[result];
  return action === 'defer' ? later : final;
}

const other = ['spf-other-later', 'spf-other'] as const;
const reasons: Readonly<Record<SpfResult, readonly [ReasonKey, ReasonKey]>> = {
  fail: ['spf-fail-later', 'spf-fail'],
  softfail: ['spf-softfail-later', 'spf-softfail'],
  temperror: ['spf-temperror', 'spf-temperror-refused'],
  permerror: ['spf-permerror-later', 'spf-permerror'],
  pass: other,
  neutral: other,
  none: other,
};
