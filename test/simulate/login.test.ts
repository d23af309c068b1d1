// Clients log in with every mechanism, over every kind of connection, in both worlds, with the right secret and a wrong one.
import { beforeAll, expect, test } from 'vitest';
import { type MechanismName, mechanismFacts, mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import { type CaseResult } from '../../core/contract/scenario.ts';
import { worlds } from '../../core/contract/scenarioWorld.ts';
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';
import { alice, hers, playAll, portable, taskOf, told, type Way } from './logins.ts';

const ways: readonly Way[] = ['clear', 'starttls', 'implicit'];
const wrong = { password: 'guessed', token: 'guessed' };

const waysOf = (name: MechanismName) => ways.filter((way) => way !== 'clear' || !('tlsOnly' in mechanismTable[name]));

/** The same login with something that is not hers. */
function notHers(mechanism: MechanismName) {
  const { password, token, ...rest } = hers(mechanism);
  if (password !== undefined) return { ...rest, password: wrong.password };
  return token === undefined ? { ...rest, authzid: 'bob' } : { ...rest, token: wrong.token };
}

const attempts = portable.flatMap((mechanism) =>
  waysOf(mechanism).flatMap((way) => [
    { name: `${mechanism} ${way}`, way, logins: [hers(mechanism, { hear: 235 })] },
    { name: `${mechanism} ${way} wrong`, way, logins: [{ ...notHers(mechanism), hear: '535 5.7.8' }] },
  ]),
);
const bindings = (['tls-exporter', 'tls-server-end-point'] as const).flatMap((binding) =>
  ways.slice(1).map((way) => ({
    name: `SCRAM-SHA-1-PLUS ${way} ${binding}`,
    way,
    logins: [hers('SCRAM-SHA-1-PLUS', { binding, hear: 235 })],
  })),
);
/** Node 24.21 gives the certificate of a server once, and the next one of the chain, or none, when it is asked again. */
const again = bindings.map(({ name, way, logins }) => ({
  name: `${name} mistyped before`,
  way,
  logins: logins.flatMap((login) => [{ ...login, password: wrong.password, hear: '535 5.7.8' }, login]),
}));
attempts.push(...bindings, ...again);

const tasks = worlds.flatMap((world) => attempts.map((attempt) => taskOf(attempt, world)));
let results: ReadonlyMap<string, CaseResult>;
let events: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const played = await playAll(tasks);
  results = new Map(played.results.map((one) => [`${one.scenario} ${one.world}`, one]));
  events = played.events;
}, 120_000);

/** Of each attempt in one world. */
const outcomes = (world: string) =>
  attempts.map(({ name }) => {
    const result = results.get(`test/${name} ${world}`);
    return `${name}: ${result === undefined ? 'not played' : told(result)}`;
  });

test.each(worlds)('each logs in with what is hers, and not with what is not, in the %s world', (world) => {
  const right = (name: string) => (name.endsWith(' wrong') ? 'held 535 5.7.8' : 'held 235 2.7.0');
  expect(outcomes(world)).toEqual(attempts.map(({ name }) => `${name}: ${right(name)}`));
});

test('nothing of a secret stands in what the client noted or the receiver recorded', () => {
  const secrets = [alice.password, alice.token, 'guessed'];
  for (const result of results.values()) {
    const lines = JSON.stringify(result.lines);
    for (const secret of secrets)
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -3)]) {
        expect(lines).not.toContain(form);
        expect(events.get(`${result.scenario} ${result.world}`)?.join('\n')).not.toContain(form);
      }
  }
});

test('what the server proves itself with is not recorded either', () => {
  const all = [...events.values()].flat().join('\n');
  // v= and rspauth= in base64.
  expect(all).toMatch(/"bytes":"334 ▮+\\r\\n"/);
  expect(all).not.toMatch(/334 (?:dj|cnNwYXV0aD)/);
});

test('the same seed plays the same octets', async () => {
  const simulated = tasks.filter(({ id, world }) => world === 'simulated' && id.includes('starttls'));
  const [one, other] = [await playAll(simulated), await playAll(simulated)];
  for (const [name, said] of one.events) expect({ name, said: other.events.get(name) }).toEqual({ name, said });
  expect(other.journal).toBe(one.journal);
  expect(other.results.map(({ lines }) => lines)).toEqual(one.results.map(({ lines }) => lines));
}, 120_000);

test('the table says of which mechanisms a client cannot name whom it acts for', () => {
  const said = mechanismNames.filter((name) => mechanismFacts(name)?.ownNameOnly);
  expect(said).toEqual(mechanismNames.filter((name) => !clientMechanisms[name].takes.includes('authzid')));
});
