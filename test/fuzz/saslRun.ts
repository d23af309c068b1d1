// The long run of random logins: rounds over every mechanism and step, each with some logins through sessions.
import { performance } from 'node:perf_hooks';
import { mechanismNames } from '../../core/contract/mechanisms.ts';
import { firstFailure, responses } from './saslCase.ts';
import { heap, watched } from './saslLeak.ts';
import { broken, mutants } from './saslMutants.ts';
import { sessionTrial } from './saslSession.ts';
import { ours } from './saslSubject.ts';

export interface Run {
  readonly minutes: number;
  /** Seed of the first round. */
  readonly first: number;
  /** A broken one is tried, by its number. */
  readonly mutant: number | undefined;
}

/** Of each mechanism at each step in a round, and of each mechanism through a session. */
const cases = 512;
const logins = 16;
/** Reachable exchanges that are none too many: the last one of a session, and what the run itself holds. */
const few = 4;

/** 1 when something was found, else 0. */
export async function trySasl({ minutes, first, mutant }: Run): Promise<number> {
  const chosen = mutant === undefined ? undefined : mutants[mutant];
  if (chosen) process.stdout.write(`fuzz: broken mechanisms: ${chosen.mistake}\n`);
  const begun = performance.now();
  let all = 0;
  let seed = first;
  do {
    // Watched anew each round: what watches grows with what it has watched.
    const { subject, begun: count, alive } = watched(chosen ? broken(chosen) : ours);
    const found = await oneRound(subject, seed);
    if (found !== undefined) return told(seed, found);
    const octets = await heap();
    if (alive() > few) return told(seed, { wrong: `${alive()} exchanges are still there` });
    all += count();
    seed += 1;
    const rate = Math.round(all / ((performance.now() - begun) / 1000));
    process.stdout.write(
      `\rfuzz: seeds ${first} to ${seed - 1}, ${all} logins, ${rate} a second, ${alive()} exchanges left, ${Math.round(octets / 1024)} KiB `,
    );
  } while (performance.now() - begun < minutes * 60_000);
  process.stdout.write('\nfuzz: nothing found\n');
  return 0;
}

async function oneRound(subject: Parameters<typeof firstFailure>[0], seed: number): Promise<object | undefined> {
  for (const mechanism of mechanismNames)
    for (let at = 0; at < responses[mechanism]; at += 1) {
      const found = await firstFailure(subject, { mechanism, at, seed: seed * cases, cases });
      if (found) return found;
    }
  const { wrong } = await sessionTrial(subject, { seed, logins });
  return wrong === undefined ? undefined : { wrong };
}

function told(seed: number, found: object): number {
  process.stdout.write(`\nfuzz: found, with --seed ${seed}: ${JSON.stringify(found)}\n`);
  return 1;
}
