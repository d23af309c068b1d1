// The same seed plays the same run, every octet of every event, whatever was played before it and beside it.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CaseResult } from '../../core/contract/scenario.ts';
import { loadScenarios, tasksOf } from '../../core/simulate/load.ts';
import { runCases } from '../../core/simulate/pool.ts';
import type { CaseTask } from '../../core/simulate/run.ts';

/** Five with TLS and more: client certificates good and revoked, names (SNI), implicit TLS, TLS 1.0. */
const secured = [
  'good-citizens/client-certificate',
  'good-citizens/starttls-mta',
  'tls/client-certificate-required',
  'tls/odd-names',
  'tls/old-versions',
  'tls/stalled-handshake',
];
/** Nodemailer, over TLS and in clear. */
const mailing = ['good-citizens/submissions-implicit-tls', 'good-citizens/mail-program-to-mx'];
/** CRAM-MD5, whose challenge is chance, among others. */
const loggingIn = ['good-citizens/submission-login', 'auth/password-guessing-submission'];
const others = [
  'access/partner-limits',
  'chunks/announced-and-not-sent',
  'deadlines/slow-command',
  'errors/browser-as-client',
  'floods/rapid-reconnects',
  'good-citizens/hundred-recipients',
  'line-endings/smuggling-lf-dot-lf',
  'loops/mail-loop',
  'proxy/named-client-is-denied',
  'spf/dns-made-to-fail',
];
const ids = [...secured, ...mailing, ...loggingIn, ...others];

const loaded = await loadScenarios([join(import.meta.dirname, '../../scenarios')]);
const tasksUnder = (seed: number): CaseTask[] =>
  tasksOf(
    ids.flatMap((id) => loaded.filter((one) => one.id === id)),
    'presets',
    { world: 'simulated', only: true, seed },
  );

interface Run {
  readonly results: readonly CaseResult[];
  readonly journal: string;
  /** Every event of each case, as text. */
  readonly events: ReadonlyMap<string, readonly string[]>;
}

/** Plays in fresh threads. */
async function play(tasks: readonly CaseTask[], workers: number): Promise<Run> {
  const events = new Map<string, string[]>();
  const { results, journal } = await runCases(tasks, {
    workers,
    onEvents: ({ scenario, case: name, preset, sessions }) => {
      const key = `${scenario} ${name} ${preset}`;
      const all = events.get(key) ?? [];
      events.set(key, all);
      for (const { session, events: some } of sessions)
        for (const event of some) all.push(`${session} ${JSON.stringify(event)}`);
    },
  });
  return { results, journal, events };
}

/** The first event of each case that is not the same, told as both have it. */
function differences(one: Run, other: Run): readonly string[] {
  return [...one.events].flatMap(([name, events]) => {
    const others = other.events.get(name) ?? [];
    const at = events.findIndex((event, index) => event !== others[index]);
    if (at < 0 && events.length === others.length) return [];
    return [`${name}: ${events[at] ?? 'fewer events'} / ${others[at] ?? 'fewer events'}`];
  });
}

describe('under one seed', { timeout: 120_000 }, () => {
  const tasks = tasksUnder(7);
  let first: Run;
  beforeAll(async () => {
    first = await play(tasks, 1);
  });

  test('there is something to compare', () => {
    expect(ids.length).toBe(20);
    expect(first.results.length).toBe(tasks.length);
    expect(first.results.filter(({ outcome, expected }) => outcome !== expected)).toEqual([]);
    const all = [...first.events.values()].flat().join('\n');
    expect(first.events.size).toBeGreaterThan(50);
    const telling = ['"state":"up"', '"fingerprint"', '"resumed":false', 'AUTH CRAM-MD5', '"kind":"stored"'];
    expect(telling.filter((one) => !all.includes(one))).toEqual([]);
  });

  test('two threads play what one played, and the sums are the same', async () => {
    const other = await play(tasks, 2);
    expect(differences(first, other)).toEqual([]);
    expect(other.events.size).toBe(first.events.size);
    expect(other.results).toEqual(first.results);
    expect(other.journal).toBe(first.journal);
  });

  test('so does a thread that plays nothing else', async () => {
    const alone = [
      'client-certificate',
      'submissions-implicit-tls',
      'submission-login',
      'dns-made-to-fail',
      'odd-names',
    ];
    for (const name of alone) {
      const own = tasks.filter(({ id }) => id.endsWith(`/${name}`)).slice(-1);
      const run = await play(own, 1);
      expect(run.events.size).toBe(1);
      expect(differences(run, first)).toEqual([]);
    }
  });

  test('another seed plays other sessions', async () => {
    const other = await play(tasksUnder(8), 2);
    expect(other.journal).not.toBe(first.journal);
    expect(differences(first, other).length).toBe(first.events.size);
    // Chance decides nothing here but names and challenges.
    const outcomes = ({ results }: Run) => results.map(({ scenario, outcome }) => `${scenario} ${outcome}`);
    expect(outcomes(other)).toEqual(outcomes(first));
  });
});
