// The pool: order, bounds, progress, events, cancelling, and workers that break.
import { describe, expect, test } from 'vitest';
import { defaults, settingsSchema } from '../../core/contract/settings/settings.ts';
import type { CaseResult } from '../../core/contract/scenario.ts';
import { scenarioOf, tasksOf } from '../../core/simulate/load.ts';
import { type CaseEvents, type Progress, runCases } from '../../core/simulate/pool.ts';
import type { CaseWorker, FromWorker, ToWorker } from '../../core/simulate/protocol.ts';
import type { CaseTask } from '../../core/simulate/run.ts';

const yaml = `title: Talking nonsense
row: CMD-01
kind: attack
role: mx
about: A client that talks nonsense, again and again.
knobs: [errors.maxErrors]
talk:
  - hear: 220
  - send: { repeat: "FOO\\r\\n", times: 8 }
  - say: NOOP
  - skip: 500
  - expect: { reply: 421, closed: true }
presets: {}
`;
const loaded = (text: string) => scenarioOf(text, 'a.yml', 'errors/a');
const mine = (maxErrors: number) => settingsSchema.parse({ errors: { maxErrors } });
const tasks = (text: string, maxErrors: number): CaseTask[] =>
  tasksOf([loaded(text)], { base: 'mine', mine: mine(maxErrors) });

describe('worker threads', { timeout: 30_000 }, () => {
  test('play against the settings given, stream every event, and tell how far they are', async () => {
    const events: CaseEvents[] = [];
    const progress: Progress[] = [];
    const seen: CaseResult[] = [];
    const { results, journal, cancelled } = await runCases([...tasks(yaml, 5), ...tasks(yaml, 50)], {
      run: 'run-7',
      onEvents: (batch) => events.push(batch),
      onProgress: (now) => progress.push(now),
      onResult: (result) => seen.push(result),
    });
    expect(results.map(({ outcome, preset }) => [outcome, preset])).toEqual([
      ['held', 'mine'],
      ['breached', 'mine'],
    ]);
    expect(results[0]?.why).toBe('held by 421, wrong-commands: 6th wrong command, 5 allowed');
    expect(results[1]?.why).toMatch(/expected 421, heard 250/);
    expect(journal).toMatch(/^[0-9a-f]{64}$/);
    expect(cancelled).toBe(false);
    expect(seen).toHaveLength(2);
    expect(progress.at(-1)).toEqual({ done: 2, total: 2, playing: [] });
    expect(progress.some(({ playing }) => playing.includes('errors/a - mine'))).toBe(true);
    const sessions = events.flatMap((batch) => batch.sessions);
    expect(new Set(events.map(({ run, scenario, preset }) => `${run} ${scenario} ${preset}`))).toEqual(
      new Set(['run-7 errors/a mine']),
    );
    for (const { sessions: ids } of results) {
      const kinds = sessions
        .filter(({ session }) => session === ids[0])
        .flatMap((one) => one.events.map(({ kind }) => kind));
      expect(kinds[0]).toBe('connect');
      expect(kinds.at(-1)).toBe('close');
      expect(kinds.filter((kind) => kind === 'line').length).toBeGreaterThan(5);
    }
  });

  test('give the same digest for the same run, and another for another', async () => {
    const digest = async (maxErrors: number) => (await runCases(tasks(yaml, maxErrors))).journal;
    const [one, same, other] = [await digest(5), await digest(5), await digest(3)];
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  test('are cancelled at once, and what was played is kept', async () => {
    const waiting = yaml.replace('- hear: 220', '- hear: 220\n  - wait: 20000');
    const cancelling = new AbortController();
    const { results, cancelled } = await runCases([...tasks(yaml, 5), ...tasks(waiting, 5), ...tasks(yaml, 5)], {
      workers: 1,
      each: 2,
      signal: cancelling.signal,
      onProgress: ({ done, playing }) => {
        if (done === 2 && playing.length === 1) cancelling.abort();
      },
    });
    expect(cancelled).toBe(true);
    expect(results.map(({ outcome }) => outcome)).toEqual(['held', 'held']);
  });
});

/** A worker in this thread that answers with a script. */
function scripted(
  play: (message: ToWorker, say: (message: FromWorker) => void, end: (error?: Error) => void) => void,
): CaseWorker {
  let take: (message: FromWorker) => void = () => undefined;
  let ended: (error: Error | undefined) => void = () => undefined;
  return {
    post: (message) =>
      queueMicrotask(() =>
        play(
          message,
          (said) => take(said),
          (error) => ended(error),
        ),
      ),
    onMessage: (listener) => (take = listener),
    onEnd: (listener) => (ended = listener),
  };
}

const played = (task: CaseTask): FromWorker & { kind: 'played' } => ({
  kind: 'played',
  index: 0,
  played: {
    result: {
      scenario: task.id,
      case: task.case,
      preset: task.base,
      world: 'real',
      outcome: 'held',
      ms: 1,
      why: '',
      lines: [],
      sessions: [],
    },
    digest: '',
    events: 0,
  },
});

test('a worker that breaks makes its cases inconclusive, and another takes its place', async () => {
  const task = { ...tasks(yaml, 5)[0]!, mine: defaults };
  let spawned = 0;
  const { results } = await runCases(
    [1, 2, 3].map((number) => ({ ...task, case: `case-${number}` })),
    {
      workers: 1,
      each: 1,
      spawn: () => {
        spawned += 1;
        return scripted((message, say, end) => {
          if (message.kind === 'end') return end();
          if (message.kind !== 'play') return;
          if (message.task.case === 'case-2')
            return end(Object.assign(new Error('it is full'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
          say({ ...played(message.task), index: message.index });
        });
      },
    },
  );
  expect(spawned).toBe(2);
  expect(results.map(({ case: name, outcome, why }) => [name, outcome, why])).toEqual([
    ['case-1', 'held', ''],
    ['case-2', 'inconclusive', 'the worker that played it ended: it is full; let fewer clients be there at once'],
    ['case-3', 'held', ''],
  ]);
});
