// AUTH: a login, from the mechanism to the verdict (RFC 4954).
import type { LoginFacts } from '../../contract/facts.ts';
import type { Answer, Dialogue } from '../dialogue.ts';

export function auth(d: Dialogue, args: string): Answer | Promise<Answer> {
  if (!d.facts.session.helo) return d.wrong('auth', 'sequence-ehlo-first', 'AUTH before EHLO (RFC 4954 section 4)');
  if (d.facts.session.user !== undefined)
    return d.wrong('auth', 'sequence-auth-done', 'logged in already (RFC 4954 section 4)');
  if (d.facts.transaction)
    return d.wrong('auth', 'sequence-auth-in-mail', 'a transaction is open (RFC 4954 section 4)');
  const [mechanism = '', initial] = args.split(/ +/);
  if (mechanism === '')
    return d.wrong(
      'auth',
      'syntax',
      'AUTH takes a mechanism (RFC 4954 section 4)',
      'AUTH mechanism [initial-response]',
    );
  d.suspect = true;
  d.facts.login = { mechanism: mechanism.toUpperCase(), result: 'pending' };
  return d.decided('auth', (verdict) => {
    delete d.facts.login;
    if (verdict.action !== 'accept') return { verdict };
    d.exchange = { mechanism: mechanism.toUpperCase(), step: mechanism.toUpperCase() === 'LOGIN' ? 'user' : 'plain' };
    if (initial !== undefined) return continueLogin(d, initial);
    return { verdict, values: { challenge: d.exchange.step === 'user' ? 'VXNlcm5hbWU6' : '' } };
  });
}

export function continueLogin(d: Dialogue, line: string): Answer | Promise<Answer> {
  const exchange = d.exchange;
  if (!exchange) throw new Error('no login');
  if (line === '*') return end(d, { mechanism: exchange.mechanism, result: 'cancelled' });
  const text = Buffer.from(line, 'base64').toString();
  if (exchange.step === 'user') {
    exchange.user = text;
    exchange.step = 'password';
    return { ...d.plain('auth', 'auth-continue', 'go on'), values: { challenge: 'UGFzc3dvcmQ6' } };
  }
  const [, user = '', password] = exchange.step === 'plain' ? text.split('\0') : ['', exchange.user, text];
  const ok = d.opening.users.password(user) === password;
  return end(d, { mechanism: exchange.mechanism, user, result: ok ? 'ok' : 'credentials' });
}

function end(d: Dialogue, login: LoginFacts): Answer | Promise<Answer> {
  delete d.exchange;
  if (login.result === 'credentials') d.facts.session.failedLogins += 1;
  d.facts.login = login;
  return d.decided('auth', (verdict): Answer => {
    delete d.facts.login;
    if (verdict.action === 'accept' && login.user !== undefined) d.facts.session.user = login.user;
    return { verdict, ...(login.result === 'malformed' && { wrong: true }) };
  });
}
