// The greeting: at once or after a delay, with a teaser in front of it, or the refusal that stands in its place (RFC 5321 section 3.1).
import type { Verdict } from '../contract/verdict.ts';
import { closeOf } from './closing.ts';
import type { Dialogue } from './dialogue.ts';

/** How long the greeting is held back, ms; a refusal never is. */
export function greetingDelay(d: Dialogue): number {
  return d.opening.greeting.action === 'accept' ? d.settings.strictness.greetingDelay : 0;
}

/** The first line of a greeting that goes on later: a client that takes it for the whole greeting talks too early. */
export function tease(d: Dialogue): void {
  const { teaser } = d.settings.strictness;
  if (teaser === '') return;
  const { bytes, body } = d.reply({
    ...d.plain('connect', 'teaser', 'the greeting is held back'),
    values: { text: teaser },
  });
  const opened = `${bytes.slice(0, 3)}-${bytes.slice(4)}`;
  d.record(body.kind === 'reply' ? { ...body, bytes: opened } : body);
  d.wire.write(opened);
}

/** Greets. What came before the greeting is judged first, by stage `connect` asked once more with it. */
export function greet(d: Dialogue): void | Promise<void> {
  const { greeting } = d.opening;
  if (d.facts.session.early === undefined || greeting.action !== 'accept') return say(d, greeting);
  const verdict = d.ask('connect');
  return verdict instanceof Promise ? verdict.then((late) => say(d, late)) : say(d, verdict);
}

function say(d: Dialogue, said: Verdict): void {
  if (d.over) return;
  const answer = d.answered({ verdict: said });
  const { verdict } = answer;
  if (verdict.closes === 'silent') return d.dropSilently(verdict);
  d.say(answer);
  if (verdict.closes) return d.whenSent(() => d.close(closeOf(verdict), verdict.because));
  // RFC 5321 section 3.1: after 554 the server waits for QUIT and answers 503 to all else.
  d.refused = verdict.action !== 'accept';
}
