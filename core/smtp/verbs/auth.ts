// AUTH: a login, from the mechanism's name to the verdict (RFC 4954); what the client sends in it is never recorded.
import type { LoginFacts } from '../../contract/facts.ts';
import type { Verdict } from '../../contract/verdict.ts';
import { begin, respond, type Step } from '../../sasl/mechanism.ts';
import { mechanisms } from '../../sasl/registry.ts';
import { whenThere } from '../../sasl/later.ts';
import type { UserSource } from '../../sasl/userSource.ts';
import { offeredMechanisms } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { parseAuth } from '../grammar.ts';

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
  const ban = d.protection.loginBan();
  d.facts.login = { mechanism: name, result: 'pending', ...(ban && { ban }) };
  return d.decided('auth', (verdict) => {
    delete d.facts.login;
    const mechanism = mechanisms.get(name);
    // A mechanism nobody knows is a wrong command, one that is not offered is policy.
    if (verdict.action !== 'accept') return { verdict, wrong: mechanism === undefined };
    if (!mechanism) throw new Error(`${name} is offered, but not implemented`);
    const { world, kerberos } = d.opening;
    const host = d.settings.acceptance.hostname;
    const nonce = () => `${Buffer.from(world.random(16)).toString('hex')}.${Math.floor(world.now())}`;
    const exchange = mechanism.start({
      users: usersFor(d),
      settings: d.settings.authentication,
      host,
      nonce,
      now: () => world.now(),
      offered: offeredMechanisms(d.settings, d.wire.secured),
      ...(kerberos && { kerberos }),
    });
    d.exchange = { mechanism: name, exchange };
    return whenThere(begin(exchange, initial), (step) => proceed(d, { mechanism: name, step, verdict }));
  });
}

/** Of who is held off no password is checked: how long a check takes tells whether it was right. */
function usersFor(d: Dialogue): UserSource {
  const { users } = d.opening;
  return {
    verify: (name, password) => (d.protection.loginBan(name) ? 'wrong-password' : users.verify(name, password)),
    secret: (name, kind, realm) => users.secret(name, kind, realm),
    find: (name) => users.find(name),
    token: (token) => users.token(token),
    account: (name) => users.account(name),
  };
}

/** One line of the client within an exchange. */
export function continueLogin(d: Dialogue, line: string): Answer | Promise<Answer> {
  if (!d.exchange) throw new Error('there is no login under way');
  const { mechanism, exchange } = d.exchange;
  return whenThere(respond(exchange, line), (step) => proceed(d, { mechanism, step }));
}

interface Move {
  readonly mechanism: string;
  readonly step: Step;
  /** What policy said of the mechanism; explains the first challenge. */
  readonly verdict?: Verdict;
}

function proceed(d: Dialogue, { mechanism, step, verdict }: Move): Answer | Promise<Answer> {
  if ('challenge' in step) {
    const values = { challenge: step.challenge.toString('base64') };
    if (verdict) return { verdict, values };
    return { ...d.plain('auth', 'auth-continue', `${mechanism} asks for more`), values };
  }
  delete d.exchange;
  return judge(d, loginFacts(mechanism, step));
}

function loginFacts(mechanism: string, step: Exclude<Step, { challenge: Buffer }>): LoginFacts {
  if ('fail' in step) {
    const { fail, detail, user } = step;
    return { mechanism, result: fail, detail, ...(user !== undefined && { user }) };
  }
  const { user, authzid } = step.ok;
  // RFC 4616 section 2: who may act for another is for the server to say; here nobody may.
  if (authzid !== undefined)
    return {
      mechanism,
      result: 'credentials',
      user,
      detail: `the password is right, but nobody may act for ${authzid}`,
    };
  return { mechanism, result: 'ok', user };
}

function judge(d: Dialogue, facts: LoginFacts): Answer | Promise<Answer> {
  const { protection } = d;
  const isAnswered = facts.result === 'ok' || facts.result === 'credentials';
  const ban = isAnswered ? protection.loginBan(facts.user) : undefined;
  // Whoever is held off counts as failed in the session, whatever the password: its limit must tell nothing either.
  if (ban !== undefined || facts.result === 'credentials') d.facts.session.failedLogins += 1;
  const failures = ban === undefined && facts.result === 'credentials' ? protection.failed(facts.user) : undefined;
  d.facts.login = ban || failures ? { ...facts, ...(ban && { ban }), ...(failures && { failures }) } : facts;
  return d.decided('auth', (verdict): Answer => {
    delete d.facts.login;
    if (verdict.action === 'accept' && facts.user !== undefined) {
      d.facts.session.user = facts.user;
      protection.succeeded(facts.user);
    }
    return { verdict, wrong: facts.result === 'malformed' };
  });
}
