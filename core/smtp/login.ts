// A login between the mechanisms and policy: what an exchange may know, whose login it is, and what is counted of it.
import type { Ban, LoginFacts } from '../contract/facts.ts';
import { mayActFor } from '../policy/actFor.ts';
import { whenThere } from '../sasl/later.ts';
import type { Channel, ExchangeContext, Step } from '../sasl/mechanism.ts';
import { prepared } from '../sasl/prepare.ts';
import { userSource } from '../sasl/source.ts';
import type { Account, UserSource } from '../sasl/userSource.ts';
import { offeredMechanisms } from './capabilities.ts';
import type { Answer, Dialogue } from './dialogue.ts';
import type { LoginUnderWay } from './opening.ts';

/** `login`: what is noted of it while it goes on. */
export function contextOf(d: Dialogue, login: () => LoginUnderWay): ExchangeContext {
  const { world, kerberos } = d.opening;
  const channel = channelOf(d);
  return {
    users: usersFor(d, login),
    settings: d.settings.authentication,
    host: d.settings.acceptance.hostname,
    nonce: () => `${Buffer.from(world.random(16)).toString('hex')}.${Math.floor(world.now())}`,
    now: () => world.now(),
    offered: offeredMechanisms(d.settings, d.wire.secured),
    ...(channel && { channel }),
    ...(kerberos && { kerberos }),
  };
}

function channelOf({ wire, facts }: Dialogue): Channel | undefined {
  if (!wire.secured) return undefined;
  const client = facts.session.tls?.client;
  const certificate = client === 'none' ? undefined : client;
  return { binding: (type) => wire.binding(type), ...(certificate && { certificate }) };
}

/** Of who is held off no password is checked: how long a check takes tells whether it was right. */
function usersFor(d: Dialogue, login: () => LoginUnderWay): UserSource {
  const users = userSource(d.opening.users, d.settings.authentication.source, d.opening.world);
  const isHeldOff = (name: string): boolean => {
    const ban = d.protection.loginBan(name, users.account(name)?.quota);
    if (ban) login().ban = ban;
    return ban !== undefined;
  };
  return {
    verify: (name, password) => (isHeldOff(name) ? 'wrong-password' : users.verify(name, password)),
    // Looked at again when the proof is there: meanwhile others may have failed, and a proof that is taken tells all.
    secret: (name, kind, realm) =>
      whenThere(users.secret(name, kind, realm), ({ secret, denied }) => ({
        secret,
        get denied() {
          return login().ban || isHeldOff(name) ? 'wrong-password' : denied;
        },
      })),
    find: (name) => (isHeldOff(name) ? 'wrong-password' : users.find(name)),
    token: (token) =>
      whenThere(users.token(token), (answer) =>
        typeof answer !== 'string' && isHeldOff(answer.user) ? 'wrong-password' : answer,
      ),
    account: (name) => users.account(name),
  };
}

/** What an exchange came to; whether its user may act for another is looked at here (RFC 4422 section 2). */
export function endOf(
  d: Dialogue,
  { mechanism, ban }: LoginUnderWay,
  step: Exclude<Step, { challenge: Buffer }>,
): LoginFacts & { readonly result: Exclude<LoginFacts['result'], 'pending'> } {
  if ('fail' in step) {
    const { fail, user } = step;
    const detail = ban && fail === 'credentials' ? `${ban.who} is held off, so it was not checked` : step.detail;
    return { mechanism, result: fail, detail, ...(user !== undefined && { user }) };
  }
  const { user, authzid: wished, principal, binding } = step.ok;
  // RFC 4954 section 4: prepared before it is compared, and what cannot be prepared fails the login.
  const authzid = wished === undefined ? undefined : prepared(wished, 'query');
  const known = {
    mechanism,
    user,
    ...(authzid !== undefined && { authzid }),
    ...(principal !== undefined && { principal }),
    ...(binding !== undefined && { binding }),
  };
  if (wished !== undefined && authzid === undefined) {
    const detail =
      'the login is right, but the authorisation identity cannot be prepared (RFC 4954 section 4, RFC 4013)';
    return { ...known, result: 'credentials', detail };
  }
  if (authzid === undefined || mayActFor(d.settings.authentication, accountOf(d, user), authzid))
    return { ...known, result: 'ok' };
  const detail = `the login is right, but ${user} may not act for ${authzid} (authentication.actFor)`;
  return { ...known, result: 'credentials', detail };
}

function accountOf(d: Dialogue, user: string): Account {
  return d.opening.users.account(user) ?? { name: user, aliases: [], quota: null };
}

/** Asks policy about a login that has come to its end, and lets in whom nothing stands against. */
export function judge(d: Dialogue, facts: LoginFacts, noted: Ban | undefined): Answer | Promise<Answer> {
  const { protection } = d;
  const { user } = facts;
  const quota = user === undefined ? undefined : d.opening.users.account(user)?.quota;
  const isAnswered = facts.result === 'ok' || facts.result === 'credentials';
  const ban = isAnswered ? (noted ?? protection.loginBan(user, quota)) : undefined;
  // Whoever is held off counts as failed in the session, whatever the password: its limit must tell nothing either.
  if (ban !== undefined || facts.result === 'credentials') d.facts.session.failedLogins += 1;
  const failures = ban === undefined && facts.result === 'credentials' ? protection.failed(user, quota) : undefined;
  d.facts.login = ban || failures ? { ...facts, ...(ban && { ban }), ...(failures && { failures }) } : facts;
  return d.decided('auth', (verdict): Answer => {
    delete d.facts.login;
    if (verdict.action === 'accept' && user !== undefined) letIn(d, { ...facts, user });
    return { verdict, wrong: facts.result === 'malformed' };
  });
}

function letIn(d: Dialogue, { mechanism, user, authzid, principal, binding }: LoginFacts & { readonly user: string }) {
  const { session } = d.facts;
  session.user = authzid ?? user;
  session.login = {
    mechanism,
    login: user,
    aliases: accountOf(d, user).aliases,
    ...(principal !== undefined && { principal }),
    ...(binding !== undefined && { binding }),
  };
  d.protection.succeeded(user, accountOf(d, user).quota);
}
