// Talks that log in, as cases: each mechanism over each kind of connection, well and badly.
import type { MechanismName } from '../../core/contract/mechanisms.ts';
import type { CaseResult } from '../../core/contract/scenario.ts';
import type { WorldName } from '../../core/contract/scenarioWorld.ts';
import type { Step } from '../../core/contract/scenarioStep.ts';
import { clearMechanisms, mechanismNames, mechanismTable } from '../../core/contract/mechanisms.ts';
import { scenarioOf } from '../../core/simulate/load.ts';
import { runCases } from '../../core/simulate/pool.ts';
import type { CaseTask } from '../../core/simulate/run.ts';

export type Login = Extract<Step, { login: unknown }>['login'];
export type Way = 'clear' | 'starttls' | 'implicit';

/** Whoever logs in: with her password, her token, and her certificate. */
export const alice = { user: 'client.example', password: 'correct horse battery staple', token: 'token-of-alice' };

/** Mechanisms that any host can offer. */
export const portable = mechanismNames.filter((name) => mechanismTable[name].needs !== 'ticket');

/** A login of hers with what the mechanism takes. */
export function hers(mechanism: MechanismName, more: Partial<Login> = {}): Login {
  const { needs } = mechanismTable[mechanism];
  const secret =
    needs === 'token' ? { token: alice.token } : needs === 'certificate' ? {} : { password: alice.password };
  return { mechanism, user: alice.user, ...secret, ...more };
}

export interface Attempt {
  readonly name: string;
  readonly way: Way;
  readonly logins: readonly Login[];
  /** Steps behind the logins. */
  readonly then?: readonly Step[];
}

const settings = {
  authentication: { clear: clearMechanisms, secured: mechanismNames, certificateName: 'common-name', actFor: 'nobody' },
  listeners: { security: { clientCertificate: 'request' } },
};

/** From nothing to where a login can be said; from a connection that is open, to the same on another one. */
export function opening(way: Way): Step[] {
  const hello: Step[] = [{ say: 'EHLO client.example' }, { hear: 250 }];
  const certificate = 'good' as const;
  const steps: Record<Way, Step[]> = {
    clear: [{ connect: {} }, { hear: 220 }, ...hello],
    starttls: [{ connect: {} }, { hear: 220 }, ...hello, { starttls: { certificate } }, ...hello],
    implicit: [{ connect: { tls: { certificate } } }, { hear: 220 }, ...hello],
  };
  return steps[way];
}

function talkOf({ way, logins, then = [] }: Attempt): Step[] {
  return [...opening(way), ...logins.map((login) => ({ login })), ...then];
}

/** A scenario that is good to load, as a task. */
export function taskOf(attempt: Attempt, world: WorldName, more: Partial<CaseTask> = {}): CaseTask {
  const text = JSON.stringify({
    title: 'Logging in',
    row: 'AUT-01',
    kind: 'citizen',
    role: attempt.way === 'implicit' ? 'submissions' : 'submission',
    about: 'Only used to try how clients log in.',
    knobs: [],
    users: [{ name: alice.user, password: alice.password, tokens: [alice.token] }],
    settings,
    talk: talkOf(attempt),
    presets: {},
  });
  const { scenario, problems } = scenarioOf(text, 'login.yml', `test/${attempt.name}`);
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return { id: `test/${attempt.name}`, scenario, case: '-', base: 'weak', world, ...more };
}

/** Plays them all, and gives their results in order, with the events of each. */
export async function playAll(tasks: readonly CaseTask[]) {
  const events = new Map<string, string[]>();
  const { results, journal } = await runCases(tasks, {
    workers: 2,
    onEvents: ({ scenario, world, sessions }) => {
      const key = `${scenario} ${world}`;
      const all = events.get(key) ?? [];
      events.set(key, all);
      for (const { session, events: some } of sessions)
        for (const event of some) all.push(`${session} ${JSON.stringify(event)}`);
    },
  });
  return { results, journal, events };
}

/** What the client heard last, and what came of the case. */
export function told({ outcome, lines, why }: CaseResult): string {
  const heard = lines.findLast((line) => line.heard !== undefined)?.heard ?? 'nothing';
  return `${outcome} ${heard.slice(0, 9)}${outcome === 'held' ? '' : ` (${why})`}`;
}
