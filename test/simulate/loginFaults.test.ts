// Each fault of a login has its reply, in both worlds; none of them logs anybody in, but what is no fault at all.
import { beforeAll, describe, expect, test } from 'vitest';
import type { MechanismName } from '../../core/contract/mechanisms.ts';
import type { CaseResult } from '../../core/contract/scenario.ts';
import { worlds } from '../../core/contract/scenarioWorld.ts';
import type { LoginFault } from '../../core/contract/scenarioStep.ts';
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';
import { scenarioOf } from '../../core/simulate/load.ts';
import { hers, opening, playAll, portable, taskOf, told } from './logins.ts';

const faults = portable.flatMap((mechanism) =>
  clientMechanisms[mechanism].faults.map((fault) => ({ mechanism, fault })),
);

/** The fault; one that repeats a login has it before, on another connection. */
const attempts = faults.map(({ mechanism, fault }) => {
  const isAgain = fault === 'replay';
  return {
    name: `${mechanism} ${fault}`,
    way: 'starttls' as const,
    logins: [hers(mechanism, isAgain ? { hear: 235 } : { fault })],
    ...(isAgain && { then: [...opening('starttls'), { login: hers(mechanism, { fault }) }] }),
  };
});

const malformed = '501 5.5.2';
const failed = '535 5.7.8';
/** Where nothing of the server is in the responses, they are as good the second time. */
const repeatable: readonly MechanismName[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER', 'EXTERNAL'];
const serverFirst: readonly MechanismName[] = ['CRAM-MD5', 'DIGEST-MD5'];

/** What a login with the fault ends with (RFC 4954 sections 4 and 6). */
function reply(mechanism: MechanismName, fault: LoginFault): string {
  switch (fault) {
    case 'cancel':
      return '501 5.7.0';
    case 'bad-base64':
    case 'no-nul':
    case 'oversized':
    case 'integrity':
      return malformed;
    case 'empty':
      return mechanism === 'LOGIN' ? failed : malformed;
    case 'wrong-order':
      // RFC 4954 section 4: no initial response where the server speaks first.
      if (serverFirst.includes(mechanism)) return '501 5.7.0';
      return mechanism === 'LOGIN' ? failed : malformed;
    case 'replay':
      return repeatable.includes(mechanism) ? '235 2.7.0' : failed;
    default:
      return failed;
  }
}

let results: readonly CaseResult[];
beforeAll(async () => {
  const tasks = worlds.flatMap((world) => attempts.map((attempt) => taskOf(attempt, world)));
  ({ results } = await playAll(tasks));
}, 120_000);

test.each(worlds)('each fault that a mechanism can have has its reply in the %s world', (world) => {
  const heard = results.filter((one) => one.world === world).map((one) => `${one.scenario.slice(5)}: ${told(one)}`);
  expect(heard).toEqual(faults.map(({ mechanism, fault }) => `${mechanism} ${fault}: held ${reply(mechanism, fault)}`));
});

test('what was sent once more is the same, octet for octet', () => {
  const again = results.filter(({ scenario }) => scenario.endsWith('CRAM-MD5 replay'));
  expect(again).toHaveLength(worlds.length);
  for (const { lines } of again) {
    const sent = lines.flatMap((line) => (line.sent?.startsWith('AUTH') ? [line.sent] : []));
    expect(sent).toEqual(['AUTH CRAM-MD5', 'AUTH CRAM-MD5']);
  }
});

describe('a login is not played that makes no sense:', () => {
  const whole = { mechanism: 'PLAIN', user: 'alice', password: 'x' };
  const problem = (...logins: readonly object[]) => {
    const steps = logins.map((login) => ('mail' in login ? login : { login }));
    return problemsOf({ ...scenario, talk: steps });
  };
  const problemsOf = (file: object) =>
    scenarioOf(JSON.stringify(file), 'a.yml', 'theme/a').problems.map(
      ({ path, message, remedy }) => `${path}: ${message}. ${remedy}`,
    );
  const scenario = {
    title: 'Logging in',
    row: 'AUT-01',
    kind: 'attack',
    role: 'submission',
    about: 'Only used to try what is wrong with logins.',
    knobs: [],
    presets: {},
  };

  test('the whole ones are good', () => {
    expect(problem(whole, { ...whole, fault: 'replay' })).toEqual([]);
    expect(problem({ mechanism: 'CRAM-MD5', user: 'alice', fault: 'cancel' })).toEqual([]);
  });

  test('a fault that the mechanism cannot have', () => {
    expect(problem({ ...whole, fault: 'wrong-uri' })).toEqual([
      'talk.0.login.fault: PLAIN cannot have the fault wrong-uri. It can have: cancel, bad-base64, empty, oversized, replay, no-nul',
    ]);
    expect(problem({ ...whole, mechanism: 'SCRAM-SHA-1-PLUS', fault: 'downgrade' })[0]).toMatch(/cannot have/);
  });

  test('a secret that it does not have, or has not', () => {
    expect(problem({ ...whole, token: 'x' })).toEqual([
      'talk.0.login.token: PLAIN has no token. Remove it; these have one: OAUTHBEARER, XOAUTH2',
    ]);
    expect(problem({ mechanism: 'CRAM-MD5', user: 'alice' })).toEqual([
      'talk.0.login: CRAM-MD5 needs a password. Write password: and what is sent as such',
    ]);
    expect(problem({ mechanism: 'XOAUTH2', user: 'alice', password: 'x' })).toEqual([
      expect.stringMatching(/^talk\.0\.login\.password: XOAUTH2 has no password\. Remove it/),
      'talk.0.login: XOAUTH2 needs a token. Write token: and what is sent as such',
    ]);
  });

  test('a binding of a login that is not bound', () => {
    expect(problem({ ...whole, mechanism: 'SCRAM-SHA-256', binding: 'tls-exporter' })).toEqual([
      'talk.0.login.binding: SCRAM-SHA-256 has no binding. Remove it; these have one: SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS',
    ]);
  });

  test('an initial response where the server speaks first, or where nothing is left to cancel', () => {
    expect(problem({ ...whole, mechanism: 'CRAM-MD5', initial: true })).toEqual([
      expect.stringMatching(/^talk\.0\.login\.initial: in CRAM-MD5 the server speaks first/),
    ]);
    expect(problem({ ...whole, initial: true, fault: 'cancel' })).toEqual([
      'talk.0.login.initial: after the response of PLAIN nothing is asked that could be cancelled. Write initial: false',
    ]);
    expect(problem({ ...whole, mechanism: 'CRAM-MD5', initial: false, fault: 'wrong-order' })).toEqual([
      'talk.0.login.initial: with wrong-order the response of CRAM-MD5 stands in the AUTH command. Remove it',
    ]);
  });

  test('a login that is played again without one before it, or after another one', () => {
    expect(problem({ ...whole, fault: 'replay' })).toEqual([
      'talk.0.login.fault: there is no login before it in the talk. Put a login with PLAIN before it',
    ]);
    expect(problem({ ...whole, mechanism: 'LOGIN' }, { ...whole, fault: 'replay' })).toEqual([
      'talk.1.login.fault: the login before it uses LOGIN, so its responses say nothing in PLAIN. Write mechanism: LOGIN',
    ]);
  });

  test('a mechanism that needs other processes, in virtual time', () => {
    const gssapi = { mechanism: 'GSSAPI', user: 'alice' };
    expect(problem(gssapi)).toEqual([
      expect.stringMatching(/^talk\.0\.login\.mechanism: .* Write world: \{ because: other-threads \}$/),
    ]);
    expect(problemsOf({ ...scenario, world: { because: 'other-threads' }, talk: [{ login: gssapi }] })).toEqual([]);
  });

  test('where a group, a case, or what opens every talk has it', () => {
    const login = { ...whole, token: 'x' };
    expect(problemsOf({ ...scenario, opening: [{ login }], talk: [{ hear: 220 }] })[0]).toMatch(
      /^opening\.0\.login\.token: /,
    );
    expect(problemsOf({ ...scenario, cases: [{ name: 'a', talk: [{ login }] }] })[0]).toMatch(
      /^cases\.0\.talk\.0\.login\.token: /,
    );
    const again = { ...whole, fault: 'replay' };
    expect(problemsOf({ ...scenario, opening: [{ login: whole }], talk: [{ login: again }] })).toEqual([]);
    expect(problemsOf({ ...scenario, talk: [{ login: whole }], closing: [{ login: again }] })).toEqual([]);
  });

  test('a mail with a way to log in and nobody to do so, or without the token it needs', () => {
    const mail = { from: 'a@example.com', to: 'b@example.com' };
    expect(problem({ mail: { ...mail, method: 'PLAIN' } })).toEqual([
      'talk.0.mail.method: there is no user to log in. Write user:, or remove it',
    ]);
    expect(problem({ mail: { ...mail, user: 'a', method: 'XOAUTH2' } })).toEqual([
      'talk.0.mail: XOAUTH2 needs a token. Write token: and what is sent as such',
    ]);
    expect(problem({ mail: { ...mail, user: 'a', token: 'x' } })).toEqual([
      'talk.0.mail.token: only XOAUTH2 has a token. Write method: XOAUTH2, or remove it',
    ]);
  });
});
