// Groups of clients: when they begin, from where, how they come again, and what becomes of them, all in virtual time.
import { describe, expect, test } from 'vitest';
import { scenarioSchema } from '../../core/contract/scenario.ts';
import { caseConditions, overSimulation } from '../../core/simulate/network.ts';
import { playCase } from '../../core/simulate/run.ts';
import type { StartSubject } from '../../core/simulate/subject.ts';
import type { Connection } from '../../core/world/connection.ts';
import { simulatedWorld } from '../../core/world/simulated.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A connection as the server saw it. */
interface Came {
  /** Virtual ms. */
  readonly at: number;
  readonly address: string;
  /** What the client said, line by line. */
  readonly said: string[];
}

/** Answers the nth connection (from 0) that has come. */
type Script = (socket: Connection, nth: number, at: number) => void;

/** Greets, agrees to every line, closes behind QUIT. */
const polite: Script = (socket) => {
  socket.write('220 here\r\n');
  socket.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
      socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
      if (line === 'QUIT') socket.end();
    }
  });
};
const refusing =
  (greeting: string): Script =>
  (socket) => {
    socket.write(`${greeting}\r\n`);
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString() === 'QUIT\r\n') socket.end('221 bye\r\n');
    });
  };

const talk = [{ hear: 220 }, { say: 'EHLO a' }, { hear: 250 }, { end: 'quit' }];
const one = { name: 'all', kind: 'citizen', clients: 1, from: '192.0.2.7' };

interface Playing {
  readonly script?: Script;
  readonly seed?: number;
  readonly until?: string;
  /** Nobody listens. */
  readonly isDeaf?: boolean;
  readonly expect?: readonly object[];
  /** Other members of the scenario. */
  readonly more?: object;
}

async function play(groups: readonly object[], { script = polite, seed = 7, ...rest }: Playing = {}) {
  const came: Came[] = [];
  const scenario = scenarioSchema.parse({
    title: 'A scenario of the test',
    row: 'CON-15',
    kind: 'citizen',
    role: 'mx',
    about: 'Only used to try how groups of clients come.',
    knobs: [],
    world: { because: 'takes-too-long' },
    population: { until: rest.until ?? '10d', groups, ...(rest.expect && { expect: rest.expect }) },
    presets: {},
    ...('talk' in (groups[0] ?? {}) || 'mix' in (groups[0] ?? {}) ? {} : { talk }),
    ...rest.more,
  });
  const world = simulatedWorld({ seed: 'x', conditions: caseConditions(scenario, undefined) });
  const start: StartSubject = async ({ world: inside }) => {
    const bound = await inside.listen({ host: '127.0.0.1', port: 25 }, ({ socket, peer }) => {
      const said: string[] = [];
      socket.on('error', () => undefined).on('end', () => socket.end());
      socket.on('data', (chunk: Buffer) => void said.push(...chunk.toString().split('\r\n').slice(0, -1)));
      came.push({ at: inside.elapsed(), address: peer.address, said });
      script(socket, came.length - 1, inside.elapsed());
    });
    if (rest.isDeaf) await bound.close();
    return {
      listeners: [{ role: 'mx', tls: 'clear', host: '127.0.0.1', port: bound.port }],
      hostname: 'dummy.test',
      authority: '',
      certificate: () => Promise.resolve(undefined),
      close: () => bound.close(),
    };
  };
  const task = { id: 'test/groups', scenario, case: '-', base: 'weak', world: 'simulated', seed } as const;
  const { result } = await playCase(task, { network: overSimulation(world), start });
  const [group] = result.timeline?.groups ?? [];
  return { came, result, group, times: came.map(({ at }) => at - 25) };
}

const counted = (times: readonly number[], from: number, to: number) =>
  times.filter((at) => at >= from && at < to).length;

describe('arrival', () => {
  const hundred = { ...one, clients: 100, from: '10.0.0.0/8' };

  test('all at once unless said, each a latency of 25 ms away', async () => {
    const { came } = await play([hundred]);
    expect(new Set(came.map(({ at }) => at))).toEqual(new Set([25]));
  });

  test('evenly, from when the group begins', async () => {
    const { times } = await play([{ ...hundred, clients: 4, arrival: { every: '15min' }, begins: '2h' }]);
    expect(times.map((at) => at / MINUTE)).toEqual([120, 135, 150, 165]);
  });

  test('a ramp has as many as the area under it, and stays at its end', async () => {
    const { times } = await play([{ ...hundred, arrival: { ramp: { from: 0, to: 2, over: '60s' } } }]);
    expect([counted(times, 0, 30_000), counted(times, 30_000, 60_000), counted(times, 60_000, 70_000)]).toEqual([
      15, 45, 20,
    ]);
  });

  test('a ramp may fall, and be flat', async () => {
    const falling = await play([{ ...hundred, arrival: { ramp: { from: 2, to: 1, over: '60s' } } }]);
    expect([counted(falling.times, 0, 30_000), counted(falling.times, 30_000, 60_000)]).toEqual([53, 37]);
    const flat = await play([{ ...hundred, arrival: { ramp: { from: 2, to: 2, over: '60s' } } }]);
    expect(flat.times.slice(0, 3)).toEqual([0, 500, 1000]);
  });

  test('at random: the rate asked for, the same for the same seed, another for another', async () => {
    const many = [{ ...hundred, clients: 600, arrival: { poisson: 10 } }];
    const [first, again, other] = [await play(many), await play(many), await play(many, { seed: 8 })];
    expect(again.times).toEqual(first.times);
    expect(other.times).not.toEqual(first.times);
    // 600 points at 10 a second take 60 s, give or take four standard deviations of 2.4 s.
    expect(Math.abs((first.times.at(-1) ?? 0) - 60_000)).toBeLessThan(9800);
    const waits = first.times.map((at, index) => at - (first.times[index - 1] ?? 0));
    // Of an exponential distribution 63 % is shorter than its mean.
    expect(waits.filter((wait) => wait < 100).length / 600).toBeCloseTo(0.632, 1);
  });

  test('with the hours of the day: most at the peak, none at night when the swing is whole', async () => {
    const diurnal = { mean: 0.01, swing: 1, peak: '12:00' };
    const { times } = await play([{ ...hundred, clients: 1000, arrival: { diurnal } }]);
    const day = times.map((at) => at % (24 * HOUR));
    const [night, morning, noon] = [0, 6, 12].map((hour) => counted(day, (hour - 1.5) * HOUR, (hour + 1.5) * HOUR));
    expect(night).toBeLessThan(10);
    expect((morning ?? 0) / (noon ?? 0)).toBeCloseTo(0.5, 0);
    expect(noon).toBeGreaterThan(200);
  });
});

describe('where clients come from', () => {
  test('the next address of each network in turn, so many in all', async () => {
    const from = ['192.0.2.0/24', '2001:db8::/64'];
    const { came } = await play([{ ...one, clients: 6, from, addresses: 3, arrival: { every: 1000 } }]);
    expect(came.map(({ address }) => address)).toEqual([
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
      '192.0.2.1',
      '2001:db8::1',
      '192.0.2.2',
    ]);
  });
});

describe('what becomes of a try', () => {
  const minutes = (times: readonly number[]) => times.map((at) => Math.round(at / MINUTE));
  const retry = { after: ['1min', '10min'], giveUp: '40min' };

  test('a 4xx is tried again after its waits, the last one again and again, until it gives up', async () => {
    const { times, group, came } = await play([{ ...one, retry }], { script: refusing('421 later') });
    expect(minutes(times)).toEqual([0, 1, 11, 21, 31]);
    expect(group).toMatchObject({ tries: 5, served: 0, gaveUp: 1, waiting: 0 });
    // Who said 421 has left.
    expect(came[0]?.said).toEqual([]);
  });

  test('a 5xx ends it for good', async () => {
    const { times, group } = await play([{ ...one, retry: 'honest' }], { script: refusing('554 never') });
    expect([times, group?.gaveUp]).toEqual([[0], 1]);
  });

  test('a close, a reset and silence are tried again', async () => {
    const scripts: Script[] = [(socket) => socket.end(), (socket) => socket.resetAndDestroy(), () => undefined];
    const script: Script = (socket, nth, at) => (scripts[nth] ?? polite)(socket, nth, at);
    const { times, group } = await play([{ ...one, retry }], { script });
    expect(minutes(times)).toEqual([0, 1, 11, 21]);
    expect(group).toMatchObject({ served: 1, tries: 4, waits: { count: 1 } });
    expect(minutes([group?.waits.most ?? 0])).toEqual([21]);
  });

  test('an honest client waits half an hour and more, longer each time, and gives up after five days', async () => {
    const { times } = await play([{ ...one, retry: 'honest' }], { script: refusing('451 busy') });
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(Math.max(...waits)).toBeLessThanOrEqual(4.4 * HOUR + 1000);
    expect(waits.slice(0, 5).every((wait, index) => wait < (waits[index + 1] ?? 0))).toBe(true);
    const last = times.at(-1) ?? 0;
    expect(last).toBeLessThanOrEqual(5 * 24 * HOUR);
    expect(last).toBeGreaterThan(4.8 * 24 * HOUR);
  });

  test('an impatient one comes after seconds, for an hour', async () => {
    const { times } = await play([{ ...one, retry: 'impatient' }], { script: refusing('451 busy') });
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect([Math.min(...waits) >= 1000, Math.max(...waits) <= 10_500]).toEqual([true, true]);
    expect(times.at(-1)).toBeLessThanOrEqual(HOUR);
    expect(times.at(-1)).toBeGreaterThan(HOUR - 11_000);
  });

  test('waits are spread by chance, each client’s by its own', async () => {
    const spread = { after: ['10min', '1d'], giveUp: '1h', spread: 0.5 };
    const group = { ...one, clients: 50, from: '10.0.0.0/8', retry: spread };
    const { times } = await play([group], { script: refusing('451 busy') });
    const waits = times.slice(50, 100);
    expect(new Set(waits).size).toBeGreaterThan(40);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(5 * MINUTE);
  });

  test('a citizen says QUIT when it is refused, a bot is gone', async () => {
    const script = refusing('554 never');
    expect((await play([one], { script })).came[0]?.said).toEqual(['QUIT']);
    expect((await play([{ ...one, kind: 'bot' }], { script })).came[0]?.said).toEqual([]);
  });

  test('nobody listens: it is tried again', async () => {
    const { group, came } = await play([{ ...one, retry }], { isDeaf: true });
    expect(came).toEqual([]);
    expect(group).toMatchObject({ tries: 5, turnedAway: 5, gaveUp: 1 });
  });

  test('a well-behaved client’s message is tried again as any other', async () => {
    const mail = [{ mail: { from: 'a@example.org', to: 'b@example.org' } }];
    const { group } = await play([{ ...one, retry, talk: mail }], { script: refusing('421 later') });
    expect(group).toMatchObject({ tries: 5, gaveUp: 1 });
    const never = await play([{ ...one, retry, talk: mail }], { script: refusing('554 no') });
    expect(never.group).toMatchObject({ tries: 1, gaveUp: 1 });
  });

  test('the end ends it all, whoever is waiting', async () => {
    const { times, group, result } = await play([{ ...one, retry }], { script: refusing('421'), until: '15min' });
    expect([minutes(times), group?.waiting, result.timeline?.now]).toEqual([[0, 1, 11], 1, 15 * MINUTE]);
  });
});

describe('what clients of a group do', () => {
  test('behaviours are mixed by their shares', async () => {
    const say = (what: string) => [{ hear: 220 }, { say: what }, { hear: 250 }, { mark: what }];
    const mix = [
      { name: 'a', share: 3, talk: say('A') },
      { name: 'b', share: 1, talk: say('B') },
    ];
    const group = { ...one, clients: 400, from: '10.0.0.0/8', mix };
    const { came, result } = await play([group], { more: { after: { marks: { A: { least: 250 }, B: 400 } } } });
    const as = came.filter(({ said }) => said[0] === 'A').length;
    expect(Math.abs(as - 300)).toBeLessThan(40);
    expect(result.why).toBe(`turned away: afterwards: expected 400 clients at "B", found ${400 - as} clients there`);
  });

  test('what stands in front of every talk and behind it is played around each', async () => {
    const own = [{ hear: 220 }, { say: 'X' }, { hear: 250 }];
    const { came } = await play([{ ...one, talk: own }], { more: { closing: [{ end: 'quit' }] } });
    expect(came[0]?.said).toEqual(['X', 'QUIT']);
  });
});

describe('the outcome', () => {
  const half: Script = (socket, nth, at) => (nth % 2 === 0 ? polite : refusing('554 no'))(socket, nth, at);
  const group = { ...one, clients: 10, from: '10.0.0.0/8', arrival: { every: 1000 } };

  test('expectations decide; a try that ends early is none by itself', async () => {
    const { result } = await play([group], { script: half, expect: [{ served: { least: '50 %' } }] });
    expect(result).toMatchObject({ outcome: 'held', timeline: { expectations: [{ held: true }] } });
    expect(result.why).toBe('served; at least 50 % of all served: 50 % (5 of 10)');
  });

  test('one that failed is a breach, and says what was found', async () => {
    const { result } = await play([group], { script: half, expect: [{ served: { least: '60 %' } }] });
    expect(result).toMatchObject({ outcome: 'breached', timeline: { expectations: [{ held: false }] } });
    expect(result.why).toBe('expected at least 60 % of all served, found 50 % (5 of 10)');
  });

  test('the talk to look at is that of the first client that was turned away', async () => {
    const { result } = await play([group], { script: half });
    expect(result.lines.map(({ heard, ok }) => [heard, ok])).toEqual([['554 no', false]]);
    expect(result.lines[0]?.client).toBe(2);
  });

  test('the same seed has the same course', async () => {
    const groups = [{ ...group, arrival: { poisson: 1 }, retry: 'impatient' }];
    const script: Script = (socket, nth, at) => (nth % 3 === 0 ? polite : refusing('451 busy'))(socket, nth, at);
    const course = async (seed: number) => {
      const { result, came } = await play(groups, { script, seed });
      return { came, timeline: { ...result.timeline, took: 0 } };
    };
    expect(await course(7)).toEqual(await course(7));
    expect((await course(8)).came).not.toEqual((await course(7)).came);
  });

  test('a scenario’s network is that of its clients', async () => {
    const { came } = await play([one], { more: { network: { latency: '3s' } } });
    expect(came[0]?.at).toBe(3000);
  });
});
