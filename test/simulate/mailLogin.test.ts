// Nodemailer logs in by each way it knows, and is told what the server said against it.
import { beforeAll, expect, test } from 'vitest';
import type { CaseResult } from '../../core/contract/scenario.ts';
import { worlds } from '../../core/contract/scenarioWorld.ts';
import { alice, playAll, taskOf } from './logins.ts';

const methods = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const;
const { user, password, token } = alice;

const attempts = methods.flatMap((method) => {
  const secret = method === 'XOAUTH2' ? { token } : { password };
  const wrong = method === 'XOAUTH2' ? { token: 'guessed' } : { password: 'guessed' };
  const mail = { from: 'alice@example.com', to: 'bob@example.com', user, method, tls: true };
  return [
    { name: method, way: 'starttls' as const, logins: [], then: [{ mail: { ...mail, ...secret } }] },
    { name: `${method} wrong`, way: 'starttls' as const, logins: [], then: [{ mail: { ...mail, ...wrong } }] },
  ];
});

let results: readonly CaseResult[];
let events: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  const tasks = worlds.flatMap((world) => attempts.map((attempt) => taskOf(attempt, world)));
  ({ results, events } = await playAll(tasks));
}, 60_000);

const of = (name: string, world: string) =>
  results.find((one) => one.scenario === `test/${name}` && one.world === world);

test.each(worlds.flatMap((world) => methods.map((method) => [method, world] as const)))(
  '%s in the %s world',
  (method, world) => {
    expect(of(method, world)?.why).toMatch(/^served; last heard: 250 /);
    const said = events.get(`test/${method} ${world}`)?.join('\n');
    expect(said).toContain(`"mechanism":"${method}"`);
    const wrong = of(`${method} wrong`, world);
    expect(wrong?.outcome).toBe('breached');
    expect(wrong?.why).toMatch(/535 5\.7\.8 /);
  },
);
