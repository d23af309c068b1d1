// Random logins through sessions over TLS: every line has a defined reply, the session goes on, nothing is kept or told.
import { describe, expect, it } from 'vitest';
import { mechanismNames } from '../../core/contract/mechanisms.ts';
import { heap, watched } from './saslLeak.ts';
import { broken, mutants } from './saslMutants.ts';
import { sessionTrial } from './saslSession.ts';
import { ours } from './saslSubject.ts';

const patience = { timeout: 120_000 };

it.each(mechanismNames)(
  'a session takes 100 random logins by %s, and tells and keeps nothing',
  patience,
  async (name) => {
    const { subject, begun, alive } = watched(ours);
    let kept = 0;
    const idle = async () => {
      await heap();
      kept = alive();
    };
    const { codes, logins, wrong } = await sessionTrial(subject, { seed: 0x5a51, logins: 100, names: [name] }, idle);
    expect(wrong).toBeUndefined();
    expect(logins).toBe(100);
    // Lines that are too long begin nothing.
    expect(begun()).toBeGreaterThan(80);
    // The session is still open then.
    expect(kept).toBeLessThanOrEqual(2);
    expect([...codes.keys()]).toEqual(expect.arrayContaining([235, 334, 501]));
  },
);

describe('the random logins of a session catch a mechanism of which it is true that', () => {
  const visible = mutants.filter(({ inSession }) => inSession !== undefined);
  it.each(visible)('$mistake', patience, async (mutant) => {
    const { wrong } = await sessionTrial(broken(mutant), { seed: 1, logins: 60, names: ['PLAIN', 'LOGIN'] });
    expect(wrong).toMatch(mutant.inSession!);
  });
});
