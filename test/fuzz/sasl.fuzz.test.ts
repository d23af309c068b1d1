// Every mechanism at every step against random octets and changed responses: a defined step, no secret told, nothing left behind.
import { describe, expect, it } from 'vitest';
import { mechanismNames } from '../../core/contract/mechanisms.ts';
import { firstFailure, responses } from './saslCase.ts';
import { heap, watched } from './saslLeak.ts';
import { broken, forget, mutants } from './saslMutants.ts';
import { ours, type Subject } from './saslSubject.ts';

const patience = { timeout: 120_000 };
const seed = 0x5a51;
const each = 10_000;

const steps = mechanismNames.flatMap((mechanism) =>
  Array.from({ length: responses[mechanism] }, (_, at) => ({ mechanism, at })),
);

describe('a mechanism', () => {
  const left = { logins: 0, alive: 0, grown: 0 };

  it.each(steps)(
    `answers 10,000 random responses at step $at of $mechanism as it should, and forgets them`,
    patience,
    async ({ mechanism, at }) => {
      const { subject, begun, alive } = watched(ours);
      const ends = new Set<string>();
      const before = await heap();
      const seen = ({ steps: came }: { readonly steps: readonly string[] }) => void ends.add(came.at(-1) ?? 'none');
      const batch = { mechanism, at, seed, cases: each, seen };
      expect(await firstFailure(subject, batch)).toBeNull();
      const grown = (await heap()) - before;
      expect(begun()).toBe(each);
      expect(alive()).toBeLessThanOrEqual(2);
      // The references that watch are part of it; 10,000 kept exchanges would be ten times this.
      expect(grown).toBeLessThan(4_000_000);
      left.logins += begun();
      left.alive = Math.max(left.alive, alive());
      left.grown = Math.max(left.grown, grown);
      expect([...ends]).toContain('ok');
      expect(ends.size).toBeGreaterThan(1);
    },
  );

  it('has its figures shown', ({ task }) => {
    const { logins, alive, grown } = left;
    const kib = Math.round(grown / 1024);
    task.meta.shows = [
      `Random logins: ${logins}; of 10,000 exchanges at most ${alive} still there, the heap grown by at most ${kib} KiB.`,
    ];
    expect(logins).toBe(each * steps.length);
  });
});

/** As the test above sees it: the first that is wrong, or what is left behind. */
async function complaint(subject: Subject, mechanism: (typeof mechanismNames)[number]): Promise<string | undefined> {
  const { subject: seen, alive } = watched(subject);
  for (let at = 0; at < responses[mechanism]; at += 1) {
    const found = await firstFailure(seen, { mechanism, at, seed, cases: 500 });
    if (found) return found.wrong;
  }
  await heap();
  return alive() > 2 ? `${alive()} exchanges are still there` : undefined;
}

describe('the random logins catch a mechanism of which it is true that', () => {
  it.each(mutants)('$mistake', patience, async (mutant) => {
    const subject = broken(mutant);
    const found = await Promise.all((['PLAIN', 'LOGIN'] as const).map((name) => complaint(subject, name)));
    expect(found).toEqual([expect.stringMatching(mutant.found), expect.stringMatching(mutant.found)]);
    forget();
  });
});
