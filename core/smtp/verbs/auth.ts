// AUTH: a login, from the mechanism's name to the verdict (RFC 4954); what the client sends in it is never recorded as it came.
import type { Verdict } from '../../contract/verdict.ts';
import { mechanismFacts } from '../../contract/mechanisms.ts';
import { begin, respond, type Step } from '../../sasl/mechanism.ts';
import { mechanisms } from '../../sasl/registry.ts';
import { type Later, whenThere } from '../../sasl/later.ts';
import { awaited } from '../asking.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import type { LoginUnderWay } from '../opening.ts';
import { parseAuth } from '../grammar.ts';
import { contextOf, endOf, judge } from '../login.ts';
import { shownMechanism } from '../redact.ts';

export function auth(d: Dialogue, argument: string): Answer | Promise<Answer> {
  // Whatever this comes to, lines that follow may be meant as credentials.
  d.suspect = true;
  if (!d.facts.session.helo)
    return d.wrong('auth', 'sequence-ehlo-first', { because: 'AUTH before EHLO (RFC 4954 section 4)' });
  if (d.facts.session.user !== undefined)
    return d.wrong('auth', 'sequence-auth-done', { because: 'logged in already (RFC 4954 section 4)' });
  if (d.facts.transaction)
    return d.wrong('auth', 'sequence-auth-in-mail', { because: 'a transaction is open (RFC 4954 section 4)' });
  const read = parseAuth(argument);
  if (!read.ok)
    return d.wrong('auth', 'syntax', {
      because: 'a mechanism and at most one initial response (RFC 4954 section 4)',
      detail: 'AUTH mechanism [initial-response]',
    });
  const { mechanism: name, initial } = read;
  const shown = shownMechanism(name);
  const ban = d.protection.loginBan();
  const exposed = d.wire.secured ? 0 : (initial?.replace(/^=$/, '').length ?? 0);
  d.facts.login = { mechanism: shown, result: 'pending', ...(exposed > 0 && { exposed }), ...(ban && { ban }) };
  return d.decided('auth', (verdict) => {
    delete d.facts.login;
    const mechanism = mechanisms.get(name);
    // A mechanism nobody knows is a wrong command, one that is not offered is policy.
    if (verdict.action !== 'accept') return { verdict, wrong: mechanism === undefined };
    if (!mechanism) throw new Error(`${shown} is offered, but not implemented`);
    if (initial !== null && mechanismFacts(name)?.serverFirst)
      return d.wrong('auth', 'auth-initial', { because: `${name} begins with the server (RFC 4954 section 4)` });
    const login: LoginUnderWay = { mechanism: name, moves: 0, exchange: mechanism.start(contextOf(d, () => login)) };
    d.exchange = login;
    return moved(d, begin(login.exchange, initial), verdict);
  });
}

/** One line of the client within an exchange. */
export function continueLogin(d: Dialogue, line: string): Answer | Promise<Answer> {
  const login = underWay(d);
  const step = respond(login.exchange, line);
  const { failing } = login;
  if (!failing) return moved(d, step);
  return moved(
    d,
    whenThere(step, ({ heard }) => ({ ...failing, ...(heard && { heard }) })),
  );
}

function underWay(d: Dialogue): LoginUnderWay {
  if (!d.exchange) throw new Error('there is no login under way');
  return d.exchange;
}

/** `verdict`: what policy said of the mechanism; it explains the first challenge. */
function moved(d: Dialogue, step: Later<Step>, verdict?: Verdict): Answer | Promise<Answer> {
  if (!(step instanceof Promise)) return proceed(d, step, verdict);
  const since = d.opening.world.elapsed();
  return awaited(d, step, { stage: 'auth', since }).then((outcome) =>
    'action' in outcome ? givenUp(d, outcome) : proceed(d, outcome, verdict),
  );
}

function proceed(d: Dialogue, step: Step, verdict?: Verdict): Answer | Promise<Answer> {
  const login = underWay(d);
  const { mechanism } = login;
  login.moves += 1;
  const said = { kind: 'sasl', mechanism, move: login.moves, ...(step.heard && { heard: step.heard }) } as const;
  if ('challenge' in step) {
    if (step.failing) login.failing = step.failing;
    d.record({ ...said, ...(step.asks && { asks: step.asks }) });
    const challenge = step.challenge.toString('base64');
    const isSecret = challenge !== '' && step.asks?.fields.some((field) => 'secret' in field) === true;
    const asked = { values: { challenge }, ...(isSecret && { secret: challenge }) };
    if (verdict) return { verdict, ...asked };
    return { ...d.plain('auth', 'auth-continue', `${mechanism} asks for more`), ...asked };
  }
  delete d.exchange;
  const facts = endOf(d, login, step);
  const { result, user, detail } = facts;
  d.record({
    ...said,
    ended: { result, ...(user !== undefined && { user }), ...(detail !== undefined && { detail }) },
  });
  return judge(d, facts, login.ban);
}

/** The move took too long, or nobody waits for it any more: no failed login, and what it would have come to is not looked at. */
function givenUp(d: Dialogue, verdict: Verdict): Answer {
  const { mechanism, moves } = underWay(d);
  d.record({
    kind: 'sasl',
    mechanism,
    move: moves + 1,
    ended: { result: d.gone ? 'cancelled' : 'temporary', detail: verdict.because },
  });
  d.dropLogin();
  return { verdict };
}
