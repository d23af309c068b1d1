// What the Authentication-Results field of a message tells: everything that was looked up for it, and the login.
import { authenticationResults } from '../message/results.ts';
import type { Dialogue, GrowingFacts } from './dialogue.ts';

/** The field as the trace takes it: folded, without its last line end (RFC 8601 section 2.2). */
export function resultsOf(d: Dialogue, transaction: NonNullable<GrowingFacts['transaction']>): string {
  const { session } = d.facts;
  const { found, spfMail, sender } = transaction;
  const { user, login } = session;
  return authenticationResults({
    hostname: d.settings.acceptance.hostname,
    found,
    spf: spfMail,
    spfOfEhlo: session.spfEhlo,
    mailFrom: sender.raw,
    reverse: session.reverse,
    login: user === undefined ? undefined : { user, mechanism: login?.mechanism },
  }).trimEnd();
}
