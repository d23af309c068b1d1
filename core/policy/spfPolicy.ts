// What SPF answers lead to: who is exempt, which action a result has, and at which stage it acts.
import type { Stage } from '../contract/facts.ts';
import type { SpfAnswer } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { SpfResult } from '../contract/settings/sender.ts';
import type { Finding } from '../contract/verdict.ts';
import type { PolicyContext } from './check.ts';
import { constant } from './constant.ts';
import { networkHolding } from './networks.ts';
import type { ReasonKey } from './reasons.table.ts';

type SpfAction = Settings['sender']['spf']['map']['pass'];

/** The stage at which a result of this identity that defers or refuses is answered. */
export function actingStage(settings: Settings, identity: SpfAnswer['identity']): Stage {
  const { stage } = settings.sender.spf;
  if (stage !== 'ehlo') return stage;
  return identity === 'helo' ? 'ehlo' : 'mail';
}

/** Why nothing is checked for this client; undefined when it is. */
export function exemption(check: string, { settings, facts }: PolicyContext): Finding | undefined {
  const { spf } = settings.sender;
  const { connection, session } = facts;
  const spared = (key: string, value: unknown, why: string): Finding =>
    constant(settings, `${check} ${why}`, () => ({
      check,
      action: 'ignore',
      spare: true,
      text: `no SPF check: ${why}`,
      setting: `sender.spf.${key}`,
      value,
    }));
  if (spf.exemptAuthenticated && session.user !== undefined)
    return spared('exemptAuthenticated', true, `logged in as ${session.user}`);
  const { role } = connection.listener;
  if (spf.exemptSubmission && role !== 'mx') return spared('exemptSubmission', true, `a ${role} listener`);
  const index = networkHolding(spf.exemptNetworks, connection.peer.address);
  if (index < 0) return undefined;
  return spared(
    `exemptNetworks.${index}`,
    spf.exemptNetworks[index],
    `${connection.peer.address} is in an exempt network`,
  );
}

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
  const isStronger = value === 'defer' || value === 'refuse';
  const isWaiting = isStronger && acting !== o.stage;
  const reason = isStronger && !isWaiting ? { reason: reasonFor(answer.result, value) } : {};
  const name = answer.identity === 'helo' ? 'EHLO name' : 'sender domain';
  const why = answer.detail === undefined ? '' : ` (${answer.detail})`;
  const said = `SPF ${answer.result} for ${name} ${answer.domain}${why}`;
  const address = facts.connection.peer.address;
  return {
    check,
    action: isWaiting ? 'record' : value,
    ...reason,
    text: isWaiting ? `${said}: ${value} at ${acting}` : said,
    setting: `sender.spf.map.${answer.result}`,
    value,
    counter: { name: 'DNS lookups of SPF terms', value: answer.lookups, limit: 10 },
    dns: answer.questions,
    evidence: {
      result: answer.result,
      identity: answer.identity,
      domain: answer.domain,
      address,
      ...(answer.record === undefined ? {} : { record: answer.record }),
      ...(answer.remembered === true ? { memory: 'the same question was asked before under these settings' } : {}),
      ...(answer.explanation === undefined ? {} : { explanation: answer.explanation }),
    },
    ...(answer.ms >= 0.1 ? { ms: answer.ms } : {}),
  };
}

/** What was looked up earlier and acts at this stage; in the order of the identities. */
export function waiting(check: string, stage: Stage, context: PolicyContext): Finding[] | Finding | undefined {
  const { settings, facts } = context;
  const { spf } = settings.sender;
  const { spfEhlo } = facts.session;
  const spfMail = facts.transaction?.spfMail;
  const answers = [spf.ehlo ? spfEhlo : undefined, spf.mailFrom ? spfMail : undefined].filter((answer) => {
    if (answer === undefined || actingStage(settings, answer.identity) !== stage) return false;
    const action: SpfAction = spf.map[answer.result];
    return action === 'defer' || action === 'refuse';
  });
  if (answers.length === 0) return undefined;
  return (
    exemption(check, context) ??
    answers.flatMap((answer) => (answer ? [spfFinding(check, answer, { context, stage })] : []))
  );
}

/** RFC 7372 section 3.2: X.7.23 when the check failed, X.7.24 when it could not be made; the class is the action's. */
function reasonFor(result: SpfResult, action: 'defer' | 'refuse'): ReasonKey {
  const defers = action === 'defer';
  switch (result) {
    case 'fail':
      return defers ? 'spf-fail-later' : 'spf-fail';
    case 'softfail':
      return defers ? 'spf-softfail-later' : 'spf-softfail';
    case 'temperror':
      return defers ? 'spf-temperror' : 'spf-temperror-refused';
    case 'permerror':
      return defers ? 'spf-permerror-later' : 'spf-permerror';
    case 'pass':
    case 'neutral':
    case 'none':
      return defers ? 'spf-other-later' : 'spf-other';
  }
}
