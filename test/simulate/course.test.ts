// The course of a case: groups, series whose steps double, moments that lead to sessions, and what is open at once.
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import type { Society } from '../../core/contract/scenarioPopulation.ts';
import type { Finding, Verdict } from '../../core/contract/verdict.ts';
import { Course } from '../../core/simulate/course.ts';
import { Moments } from '../../core/simulate/moments.ts';
import { MOST_STEPS, Steps } from '../../core/simulate/series.ts';
import { Sketch } from '../../core/simulate/sketch.ts';

const talk = [{ send: 'QUIT' }] as unknown as Society['groups'][number]['talk'];
const society: Society = {
  until: '1h',
  groups: [
    { name: 'shops', kind: 'citizen', clients: 2, from: '192.0.2.0/24', talk },
    { name: 'flood', kind: 'bot', clients: 5, from: '198.51.100.0/24', talk },
  ],
  expect: [
    { of: 'flood', turnedAway: { least: '100 %' }, before: 'greeting' },
    { of: 'citizens', waits: { most: '10s' } },
    { sessionsAtOnce: { most: 1 } },
    { of: 'flood', sessionsAtOnce: { most: 1 }, each: 'address' },
    { of: 'flood', turnedAway: { most: 0 } },
  ],
};

/** A course with a clock that is set, and a receiver that says what it is told to. */
function staged() {
  let at = 0;
  const kept: string[] = [];
  const clock = { elapsed: () => at, now: () => 1_000_000 + at, took: () => 7, fired: () => 3 };
  const course = new Course({ society, clock, keep: (session) => kept.push(session) });
  const counts = new Map<string, number>();
  const says = (session: string, body: EventBody) => {
    const n = (counts.get(session) ?? 0) + 1;
    counts.set(session, n);
    course.event(session, { ...body, n, t: 0 });
  };
  const verdict = (members: Partial<Verdict> = {}): Verdict => ({
    stage: 'connect',
    action: 'accept',
    reason: 'greeting',
    because: '',
    findings: [],
    basis: 'ours',
    ...members,
  });
  const connect = (session: string, peer: { address: string; port: number }) =>
    says(session, { kind: 'connect', peer, local: peer, at } as unknown as EventBody);
  const reply = (session: string, code: number, members: Partial<Verdict> = {}) =>
    says(session, { kind: 'reply', bytes: '', code, verdict: verdict(members) });
  const close = (session: string, by: 'us' | 'client' = 'client') =>
    says(session, { kind: 'close', by, reason: by === 'us' ? 'policy' : 'quit', detail: '' });
  const valuesOf = (id: string) => course.timeline().series.find((series) => series.id === id)?.values ?? [];
  return { course, kept, connect, reply, close, says, verdict, valuesOf, to: (ms: number) => void (at = ms) };
}

const flow = (value: number, limit: number): Finding => ({
  check: 'flow-service',
  action: value > limit ? 'drop' : 'record',
  text: `${value} connections`,
  setting: value > limit ? 'flow.service.peerMaxConnections' : 'flow.service',
  counters: [
    { name: 'simultaneous connections', value: 1, limit: 0 },
    { name: 'simultaneous connections of the peer', value, limit },
  ],
  ...(value > limit ? { counter: { name: 'simultaneous connections of the peer', value, limit } } : {}),
  evidence: { scope: 'over all listeners' },
});

describe('a course', () => {
  test('tells how groups fared, and judges what was expected', () => {
    const { course, connect, reply, close, to } = staged();
    const good = { address: '192.0.2.1', port: 1000 };
    course.arrived(0);
    const first = course.tried(0, 1, good);
    connect('A', good);
    reply('A', 421);
    close('A', 'us');
    course.ended(first, false);
    to(9_000);
    const second = course.tried(0, 2, { ...good, port: 1001 });
    connect('B', { ...good, port: 1001 });
    reply('B', 220);
    reply('B', 250, { stage: 'mail' });
    course.ended(second, true);
    course.served(0, 9_000);
    close('B');
    course.arrived(0);
    course.gaveUp(0);
    course.arrived(1);
    const bad = { address: '198.51.100.1', port: 2000 };
    const refused = course.tried(1, 1, bad);
    course.ended(refused, false);
    const { groups, expectations } = course.timeline();
    expect(groups[0]).toMatchObject({ begun: 2, served: 1, gaveUp: 1, waiting: 0, tries: 2, turnedAway: 1 });
    expect(groups[0]?.waits).toEqual({ count: 1, least: 9000, p50: 9000, p90: 9000, p99: 9000, most: 9000 });
    expect(groups[1]).toMatchObject({ begun: 1, served: 0, waiting: 1, tries: 1, turnedAway: 1 });
    expect(expectations.map(({ held, found }) => [held, found])).toEqual([
      [true, '100 % (1 of 1)'],
      [false, '50 % (1 of 2, 1 never served)'],
      [true, '1'],
      [true, '0'],
      [false, '100 % (1 of 1)'],
    ]);
  });

  test('counts a try once, by how far it came, also when the receiver ended it after an orderly talk', () => {
    const { course, connect, reply, close } = staged();
    const peer = { address: '198.51.100.1', port: 2000 };
    course.arrived(1);
    const one = course.tried(1, 1, peer);
    connect('A', peer);
    reply('A', 220);
    course.ended(one, true);
    close('A', 'us');
    close('A', 'us');
    expect(course.timeline().groups[1]?.turnedAway).toBe(0);
    expect(course.outcomes()[0]).toMatchObject({ held: false, found: '0 % (0 of 1)' });
    expect(course.outcomes()[4]).toMatchObject({ held: false, found: '100 % (1 of 1)' });
  });

  test('knows the most sessions at once, of all and of an address', () => {
    const { course, connect, reply, close } = staged();
    course.arrived(1);
    for (const port of [1, 2, 3]) {
      const peer = { address: port === 3 ? '198.51.100.9' : '198.51.100.1', port };
      course.tried(1, 1, peer);
      connect(`S${port}`, peer);
      reply(`S${port}`, 220);
      reply(`S${port}`, 220);
      if (port === 1) close('S1');
    }
    expect(
      course
        .outcomes()
        .map(({ found }) => found)
        .slice(2, 4),
    ).toEqual(['2', '1']);
  });

  test('has a value for each step: levels last, replies are counted, of counters the largest is taken', () => {
    const { course, connect, reply, close, to, valuesOf } = staged();
    const peer = { address: '192.0.2.1', port: 1 };
    course.arrived(0);
    course.tried(0, 1, peer);
    connect('A', peer);
    reply('A', 220, { findings: [flow(3, 20)] });
    reply('A', 250, { findings: [flow(2, 20)] });
    to(500);
    close('A');
    const { step } = course.timeline();
    expect(step).toBe(57);
    expect(valuesOf('sessions')).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    to(600);
    expect(valuesOf('sessions')).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect(valuesOf('replies 2xx')).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(valuesOf('flow.service.peerMaxConnections').slice(0, 2)).toEqual([3, 0]);
    expect(valuesOf('group shops waiting').at(-1)).toBe(1);
    const series = course.timeline().series.find(({ id }) => id === 'flow.service.peerMaxConnections');
    expect(series).toMatchObject({
      title: 'simultaneous connections of the peer over all listeners',
      setting: 'flow.service.peerMaxConnections',
      limit: 20,
      unit: 'connections',
    });
  });

  test('marks the first hit of a limit in each step, and asks for its session to be kept', () => {
    const { course, reply, says, verdict, kept, to, valuesOf } = staged();
    reply('A', 220, { findings: [flow(20, 20)] });
    reply('B', 421, { findings: [flow(21, 20)] });
    reply('C', 421, { findings: [flow(22, 20)] });
    to(60_000);
    says('D', { kind: 'verdict', verdict: verdict({ closes: 'silent', findings: [flow(21, 20)] }) });
    const { moments } = course.timeline();
    expect(moments.map(({ at, session, text, series }) => [at, session, text, series])).toEqual([
      [0, 'B', '21 connections', 'flow.service.peerMaxConnections'],
      [60_000, 'D', '21 connections', 'flow.service.peerMaxConnections'],
    ]);
    expect(kept).toEqual(['B', 'D']);
    expect(valuesOf('silent refusals').at(-1)).toBe(1);
  });

  test('takes a limit that is reached for hit only where that holds the client off', () => {
    const { course, reply } = staged();
    const counter = { name: 'failed logins of the peer', value: 10, limit: 10, relief: 600_000 };
    const setting = 'protection.failedLogins.peer.maxRetry';
    const ban: Finding = { check: 'peer-ban', action: 'drop', text: 'held off', setting, counter };
    const wrong = {
      ...ban,
      check: 'credentials',
      setting: 'errors.maxAuthErrors',
      value: 3,
      action: 'refuse',
    } as const;
    const lookups = { name: 'DNS lookups of SPF terms', value: 2, limit: 10 };
    const spf: Finding = { ...ban, check: 'spf', setting: 'sender.spf.map.none', value: 'record', counter: lookups };
    reply('A', 535, { findings: [spf, { ...wrong, counter: { name: 'failed logins', value: 3, limit: 3 } }] });
    reply('B', 535, { findings: [{ ...ban, action: 'record', counters: [counter] }] });
    reply('C', 421, { findings: [ban] });
    const { moments, series } = course.timeline();
    expect(moments.map(({ session, series: id }) => [session, id])).toEqual([['C', setting]]);
    expect(series.filter(({ kind }) => kind === 'counter').map(({ id, unit }) => [id, unit])).toEqual([
      ['spf: DNS lookups of SPF terms', 'DNS lookups'],
      ['errors.maxAuthErrors', 'failed logins'],
      [setting, 'failed logins'],
    ]);
  });

  test('holds nothing of sessions and tries that have ended, and at most 1,000 steps', () => {
    const { course, connect, reply, close, to } = staged();
    for (let index = 0; index < 20_000; index += 1) {
      to(index * 1000);
      const peer = { address: `198.51.100.${index % 250}`, port: index };
      course.arrived(1);
      const one = course.tried(1, 1, peer);
      connect(`S${index}`, peer);
      reply(`S${index}`, index % 2 === 0 ? 220 : 421, { findings: [flow(21, 20)] });
      course.ended(one, index % 2 === 0);
      close(`S${index}`, 'us');
    }
    const { series, step, moments, groups } = course.timeline();
    expect(series.every(({ values }) => values.length <= MOST_STEPS)).toBe(true);
    expect(step).toBe(57 * 512);
    expect(moments.length).toBeLessThanOrEqual(MOST_STEPS);
    expect(series.find(({ id }) => id === 'replies 4xx')?.values.reduce((sum, value) => sum + value, 0)).toBe(10_000);
    expect(groups[1]?.turnedAway).toBe(10_000);
  });
});

describe('steps', () => {
  test('double without losing the largest, the sum or the level', () => {
    const steps = new Steps(1);
    const [most, sum, level] = [steps.row('most'), steps.row('sum'), steps.row('level')];
    for (let at = 0; at < 1000; at += 1) {
      const index = steps.index(at);
      most.note(index, at);
      sum.note(index, 1);
      if (at === 10) level.note(index, 5);
      if (at === 701) level.note(index, 2);
    }
    const index = steps.index(1999);
    expect([steps.step, index]).toEqual([2, 999]);
    expect(most.upTo(index).slice(0, 3)).toEqual([1, 3, 5]);
    expect(sum.upTo(index).reduce((all, value) => all + value, 0)).toBe(1000);
    const levels = level.upTo(index);
    expect([levels[4], levels[5], levels[350], levels[351], levels[999]]).toEqual([0, 5, 5, 2, 2]);
  });
});

test('percentiles are within 1 %, their ends exact', () => {
  const sketch = new Sketch();
  for (let value = 1; value <= 100_000; value += 1) sketch.add(value);
  const { count, least, p50, p90, p99, most } = sketch.percentiles();
  expect([count, least, most]).toEqual([100_000, 1, 100_000]);
  for (const [found, exact] of [
    [p50, 50_000],
    [p90, 90_000],
    [p99, 99_000],
  ] as const)
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.01);
});

test('moments stay bounded, each series with its first', () => {
  const moments = new Moments(1);
  for (let at = 0; at < 100_000; at += 1)
    for (const series of ['a', 'b']) moments.note({ at, series, text: '', session: `${at}` });
  const all = moments.all();
  expect(all.length).toBeLessThanOrEqual(2000);
  expect(all.slice(0, 2)).toEqual([
    { at: 0, series: 'a', text: '', session: '0' },
    { at: 0, series: 'b', text: '', session: '0' },
  ]);
});
