// What becomes of a message that is answered 250 although the settings do not want it delivered: kept from the stage that said so.
import type { Fate } from '../contract/facts.ts';
import { actions, type Verdict } from '../contract/verdict.ts';
import type { GrowingFacts } from './dialogue.ts';

/** True where the client hears yes: also when its message will be discarded, or kept apart from other mail. */
export function isPositive({ action }: Pick<Verdict, 'action'>): boolean {
  return action === 'accept' || action === 'discard' || action === 'quarantine';
}

/** Keeps the fate a verdict decides: with the session at stage ehlo, where the one of an earlier EHLO counts no more, later with the message. */
export function keepFate({ stage, action, findings, decider }: Verdict, { session, transaction }: GrowingFacts): void {
  if (action !== 'discard' && action !== 'quarantine') return;
  const keeper = stage === 'ehlo' ? session : transaction;
  const finding = findings[decider ?? -1];
  if (keeper === undefined || finding === undefined) return;
  const fate = { action, check: finding.check, text: finding.text };
  keeper.fate = keeper.fate === undefined ? fate : stronger(keeper.fate, fate);
}

/** What becomes of the message of this transaction; undefined when it is delivered. */
export function fateOf({ session, transaction }: GrowingFacts): Fate | undefined {
  if (session.fate === undefined || transaction?.fate === undefined) return session.fate ?? transaction?.fate;
  return stronger(session.fate, transaction.fate);
}

/** Quarantine before discard: nothing is lost by it. The first when they are equal. */
function stronger(first: Fate, second: Fate): Fate {
  return actions.indexOf(second.action) > actions.indexOf(first.action) ? second : first;
}
